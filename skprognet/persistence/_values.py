"""Convert Python values to JSON with separate arrays, and back."""

import hashlib
import math
import sys

import numpy as np

from skprognet.persistence._allowance import ARRAY, ESTIMATOR, RANDOM_STATE
from skprognet.persistence._estimators import CLASSES, build, state_of
from skprognet.persistence._stored_sources import SOURCES, build_source

SCALARS = {
    kind.__name__: kind
    for kind in (
        *(np.bool_, np.str_, np.float16, np.float32, np.float64),
        *(np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64),
    )
}
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
WAYS_OUT = {
    "callbacks": "set_params(callbacks=None)",
    "device": 'set_params(device="cpu")',
    "monitor": 'set_params(monitor="loss")',
    "optimizer": 'set_params(optimizer="adam")',
    "validation_fraction": "set_params(validation_fraction=0.1)",
}


class Writer:
    """Converts values to JSON and collects their arrays.

    Attributes
    ----------
    arrays : dict of str to ndarray
        The arrays by the path of their first use; no two have the same content.
    """

    def __init__(self):
        self.arrays = {}
        self._names = {}

    def encode(self, value, where=""):
        """Return `value`, found at the path `where`, in a form that ``json`` can write.

        Raises
        ------
        TypeError
            If the value or a part of it cannot be stored.
        """
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if kind in (list, tuple):
            parts = [self.encode(part, _join(where, k)) for k, part in enumerate(value)]
            return parts if kind is list else {"tuple": parts}
        if kind is dict:
            keys = [self.encode(key, where) for key in value]
            parts = [self.encode(part, _join(where, key)) for key, part in value.items()]
            return {"dict": [list(pair) for pair in zip(keys, parts, strict=True)]}
        if kind is SCALARS.get(kind.__name__):
            return {"scalar": [kind.__name__, self.encode(value.item(), where)]}
        if kind in (np.ndarray, np.memmap):
            return self._encode_array(value, where)
        if kind is np.random.RandomState:
            return {"RandomState": self.encode(value.get_state(), where)}
        if kind is CLASSES.get(kind.__name__):
            return {"estimator": self._encode_state(kind, state_of(value), where)}
        if kind is SOURCES.get(kind.__name__):
            return {"source": self._encode_state(kind, value.to_state(), where)}
        raise _not_storable(value, where)

    def _encode_state(self, kind, state, where):
        parts = {name: self.encode(part, _join(where, name)) for name, part in state.items()}
        return [kind.__name__, parts]

    def _encode_array(self, array, where):
        if array.dtype.kind == "O" and array.ndim == 1:
            return {"objects": [self.encode(item, where) for item in array.tolist()]}
        if array.dtype.kind == "U":
            points = np.array(array, order="C", dtype=array.dtype.newbyteorder("="))
            points = points[..., np.newaxis].view(np.uint32)
            return {"text": self._keep(points, where)}
        if array.dtype.type.__name__ not in SCALARS:
            raise _not_storable(array, where)
        # Matrix products with another memory order may differ in their last bits.
        if array.flags.f_contiguous and not array.flags.c_contiguous:
            return {"fortran": self._keep(array.T, where)}
        return {"array": self._keep(array, where)}

    def _keep(self, array, where):
        """Keep a copy unless an equal array is kept; return its name."""
        array = np.array(array, order="C", dtype=array.dtype.newbyteorder("="))
        content = array.dtype.str, array.shape, hashlib.sha256(array.tobytes()).digest()
        if content not in self._names:
            while where in self.arrays:
                where += "'"
            self._names[content] = where
            self.arrays[where] = array
        return self._names[content]


def _join(where, name):
    return f"{where}.{name}" if where else str(name)


