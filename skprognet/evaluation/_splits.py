"""Draw the rows of every split of a run, and check them before any training."""

from dataclasses import dataclass

import numpy as np
from pandas.api.types import is_list_like

from skprognet._checks import check_number
from skprognet.evaluation._tasks import TASKS

N_ORDERS = 1000  # how many random orders of the training folds are tried to get every class


@dataclass
class Split:
    """The rows of one split.

    Attributes
    ----------
    repeat, fold : int
        Which split, counted from 0.
    train : dict of int or None to ndarray
        The training rows for each number of training folds; the key None means all folds.
    validation, test : ndarray
        The rows that choose the epoch, and the rows that score it.
    of_sources : dict of str to tuple of ndarray
        The training, validation and test rows of each source that is another corpus.
    """

    repeat: int
    fold: int
    train: dict
    validation: np.ndarray
    test: np.ndarray
    of_sources: dict

    @property
    def tested(self):
        """The test rows in ascending order, in which they are scored."""
        return np.sort(self.test)

    def __str__(self):
        return f"repeat {self.repeat + 1}, fold {self.fold + 1}"


def _triples(cv, X, y, groups):
    """Return the (train, validation, test) of every split of a splitter."""
    if not hasattr(cv, "split_with_validation"):
        raise TypeError(
            "cv must be a splitter with split_with_validation, such as "
            f"RepeatedSpeakerStratifiedKFold; got {cv!r}. Use a splitter of "
            "skprognet.model_selection."
        )
    return list(cv.split_with_validation(X, y, groups))


def _triples_of_source(cv, name, source, n_splits):
    """Return the triples of every split of another corpus; pooled corpora are split separately."""
    of_parts = []
    for rows in source.parts:
        groups = None if source.groups is None else source.groups[rows]
        y = TASKS[source.kind].to_spread(source.y[rows])
        triples = _triples(cv, source.X[rows], y, groups)
        if len(triples) != n_splits:
            raise ValueError(
                f"The corpus {name!r} must have as many splits as the target, {n_splits}; got "
                f"{len(triples)}. Use a splitter with a fixed number of folds."
            )
        of_parts.append([[rows[each] for each in triple] for triple in triples])
    return [
        tuple(map(np.concatenate, zip(*triples, strict=True)))
        for triples in zip(*of_parts, strict=True)
    ]


def nested_subsets(folds, y, sizes, rng, task):
    """Put the folds in a random order, and return the rows of the first n for each size n.

    If the smallest subset lacks a class of `y`, another order is drawn, since a network cannot
    learn a class that it does not see. For numbers any order is accepted.

    Parameters
    ----------
    folds : list of ndarray
        Rows of each training fold.
    y : ndarray of shape (n_samples,)
        Labels of all rows.
    sizes : tuple of int
        Numbers of folds.
    rng : numpy.random.Generator
        Generator of the order.
    task : ClassTask or NumberTask
        The kind of the labels.

    Returns
    -------
    dict of int to ndarray
        The sorted rows for each size. Smaller subsets are contained in larger ones.

    Raises
    ------
    ValueError
        If no tried order has every class in its smallest subset.
    """
    required = task.required_classes(y[np.concatenate(folds)])
    for _ in range(N_ORDERS):
        order = rng.permutation(len(folds))
        first = np.concatenate([folds[i] for i in order[: min(sizes)]])
        if task.required_classes(y[first]) == required:
            return {n: np.sort(np.concatenate([folds[i] for i in order[:n]])) for n in sizes}
    raise ValueError(
        f"Every class must be in the training rows of every split; got no choice of {min(sizes)} "
        f"of {len(folds)} training folds (about {len(first)} rows) that has all of "
        f"{sorted(map(str, required))}. Leave the smallest of train_folds out."
    )


def _check_train_folds(train_folds, n_folds):
    """Return the numbers of training folds as a tuple."""
    if train_folds is None:
        return None
    if not is_list_like(train_folds):
        raise TypeError(
            "train_folds must be a sequence of numbers of training folds; got "
            f"{train_folds!r}. Pass for example (1, 2, 4)."
        )
    train_folds = tuple(train_folds)
    for number in train_folds:
        check_number("train_folds", number, "integer", low=1, high=n_folds - 2)
    if not train_folds or len(set(train_folds)) < len(train_folds):
        raise ValueError(
            f"train_folds must hold different numbers of training folds; got {train_folds}. Pass "
            "each number once."
        )
    return train_folds


def draw_splits(cv, run):
    """Return every split of the run, after checking that networks can be trained on it.

    Parameters
    ----------
    cv : splitter with ``split_with_validation``
        Splits the rows of the target and of every other corpus.
    run : Run
        What all fits share.

    Returns
    -------
    list of Split
        The splits, repeat by repeat.

    Raises
    ------
    ValueError
        If the folds cannot be made, another corpus has a different number of splits, or a class
        is missing from training rows.
    TypeError
        If `cv` does not give validation rows.
    """
    triples = _triples(cv, run.X, run.task.to_spread(run.y), run.groups)
    n_folds = len(triples) // getattr(cv, "n_repeats", 1)
    train_folds = _check_train_folds(run.train_folds, n_folds)
    of_sources = {
        name: _triples_of_source(cv, name, source, len(triples))
        for name, source in run.corpora.items()
    }
    splits = []
    for number, (train, validation, test) in enumerate(triples):
        repeat, fold = divmod(number, n_folds)
        subsets = {None: train}
        if train_folds is not None:
            folds = [t for _, _, t in triples[repeat * n_folds : (repeat + 1) * n_folds]]
            training_folds = [rows for rows in folds if np.isin(rows, train).all()]
            rng = np.random.default_rng([run.random_state, repeat, fold])
            subsets = nested_subsets(training_folds, run.y, train_folds, rng, run.task)
        rows_of_sources = {name: of_source[number] for name, of_source in of_sources.items()}
        split = Split(repeat, fold, subsets, validation, test, rows_of_sources)
        _check_trainable(split, run)
        splits.append(split)
    return splits


def _check_trainable(split, run):
    """Raise if the labels of the target or of a source cannot be learned from training rows."""
    for train in split.train.values():
        run.task.check_trainable(run.y, train, str(split))
    for source in run.run_sources.values():
        source.check_split(run, split)
