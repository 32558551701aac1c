"""One network for use: trained on all rows of a corpus, with its normalisation and sources."""

from dataclasses import dataclass, field

import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skprognet._checks import check_choice, check_no_ratings
from skprognet.estimators import DNNClassifier
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._label_columns import check_columns
from skprognet.experiments._methods import METHODS
from skprognet.experiments._network_values import check_network
from skprognet.features import warn_of_layers
from skprognet.model_selection import validation_groups
from skprognet.sources import LAYERS, LayerSource


@dataclass
class TrainedModel:
    """A model from :func:`train_model`, and what it was trained on.

    Attributes
    ----------
    model : Pipeline
        The normalisation and the network, both fitted: for
        :func:`~skprognet.persistence.save_model`.
    n_rows : int
        How many rows it was trained on; a part of them chose the epoch.
    dropped_rows : list of int
        The rows that were left out as copies of others, counted from 0.
    validation : {"speaker-independent", "stratified"}
        Whether other speakers chose the epoch.
    counts : dict
        ``classes``: how many of the rows have each label; and where the labels have such columns
        ``speakers``: how many there are, and ``corpora``: how many rows are of each.

    Examples
    --------
    See :func:`train_model`.

    >>> from skprognet.experiments import TrainedModel
    >>> TrainedModel(model=None, n_rows=339, dropped_rows=[], validation="stratified").n_rows
    339
    """

    model: Pipeline
    n_rows: int
    dropped_rows: list
    validation: str
    counts: dict = field(default_factory=dict)


def train_model(
    X,
    labels,
    *,
    target="emotion",
    method="dnn",
    sources=(),
    layers=(),
    speaker="speaker",
    validation=None,
    duplicates="error",
    estimator=None,
    random_state=0,
):
    """Train one network on all rows of a corpus, to use it on other recordings.

    The features are normalised over all rows. A tenth of the rows chooses the epoch. How well the
    model does on new recordings is not known from this: :func:`transfer_between_tasks` says that.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Features.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks, and the speakers if there are any.
    target : str, default="emotion"
        Column of `labels` that is to be recognised.
    method : str, default="dnn"
        "dnn" is a network alone, "fine-tuned" one that begins with the weights of its source,
        "progressive" one that reads its sources. The other methods of a study have the names that
        :func:`transfer_between_tasks` gives them.
    sources : sequence of str or of (str, estimator), default=()
        What the network learns from: a column of `labels`, on which a network is trained first, or
        a name and a fitted network. It reads the features as they are normalised here.
    layers : sequence of str, default=()
        Pretrained networks whose layers are columns of `X`, such as "ge2e": each is a further
        source, a :class:`~skprognet.sources.LayerSource`. The other networks do not read these
        columns.
    speaker : str, default="speaker"
        Column of the speakers, whom the validation keeps apart; it need not be there.
    validation : {"speaker-independent", "stratified"}, default=None
        See :func:`~skprognet.model_selection.validation_groups`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do about rows with equal features; see :func:`transfer_between_tasks`.
    estimator : DNNClassifier, default=None
        Its parameters are those of all networks; None is ``DNNClassifier()``, the paper's.
    random_state : int, default=0
        Seed of the network. A source that is trained first gets a seed that follows from it.

    Returns
    -------
    TrainedModel
        The model, and what it was trained on.

    Raises
    ------
    ValueError
        If a label is missing, a class has less than two rows, labels are numbers with a fraction
        (ratings), rows are there twice, the speakers cannot be kept apart, or the method cannot
        learn from layers that are columns.
    TypeError
        If `estimator` is not a DNNClassifier, or one of its parameters is of the wrong kind.

    Warns
    -----
    UserWarning
        If columns of `X` are called as layers of a speech model are, and count as features.

    See Also
    --------
    skprognet.persistence.save_model : Writes the model to a file.

    Examples
    --------
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import train_model
    >>> emodb = load_emodb(as_frame=True)
    >>> trained = train_model(
    ...     emodb.data,
    ...     emodb.frame[["emotion", "speaker"]],
    ...     method="progressive",
    ...     sources=["speaker"],
    ...     estimator=DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2),
    ... )
    >>> trained.n_rows, trained.validation
    (339, 'speaker-independent')
    >>> trained.model.predict(emodb.data[:2]).shape
    (2,)
    """
    check_choice("method", method, list(METHODS))
    estimator = check_network(estimator)
    _check_layers(method, layers)
    warn_of_layers(X, layers)
    columns = [source for source in sources if isinstance(source, str)]
    advice = "Rename columns, or pass target= and sources=."
    labels = check_columns(labels, [target, *columns], advice, stacklevel=3)
    rows = _rows_to_train_on(X, labels, [target, *columns], speaker, duplicates)
    groups = validation_groups(rows.labels, target, speaker=speaker, validation=validation)
    sources = [*sources, *((name, LayerSource(name)) for name in layers)]
    network = _make_network(METHODS[method], sources, estimator, random_state)
    source_y = rows.labels[columns] if columns else None
    return TrainedModel(
        _fit(rows.X, rows.labels[target], network, groups, source_y),
        n_rows=len(rows.X),
        dropped_rows=rows.dropped,
        validation="stratified" if groups is None else "speaker-independent",
        counts=_count(rows.labels, target, speaker),
    )


