"""Get a source for a fold: trained on labels, trained on another corpus, or already fitted."""

from dataclasses import dataclass

import numpy as np

from skprognet._fingerprints import fingerprints
from skprognet._target_kind import hint_of_text, kind_of_target
from skprognet.evaluation._one_fit import (
    fit_to_do,
    holds_out,
    normalise_parts,
    own_score,
    seed_of,
    seeded,
)
from skprognet.evaluation._seen_by_fitted import seen_by_fitted
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._tasks import TASKS
from skprognet.sources import LABELS, offers


@dataclass
class ReadySource:
    """A fitted source that methods can read.

    Attributes
    ----------
    estimator : estimator
        The fitted estimator.
    seed : int or None
        Seed of its fit; None if it came fitted.
    score : float
        Score on its own task; NaN if unknown.
    seen : ndarray of bool of shape (n_samples,), UNKNOWN or None
        Which rows of the target corpus it was given; None if only the methods can tell.
    columns_seen : ndarray of bool of shape (n_columns,), or None
        Which columns of X it was given; None if it was not trained here on rows of X, or if every
        fit is given all columns.
    """

    estimator: object
    seed: int | None
    score: float
    seen: np.ndarray | None
    columns_seen: np.ndarray | None = None


@dataclass
class TaskSource:
    """Labels of rows of the target corpus, on which a source is trained for each training set."""

    name: str
    labels: np.ndarray
    task: type
    once_per_split = False
    n_fits = 1
    nbytes = 0  # labels are few

    @property
    def offers(self):
        """What methods can use of it."""
        return self.task.offers

    def to_fit(self, run, split, size, X):
        """Return the fit on the training rows with the labels of the task."""
        labels = self.labels_to_learn(run, split, size)
        estimator = seeded(run.estimator_for(self), self._seed(run, split, size))
        rows = split.train[size]
        return fit_to_do(self.task, estimator, run.rows(X), labels, rows, split.validation)

    def _seed(self, run, split, size):
        return seed_of(run, split, f"source {self.name}", size)

    def ready(self, run, split, size, X, fitted):
        """Return the source for the methods, once it is fitted."""
        rows, scoring = split.train[size], run.score_for(self.task)
        score = own_score(self.task, scoring, fitted, self.labels, rows, split.test)
        columns = run.columns_seen(fitted.estimator, fitted.given, X, rows)
        seed = self._seed(run, split, size)
        return ReadySource(fitted.estimator, seed, score, fitted.seen, columns)

    def labels_to_learn(self, run, split, size):
        """Return the labels of all rows."""
        return self.labels

    def check_split(self, run, split):
        """Raise unless the labels can be learned from the training rows."""
        for train in split.train.values():
            labels = np.unique(self.labels[train]).tolist()
            if len(labels) < 2:
                raise ValueError(
                    f"The source task {self.name!r} must have at least 2 {self.task.units} in the "
                    f"training rows of every split; got {labels} in {split}. Use fewer folds."
                )
            if run.is_trained(self.name):
                self._check_held_out(run.estimator_for(self), split, train)

    def _check_held_out(self, estimator, split, train):
        """Raise if a network must hold out rows of every class, and a class has a single row."""
        if not holds_out(self.task, estimator, self.labels, train, split.validation):
            return
        labels, counts = np.unique(self.labels[train], return_counts=True)
        if counts.min() < 2:
            raise ValueError(
                f"The source task {self.name!r} must have 2 rows of each class in the training "
                "rows of every split, since its network holds some of them out for validation; "
                f"got 1 row of class {labels.tolist()[counts.argmin()]!r} in {split}. Drop this "
                f"row, or use other folds.{hint_of_text(self.labels)}"
            )


@dataclass
class CorpusSource:
    """Another corpus, in whose own folds a source is trained once for each split."""

    name: str
    corpus: SourceCorpus
    once_per_split = True
    n_fits = 1

    @property
    def task(self):
        """The kind of its task."""
        return TASKS[self.corpus.kind]

    @property
    def offers(self):
        """What methods can use of it, which excludes labels for rows of the target corpus."""
        return self.task.offers - {LABELS}

    @property
    def nbytes(self):
        return self.corpus.X.nbytes + self.corpus.y.nbytes

    def to_fit(self, run, split, size, X):
        """Return the fit on the training rows of the other corpus."""
        train, validation, _ = self.rows_of(split)
        labels = self.labels_to_learn(run, split)
        estimator = seeded(run.estimator_for(self), self._seed(run, split))
        own_X = run.named(self._normalised(run, train))
        return fit_to_do(self.task, estimator, own_X, labels, train, validation)

    def _normalised(self, run, train):
        corpus = self.corpus
        return normalise_parts(corpus.X, train, run.normalisation, corpus.speakers, corpus.parts)

    def _seed(self, run, split):
        return seed_of(run, split, f"source {self.name}", None)

    def ready(self, run, split, size, X, fitted):
        """Return the source for the methods, once it is fitted."""
        (train, _, test), scoring = self.rows_of(split), run.score_for(self.task)
        score = own_score(self.task, scoring, fitted, self.corpus.y, train, test)
        # Compare rows before normalisation, since each corpus is normalised by itself.
        known = fingerprints(self.corpus.X)[fitted.seen]
        seen = np.isin(fingerprints(run.rows(run.X)), known)
        return ReadySource(fitted.estimator, self._seed(run, split), score, seen)

    def rows_of(self, split):
        """Return its own training, validation and test rows."""
        return split.of_sources[self.name]

    def labels_to_learn(self, run, split):
        """Return the labels of all rows of the corpus."""
        return self.corpus.y

    def check_split(self, run, split):
        """Raise unless the labels can be learned from the training rows of the other corpus."""
        train, _, _ = self.rows_of(split)
        self.task.check_trainable(self.corpus.y, train, f"{split} of the corpus {self.name!r}")


@dataclass
class FittedSource:
    """A source that the user has fitted."""

    name: str
    estimator: object
    once_per_split = True
    n_fits = 0
    nbytes = 0

    @property
    def offers(self):
        """What methods can use of it."""
        return offers(self.estimator)

    def to_fit(self, run, split, size, X):
        """Return None: there is nothing to fit."""
        return None

    def ready(self, run, split, size, X, fitted=None):
        """Return the source unchanged, with the rows that it has seen."""
        seen = seen_by_fitted(run, self.name, self.estimator, X, split.train[size])
        return ReadySource(self.estimator, None, np.nan, seen)

    def check_split(self, run, split):
        """Accept any split, since nothing is trained."""


def as_run_source(name, source):
    """Return a TaskSource, CorpusSource or FittedSource for what the user passed as a source."""
    if isinstance(source, SourceCorpus):
        return CorpusSource(name, source)
    if isinstance(source, np.ndarray):
        return TaskSource(name, source, TASKS[kind_of_target(source)])
    return FittedSource(name, source)
