"""Train one network for use on all rows of a corpus, with its normalisation and sources."""

from dataclasses import dataclass, field

from pandas.api.types import is_list_like
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skprognet._checks import check_choice
from skprognet._wording import first_few
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._label_columns import (
    check_columns,
    check_no_labels,
    check_same_rows,
    warn_of_shared_speakers,
)
from skprognet.experiments._methods import METHODS, check_methods
from skprognet.experiments._network_values import (
    check_kind_found,
    check_network,
    networks_by_kind,
)
from skprognet.experiments._rows_to_train_on import (
    DRAWN,
    check_rows_to_train_on,
    count_training_rows,
)
from skprognet.experiments._task_labels import as_tasks, kind_of_task
from skprognet.features import warn_of_layers
from skprognet.model_selection import validation_groups
from skprognet.sources import LAYERS, POSTERIORS, LayerSource, offers


@dataclass
class TrainedModel:
    """A model from :func:`train_model`, and a summary of its training rows.

    Attributes
    ----------
    model : Pipeline
        The fitted normalisation and network, for :func:`~skprognet.persistence.save_model`.
    n_rows : int
        Number of rows, including those that chose the epoch.
    dropped_rows : list of int
        The rows that were left out as copies of others, counted from 0.
    validation : {"speaker-independent", "stratified", "random", "none"}
        How the rows that chose the epoch were drawn: from other speakers, from each class, or (for
        numbers) from all rows; "none" if `estimator` has ``early_stopping=False``.
    counts : dict
        ``classes``: the number of rows with each label, or ``numbers``: their mean,
        standard_deviation, lowest and highest. Also ``speakers`` (their number) and ``corpora``
        (the number of rows of each), if the labels have these columns.

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

    The features are normalised over all rows. A tenth of the rows (`validation_fraction` of the
    network) chooses the epoch. Their score does not show how well the model does on new
    recordings; use :func:`transfer_between_tasks` for that.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Features.
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of all tasks, and the speakers if there are any.
    target : str, default="emotion"
        Column of `labels` to recognise, or to predict as a number.
    kind : {"classes", "numbers"}, default=None
        What the target holds. None decides by the labels: numbers that are not all whole are
        numbers to predict, and anything else is classes. See :func:`transfer_between_tasks`.
    method : str, default="dnn"
        "dnn" is a network without a source, "fine-tuned" a network that starts with the weights of
        its source, and "progressive" a network that reads its sources. For other methods see
        :func:`transfer_between_tasks`.
    sources : sequence of str or of (str, estimator), default=()
        The sources: a column of `labels`, on which a network is trained first, or a name and a
        fitted network. A column may hold classes or numbers. All networks read the features as
        normalised here.
    layers : sequence of str, default=()
        Pretrained networks whose layers are columns of `X`, such as "ge2e". Each becomes a further
        source, a :class:`~skprognet.sources.LayerSource`. The other networks do not read these
        columns.
    speaker : str, default="speaker"
        Column of the speakers, which need not exist. If possible, the validation rows have other
        speakers than the training rows.
    validation : {"speaker-independent", "stratified"}, default=None
        See :func:`~skprognet.model_selection.validation_groups`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do about rows with equal features; see :func:`transfer_between_tasks`.
    estimator : DNNClassifier or DNNRegressor, default=None
        The network whose parameters all networks share; each network is of the kind of its task.
        None means ``DNNClassifier()``, the paper's, or ``DNNRegressor()``.
    random_state : int, default=0
        Seed of the network. The seed of a source that is trained first is derived from it.

    Returns
    -------
    TrainedModel
        The model, and a summary of its training rows.

    Raises
    ------
    ValueError
        If a label is missing, `X` and `labels` have different rows or another order of rows, `X`
        has a column of these labels, a class has fewer than two rows, there are fewer than four
        rows of numbers, rows are duplicates, the speakers cannot be kept apart, the method reads
        no sources although there are some or needs a source and has none, the target is one of the
        sources, the method cannot learn numbers, cannot read layers that are columns or reads the
        classes of a source of numbers, or `estimator` is a regressor although the labels are taken
        as classes and `kind` is None.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, one of its parameters is of
        the wrong type, or `sources` is not a list of names and pairs.

    Warns
    -----
    UserWarning
        If columns of `X` have the names of layers of a speech model, but are used as features; if
        labels are nearly the same, such as "anger" and "angry"; if names of speakers differ only
        in case or blanks; if speakers of several corpora have the same name and are a source; or
        if rows are duplicates and ``duplicates="keep"``.

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
    untrained = check_network(estimator)
    _check_layers(method, layers)
    sources = _check_pairs(sources)
    warn_of_layers(X, layers)
    columns = [source for source in sources if isinstance(source, str)]
    advice = "Rename columns, or pass target= and sources=."
    labels = check_columns(labels, [target, *columns], advice, names=[speaker], stacklevel=3)
    check_no_labels(X, labels, [target, *columns, speaker])
    if speaker in columns:
        warn_of_shared_speakers(labels, speaker, stacklevel=3)
    check_same_rows(X, labels)
    actual_kind = kind_of_task(labels, target, kind, [speaker])
    if kind is None:
        check_kind_found(untrained, actual_kind)
    kind = actual_kind
    check_methods([method], kind)
    _check_sources(method, sources, layers, target)
    kinds = {name: kind_of_task(labels, name, names=[speaker]) for name in columns}
    labels = as_tasks(labels, kinds | {target: kind})
    network = check_network(estimator, kind=kind).set_params(random_state=random_state)
    corpus = {"": (X, labels)}
    rows = settle_duplicates(corpus, [target, *columns], speaker, duplicates, stacklevel=3)[""]
    y = rows.labels[target]
    check_rows_to_train_on(y, kind)
    groups = validation_groups(
        rows.labels, target, kind=kind, speaker=speaker, validation=validation
    )
    model = METHODS[method].make(network)
    sources = [*sources, *((name, LayerSource(name)) for name in layers)]
    if sources:
        model.source = _make_sources(sources, network, kinds)
        _check_readable(method, model.source)
    source_y = rows.labels[columns] if columns else None
    return TrainedModel(
        _fit(rows.X, y, model, groups, source_y),
        n_rows=len(rows.X),
        dropped_rows=rows.dropped,
        validation=_how_validated(model, kind, groups),
        counts=count_training_rows(rows.labels, target, kind, speaker),
    )


def _how_validated(model, kind, groups):
    """Return how the validation rows were drawn; "none" if there are none."""
    if not model.early_stopping:
        return "none"
    return DRAWN[kind] if groups is None else "speaker-independent"


def _check_layers(method, layers):
    """Raise if the method needs more of a source than layers that are columns."""
    if isinstance(layers, str):
        raise TypeError(
            f"layers must be a list of names, such as ['ge2e']; got {layers!r:.200}. Pass a list."
        )
    needs = getattr(METHODS[method].estimator, "needs_from_source", "no source")
    if layers and needs != LAYERS:
        raise ValueError(
            f"The method must be one that reads layers, such as 'progressive', if layers are "
            f"passed; got {method!r}, which needs {needs}, and layers={list(layers)!r:.200}. "
            "Choose such a method, or leave layers out."
        )


def _check_pairs(sources):
    """Return the sources as a list; raise unless each is the name of a column or a pair."""
    if not is_list_like(sources):
        raise TypeError(
            "sources must be a list of columns or of (name, network), such as ['speaker']; got "
            f"{sources!r:.200}. Pass a list."
        )
    sources = list(sources)
    for source in sources:
        is_pair = isinstance(source, (tuple, list)) and len(source) == 2
        if not isinstance(source, str) and not (is_pair and isinstance(source[0], str)):
            raise TypeError(
                "Each source must be the name of a column, or a name and a fitted network; got "
                f"{source!r:.200}. Pass (name, network)."
            )
    return sources


def _check_sources(method, sources, layers, target):
    """Raise if the method would ignore the sources, lacks a source, or reads the target."""
    reads_sources = hasattr(METHODS[method].estimator, "needs_from_source")
    if sources and not reads_sources:
        raise ValueError(
            "The method must be one that reads sources, such as 'progressive', if sources are "
            f"passed; got {method!r}. Choose such a method, or leave sources out."
        )
    if reads_sources and not sources and not layers:
        raise ValueError(
            f"The method {method!r} must have a source; got none. Pass sources=, or choose the "
            "method 'dnn'."
        )
    if target in sources:
        raise ValueError(
            f"sources must be other tasks than the target; got {target!r} as both. Leave it out "
            "of sources."
        )


def _check_readable(method, sources):
    """Raise if the method reads the classes of its sources, and one predicts numbers."""
    if METHODS[method].estimator.needs_from_source != POSTERIORS:
        return
    lacking = [name for name, source in sources if POSTERIORS not in offers(source)]
    if lacking:
        raise ValueError(
            f"Each source of the method {method!r} must learn classes; got {first_few(lacking)}, "
            "which learns numbers or offers layers only. Leave it out, or choose the method "
            "'progressive'."
        )


def _make_sources(sources, network, kinds):
    """Return each source with its name: a fitted one, or a network that is trained first."""
    # Without a seed, a source gets one derived from the seed of the network that reads it.
    networks = networks_by_kind(network)
    fresh = {
        name: clone(networks[kind]).set_params(random_state=None) for name, kind in kinds.items()
    }
    return [(s, fresh[s]) if isinstance(s, str) else tuple(s) for s in sources]


def _fit(X, y, network, groups, source_y):
    """Return a fitted pipeline of normalisation and network."""
    # The scaler keeps names, so that a fitted network as a source finds its features by name.
    scaler = StandardScaler().set_output(transform="pandas")
    options = {"groups": groups, "source_y": source_y}
    options = {name: value for name, value in options.items() if value is not None}
    # The fit of a pipeline takes such options in another way if metadata routing is on.
    network.fit(scaler.fit_transform(X), y, **options)
    return Pipeline([("scaler", scaler), ("network", network)])
