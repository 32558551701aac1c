"""What a source is: something frozen whose hidden layers a network can read."""

from abc import ABC, abstractmethod

import numpy as np

from skprognet._wording import first_few
from skprognet.sources._rows_read import as_tensor, check_rows_read


class Source(ABC):
    """Something frozen whose hidden layers another network can read.

    Write a subclass to let :class:`~skprognet.ProgressiveClassifier` read a model that this
    package does not know. Three methods are needed: `layer_sizes`, `hidden` and `digest`. The
    others have answers that are right for a model about which no more is known. An instance can be
    given as `source` itself, or a model's own method ``as_source()`` can return it.

    A source must be possible to pickle and to copy with ``copy.deepcopy``.

    Attributes
    ----------
    n_features_in_ : int or None
        Number of features that the source takes; None accepts any number.
    feature_names_in_ : ndarray of str or None
        Their names; None if the source knows its features by their place only.
    network : estimator or None
        The fitted network whose layers are read, for whoever describes it; None without one.
    steps : tuple of estimators
        What a row goes through before it reaches the network.
    sources : list of (str, Source)
        What the network has learned from itself.
    copied : bool
        Whether the hidden layers of the network began as a copy of those of its one source.
    own_features : tuple of str
        Names of the features of X that are for this source alone: a network that reads it does not
        take them as features of its own.
    layer_names : tuple of str
        Names of the layers of its one frozen column, for whoever draws it; empty without names.
    has_own_features : bool
        Whether there are such features. A source that finds them in :meth:`match` has to say so
        before. Other sources that know no names are given the rest of X.
    classifies : bool
        Whether :meth:`log_posteriors` has an answer.
    not_copied : str
        Why :meth:`column` has nothing to copy for fine-tuning: the end of a sentence that begins
        with the name of the source.

    See Also
    --------
    as_source : Returns the source that an estimator is.

    Examples
    --------
    The projections on two axes as a source with one layer:

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
        """What kind of source it is, for pictures and descriptions: the name of its class."""
        return type(self).__name__

    @property
    def has_own_features(self):
        """Whether the source has such features; one that finds them in `match` says so before."""
        return bool(self.own_features)

    def match(self, feature_names):
        """Return this source as it reads rows with features of these names.

        It is called once in a fit, before anything else is asked. A source that finds its features
        by name can look them up here.

        Parameters
        ----------
        feature_names : ndarray of str or None
            The names of the features of X; None where X has none.

        Returns
        -------
        Source
            This source, or another one that is ready.

        Raises
        ------
        ValueError
            If features are missing.
        """
        return self

    def with_n_features(self, n_features):
        """Return this source as it reads rows with so many features.

        A fit asks for it after :meth:`match` if :meth:`layer_sizes` is still None: the widths of
        some networks are known only when the network can run.

        Parameters
        ----------
        n_features : int
            The number of features that the source reads.

        Returns
        -------
        Source
            This source, or another one that is ready.
        """
        return self

    @abstractmethod
    def layer_sizes(self):
        """Return the widths of the hidden layers of each frozen column.

        Returns
        -------
        list of tuple of int, or None
            One tuple for each column, the oldest column first; within it the first layer first.
            None if they are known only after :meth:`match` or :meth:`with_n_features`.
        """

    @abstractmethod
    def hidden(self, X):
        """Return the hidden activations of each frozen column for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows as `select` returns them.

        Returns
        -------
        list of list of Tensor
            For each column its layers, each of shape (n_samples, width), with the widths of
            `layer_sizes`.

        Raises
        ------
        ValueError
            If the source cannot compute with these rows.
        """

    @abstractmethod
    def digest(self):
        """Return a text that is the same exactly as long as the source computes the same.

        A SHA-256 of all weights serves well.

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
            Rows as `select` returns them.

        Returns
        -------
        ndarray of bool of shape (n_samples,), or None
            None if the source does not know.
        """
        return None

    def log_posteriors(self, X):
        """Return the logarithms of the probabilities of the source's classes for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows as `select` returns them.

        Returns
        -------
        Tensor of shape (n_samples, n_classes), or None
            None if the source does not classify.
        """
        return None

    def off_scale(self, X):
        """Return how many features are on another scale than in training, and of how many.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows as `select` returns them.

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
            None if there are no layers to copy.
        """
        return None

    def column_input(self, X, dtype=None):
        """Return what `column` reads for the rows X.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            Rows as `select` returns them.
        dtype : str, default=None
            A type that the numbers must fit into beside that of the column.

        Returns
        -------
        Tensor of shape (n_samples, width)
            In the type and on the device of the column.

        Raises
        ------
        ValueError
            If the column cannot compute with these rows.
        """
        column = self.column()
        own = column.config()["dtype"]
        X = check_rows_read(X, column.n_features, min(own, dtype or own))  # "float32" is first
        return as_tensor(X, own, next(column.parameters()).device)

    def add_hidden(self, graph, rows):
        """Add to an ONNX graph what :meth:`hidden` computes.

        Parameters
        ----------
        graph : OnnxGraph
            What is added to; see :class:`~skprognet.persistence.OnnxGraph`.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        list of list of str
            For each column the names of its layers.

        Raises
        ------
        TypeError
            If the source does not say what its graph is.
        """
        raise self._without_graph("add_hidden")

    def add_log_posteriors(self, graph, rows):
        """Add to an ONNX graph what :meth:`log_posteriors` computes.

        Parameters
        ----------
        graph : OnnxGraph
            What is added to.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        str
            Name of the log-probabilities.

        Raises
        ------
        TypeError
            If the source does not say what its graph is.
        """
        raise self._without_graph("add_log_posteriors")

    def add_column_input(self, graph, rows):
        """Add to an ONNX graph what :meth:`column_input` computes.

        Parameters
        ----------
        graph : OnnxGraph
            What is added to.
        rows : str
            Name of the rows in the graph, with the features that `select` returns.

        Returns
        -------
        str
            Name of what `column` reads.
        """
        return graph.cast(rows, self.column().config()["dtype"])

    def _without_graph(self, method):
        return TypeError(
            f"A source that is exported must have a graph; {self.kind} has none. Write a method "
            f"{method}(graph, rows) for it, or export a model that does not read it."
        )

    def has_steps(self):
        """Return whether there are steps before the network, or before one that it reads."""
        return bool(self.steps)

    def before_network(self, X):
        """Return the rows X as they arrive at the network, after all steps."""
        return X

    def select(self, X, feature_names=None):
        """Return X with the features that the source takes, in its own order.

        Features are matched by name if both sides know the names, and by their place otherwise.

        Parameters
        ----------
        X : ndarray or DataFrame of shape (n_samples, n_features)
            The rows.
        feature_names : ndarray of str, default=None
            Names of the features of X, if known; None takes those of a DataFrame.

        Returns
        -------
        ndarray of shape (n_samples, `n_features_in_`)
            The rows for `hidden`; a source with steps may return a DataFrame.

        Raises
        ------
        ValueError
            If features that the source needs are missing, or their number differs.
        """
        wanted = self.feature_names_in_
        if hasattr(X, "columns"):
            names = [str(name) for name in X.columns]
            X, feature_names = np.asarray(X), names if feature_names is None else feature_names
        if wanted is None or feature_names is None:
            check_number_of_features(X, self.n_features_in_)
            return X
        place = {name: number for number, name in enumerate(feature_names)}
        missing = [name for name in wanted if name not in place]
        if missing:
            raise_missing(missing)
        places = [place[name] for name in wanted]
        return X if places == list(range(X.shape[1])) else X[:, places]

    def digested(self):
        """Yield the bytes of which a network that reads this source makes its own digest."""
        yield self.digest().encode()


def check_number_of_features(X, n_wanted):
    """Raise unless X has as many features as the source was trained on; None is any number."""
    if n_wanted is not None and X.shape[1] != n_wanted:
        raise ValueError(
            f"The source was trained on {n_wanted} features; got X with {X.shape[1]}. Use the "
            "same features in the same order, or DataFrames on both sides to match them by name."
        )


def raise_missing(missing):
    """Raise the error about features that a source needs and X lacks."""
    raise ValueError(
        f"The source needs {len(missing)} features that X lacks: {first_few(missing)}. "
        "Add these columns, or train the source on the features of X."
    )
