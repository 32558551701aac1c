"""How far groups are apart, and whether transfer moves them further apart or closer together."""

import numpy as np
import pandas as pd

from skprognet._checks import check_number, check_random_state
from skprognet._comparisons import signed
from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._scores import (
    METHOD,
    NO_SOURCE,
    as_frame,
    by_condition,
    condition_in_words,
    label,
    methods_in,
    rows_of,
)
from skprognet._table_metric import metric_columns
from skprognet._wording import first_few
from skprognet.metrics import get_score
from skprognet.results._group_scores import values_of_rows
from skprognet.results._pairs import networks_without_source
from skprognet.results._swapped_units import gap_of, swap_test
from skprognet.results._tested_rows import (
    REPEAT,
    check_tested,
    codes_of,
    count_cells,
    in_order,
    shares,
)

SPEAKER = "speaker"
_NO_COMPARISON = {
    "against": None,
    "against_gap": np.nan,
    "widening": np.nan,
    "low": np.nan,
    "high": np.nan,
    "pvalue": np.nan,
}


def gaps_between_groups(
    predictions,
    labels,
    column,
    *,
    unit=None,
    against=None,
    alpha=0.05,
    n_permutations=9999,
    random_state=0,
):
    r"""Measure the gap between groups of rows, and test whether transfer widens it.

    The gap of a method is the largest UAR of a group minus the smallest, where the UAR of a group
    is that of :func:`scores_by_group`: over all of its rows in a repeat, mean over the repeats.
    Transfer widens the gap by

    .. math::

        d = \mathrm{gap}(\text{method with a source}) -
            \mathrm{gap}(\text{the same network without}).

    Repeats test the same rows again. So their spread says how much seeds and folds matter, and
    not how much other rows or other speakers would, and d is not tested by it. It is tested by
    swaps [1]_ [2]_ instead. If the source makes no difference, the predictions of both methods for
    one speaker, in all repeats together, may change places. All ways to swap them are tried, or
    `n_permutations` random ones. The p-value is the share of ways with a :math:`|d|` at least as
    large as the one that was found, which counts as one of them [3]_.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; of pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, gaps are measured within each combination of them.
    labels : DataFrame or dict of str to DataFrame
        Labels of the rows: the index is the number of the row in the corpus, from 0. Of several
        corpora a dict with one frame for each, such as ``study.labels``.
    column : str
        The column of `labels` that says to which group a row belongs, of two groups or more.
    unit : str, default=None
        The column of `labels` with what is independent of each other. None is "speaker", if there
        is this column, or else each row by itself. Rows of one speaker are alike, so that rows as
        units would make too much of too little.
    against : str, default=None
        Name of the method without a source that transfer is judged by. None takes for each method
        the same network without a source: the one that a column baseline names, or "DNN", or the
        only method without a source.
    alpha : float, default=0.05
        Level below which a p-value is called evidence, and 1 minus the level of the interval;
        between 0 and 1.
    n_permutations : int, default=9999
        Number of random swaps, where there are more ways to swap than that; at least 99.
    random_state : int, default=0
        Draws them.

    Returns
    -------
    DataFrame
        A row for each method, with these columns: corpus, target, n_train_folds (those with
        several values), method, source, column (as given), metric, greater_is_better, gap, best
        and worst (groups of the largest and of the smallest score), best_score, worst_score,
        against (method without a source; None for itself, and where there is none), against_gap,
        widening (d), low and high (its interval), pvalue (two-sided), unit ("row" for rows),
        n_units, alpha and verdict (the row in words).

    Raises
    ------
    TypeError
        If `predictions` or `labels` is no table, or a number is none.
    ValueError
        If `labels` lack a column or a row, or there are fewer than two groups; `against` names no
        method without a source; `alpha` or `n_permutations` is out of range; or `predictions` are
        refused as in :func:`confusion_by_method`.

    See Also
    --------
    scores_by_group : The score of each group.

    Notes
    -----
    The p-value is exact if both methods are equally good for each unit up to luck. If they are
    not, but the gap is the same, it is too large rather than too small: ``benchmarks/gaps.py``
    counts how often it is below alpha. Units that go through all repeats as one keep the honest
    number of degrees of freedom: ten speakers stay ten. Of n units there are :math:`2^n` ways to
    swap, and no p-value is below :math:`2 / 2^n`. With fewer than 6 speakers it is never below
    0.05.

    The interval is d, minus and plus the quantile 1 - alpha of :math:`|d|` over the swaps. It
    includes 0 if the p-value is above alpha. It assumes that d varies as much about its true value
    as the swaps vary about 0.

    The largest score minus the smallest is greater than 0 by luck alone, the more so the more
    groups there are and the fewer rows they have. That holds for both methods, so that it mostly
    cancels out in d. A gap by itself is no proof of unfairness.

    The test is about these trained networks, averaged over the repeats. P-values are not adjusted
    for the number of methods and columns; :func:`~skprognet.significance.holm` does that.

    References
    ----------
    .. [1] A. Yeh (2000). "More accurate tests for the statistical significance of result
           differences", COLING.
    .. [2] E. W. Noreen (1989). "Computer-Intensive Methods for Testing Hypotheses", Wiley.
    .. [3] B. Phipson, G. K. Smyth (2010). "Permutation P-values Should Never Be Zero",
           Statistical Applications in Genetics and Molecular Biology 9.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import gaps_between_groups
    >>> labels = pd.DataFrame({"gender": ["female", "male"] * 4})
    >>> rows = pd.DataFrame(
    ...     {"row": range(8), "truth": ["angry", "angry", "sad", "sad"] * 2}
    ... ).assign(repeat=1, fold=1)
    >>> males_wrong = ["angry", "sad", "sad", "angry"] * 2
    >>> predictions = pd.concat([
    ...     rows.assign(method="DNN", source="none", prediction=males_wrong),
    ...     rows.assign(method="ProgNet", source="speaker", prediction=rows["truth"]),
    ... ])
    >>> gaps = gaps_between_groups(predictions, labels, "gender")
    >>> gaps[["method", "gap", "against", "against_gap", "widening"]]
        method  gap against  against_gap  widening
    0      DNN  1.0     NaN          NaN       NaN
    1  ProgNet  0.0     DNN          1.0      -1.0
    >>> print(gaps.loc[1, "verdict"])
    Between groups of gender, the UAR of ProgNet from speaker differs by 0.000 (female 1.000,
    male 1.000), that of DNN by 1.000: change -1.000 (95 % interval -2.000 to 0.000), p = 0.125. No
    evidence that transfer changes the gap.
    """
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    check_number("n_permutations", n_permutations, "integer", low=99)
    check_random_state(random_state)
    predictions = check_tested(predictions)
    predictions = _with_groups_and_units(predictions, labels, column, unit)
    rows = []
    for condition, part in by_condition(predictions):
        swaps = {"n_permutations": n_permutations, "random_state": random_state, "alpha": alpha}
        rows += [{**condition, **row} for row in _gaps(part, column, against, swaps)]
    gaps = pd.DataFrame(rows)
    name = _unit_name(labels, unit)
    gaps.insert(gaps.columns.get_loc("n_units"), "unit", "row" if name is None else name)
    gaps["alpha"] = alpha
    gaps["verdict"] = [_verdict(row) for _, row in gaps.iterrows()]
    return gaps


