"""How a fold gets the placebo of a source: the same network, and nothing that it could know.

What is trained learns shuffled labels. What came fitted gives the layers of other rows. Both are
shuffled within the training rows, the validation rows and the test rows by themselves, so that no
set tells anything about another one.
"""

from dataclasses import dataclass, replace

import numpy as np

from skprognet._scores import PLACEBO_OF, base_source
from skprognet.evaluation._one_fit import fit_seed
from skprognet.evaluation._run_sources import CorpusSource, FittedSource, TaskSource
from skprognet.sources import PlaceboSource, as_source, ask_match


def shuffled_order(n_rows, parts, seed):
    """Return the numbers of all rows, permuted within each part.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    parts : sequence of ndarray of int
        Rows that are exchanged with each other; those in no part keep their place.
    seed : int
        Fixes the permutation.

    Returns
    -------
    ndarray of int of shape (n_rows,)
        For each row the one that takes its place.

    Examples
    --------
    >>> shuffled_order(6, [[0, 1, 2], [4, 5]], seed=0).tolist()
    [2, 0, 1, 3, 5, 4]
    """
    order, rng = np.arange(n_rows), np.random.default_rng(seed)
    for rows in parts:
        order[rows] = rng.permutation(rows)
    return order


def _seed(run, split, name):
    """Return the seed of a permutation, which is none of the seeds of fits."""
    return fit_seed(run.random_state, split.repeat, split.fold, f"order of {name}")


class PlaceboTask(TaskSource):
    """A task whose labels are shuffled within its training rows, and within its validation rows.

    Its score is that against the true labels of the test rows.
    """

    def labels_to_learn(self, run, split, size):
        """Return the labels of all rows, shuffled."""
        parts = [split.train[size], split.validation]
        return self.labels[shuffled_order(len(self.labels), parts, _seed(run, split, self.name))]


class PlaceboCorpus(CorpusSource):
    """Another corpus whose labels are shuffled within its training and its validation rows."""

    def rows_of(self, split):
        """Return the rows of the corpus."""
        return split.of_sources[base_source(self.name)]

    def labels_to_learn(self, run, split):
        """Return the labels of all rows of the corpus, shuffled."""
        train, validation, _ = self.rows_of(split)
        order = shuffled_order(
            len(self.corpus.y), [train, validation], _seed(run, split, self.name)
        )
        return self.corpus.y[order]


@dataclass
class PlaceboFitted(FittedSource):
    """A fitted source whose layers are permuted among the rows."""

    once_per_split = False  # its rows are those of each training set

    def ready(self, run, split, size, X, fitted=None):
        """Return the source with the layers of other rows of the same set."""
        parts = [split.train[size], split.validation, split.test]
        order = shuffled_order(len(X), parts, _seed(run, split, self.name))
        given = run.rows(X, [self.name])
        names, rows = getattr(given, "names", None), np.asarray(given)
        source = ask_match(as_source(self.estimator), names, rows.shape[1])
        placebo = PlaceboSource(source, rows, order, names)
        return replace(super().ready(run, split, size, X), estimator=placebo)


_PLACEBOS = {TaskSource: PlaceboTask, CorpusSource: PlaceboCorpus, FittedSource: PlaceboFitted}


def placebo_source(source):
    """Return how a fold gets the placebo of a source.

    Parameters
    ----------
    source : TaskSource, CorpusSource or FittedSource
        How a fold gets the source itself.

    Returns
    -------
    PlaceboTask, PlaceboCorpus or PlaceboFitted
        With the name "placebo of ...".
    """
    return _PLACEBOS[type(source)](**{**vars(source), "name": PLACEBO_OF + source.name})
