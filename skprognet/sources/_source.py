"""The base class of sources: frozen models whose hidden layers a network can read."""

from abc import ABC, abstractmethod

import numpy as np

from skprognet._wording import first_few
from skprognet.sources._rows_read import as_tensor, check_rows_read


class Source(ABC):
    """Frozen model whose hidden layers another network can read.

    Write a subclass to let :class:`~skprognet.ProgressiveClassifier` read a model that this
    package does not know. It must define three methods: `layer_sizes`, `hidden` and `digest`. The
    defaults of the others are right for a model about which nothing else is known. Pass an
    instance as `source`, or let the method ``as_source()`` of a model return it.

    The layers of a source form *columns*, which are stacks of layers. Most sources have one
    column. A progressive network has its own column after the older columns that it reads.

    It must be possible to pickle a source and to copy it with ``copy.deepcopy``.

    Attributes
    ----------
    n_features_in_ : int or None
        Number of features that the source takes; None accepts any number.
    feature_names_in_ : ndarray of str or None
        Names of the features; None if the source knows its features only by position.
    network : estimator or None
        The network whose layers are read, fitted or not; None without one.
    steps : tuple of estimators
        The transformers that rows go through before they reach the network.
    sources : list of (str, Source)
        The sources of the network itself.
    copied : bool
        Whether the hidden layers of the network started as copies of those of its single source.
    own_features : tuple of str
        Names of the features of X that only this source reads; a network that reads the source
        does not read them itself.
    has_own_features : bool
        Whether the source has such features; it must be right even before :meth:`match` finds
        them. Other sources without names get the rest of X.
    layer_names : tuple of str
        Names of the layers of its single frozen column, for drawings; empty without names.
    classifies : bool
        Whether :meth:`log_posteriors` returns probabilities.
    not_copied : str
        Why :meth:`column` has no layers to copy for fine-tuning; it completes a sentence that
        begins with the name of the source.

    See Also
    --------
    as_source : Returns an estimator as a source.

    Examples
    --------
    A projection onto two axes as a source with one layer:

    >>> import numpy as np, torch
    >>> from skprognet.sources import Source
    >>> class Projection(Source):
    ...     def __init__(self, axes):
    ...         self.axes = axes
    ...         self.n_features_in_ = len(axes)
    ...
    ...     def layer_sizes(self):
    ...         return [(self.axes.shape[1],)]
    ...
    ...     def hidden(self, X):
    ...         return [[torch.from_numpy(X @ self.axes)]]
    ...
    ...     def digest(self):
    ...         return str(self.axes.tolist())
    >>> source = Projection(np.eye(3)[:, :2])
    >>> source.hidden(np.ones((4, 3)))[0][0].shape
    torch.Size([4, 2])
    """

    n_features_in_ = None
    feature_names_in_ = None
    network = None
    steps = ()
    sources = ()
    copied = False
    own_features = ()
    layer_names = ()
    classifies = False
    not_copied = "has none to copy"

    @property
    def kind(self):
        """The kind of source, for drawings and descriptions: the name of its class."""
        return type(self).__name__

    @property
    def has_own_features(self):
        """Whether the source has its own features, known even before `match`."""
        return bool(self.own_features)

    def match(self, feature_names):
        """Return this source matched with features of these names.

        Each fit calls this once, before it reads rows; only `layer_sizes` may be called earlier. A
        source that finds its features by name can look them up here.

        Parameters
        ----------
        feature_names : ndarray of str or None
            The names of the features of X; None if X has none.

        Returns
        -------
        Source
            This source, or another one that is ready to read rows.

        Raises
        ------
        ValueError
            If features are missing.
        """
        return self

    def with_n_features(self, n_features):
        """Return this source for rows with this number of features.

        A fit calls this after :meth:`match` if :meth:`layer_sizes` is still None, since some
        networks must run before their widths are known.

        Parameters
        ----------
        n_features : int
            The number of features that the source reads.

        Returns
        -------
        Source
            This source, or another one that is ready to read rows.
        """
        return self

    @abstractmethod
    def layer_sizes(self):
        """Return the widths of the hidden layers of each frozen column.

        Returns
        -------
        list of tuple of int, or None
            One tuple for each column, starting with the oldest column and its first layer. None if
            the widths are only known after :meth:`match` or :meth:`with_n_features`.
        """

    @abstractmethod
    def hidden(self, X):
        """Return the hidden activations of each frozen column for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that `select` returns.

        Returns
        -------
        list of list of Tensor
            The layers of each column, each of shape (n_samples, width), with the widths of
            `layer_sizes`.

        Raises
        ------
        ValueError
            If the source cannot compute with these rows.
        """

    @abstractmethod
    def digest(self):
        """Return a text that changes if and only if the source computes something else.

        A SHA-256 of all weights is a good choice.

        Returns
        -------
        str
            The digest.
        """

    def rows_seen(self, X):
        """Return which of the rows X the source was trained on.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that `select` returns.

        Returns
        -------
        ndarray of bool of shape (n_samples,), or None
            The mask; None if the source does not know.
        """
        return None

    def log_posteriors(self, X):
        """Return the log-probabilities of the source's classes for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that `select` returns.

        Returns
        -------
        Tensor of shape (n_samples, n_classes), or None
            The log-probabilities; None if the source does not classify.
        """
        return None

    def off_scale(self, X):
        """Return how many features are off the scale of training, and how many were compared.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that `select` returns.

        Returns
        -------
        n_off, n_features : int
            Both are 0 if the source does not know.
        """
        return 0, 0

    def column(self):
        """Return the network to copy for fine-tuning.

        Returns
        -------
        Column or None
            The network; None if there are no layers to copy.
        """
        return None

    def column_input(self, X, dtype=None):
        """Return the input of `column` for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows in the form that `select` returns.
        dtype : str, default=None
            A type into which the numbers must fit, besides the type of the column.

        Returns
        -------
        Tensor of shape (n_samples, width)
            The input, in the type and on the device of the column.

        Raises
        ------
        ValueError
            If the column cannot compute with these rows.
        """
        column = self.column()
        column_dtype = column.config()["dtype"]
        narrower = min(column_dtype, dtype or column_dtype)  # "float32" comes before "float64"
        X = check_rows_read(X, column.n_features, narrower)
        return as_tensor(X, column_dtype, next(column.parameters()).device)

    def add_hidden(self, graph, rows):
        """Add the computation of :meth:`hidden` to an ONNX graph.

        Parameters
        ----------
        graph : OnnxGraph
            The graph, which is extended; see :class:`~skprognet.persistence.OnnxGraph`.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        list of list of str
            The names of the layers of each column.

        Raises
        ------
        TypeError
            If the source defines no graph.
        """
        raise self._without_graph("add_hidden")

    def add_log_posteriors(self, graph, rows):
        """Add the computation of :meth:`log_posteriors` to an ONNX graph.

        Parameters
        ----------
        graph : OnnxGraph
            The graph, which is extended.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        str
            Name of the log-probabilities.

        Raises
        ------
        TypeError
            If the source defines no graph.
        """
        raise self._without_graph("add_log_posteriors")

    def add_column_input(self, graph, rows):
        """Add the computation of :meth:`column_input` to an ONNX graph.

        Parameters
        ----------
        graph : OnnxGraph
            The graph, which is extended.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        str
            Name of the input of `column`.
        """
        return graph.cast(rows, self.column().config()["dtype"])

    def _without_graph(self, method):
        return TypeError(
            f"An exported source must have a method {method}(graph, rows); got {self.kind} "
            "without one. Write it, or export a model that does not read this source."
        )

    def has_steps(self):
        """Return whether there are steps before the network, or before one of its sources."""
        return bool(self.steps)

    def before_network(self, X):
        """Return the rows X after all steps, as they reach the network."""
        return X

    def select(self, X, feature_names=None):
        """Return X with the features that the source reads, in its order.

        Features are matched by name if both sides know the names, otherwise by position.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            The rows.
        feature_names : ndarray of str, default=None
            Names of the features of X, if known; None uses the names of a DataFrame.

        Returns
        -------
        ndarray of shape (n_samples, `n_features_in_`)
            The rows for `hidden`. A source with steps may return a DataFrame.

        Raises
        ------
        ValueError
            If features of the source are missing, or their number differs.
        """
        wanted = self.feature_names_in_
        if hasattr(X, "columns"):
            names = [str(name) for name in X.columns]
            X, feature_names = np.asarray(X), names if feature_names is None else feature_names
        if wanted is None or feature_names is None:
            check_number_of_features(X, self.n_features_in_)
            return X
        position_of = {name: position for position, name in enumerate(feature_names)}
        missing = [name for name in wanted if name not in position_of]
        if missing:
            raise_missing(missing)
        positions = [position_of[name] for name in wanted]
        return X if positions == list(range(X.shape[1])) else X[:, positions]

    def digested(self):
        """Yield the bytes that this source adds to the digest of a network that reads it."""
        yield self.digest().encode()


def check_number_of_features(X, n_wanted):
    """Raise unless X has the number of features of the source; None means any number."""
    if n_wanted is not None and X.shape[1] != n_wanted:
        raise ValueError(
            f"X must have the {n_wanted} features of the source; got {X.shape[1]}. Use the same "
            "features in the same order, or DataFrames on both sides to match them by name."
        )


def raise_missing(missing):
    """Raise the error about features of a source that X lacks."""
    raise ValueError(
        f"X must have all features of the source; got X without {len(missing)} of them: "
        f"{first_few(missing)}. Add these columns, or train the source on the features of X."
    )
