"""A source that is a torch module: any network, with hidden layers that somebody names."""

import copy
import hashlib
import json

import numpy as np

from skprognet._checks import check_number
from skprognet._wording import first_few
from skprognet.sources._find_columns import as_names, check_named, find_columns
from skprognet.sources._frozen_module import (
    FrozenModule,
    arrays_of,
    check_described,
    check_module,
    describe_module,
    with_arrays,
)
from skprognet.sources._rows_read import as_tensor, check_rows_read
from skprognet.sources._source import Source
from skprognet.sources._torch_export import export_layers
from skprognet.sources._torch_layers import (
    check_finite,
    check_layers,
    check_pooling,
    dtype_of,
    find_n_features,
    layers_of,
    probe,
)
from skprognet.sources._torch_stack import column_of

MOST_FEATURES = 10**6  # a forged file may say any number


class TorchSource(Source):
    """A fitted torch module as a source, read at the submodules that are named.

    The module is copied once, when the source is made: to the CPU, in evaluation mode, without
    gradients. The module itself is never touched, and whatever happens to it later does not
    change the source. ``clone``, ``copy.deepcopy`` and every fit share the one copy, which nothing
    changes.

    Parameters
    ----------
    module : torch.nn.Module
        Maps a floating-point tensor of shape (n_rows, n_features) to anything.
    layers : str or sequence of str
        Names of submodules, as ``module.named_modules()`` has them: the hidden layers, the first
        one first. Each has to run once when the module runs. Its output, of several the first (as
        of an ``nn.LSTM``), has the shape (n_rows, width), or (n_rows, time, width), which is
        pooled over time.
    columns : str or sequence of str, default=None
        The features of X that the module reads, in its order: names of columns, or what their
        names begin with. They are for this source alone, so a new network does not take them as
        features of its own unless its parameter `features` says so. None is all features of X,
        which the new network reads too.
    pooling : {"mean", "max", "std"} or sequence of these, default="mean"
        What is taken over time; of several, one beside the other. "std" is the standard deviation
        with ddof 0.

    Attributes
    ----------
    module : torch.nn.Module
        The frozen copy. Do not change it.
    layers : list of str
        As given.
    columns : list of str or None
        As given.
    pooling : list of str
        As given.
    n_features_in_ : int or None
        Number of features that the module takes; None until that is known.

    Raises
    ------
    TypeError
        If `module` is no ``nn.Module``, or one whose layers torch does not show (scripted,
        compiled); or for names that are not text.
    ValueError
        If a layer does not exist, is named twice, or gives something else than described; or if
        the module cannot be copied, or draws random numbers or mixes rows in evaluation mode.

    See Also
    --------
    LayerSource : Layers that were computed before, as columns of X.

    Notes
    -----
    The module computes in its own type, in blocks of 128 rows, the last one filled up with zeros.
    One thread at a time computes with it. Its hooks are copied with it, since they may be a part
    of what it computes.

    The last digits of a row may depend on its place among the rows, as matrix libraries have it,
    while what this package computes itself does not in float32.

    Nobody can say which rows a module was trained on. So :meth:`rows_seen` is None ("unknown"),
    and the audit of a study says so.

    Examples
    --------
    >>> import torch
    >>> from skprognet import ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.sources import TorchSource
    >>> _ = torch.manual_seed(0)
    >>> linear, recurrent = torch.nn.Linear(88, 16), torch.nn.GRU(4, 8, batch_first=True)
    >>> steps = torch.nn.Unflatten(1, (22, 4))  # 88 features as 22 steps of time
    >>> TorchSource(torch.nn.Sequential(steps, recurrent), "1", pooling=["mean", "max"])
    TorchSource(Sequential, ['1'], pooling=['mean', 'max'])
    >>> source = TorchSource(torch.nn.Sequential(linear, torch.nn.Tanh()), ["1"])
    >>> source.layer_sizes()
    [(16,)]
    >>> X, y = load_emodb(return_X_y=True)
    >>> options = dict(hidden_layer_sizes=(16,), max_epochs=2, random_state=0)
    >>> clf = ProgressiveClassifier(source, **options).fit(X, y)
    >>> clf.source_digest_["source"] == source.digest()
    True
    """

    not_copied = (
        "is a module that is no plain stack of linear layers (an nn.Sequential of nn.Linear with "
        "one and the same activation between them)"
    )

    def __init__(self, module, layers, *, columns=None, pooling="mean"):
        check_module(module)
        self.layers = check_layers(module, layers)
        self.columns = None if columns is None else as_names(columns, "columns")
        self.pooling = check_pooling(pooling)
        self._frozen = FrozenModule(module)
        self.n_features_in_ = find_n_features(self.module)
        self.own_features = ()
        self._widths = None
        if self.n_features_in_ is not None:
            self._widths = self.with_n_features(self.n_features_in_)._widths

    def __repr__(self):
        options = "" if self.columns is None else f", columns={self.columns!r}"
        options += "" if self.pooling == ["mean"] else f", pooling={self.pooling!r}"
        return f"TorchSource({type(self.module).__name__}, {self.layers!r}{options})"

    def __sklearn_clone__(self):
        return copy.copy(self)

    @property
    def kind(self):
        """Its class and that of the module."""
        return f"TorchSource({type(self.module).__name__})"

    @property
    def module(self):
        """The frozen copy of the module."""
        return self._frozen.module

    @property
    def layer_names(self):
        """Names of the layers."""
        return tuple(self.layers)

    @property
    def feature_names_in_(self):
        """Names of the columns that the module reads; None without `columns`."""
        return np.array(self.own_features, dtype=object) if self.own_features else None

    @property
    def has_own_features(self):
        """Whether the module reads columns of its own."""
        return self.columns is not None

    def match(self, feature_names):
        """Return this source with its columns found among the features of X.

        Parameters
        ----------
        feature_names : sequence of str or None
            The names of the features of X, None where X has none.

        Returns
        -------
        TorchSource
            A new one, which shares the copy of the module.

        Raises
        ------
        ValueError
            If columns are missing, X has no names to find them by, or the module does not take as
            many features.
        """
        if self.columns is None:
            return self if feature_names is None else self._reading(feature_names)
        check_named(feature_names, "A TorchSource with columns")
        names = find_columns(self.columns, [str(name) for name in feature_names], "columns")
        matched = self._reading(names)
        matched.own_features = tuple(names)
        return matched

    def with_n_features(self, n_features):
        """Return this source as it reads rows with so many features.

        Parameters
        ----------
        n_features : int
            The number of features that the module reads.

        Returns
        -------
        TorchSource
            A new one, which shares the copy of the module.

        Raises
        ------
        ValueError
            If the module cannot compute with as many, or draws random numbers or mixes rows.
        """
        sized = copy.copy(self)
        sized.n_features_in_ = n_features
        with self._frozen.lock:
            sized._widths = probe(self.module, self.layers, self.pooling, n_features)
        return sized

    def _reading(self, names):
        """Return this source as it reads features of these names."""
        if self.n_features_in_ is None:
            return self.with_n_features(len(names))
        if self.n_features_in_ != len(names):
            raise ValueError(
                f"The module takes {self.n_features_in_} features; it would read {len(names)}: "
                f"{first_few(names)}. Name those that it was trained on in columns=."
            )
        return copy.copy(self)

    def layer_sizes(self):
        """Return the widths of the layers; None until it is known how many features there are.

        The first layer of the module may say so, or :meth:`match` or :meth:`with_n_features` does.
        """
        return None if self._widths is None else [self._widths]

    def hidden(self, X):
        """Return the named layers for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows as :meth:`select` returns them.

        Returns
        -------
        list of list of Tensor
            One column, with a layer of shape (n_samples, width) for each name.

        Raises
        ------
        ValueError
            If X has another number of features, a number is not finite or too large for the type
            of the module, or a layer gives a number that is not finite.
        """
        if self._widths is None:
            return self.with_n_features(np.shape(X)[-1]).hidden(X)
        dtype = dtype_of(self.module)
        name = str(dtype).removeprefix("torch.")
        name = name if hasattr(np, name) else "float32"  # numpy has no bfloat16
        rows = as_tensor(check_rows_read(X, self.n_features_in_, name), name, "cpu").to(dtype)
        with self._frozen.lock:
            layers = layers_of(self.module, self.layers, self.pooling, rows)
        check_finite(self.layers, layers)
        return [layers]

    def add_hidden(self, graph, rows):
        """Add the named layers to an ONNX graph, as torch's own exporter writes them.

        Parameters
        ----------
        graph : OnnxGraph
            What is added to.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        list of list of str
            One list with the names of the layers.

        Raises
        ------
        ValueError
            If torch cannot write a graph of the module.
        """
        dtype = dtype_of(self.module)
        with self._frozen.lock:
            model = export_layers(self.module, self.layers, self.pooling, self.n_features_in_)
        return [graph.include(model, graph.cast(rows, str(dtype).removeprefix("torch.")))]

    def column(self):
        """Return a column with the weights of the module, if it is a plain stack of linear layers.

        Returns
        -------
        Column or None
            A copy. All linear layers but the last are hidden, whether they are named or not.
        """
        return column_of(self.module)

    def digest(self):
        """Return a SHA-256 of weights and buffers, names, and the settings of all submodules."""
        sha256 = hashlib.sha256(json.dumps(self._description()).encode())
        for values in arrays_of(self.module).values():
            sha256.update(np.ascontiguousarray(values).tobytes())
        return sha256.hexdigest()

    def _description(self):
        """Return in plain values what the source is, without its weights."""
        return {
            "layers": self.layers,
            "columns": self.columns,
            "own_features": list(self.own_features),
            "pooling": self.pooling,
            "module": describe_module(self.module),
        }

    def to_state(self):
        """Return what is stored of this source, in plain values and arrays: no code.

        Returns
        -------
        dict
            `layers`, `columns`, `own_features` (the columns that were found), `pooling`,
            `module` (the classes of its parts, and type and shape of its tensors), `n_features`
            and `weights` (by name an array for each parameter and buffer).
        """
        weights = arrays_of(self.module)
        return {**self._description(), "n_features": self.n_features_in_, "weights": weights}

    @classmethod
    def from_state(cls, state, module):
        """Return the source that a state stands for, with a module of the same architecture.

        Parameters
        ----------
        state : dict
            What :meth:`to_state` returned, or somebody forged.
        module : torch.nn.Module
            Its code; the weights are those of the state. It is copied, and stays as it is.

        Returns
        -------
        TorchSource
            As it was stored.

        Raises
        ------
        ValueError
            If the module has other parts or tensors than the one that was stored, or the state
            contradicts itself.
        """
        check_described(module, state["module"])
        if state["n_features"] is not None:  # the module would get rows of this length
            check_number("n_features", state["n_features"], "integer", low=1, high=MOST_FEATURES)
        frozen = with_arrays(module, state["weights"])
        options = {name: state[name] for name in ("columns", "pooling")}
        source = cls(frozen, state["layers"], **options)
        if source.columns is not None and state["own_features"]:
            source = source.match(state["own_features"])
        elif source.n_features_in_ is None and state["n_features"] is not None:
            source = source.with_n_features(state["n_features"])
        found = {**source._description(), "n_features": source.n_features_in_}
        if any(found[name] != state[name] for name in found) or len(state) != len(found) + 1:
            raise ValueError("the layers or columns of a TorchSource are not those of its module")
        return source
