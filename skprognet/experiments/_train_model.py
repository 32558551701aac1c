"""One network for use: trained on all rows of a corpus, with its normalisation and sources."""

from dataclasses import dataclass, field

import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skprognet._checks import check_choice
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._label_columns import check_columns
from skprognet.experiments._methods import METHODS, check_methods
from skprognet.experiments._network_values import check_network, network_of_kind
from skprognet.experiments._task_labels import as_tasks, kind_of_task
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
    validation : {"speaker-independent", "stratified", "random"}
        Whether other speakers chose the epoch. If not, its rows were drawn from each class, or of
        numbers from all.
    counts : dict
        ``classes``: how many of the rows have each label, or ``numbers``: their mean,
        standard_deviation, lowest and highest; and where the labels have such columns
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
    kind=None,
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
        Column of `labels` that is to be recognised, or to be predicted as a number.
    kind : {"classes", "numbers"}, default=None
        What the target is; None takes numbers that are not all whole as numbers to predict. See
        :func:`transfer_between_tasks`.
    method : str, default="dnn"
        "dnn" is a network alone, "fine-tuned" one that begins with the weights of its source,
        "progressive" one that reads its sources. The other methods of a study have the names that
        :func:`transfer_between_tasks` gives them.
    sources : sequence of str or of (str, estimator), default=()
        What the network learns from: a column of `labels`, on which a network is trained first, or
        a name and a fitted network. A column may have classes or numbers. The networks read the
        features as they are normalised here.
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
    estimator : DNNClassifier or DNNRegressor, default=None
        Its parameters are those of all networks, which are of the kind of their task; None is
        ``DNNClassifier()``, the paper's, or ``DNNRegressor()``.
    random_state : int, default=0
        Seed of the network. A source that is trained first gets a seed that follows from it.

    Returns
    -------
    TrainedModel
        The model, and what it was trained on.

    Raises
    ------
    ValueError
        If a label is missing, a class has less than two rows, there are less than four rows of
        numbers, rows are there twice, the speakers cannot be kept apart, or the method cannot
        learn numbers or from layers that are columns.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, or one of its parameters is
        of the wrong kind.

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
    check_network(estimator)
    _check_layers(method, layers)
    warn_of_layers(X, layers)
    columns = [source for source in sources if isinstance(source, str)]
    advice = "Rename columns, or pass target= and sources=."
    labels = check_columns(labels, [target, *columns], advice, stacklevel=3)
    kind = kind_of_task(labels, target, kind, [speaker])
    check_methods([method], kind)
    kinds = {name: kind_of_task(labels, name, names=[speaker]) for name in columns}
    labels = as_tasks(labels, kinds | {target: kind})
    network = check_network(estimator, kind=kind).set_params(random_state=random_state)
    rows = settle_duplicates({"": (X, labels)}, [target, *columns], speaker, duplicates)[""]
    y = rows.labels[target]
    _CHECK_ROWS[kind](y)
    groups = validation_groups(
        rows.labels, target, kind=kind, speaker=speaker, validation=validation
    )
    model = METHODS[method].make(network)
    sources = [*sources, *((name, LayerSource(name)) for name in layers)]
    if sources:
        model.source = _make_sources(sources, network, kinds)
    source_y = rows.labels[columns] if columns else None
    return TrainedModel(
        _fit(rows.X, y, model, groups, source_y),
        n_rows=len(rows.X),
        dropped_rows=rows.dropped,
        validation=_DRAWN[kind] if groups is None else "speaker-independent",
        counts=_count(rows.labels, target, kind, speaker),
    )


def _count(labels, target, kind, speaker):
    """Return what there is of the target, how many rows of each corpus, how many speakers."""
    counts = {kind: _COUNTS[kind](labels[target])}
    if speaker in labels and speaker != target:
        counts["speakers"] = int(labels[speaker].nunique())
    if "corpus" in labels:
        counts["corpora"] = _rows_of_each(labels["corpus"])
    return counts


def _moments(numbers):
    """Return what a set of numbers is like."""
    return {
        "mean": float(numbers.mean()),
        "standard_deviation": float(numbers.std(ddof=0)),
        "lowest": float(numbers.min()),
        "highest": float(numbers.max()),
    }


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


def check_enough_rows(y):
    """Raise unless there are classes, and rows of each to train on and to choose the epoch by."""
    counts = pd.Series(y).value_counts()
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            "There must be two classes or more, each with two rows or more; in the column "
            f"{y.name!r} there are {counts.to_dict()}."
        )


def check_enough_numbers(y):
    """Raise unless there are rows to train on and rows to choose the epoch by, two of each."""
    if len(y) < 4 or y.nunique() < 2:
        raise ValueError(
            "There must be four rows or more, and different numbers; in the column "
            f"{y.name!r} there are {len(y)} rows and {y.nunique()} different numbers."
        )


def _make_sources(sources, network, kinds):
    """Return each source by its name: fitted, or a network that is trained first."""
    # A source without a seed gets one of its own from that of the network that reads it.
    fresh = {
        name: network_of_kind(network, kind).set_params(random_state=None)
        for name, kind in kinds.items()
    }
    return [(s, fresh[s]) if isinstance(s, str) else tuple(s) for s in sources]


def _fit(X, y, network, groups, source_y):
    """Return a network behind the normalisation of its training rows, both fitted."""
    # With names, so that a network that serves as a source finds its features by them.
    scaler = StandardScaler().set_output(transform="pandas")
    options = {"groups": groups, "source_y": source_y}
    options = {f"network__{name}": v for name, v in options.items() if v is not None}
    return Pipeline([("scaler", scaler), ("network", network)]).fit(X, y, **options)


_CHECK_ROWS = {CLASSES: check_enough_rows, NUMBERS: check_enough_numbers}
_COUNTS = {CLASSES: _rows_of_each, NUMBERS: _moments}
_DRAWN = {CLASSES: "stratified", NUMBERS: "random"}  # how the validation rows are without groups
