"""The data, methods and settings that all fits of a run share."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from skprognet._scores import NO_SOURCE, PLACEBO_OF, placebo_of
from skprognet._target_kind import CLASSES
from skprognet.evaluation._one_fit import normalise
from skprognet.evaluation._run_columns import NamedRows, RunColumns
from skprognet.evaluation._run_placebos import placebo_source
from skprognet.evaluation._run_sources import as_run_source
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._source_estimator import source_estimator_for, source_estimators
from skprognet.evaluation._tasks import TASKS
from skprognet.metrics import Score, get_score
from skprognet.sources import LABELS

NOT_OF_THE_NETWORK = ("random_state", "n_threads", "verbose")


def is_transfer(method):
    """Return whether the method learns from a source."""
    return "source" in method.get_params(deep=False)


def reads_several(method):
    """Return whether a method can read more than one source at a time."""
    return getattr(method, "reads_several_sources", False)


def keeps_its_source(method):
    """Return whether a method reads frozen layers beside its own; then it can have a placebo."""
    return getattr(method, "keeps_its_source", False)


def what_it_needs(method):
    """Return what a method needs from a source; None for a user's method that reads any source."""
    return getattr(method, "needs_from_source", None)


@dataclass
class Run:
    """The arrays, names and methods that all fits share; each worker receives it once.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        Features of the target corpus, before normalisation.
    y : ndarray of shape (n_samples,)
        Labels of the target task; numbers are float64.
    methods : dict of str to estimator
        All methods, with and without a source.
    sources : dict of str to ndarray, SourceCorpus or fitted estimator
        Labels to train a source on, another corpus to train one on, or a fitted source.
    combined_sources : list of tuple of str
        Sources that are read together.
    source_estimator : estimator, dict of str to estimator, or None
        The estimator that is trained as a source; a dict has one for each kind of task.
    scoring : Score
        The score of the test rows.
    normalisation : {"corpus", "training", "speaker", "none"}
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    random_state : int
        Seed of all fits.
    target, corpus : str
        Names of the target task and of its corpus.
    groups : ndarray of shape (n_samples,) or None
        The groups for the splitter.
    speakers : ndarray of shape (n_samples,) or None
        Speaker of each row, for normalisation by speaker.
    train_folds : tuple of int or None
        Numbers of training folds, each run by itself; None means all of them.
    return_curves : bool
        Whether the score of every epoch is kept.
    return_predictions : bool
        Whether the predictions of the test rows are kept.
    columns : RunColumns or None
        Which columns of X each fit is given; None if all fits are given all columns.
    placebo : tuple of str
        The sources, and combinations of sources, that are also run as a placebo.
    kind : {"classes", "numbers"}
        The kind of the labels of the target.
    counter_masks : bool
        Whether dropout depends only on seed, step and unit, as when networks are trained together.
    plain, transfer : dict of str to estimator
        The methods without and with a source.
    run_sources : dict of str to TaskSource, CorpusSource or FittedSource
        Each source, including placebos, in the form that folds train or use.
    """

    X: np.ndarray
    y: np.ndarray
    methods: dict
    sources: dict
    combined_sources: list
    source_estimator: object
    scoring: Score
    normalisation: str
    random_state: int
    target: str
    corpus: str
    groups: np.ndarray | None = None
    speakers: np.ndarray | None = None
    train_folds: tuple | None = None
    return_curves: bool = False
    return_predictions: bool = False
    columns: RunColumns | None = None
    placebo: tuple = ()
    kind: str = CLASSES
    counter_masks: bool = False
    plain: dict = field(init=False)
    transfer: dict = field(init=False)
    run_sources: dict = field(init=False)

    def __post_init__(self):
        self.transfer = {name: m for name, m in self.methods.items() if is_transfer(m)}
        self.plain = {name: m for name, m in self.methods.items() if name not in self.transfer}
        self.run_sources = {name: as_run_source(name, s) for name, s in self.sources.items()}
        controls = {n: names for n, names in self.source_sets.items() if placebo_of(n) is not None}
        for name in dict.fromkeys(name for names in controls.values() for name in names):
            self.run_sources[name] = placebo_source(self.run_sources[placebo_of(name)])

    def __sizeof__(self):
        # Dask decides by this size whether to send an object to each worker only once.
        of_sources = sum(self.run_sources[name].nbytes for name in self.sources)
        return object.__sizeof__(self) + self.X.nbytes + self.y.nbytes + of_sources

    @property
    def trained(self):
        """The estimators that the run trains: those of the methods, then those of sources."""
        return [*self.methods.values(), *source_estimators(self.source_estimator).values()]

    @property
    def source_sets(self):
        """The sets of one or several sources that methods read, by their names in the result."""
        single = {name: (name,) for name in self.sources}
        sets = single | {" + ".join(names): tuple(names) for names in self.combined_sources}
        with_placebos = {}
        for name, names in sets.items():
            with_placebos[name] = names
            if name in self.placebo:
                with_placebos[PLACEBO_OF + name] = tuple(PLACEBO_OF + each for each in names)
        return with_placebos

    @property
    def task(self):
        """The kind of the target task, with its checks and messages."""
        return TASKS[self.kind]

    def score_for(self, task):
        """Return the score of a task: that of the run, or the default for a task of other kind."""
        return self.scoring if task is self.task else get_score(task.scoring)

    def estimator_for(self, source):
        """Return the estimator that is trained on the labels of a source."""
        return source_estimator_for(source.task, self.source_estimator, source.name)

    @property
    def corpora(self):
        """The sources that are other corpora."""
        return {
            n: source for n, source in self.sources.items() if isinstance(source, SourceCorpus)
        }

    def baseline(self, method):
        """Return the name of the method that is the same network without a source, or "none".

        All of its parameters, such as the layer sizes, have the same values in `method`.
        """
        parameters = _parameters(self.methods[method])
        for name, plain in self.plain.items():
            of_plain = _parameters(plain)
            if of_plain and of_plain.items() <= parameters.items():
                return name
        return NO_SOURCE

    def methods_for(self, source_name):
        """Return the methods that read a set of sources, given its name in the result."""
        return self.plain if source_name == NO_SOURCE else self._readers[source_name]

    @cached_property
    def _readers(self):
        return {
            source_name: {n: m for n, m in self.transfer.items() if self._reads(m, source_name)}
            for source_name in self.source_sets
        }

    def _reads(self, method, source_name):
        """Return whether a method can read a set of sources, which may be a placebo."""
        names, needs = self.source_sets[source_name], what_it_needs(method)
        if len(names) > 1 and not reads_several(method):
            return False
        if placebo_of(source_name) is not None and not keeps_its_source(method):
            return False
        return needs is None or all(needs in self.run_sources[name].offers for name in names)

    def is_trained_for(self, source_name):
        """Return whether any method that reads a set of sources needs more than their labels."""
        return any(what_it_needs(m) != LABELS for m in self.methods_for(source_name).values())

    def is_trained(self, name):
        """Return whether any method reads a network of this source, so that one is trained."""
        sets = self.source_sets.items()
        return any(name in names and self.is_trained_for(each) for each, names in sets)

    def normalised(self, train):
        """Return X as normalised for fits on these training rows."""
        if self.normalisation == "training":
            return normalise(self.X, train, "training", self.speakers)
        return self._normalised  # the same for all training rows

    @cached_property
    def _normalised(self):
        return normalise(self.X, None, self.normalisation, self.speakers)

    def rows(self, X, sources=()):
        """Return X with the columns that a fit that reads these sources is given."""
        return X if self.columns is None else self.columns.rows(X, sources)

    def named(self, X):
        """Return the rows of another corpus with the names of the shared columns."""
        if self.columns is None:
            return X
        return NamedRows(X, self.columns.names[self.columns.shared])

    def columns_seen(self, estimator, given, X, rows):
        """Return which columns of X a fit was given; None if every fit is given all of them."""
        return None if self.columns is None else self.columns.seen(estimator, given, X, rows)


def _parameters(method):
    """Return the parameters that define the network, as text."""
    params = method.get_params(deep=False)
    return {name: _text(value) for name, value in params.items() if name not in NOT_OF_THE_NETWORK}


def _text(value):
    """Return the text of a value, the same for a list and a tuple, or for numpy's number."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return repr([_text(each) for each in value])
    return repr(value.item() if isinstance(value, np.generic) else value)