def _count(labels, target, speaker):
    """Return how many rows are of each class and corpus, and how many speakers there are."""
    counts = {"classes": _rows_of_each(labels[target])}
    if speaker in labels and speaker != target:
        counts["speakers"] = int(labels[speaker].nunique())
    if "corpus" in labels:
        counts["corpora"] = _rows_of_each(labels["corpus"])
    return counts


def _rows_of_each(values):
    """Return how many rows have each value, in the order of the values."""
    return {str(value): int(n) for value, n in values.value_counts().sort_index().items()}


def _check_layers(method, layers):
    """Raise unless the method can read a network of which only the layers are there."""
    if isinstance(layers, str):
        raise TypeError(f"layers must be a list of names, such as ['ge2e']; got {layers!r:.200}.")
    needs = getattr(METHODS[method].estimator, "needs_from_source", "nothing")
    if layers and needs != LAYERS:
        raise ValueError(
            f"The method {method!r} needs {needs} to learn from; a network whose layers are "
            f"columns, as those of layers={list(layers)!r:.200}, has its {LAYERS} only. Choose a "
            "method that reads layers, such as 'progressive'."
        )


def _rows_to_train_on(X, labels, columns, speaker, duplicates):
    """Return the rows without copies, if each column that is learned has classes."""
    for name in columns:
        if name != speaker:
            check_no_ratings(name, labels[name], text=True)
    rows = settle_duplicates({"": (X, labels)}, columns, speaker, duplicates)[""]
    check_enough_rows(rows.labels[columns[0]])
    return rows


def check_enough_rows(y):
    """Raise unless there are classes, and rows of each to train on and to choose the epoch by."""
    counts = pd.Series(y).value_counts()
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            "There must be two classes or more, each with two rows or more; in the column "
            f"{y.name!r} there are {counts.to_dict()}."
        )


def _make_network(method, sources, estimator, seed):
    """Return the unfitted network, with sources that are fitted or that it will train first."""
    options = clone(estimator).get_params(deep=False) | {"random_state": seed}
    network = method.estimator(**options, **method.extra(estimator))
    if sources:
        # A source without a seed gets one of its own from that of the network that reads it.
        fresh = DNNClassifier(**options | {"random_state": None})
        network.source = [(s, fresh) if isinstance(s, str) else tuple(s) for s in sources]
    return network


def _fit(X, y, network, groups, source_y):
    """Return a network behind the normalisation of its training rows, both fitted."""
    # With names, so that a network that serves as a source finds its features by them.
    scaler = StandardScaler().set_output(transform="pandas")
    options = {"groups": groups, "source_y": source_y}
    options = {f"network__{name}": v for name, v in options.items() if v is not None}
    return Pipeline([("scaler", scaler), ("network", network)]).fit(X, y, **options)