def _unit_name(labels, unit):
    """Return the column whose values are independent of each other; None for single rows."""
    frames = labels.values() if isinstance(labels, dict) else [labels]
    if unit is None and all(SPEAKER in as_frame("labels", frame) for frame in frames):
        return SPEAKER
    return unit


def _with_groups_and_units(predictions, labels, column, unit):
    """Return the predictions with the group and the unit of each row."""
    name = _unit_name(labels, unit)
    units = predictions[ROW] if name is None else values_of_rows(predictions, labels, name)
    return predictions.assign(group=values_of_rows(predictions, labels, column), unit=units)


def _gaps(part, column, against, swaps):
    """Yield a row for each method of one condition."""
    groups, units = in_order(part["group"]), in_order(part["unit"])
    if len(groups) < 2:
        raise ValueError(
            f"column must have at least two groups for a gap; {column!r} has {first_few(groups)} "
            "alone. Take another column."
        )
    networks = networks_without_source(part, against)
    found = {m: _contributions(rows_of(part, m), groups, units) for m in methods_in(part)}
    for method, own in found.items():
        scores = own.sum(axis=0)
        compared = _NO_COMPARISON
        if method in networks:
            plain = found[networks[method], NO_SOURCE]
            compared = {
                "against": networks[method],
                "against_gap": gap_of(plain.sum(axis=0)),
                **swap_test(own, plain, **swaps)._asdict(),
            }
        yield {
            **dict(zip(METHOD, method, strict=True)),
            "column": column,
            **metric_columns(get_score("uar")),
            "gap": gap_of(scores),
            "best": groups[scores.argmax()],
            # The last of several, so that two groups are named even if all are equal.
            "worst": groups[::-1][scores[::-1].argmin()],
            "best_score": scores.max(),
            "worst_score": scores.min(),
            **compared,
            "n_units": len(units),
        }


def _contributions(rows, groups, units):
    """Return what each unit adds to the UAR of each group, of shape (n_units, n_groups).

    A UAR is a sum over rows: one that is right adds 1 / (rows of its class * classes), here of its
    group in its repeat. Divided by the number of repeats, all of them add up to the mean.
    """
    classes, repeats = in_order(rows[TRUTH]), in_order(rows[REPEAT])
    group = codes_of(rows["group"], groups)
    codes = [group, codes_of(rows[REPEAT], repeats), codes_of(rows[TRUTH], classes)]
    of_class = count_cells(codes, (len(groups), len(repeats), len(classes)))
    n_classes = (of_class > 0).sum(axis=2, keepdims=True)
    n_repeats = (n_classes > 0).sum(axis=1, keepdims=True)
    adds = shares(1.0, of_class * n_classes * n_repeats)
    right = (rows[TRUTH] == rows[PREDICTION]).to_numpy()
    cells = [codes_of(rows["unit"], units), group]
    return count_cells(cells, (len(units), len(groups)), right * adds[tuple(codes)])


def _verdict(row):
    """Return a row of the table in words."""
    where = condition_in_words(row)
    name = label(row["method"], row["source"])
    gap = (
        f"{f'{where}: ' if where else ''}Between groups of {row['column']}, the UAR of {name} "
        f"differs by {row['gap']:.3f} ({row['best']} {row['best_score']:.3f}, {row['worst']} "
        f"{row['worst_score']:.3f})"
    )
    if pd.isna(row["against"]):
        return f"{gap}."
    sentence = (
        f"{gap}, that of {row['against']} by {row['against_gap']:.3f}: change "
        f"{signed(row['widening'])} ({100 * (1 - row['alpha']):g} % interval {signed(row['low'])} "
        f"to {signed(row['high'])}), p = {row['pvalue']:.3g}. "
    )
    if row["pvalue"] < row["alpha"]:
        return sentence + f"Transfer {'widens' if row['widening'] > 0 else 'narrows'} the gap."
    if 2 / 2.0 ** row["n_units"] >= row["alpha"]:
        units = f"{row['n_units']} {row['unit']}s are"
        return sentence + f"{units} too few for evidence of any change."
    return sentence + "No evidence that transfer changes the gap."
