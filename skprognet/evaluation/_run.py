"""What all fits of a run share."""

from dataclasses import dataclass, field

import numpy as np

from skprognet._scores import NO_SOURCE
from skprognet.evaluation._run_sources import CorpusSource, as_run_source
from skprognet.metrics import Score

NOT_OF_THE_NETWORK = ("random_state", "n_threads", "verbose")


def is_transfer(method):
    """Return whether the method learns from a source."""
    return "source" in method.get_params(deep=False)


def reads_several(method):
    """Return whether a method can read more than one source at a time."""
    return getattr(method, "reads_several_sources", False)


@dataclass
class Run:
    """The arrays, names and methods that all fits share: each worker gets it once.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        Features of the target corpus, as given.
    y : ndarray of shape (n_samples,)
        Labels of the target task.
    methods : dict of str to classifier
        Those with a source and those without.
    sources : dict of str to ndarray, SourceCorpus or fitted estimator
        Labels to train a source on, another corpus to train one on, or one that is trained.
    combined_sources : list of tuple of str
        Sources that are read together.
    source_estimator : classifier or None
        What is trained as a source.
    scoring : Score
        What the test rows are scored by.
    normalisation : {"corpus", "training", "speaker", "none"}
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    random_state : int
        Seed of all fits.
    target, corpus : str
        Names of the task and of its corpus.
    groups : ndarray of shape (n_samples,) or None
        What the folds are made by.
    speakers : ndarray of shape (n_samples,) or None
        Speaker of each row, for normalisation by speaker.
    train_folds : tuple of int or None
        Numbers of training folds, each run by itself; None is all of them.
    return_curves : bool
        Whether the score of every epoch is kept.
    plain, transfer : dict of str to classifier
        The methods without a source, and those with one.
    how_to_get : dict of str to TaskSource, CorpusSource or FittedSource
        For each source how a fold gets it.
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
    plain: dict = field(init=False)
    transfer: dict = field(init=False)
    how_to_get: dict = field(init=False)

    def __post_init__(self):
        self.transfer = {name: m for name, m in self.methods.items() if is_transfer(m)}
        self.plain = {name: m for name, m in self.methods.items() if name not in self.transfer}
        self.how_to_get = {name: as_run_source(name, s) for name, s in self.sources.items()}

    def __sizeof__(self):
        # Dask looks at the size to decide whether to send an object to each worker once.
        of_sources = sum(source.nbytes for source in self.how_to_get.values())
        return object.__sizeof__(self) + self.X.nbytes + self.y.nbytes + of_sources

    @property
    def source_sets(self):
        """By its name in the result, each set of sources that methods read: one or several."""
        single = {name: (name,) for name in self.sources}
        return single | {
            " + ".join(map(str, names)): tuple(names) for names in self.combined_sources
        }

    @property
    def corpora(self):
        """The sources that are other corpora."""
        return {
            name: source.corpus
            for name, source in self.how_to_get.items()
            if isinstance(source, CorpusSource)
        }

    def baseline(self, method):
        """Return the name of the method that is the same network without its source, or "none".

        It has the parameters of the network, all of them, with the same values.
        """
        own = _parameters(self.methods[method])
        for name, plain in self.plain.items():
            theirs = _parameters(plain)
            if theirs and theirs.items() <= own.items():
                return name
        return NO_SOURCE

    def methods_for(self, names):
        """Return the methods that can read these sources; not all of them read several."""
        if not names:
            return self.plain
        if len(names) == 1:
            return self.transfer
        return {n: m for n, m in self.transfer.items() if reads_several(m)}


def _parameters(method):
    """Return those parameters, as text, that say what kind of network it is."""
    params = method.get_params(deep=False)
    return {name: repr(value) for name, value in params.items() if name not in NOT_OF_THE_NETWORK}