def _not_storable(value, where):
    got = getattr(value, "__name__", type(value).__name__)
    if isinstance(value, np.ndarray):
        got = f"an array of {value.dtype}"
    way_out = next((way for name, way in WAYS_OUT.items() if name in where.split(".")), None)
    return TypeError(
        "A stored model must consist of numbers, text, their arrays, estimators of the classes "
        f"{', '.join(CLASSES)}, and the sources {', '.join(SOURCES)}; got {got} in {where!r}. "
        + (
            f"Call {way_out} on that estimator first."
            if way_out
            else "Leave it out, or use pickle."
        )
    )


class Reader:
    """Converts the JSON of a :class:`Writer` back to values.

    Parameters
    ----------
    arrays : dict of str to ndarray
        The arrays of the file.
    allowance : Allowance
        The memory that the values may take.
    modules : Modules
        The torch modules, which are not in the file.

    Attributes
    ----------
    used : set of str
        Names of the arrays that have been used.
    """

    def __init__(self, arrays, allowance, modules):
        self.arrays = arrays
        self._modules = modules
        self.used = set()
        self._allowance = allowance
        self._copying = True
        self._kinds = {
            "array": self._array,
            "dict": lambda pairs: {self.decode(k): self.decode(v) for k, v in pairs},
            "estimator": self._estimator,
            "float": NOT_FINITE.__getitem__,
            "fortran": lambda name: self._array(name).T,
            "objects": self._objects,
            "RandomState": self._random_state,
            "scalar": self._scalar,
            "source": self._source,
            "text": self._text,
            "tuple": lambda parts: tuple(self.decode(part) for part in parts),
        }

    def decode(self, value):
        """Return the value that the JSON `value` stands for.

        Raises
        ------
        Exception
            Of any kind, if it stands for no value.
        """
        if value is None or type(value) in (bool, int, float, str):
            return value
        if type(value) is list:
            return [self.decode(part) for part in value]
        if len(value) != 1 or not value.keys() <= self._kinds.keys():
            raise ValueError(f"{list(value)!r:.80} is not a kind of value")
        ((kind, content),) = value.items()
        return self._kinds[kind](content)

    def _array(self, name):
        if name not in self.arrays:
            raise ValueError(f"there is no array {name!r:.80}")
        self.used.add(name)
        array = self.arrays[name]
        self._allowance.spend(array.nbytes + ARRAY)
        # Equal arrays share a name, but the estimators may change them.
        return array.copy() if self._copying else array

    def _text(self, name):
        points = self._array(name)
        # numpy turns any number into text, and Python trusts it to be a character.
        if points.dtype != np.uint32 or points.max(initial=0) > sys.maxunicode:
            raise ValueError(f"the array {name!r:.80} holds no text")
        return points.view(f"U{points.shape[-1]}").reshape(points.shape[:-1])

    def _objects(self, parts):
        objects = np.empty(len(parts), dtype=object)
        for k, part in enumerate(parts):
            objects[k] = self.decode(part)
        return objects

    def _scalar(self, content):
        kind, value = content
        return SCALARS[kind](self.decode(value))

    def _random_state(self, content):
        self._allowance.spend(RANDOM_STATE)
        state = self.decode(content)
        # numpy trusts any position and would read beyond the end of its 624 numbers.
        if type(state) is not tuple or not 0 <= state[2] <= 624:
            raise ValueError("the position of a RandomState is not between 0 and 624")
        random_state = np.random.RandomState(0)
        random_state.set_state(state)
        return random_state

    def _estimator(self, content):
        name, state = content
        self._allowance.spend(ESTIMATOR)
        decoded = {}
        for attribute, value in state.items():
            # A network copies its weights itself; another copy would double the memory.
            self._copying = attribute != "network_state"
            decoded[attribute] = self.decode(value)
        self._copying = True
        for attribute in {"source", "sources_"} & decoded.keys():
            decoded[attribute] = self._modules.complete(decoded[attribute])
        return build(name, decoded, self._allowance)

    def _source(self, content):
        name, state = content
        self._allowance.spend(ESTIMATOR)
        decoded = {attribute: self.decode(value) for attribute, value in state.items()}
        return build_source(name, decoded)
