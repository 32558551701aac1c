"""A torch module as a source: any network, with hidden layers that the user names."""

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

MOST_FEATURES = 10**6  # a forged file may have any number


class TorchSource(Source):
    """Fitted torch module as a source, with named submodules as its hidden layers.

    The source copies the module once, when it is created: to the CPU, in evaluation mode, without
    gradients. It never changes the module itself, and later changes of the module do not affect
    the source. ``clone``, ``copy.deepcopy`` and every fit share this one copy, which nothing
    changes.

    Parameters
    ----------
    module : torch.nn.Module
        Maps a floating-point tensor of shape (n_rows, n_features) to anything.
    layers : str or sequence of str
        Names of submodules as in ``module.named_modules()``: the hidden layers, from the first on.
        Each must run once when the module runs. Its output (the first of several, as in an
        ``nn.LSTM``) must have the shape (n_rows, width), or (n_rows, time, width), which is pooled
        over time.
    columns : str or sequence of str, default=None
        The features of X that the module reads, in its order: names of columns, or beginnings of
        names. They are for this source alone: a new network does not read them itself unless its
        parameter `features` names them. None means all features of X, which the new network reads
        too.
    pooling : {"mean", "max", "std"} or sequence of these, default="mean"
        The statistic over time; several are concatenated. "std" is the standard deviation with
        ddof 0.

    Attributes
    ----------
    module : torch.nn.Module
        The frozen copy. Do not change it.
    layers : list of str
        The parameter as a list.
    columns : list of str or None
        The parameter as a list.
    pooling : list of str
        The parameter as a list.
    n_features_in_ : int or None
        Number of features that the module takes; None until it is known.

    Raises
    ------
    TypeError
        If `module` is not an ``nn.Module``, or is scripted or compiled, which hides its layers; or
        if names are not text.
    ValueError
        If a layer does not exist, is named twice, or returns something else; if a statistic of
        `pooling` is unknown or named twice; or if the module has lazy layers that have not run,
        cannot be copied, or draws random numbers or mixes rows in evaluation mode.

    See Also
    --------
    LayerSource : Layers that were computed before, as columns of X.

    Notes
    -----
    The module computes in its own type, in blocks of 128 rows; zeros pad the last block. Only one
    thread at a time computes with it. Its hooks are copied with it, since they may be part of its
    computation.

    The last digits of the numbers of a row may depend on its position, since matrix libraries work
    that way. The networks of this package avoid that in float32.

    A module does not show which rows it was trained on. So :meth:`rows_seen` returns None
    ("unknown"), and the audit of a study says so.

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
        "is not a plain stack of linear layers (an nn.Sequential of nn.Linear with the same "
        "activation between them)"
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
        """The class of the source, with the class of the module."""
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
        """Whether the module has its own columns of X."""
        return self.columns is not None

    def match(self, feature_names):
        """Return this source with its columns looked up among the features of X.

        Parameters
        ----------
        feature_names : sequence of str or None
            The names of the features of X; None if X has none.

        Returns
        -------
        TorchSource
            A new source that shares the copy of the module.

        Raises
        ------
        ValueError
            If columns are missing, X has no names, or the module takes another number of features.
        """
        if self.columns is None:
            return self if feature_names is None else self._reading(feature_names)
        check_named(feature_names, "a TorchSource with columns")
        names = find_columns(self.columns, [str(name) for name in feature_names], "columns")
        matched = self._reading(names)
        matched.own_features = tuple(names)
        return matched

    def with_n_features(self, n_features):
        """Return this source for rows with this number of features.

        Parameters
        ----------
        n_features : int
            The number of features that the module reads.

        Returns
        -------
        TorchSource
            A new source that shares the copy of the module.

        Raises
        ------
        ValueError
            If the module cannot compute with this number, or draws random numbers or mixes rows.
        """
        sized = copy.copy(self)
        sized.n_features_in_ = n_features
        with self._frozen.lock:
            sized._widths = probe(self.module, self.layers, self.pooling, n_features)
        return sized

    def _reading(self, names):
        """Return this source for features of these names."""
        if self.n_features_in_ is None:
            return self.with_n_features(len(names))
        if self.n_features_in_ != len(names):
            raise ValueError(
                f"The module must read {self.n_features_in_} features; got {len(names)}: "
                f"{first_few(names)}. Name in columns= those on which it was trained."
            )
        return copy.copy(self)

    def layer_sizes(self):
        """Return the widths of the layers; None before the number of features is known.

        The number comes from the first layer of the module, :meth:`match` or
        :meth:`with_n_features`.
        """
        return None if self._widths is None else [self._widths]

    def hidden(self, X):
        """Return the named layers for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that :meth:`select` returns.

        Returns
        -------
        list of list of Tensor
            One column with a layer of shape (n_samples, width) for each name.

        Raises
        ------
        ValueError
            If `columns` are not matched yet, X has another number of features, a number is not
            finite or too large for the type of the module, or a layer returns a number that is not
            finite.
        """
        if self.columns is not None:
            if not self.own_features:
                raise ValueError(
                    "A TorchSource with columns must know the names of X before it reads rows; "
                    "got no names yet. Call match(X.columns), and read rows with the source that "
                    "it returns."
                )
            X = self.select(X) if hasattr(X, "columns") else X
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
        """Add the named layers to an ONNX graph with torch's own exporter.

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

        Raises
        ------
        ValueError
            If torch cannot export the module.
        """
        dtype = dtype_of(self.module)
        with self._frozen.lock:
            model = export_layers(self.module, self.layers, self.pooling, self.n_features_in_)
        return [graph.include(model, graph.cast(rows, str(dtype).removeprefix("torch.")))]

    def column(self):
        """Return a column with the weights of the module if it is a plain stack of layers.

        Returns
        -------
        Column or None
            A copy, or None for another module. All linear layers except the last are hidden
            layers, named or not.
        """
        return column_of(self.module)

    def digest(self):
        """Return a SHA-256 of weights and buffers, names, and the settings of all submodules."""
        sha256 = hashlib.sha256(json.dumps(self._description()).encode())
        for values in arrays_of(self.module).values():
            sha256.update(np.ascontiguousarray(values).tobytes())
        return sha256.hexdigest()

    def _description(self):
        """Describe the source in plain values, without its weights."""
        return {
            "layers": self.layers,
            "columns": self.columns,
            "own_features": list(self.own_features),
            "pooling": self.pooling,
            "module": describe_module(self.module),
        }

    def to_state(self):
        """Return the state of this source for a file, in plain values and arrays without code.

        Returns
        -------
        dict
            `layers`, `columns`, `own_features` (the matched columns), `pooling`, `module` (the
            classes of its parts, and type and shape of its tensors), `n_features` and `weights`
            (an array for each parameter and buffer, by name).
        """
        weights = arrays_of(self.module)
        return {**self._description(), "n_features": self.n_features_in_, "weights": weights}

    @classmethod
    def from_state(cls, state, module):
        """Rebuild the source from its state and a module of the same architecture.

        Parameters
        ----------
        state : dict
            The result of :meth:`to_state`; it may be forged.
        module : torch.nn.Module
            The module, which provides the code; the weights come from the state. It is copied and
            not changed.

        Returns
        -------
        TorchSource
            The source as it was stored.

        Raises
        ------
        ValueError
            If the module has other parts or tensors than the stored one, or the state contradicts
            itself.
        """
        check_described(module, state["module"])
        if state["n_features"] is not None:  # the module runs on rows of this length
            check_number("n_features", state["n_features"], "integer", low=1, high=MOST_FEATURES)
        frozen = with_arrays(module, state["weights"])
        options = {name: state[name] for name in ("columns", "pooling")}
        source = cls(frozen, state["layers"], **options)
        if source.columns is not None and state["own_features"]:
            source = source.match(state["own_features"])
        elif source.n_features_in_ is None and state["n_features"] is not None:
            source = source.with_n_features(state["n_features"])
        rebuilt = {**source._description(), "n_features": source.n_features_in_}
        if any(rebuilt[key] != state[key] for key in rebuilt) or len(state) != len(rebuilt) + 1:
            raise ValueError("the layers or columns of a TorchSource are not those of its module")
        return source
