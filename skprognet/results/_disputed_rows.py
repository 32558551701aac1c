"""Find the rows on which methods disagree, and those whose prediction transfer changes."""

import operator

import numpy as np
import pandas as pd

from skprognet._checks import check_choice, check_number
from skprognet._predictions import FILE, ROW, TRUTH, kind_of_predictions
from skprognet._scores import NO_SOURCE, by_condition, label, methods_in, placebo_of
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.results._class_votes import judge_labels
from skprognet.results._number_means import judge_numbers
from skprognet.results._pairs import networks_without_source
from skprognet.results._tested_rows import check_tested

JUDGES = {CLASSES: judge_labels, NUMBERS: judge_numbers}
# Changes for the better and for the worse, from the quality with a source and without one.
CHANGES = {
    CLASSES: {
        "wrong_to_right": lambda now, before: now & ~before,
        "right_to_wrong": lambda now, before: ~now & before,
    },
    NUMBERS: {"closer": operator.lt, "farther": operator.gt},
}


def most_disputed(predictions, n=20, *, only=None, against=None):
    r"""List the rows on which methods disagree most.

    Each method has one vote for each repeat. A share :math:`q_m(c)` of the votes of method m is
    for class c. The disagreement of M methods on a row is the Jensen-Shannon divergence of their
    votes,

    .. math::

        D = H\!\left(\frac{1}{M} \sum_{m=1}^{M} q_m\right) - \frac{1}{M} \sum_{m=1}^{M} H(q_m),
        \qquad H(q) = -\sum_c q(c) \log_2 q(c),

    in bits. It is 0 if all methods have the same shares, even if each method varies between its
    repeats. It is at most :math:`\log_2 M`, if each method always votes for a class that no other
    method votes for.

    If numbers are predicted, the number of a method is the mean over its repeats. The disagreement
    is the standard deviation of these numbers over the M methods (ddof 0), in the unit of the
    target.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, for at least two methods, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; from pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, there is a list for each combination of them.
    n : int or None, default=20
        Number of rows to list, at least 1. None lists all rows.
    only : {"wrong to right", "right to wrong", "closer", "farther"}, default=None
        List only rows whose prediction changes in this way with any source. The first two are for
        classes, the last two for numbers. None lists all rows.
    against : str, default=None
        Name of the method without a source to compare with. None compares each method with the
        same network without a source: the one that the column baseline names, or "DNN" if there
        is no such column. A method without such a network is not compared.

    Returns
    -------
    DataFrame
        A row for each tested row, sorted by decreasing disagreement, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - row, file (if known), truth, disagreement (D).
        - methods_right: share of the methods whose label is right.
        - wrong_to_right: names of the methods with a source that are right although the network
          without a source is wrong; right_to_wrong: the reverse. If there are no such methods, the
          text is empty. If there is no network without a source to compare with, it is None.
        - a column for each method, with its label: the one that most of its repeats predict. The
          earliest repeat breaks ties.

        For numbers, error (mean distance of the methods' numbers from the truth) replaces
        methods_right. The columns closer (names of the methods with a source whose number is
        closer to the truth than the number of the network without a source) and farther (the
        reverse) replace wrong_to_right and right_to_wrong. The column of each method has its mean
        number.

    Raises
    ------
    TypeError
        If `predictions` is not a table, or `n` is not an integer.
    ValueError
        If there are fewer than two methods, `n` is below 1, `only` is unknown or there is no
        network without a source to compare with, `against` does not name a method without a
        source, or `predictions` are invalid as in :func:`scores_by_group`.

    Notes
    -----
    A placebo has nothing to transfer, so it is not listed in the columns of changes.

    References
    ----------
    J. Lin (1991). "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on
    Information Theory 37, 145-151.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import most_disputed
    >>> rows = pd.DataFrame({"row": [0, 1], "truth": ["angry", "sad"], "repeat": 1, "fold": 1})
    >>> predictions = pd.concat([
    ...     rows.assign(method="DNN", source="none", prediction=["angry", "angry"]),
    ...     rows.assign(method="ProgNet", source="gender", prediction=["angry", "sad"]),
    ... ])
    >>> disputed = most_disputed(predictions)
    >>> disputed[["row", "truth", "disagreement", "wrong_to_right", "DNN"]]
       row  truth  disagreement       wrong_to_right    DNN
    0    1    sad           1.0  ProgNet from gender  angry
    1    0  angry           0.0                       angry
    """
    if n is not None:
        check_number("n", n, "integer", low=1)
    predictions = check_tested(predictions)
    kind, lists = kind_of_predictions(predictions), []
    if only is not None:
        check_choice("only", only, [name.replace("_", " ") for name in CHANGES[kind]])
    for condition, part in by_condition(predictions):
        frame = _judged(part, kind, against)
        if only is not None:
            frame = _changed_rows(frame, only)
        frame = frame.sort_values("disagreement", ascending=False, kind="stable").head(n)
        lists.append(pd.DataFrame([condition], index=[0]).merge(frame, how="cross"))
    return pd.concat(lists, ignore_index=True)


def _changed_rows(frame, only):
    """Return the rows whose prediction any source changes in this way."""
    changed = frame[only.replace(" ", "_")]
    if changed.isna().any():
        raise ValueError(
            f"predictions must have the same network without a source for only={only!r}; got "
            "none. Name a method without a source with against=, or leave only out."
        )
    return frame[changed != ""]


def _judged(part, kind, against):
    """Return all rows of one condition in their order, with labels, disagreement and changes."""
    methods = methods_in(part)
    if len(methods) < 2:
        raise ValueError(
            "predictions must be of at least two methods for a disagreement; got only "
            f"{label(*methods[0])!r}. Add the predictions of another method."
        )
    networks = networks_without_source(part, against)
    known = [name for name in (ROW, FILE, TRUTH) if name in part]
    frame = part[known].drop_duplicates(ROW).sort_values(ROW, ignore_index=True)
    judgement = JUDGES[kind](part, frame, methods)
    of_method = dict(zip(methods, judgement.quality.T, strict=True))
    changed = {name: _changed(of_method, networks, has) for name, has in CHANGES[kind].items()}
    predicted = dict(zip((label(*m) for m in methods), judgement.predicted.T, strict=True))
    return frame.assign(**judgement.facts, **changed, **predicted)


def _changed(quality, networks, changes):
    """Return, for each row, the names of the methods whose source changes it in this way.

    They are None if there is no network without a source to compare with.
    """
    n_rows = len(next(iter(quality.values())))
    if not networks:
        return np.full(n_rows, None)
    names = np.full(n_rows, "", dtype=object)
    for method, network in networks.items():
        if placebo_of(method[1]) is not None:
            continue
        changed = changes(quality[method], quality[network, NO_SOURCE])
        separators = np.where(names[changed] == "", "", ", ")
        names[changed] = names[changed] + separators + label(*method)
    return names
