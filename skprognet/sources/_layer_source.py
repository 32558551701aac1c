"""A source whose layers are columns of X, computed from audio beforehand."""

import copy
import hashlib
import json
import re
from collections import Counter
from itertools import accumulate, chain, pairwise

import numpy as np

from skprognet._wording import first_few
from skprognet.sources._find_columns import as_names, check_named, find_columns
from skprognet.sources._rows_read import as_array, as_tensor
from skprognet.sources._source import Source, check_number_of_features


class LayerSource(Source):
    """A frozen network whose hidden layers are columns of X.

    A network that was trained on audio, such as a speech model, cannot run on a row of features.
    Instead, :class:`~skprognet.features.SpeechModelFeatures` runs it on the audio once, and its
    layers become columns of the table. This source reads them there: layer k of the frozen column
    is the k-th group of columns.

    The columns are for this source alone. A network that reads the source does not read them as
    features, unless its parameter `features` names them.

    Parameters
    ----------
    layers : str, sequence of str, or dict of str to str or sequence of str
        The columns of each layer, from the first layer on.

        - dict: for each layer its columns, by names or beginnings of names, such as ``{"layer1":
          "ge2e.layer1.", "layer2": "ge2e.layer2."}``. Numbers are not cut in two:
          ``"ge2e.layer1"`` does not stand for ``ge2e.layer10.mean.000``;
        - sequence: the same, where each text is also the name of its layer;
        - text, such as ``"ge2e"``: all columns that begin with ``"ge2e."``. The part up to the
          next dot is the name of the layer, as in the names of `SpeechModelFeatures`
          (``ge2e.layer1.mean.000``). Layers have the order of their columns; if their names differ
          only in a number, the number decides.

    Attributes
    ----------
    layers : str, or dict of str to list of str
        The parameter, with a sequence turned into a dict.
    columns : dict of str to tuple of str, or None
        The columns of each layer; None before :meth:`match` gets the names of X.
    layer_names : tuple of str
        The names of the layers; empty before :meth:`match`.

    Raises
    ------
    TypeError
        If `layers`, the name of a layer or its columns have another type, or if a sequence is
        empty.
    ValueError
        If `layers` is an empty dict, an empty text or dots alone, or a layer is named twice.

    See Also
    --------
    skprognet.features.SpeechModelFeatures : Computes such columns from audio.

    Notes
    -----
    Columns are found by name, so X must be a DataFrame. In a pipeline the steps before the
    classifier must keep the names: ``StandardScaler().set_output(transform="pandas")``.

    The layers of a pretrained network do not show which recordings it was trained on. So
    :meth:`rows_seen` returns None ("unknown"), and the audit of a study says so.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.sources import LayerSource
    >>> names = ["pitch", "ge2e.layer1.mean.0", "ge2e.layer2.mean.0"]
    >>> X = pd.DataFrame([[0.1, 1.0, 2.0]], columns=names)
    >>> source = LayerSource("ge2e").match(X.columns)
    >>> source.columns
    {'layer1': ('ge2e.layer1.mean.0',), 'layer2': ('ge2e.layer2.mean.0',)}
    >>> source.layer_sizes()
    [(1, 1)]
    >>> rows = source.select(X.to_numpy(), X.columns)
    >>> [layer.tolist() for layer in source.hidden(rows)[0]]
    [[[1.0]], [[2.0]]]
    """

    has_own_features = True

    def __init__(self, layers):
        self.layers = _check_layers(layers)
        self.columns = None

    def __repr__(self):
        return f"LayerSource({self.layers!r})"

    @property
    def n_features_in_(self):
        """Number of columns; None until they are known."""
        return None if self.columns is None else len(self.own_features)

    @property
    def feature_names_in_(self):
        """Names of the columns, layer by layer; None until they are known."""
        return None if self.columns is None else np.array(self.own_features, dtype=object)

    @property
    def own_features(self):
        """Names of the columns, layer by layer."""
        return tuple(chain.from_iterable((self.columns or {}).values()))

    @property
    def layer_names(self):
        """Names of the layers."""
        return tuple(self.columns or ())

    def match(self, feature_names):
        """Return this source with its columns looked up among the features of X.

        Parameters
        ----------
        feature_names : sequence of str or None
            The names of the features of X; None if X has none.

        Returns
        -------
        LayerSource
            A new source.

        Raises
        ------
        ValueError
            If X has no names, or a column is missing or in two layers.
        """
        check_named(feature_names, "a LayerSource")
        matched = copy.copy(self)
        matched.columns = _find_layers(self.layers, [str(name) for name in feature_names])
        _check_apart(matched.columns)
        return matched

    def layer_sizes(self):
        """Return the number of columns of each layer; None until they are known."""
        return None if self.columns is None else [tuple(map(len, self.columns.values()))]

    def hidden(self, X):
        """Return the columns of each layer for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that :meth:`select` returns.

        Returns
        -------
        list of list of Tensor
            One list with a tensor of shape (n_samples, n_columns) for each layer.

        Raises
        ------
        ValueError
            If the columns are not known yet, or X has another number of columns.
        """
        if self.columns is None:
            raise ValueError(
                "A LayerSource must know the names of X before it reads rows; got no names yet. "
                "Call match(X.columns), and read rows with the source that it returns."
            )
        X = as_array(self.select(X) if hasattr(X, "columns") else X)
        check_number_of_features(X, self.n_features_in_)
        rows = as_tensor(X, "float32" if X.dtype == np.float32 else "float64", "cpu")
        return [list(rows.split(self.layer_sizes()[0], dim=1))]

    def add_hidden(self, graph, rows):
        """Add the selection of the columns of each layer to an ONNX graph.

        Parameters
        ----------
        graph : OnnxGraph
            The graph, which is extended.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        list of list of str
            One list with the names of the layers.
        """
        ends = list(accumulate(self.layer_sizes()[0], initial=0))
        return [[graph.columns(rows, range(start, stop)) for start, stop in pairwise(ends)]]

    def digest(self):
        """Return a SHA-256 of the names of the columns of each layer.

        Before :meth:`match`, it hashes `layers` instead.
        """
        fixed = self.layers if self.columns is None else [*self.columns.values()]
        return hashlib.sha256(json.dumps(fixed).encode()).hexdigest()

    def to_state(self):
        """Return the state of this source for a file, in plain values.

        Returns
        -------
        dict
            `layers` and `columns`.
        """
        return {"layers": self.layers, "columns": self.columns}

    @classmethod
    def from_state(cls, state):
        """Rebuild the source from its state.

        Parameters
        ----------
        state : dict
            The result of :meth:`to_state`; it may be forged.

        Returns
        -------
        LayerSource
            The source as it was stored.

        Raises
        ------
        ValueError
            If the columns do not match the layers.
        """
        layers, columns = state["layers"], state["columns"]
        source = cls(layers)
        if columns is not None:
            source = source.match(list(chain.from_iterable(columns.values())))
        if {"layers": layers, "columns": columns} != state or source.columns != columns:
            raise ValueError("the columns of a LayerSource are not those of its layers")
        return source


