"""Make the placebo of a source: the same network, but without useful knowledge.

If the source is trained here, its placebo learns labels that are shuffled within its training rows
and within its validation rows. If it came fitted, its placebo returns the layers of other rows,
permuted within the training rows, within the validation rows and within the test rows. So no set
of rows reveals anything about another set.
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
        Rows that are permuted among each other. Rows outside all parts stay where they are.
    seed : int
        Seed of the permutation.

    Returns
    -------
    ndarray of int of shape (n_rows,)
        For each row, the number of the row that replaces it.

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
    """Return the seed of a permutation, which differs from all seeds of fits."""
    return fit_seed(run.random_state, split.repeat, split.fold, f"order of {name}")


class PlaceboTask(TaskSource):
    """A task whose labels are shuffled within its training rows and within its validation rows.

    It is scored against the true labels of the test rows.
    """

    def labels_to_learn(self, run, split, size):
        """Return the labels of all rows, shuffled."""
        parts = [split.train[size], split.validation]
        return self.labels[shuffled_order(len(self.labels), parts, _seed(run, split, self.name))]


class PlaceboCorpus(CorpusSource):
    """Another corpus with labels shuffled within its training and within its validation rows."""

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

    once_per_split = False  # the permutation depends on the training set

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
    """Return the placebo of a source.

    Parameters
    ----------
    source : TaskSource, CorpusSource or FittedSource
        The source itself.

    Returns
    -------
    PlaceboTask, PlaceboCorpus or PlaceboFitted
        With the name "placebo of ...".
    """
    return _PLACEBOS[type(source)](**{**vars(source), "name": PLACEBO_OF + source.name})