def _check_layers(layers):
    """Return the layers as text or as a dict of lists; raise for anything else."""
    if isinstance(layers, str):
        if not layers.strip("."):
            raise ValueError(
                f"layers must name columns; got {layers!r}. Pass a beginning of their names."
            )
        return layers.removesuffix(".")
    if not isinstance(layers, dict):
        names = as_names(layers, "layers")
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise ValueError(
                f"layers must name each layer once; got {first_few(twice)} twice. Leave one out."
            )
        layers = {name: name for name in names}
    if not layers:
        raise ValueError("layers must hold at least one layer; got none. Name the columns.")
    wrong = [name for name in layers if not isinstance(name, str)]
    if wrong:
        raise TypeError(
            f"The names of layers must be text; got {wrong[0]!r:.200}. Pass "
            "layers={'name': columns}."
        )
    return {name: as_names(wanted, f"layers[{name!r}]") for name, wanted in layers.items()}


def _find_layers(layers, names):
    """Return the columns of each layer."""
    if not isinstance(layers, str):
        return {
            layer: tuple(find_columns(wanted, names, f"layers[{layer!r}]"))
            for layer, wanted in layers.items()
        }
    start, by_layer = layers + ".", {}
    for name in find_columns(start, names, "layers"):
        layer = name.removeprefix(start).partition(".")[0]
        by_layer.setdefault(layer, []).append(name)
    return {layer: tuple(by_layer[layer]) for layer in _by_number(list(by_layer))}


def _by_number(layers):
    """Sort layers whose names differ only in a number: "layer10" comes after "layer2".

    A table with columns sorted by name has another order.
    """
    parts = [re.fullmatch(r"(.*?)(\d+)", layer) for layer in layers]
    if not all(parts) or len({part[1] for part in parts}) > 1:
        return layers
    return sorted(layers, key=lambda layer: int(re.fullmatch(r".*?(\d+)", layer)[1]))


def _check_apart(columns):
    """Raise if a column is in two layers."""
    twice = [n for n, times in Counter(chain.from_iterable(columns.values())).items() if times > 1]
    if twice:
        layers = first_few([layer for layer, names in columns.items() if twice[0] in names])
        raise ValueError(
            f"Each column must be in one layer of a LayerSource; got {first_few(twice)} in the "
            f"layers {layers}. Name each layer by a longer beginning, such as 'ge2e.layer1.'."
        )
