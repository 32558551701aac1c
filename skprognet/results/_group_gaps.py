"""Measure the gap between groups, and test whether transfer widens or narrows it."""

import numpy as np
import pandas as pd

from skprognet._checks import check_number
from skprognet._predictions import ROW, TRUTH, kind_of_predictions
from skprognet._scores import (
    METHOD,
    NO_SOURCE,
    as_frame,
    by_condition,
    methods_in,
    rows_of,
)
from skprognet._table_metric import metric_columns
from skprognet._target_kind import DEFAULT_SCORING, NUMBERS
from skprognet._wording import first_few
from skprognet.metrics import get_score
from skprognet.results._added_by_units import ADDED_BY_UNITS
from skprognet.results._gap_change import change_of_gap
from skprognet.results._gap_verdict import gap_verdict
from skprognet.results._group_scores import values_of_rows
from skprognet.results._pairs import networks_without_source
from skprognet.results._tested_rows import REPEAT, check_tested, in_order
from skprognet.significance import holm

SPEAKER = "speaker"
_NO_COMPARISON = {
    "against": None,
    "higher": None,
    "lower": None,
    "difference": np.nan,
    "against_difference": np.nan,
    "change": np.nan,
    "low": np.nan,
    "high": np.nan,
    "pvalue": np.nan,
}


def gaps_between_groups(predictions, labels, column, *, unit=None, against=None, alpha=0.05):
    r"""Measure the gap between groups of rows, and test whether transfer changes it.

    The gap of a method is the score of its best group minus the score of its worst group. Groups
    are scored as in :func:`scores_by_group`: by the UAR of classes or the CCC of numbers over all
    rows of the group in a repeat, averaged over the repeats. A method with a source is
    compared with the same network without one, on the two groups that are best and worst by the
    mean of both methods. The difference of these groups changes by

    .. math::

        d = \left(u_\mathrm{higher} - u_\mathrm{lower}\right) -
            \left(v_\mathrm{higher} - v_\mathrm{lower}\right),

    where u and v are the scores with and without the source. It is above 0 if the better of
    the two groups gains more, or loses less, than the other. If both change by the same amount, d
    is 0.

    Repeats test the same rows again. So their spread shows how much the scores would change with
    other seeds and folds, but not with other speakers. Therefore the speakers are the independent
    units, each with all of its rows in all repeats. Interval and p-value come from Welch's t-test,
    which compares how much the source changes the scores of the speakers of each group.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; from pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, gaps are measured within each combination of them.
    labels : DataFrame or dict of str to DataFrame
        Labels of the rows; the index is the number of the row in the corpus, from 0. For several
        corpora, a dict with one frame for each, such as ``study.labels``.
    column : str
        The column of `labels` that holds the group of each row; at least two groups.
    unit : str, default=None
        The column of `labels` whose values are independent of each other. None means "speaker" if
        this column exists, and single rows otherwise. Rows of one speaker are alike, so a test
        with rows as units finds differences that do not exist. If `column` is the unit itself,
        single rows are the units: the test is then about these speakers only, not about others.
    against : str, default=None
        Name of the method without a source to compare with. None compares each method with the
        same network without a source: the one that the column baseline names, or "DNN" if there
        is no such column. A method without such a network is not compared.
    alpha : float, default=0.05
        Significance level: a p-value below it is called evidence, and the interval has the level
        1 - alpha; between 0 and 1.

    Returns
    -------
    DataFrame
        A row for each method, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, column (as given), metric, greater_is_better.
        - gap; best and worst: the extreme groups of this method; best_score, worst_score.
        - against: the method without a source that it is compared with, or None.
        - higher, lower: the two compared groups.
        - difference, against_difference: score of higher minus score of lower, with and without
          the source.
        - change: d. low, high: its interval. pvalue: two-sided. pvalue_holm: the p-value adjusted
          for all comparisons of the table.
        - unit: the column of the units, or "row" for single rows. n_units: their number in both
          groups together.
        - alpha: as given. verdict: the row in words.

    Raises
    ------
    TypeError
        If `predictions` or `labels` is not a table, or `alpha` is not a number.
    ValueError
        If `labels` lack a column or a row; speakers are known for only some corpora; there are
        fewer than two groups (for numbers, groups in which the truth varies); `against` does not
        name a method without a source; `alpha` is out of range; or `predictions` are invalid as in
        :func:`scores_by_group`.

    See Also
    --------
    scores_by_group : The score of each group.

    Notes
    -----
    A UAR is a weighted mean over rows, and a speaker with many rows adds more to it. So the t-test
    uses what each speaker adds beyond its share of the group (Taylor's linearisation of a ratio,
    as for clusters in surveys [1]_). It takes the weights of the rows as fixed. So the interval is
    a little too wide if speakers have different mixtures of classes. The CCC is a ratio, too. Let
    a and b be the deviations of truth and prediction of a row from the means of their group, and
    :math:`\delta` the difference of these two means. Then

    .. math::

        \mathrm{CCC} = \frac{\sum_i 2 a_i b_i}{\sum_i s_i}, \qquad
        s_i = a_i^2 + b_i^2 + 2 \delta (a_i - b_i) + \delta^2,

    and a row adds :math:`(2 a_i b_i - \mathrm{CCC}\, s_i) / \sum_i s_i` beyond its share. The test
    is Welch's [2]_, or a paired t-test over speakers if the same speakers are in both groups. If a
    group has a single speaker, or all speakers change by the same amount, interval and p-value are
    NaN, and the verdict says so. If the two methods do not differ at all, the p-value is 1.

    Linearisation is exact only in the limit of many rows. In simulations with invented ratings,
    speakers as units, groups of 3 to 12 speakers with 8 to 24 rows each, and two equal methods,
    the p-value was below 0.05 in 4 to 6 % of the trials. With independent single rows as units, it
    was below 0.05 in 8 % of the trials for groups of 6 rows, and in 4 to 7 % for groups of 12 to
    48 rows.

    The best and the worst group of one method are extreme partly by luck, and would be less
    extreme with another method. The mean of both methods favours neither of them, so d is 0 on
    average if they do not differ. ``benchmarks/gaps.py`` counts how often the p-value is then
    below alpha.

    The UAR of a group covers the classes that the group has. With fewer classes it is higher by
    chance alone. So a gap between groups with different classes says nothing about the method; see
    n_classes in :func:`scores_by_group`.

    Luck alone makes a gap greater than 0. Such a gap is larger if there are more groups, and
    smaller if the groups have more rows. So a gap does not prove unfairness.

    The test is about these trained networks, averaged over the repeats. Holm's correction covers
    the methods and conditions of one table. If you test several columns, you make more comparisons
    than it corrects for.

    References
    ----------
    .. [1] W. G. Cochran (1977). "Sampling Techniques", third edition, Wiley; chapters 6 and 9.
    .. [2] B. L. Welch (1947). "The generalization of 'Student's' problem when several different
           population variances are involved", Biometrika 34, 28-35.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import gaps_between_groups
    >>> labels = pd.DataFrame({"gender": ["female", "male"] * 8})
    >>> truth = ["angry", "angry", "sad", "sad"] * 4
    >>> rows = pd.DataFrame({"row": range(16), "truth": truth, "repeat": 1, "fold": 1})
    >>> less_for_men = ["angry", "sad", "sad", "angry"] * 3 + truth[12:]
    >>> predictions = pd.concat([
    ...     rows.assign(method="DNN", source="none", prediction=less_for_men),
    ...     rows.assign(method="ProgNet", source="speaker", prediction=truth),
    ... ])
    >>> gaps = gaps_between_groups(predictions, labels, "gender")
    >>> print(gaps.loc[1, "verdict"])
    Between groups of gender, the UAR of ProgNet from speaker differs by 0.000 (female 1.000,
    male 1.000). The difference female minus male is 0.000, and +0.750 with DNN: a change of
    -0.750 (95 % interval -1.137 to -0.363), p = 0.00254. With the source, male gains
    more, or loses less, than female.
    """
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    predictions = check_tested(predictions)
    name = _unit_name(_labels_in_use(predictions, labels), column, unit)
    units = predictions[ROW] if name is None else values_of_rows(predictions, labels, name)
    groups = values_of_rows(predictions, labels, column)
    predictions = predictions.assign(group=groups, unit=units)
    kind, rows = kind_of_predictions(predictions), []
    for condition, part in by_condition(predictions):
        rows += [{**condition, **row} for row in _gaps(part, kind, column, against, alpha)]
    gaps = pd.DataFrame(rows)
    gaps.insert(gaps.columns.get_loc("n_units"), "unit", "row" if name is None else name)
    gaps.insert(gaps.columns.get_loc("pvalue") + 1, "pvalue_holm", holm(gaps["pvalue"]))
    gaps["alpha"] = alpha
    n_tests = gaps["pvalue"].notna().sum()
    gaps["verdict"] = [gap_verdict(row, n_tests) for _, row in gaps.iterrows()]
    return gaps


def _labels_in_use(predictions, labels):
    """Return the labels of each corpus in the predictions, by its name."""
    if not isinstance(labels, dict):
        return {None: labels}
    corpora = set(predictions["corpus"]) if "corpus" in predictions else labels.keys()
    return {name: frame for name, frame in labels.items() if name in corpora}


def _unit_name(labels, column, unit):
    """Return the column whose values are independent of each other; None for single rows."""
    with_speakers = [n for n, f in labels.items() if SPEAKER in as_frame("labels", f)]
    if unit is None and with_speakers:
        without = [name for name in labels if name not in with_speakers]
        if without:
            raise ValueError(
                f"labels must have the column {SPEAKER!r} for every corpus or for none; got none "
                f"for {first_few(without)}. Add it, or pass the predictions of one corpus."
            )
        unit = SPEAKER
    return None if unit == column else unit


def _truth_varies(part):
    """Return which rows belong to a group whose truth varies in every repeat."""
    numbers = part.groupby(["group", REPEAT])[TRUTH].nunique().groupby("group").min()
    return part["group"].map(numbers) > 1


def _gaps(part, kind, column, against, alpha):
    """Yield a row for each method of one condition."""
    if kind == NUMBERS:
        part = part[_truth_varies(part)]
    groups, units = in_order(part["group"]), in_order(part["unit"])
    if len(groups) < 2:
        which = "groups in which the truth varies" if kind == NUMBERS else "groups"
        got = f"only {first_few(groups)}" if groups else "none"
        raise ValueError(
            f"column must have at least two {which} for a gap; got {got} in {column!r}. Use "
            "another column."
        )
    networks = networks_without_source(part, against)
    added = {m: ADDED_BY_UNITS[kind](rows_of(part, m), groups, units) for m in methods_in(part)}
    for method, (of_units, share) in added.items():
        scores, plain = of_units.sum(axis=0), None
        if method in networks:
            plain, _ = added[networks[method], NO_SOURCE]
        # The last minimum, so that best and worst are two groups even if all are equal.
        best, worst = scores.argmax(), len(groups) - 1 - scores[::-1].argmin()
        compared, pair = _NO_COMPARISON, [best, worst]
        if plain is not None:
            both = scores + plain.sum(axis=0)
            pair = [both.argmax(), len(groups) - 1 - both[::-1].argmin()]
            compared = {
                "against": networks[method],
                "higher": groups[pair[0]],
                "lower": groups[pair[1]],
                "difference": -np.diff(scores[pair])[0],
                "against_difference": -np.diff(plain.sum(axis=0)[pair])[0],
                **change_of_gap((of_units - plain)[:, pair], share[:, pair], alpha)._asdict(),
            }
        yield {
            **dict(zip(METHOD, method, strict=True)),
            "column": column,
            **metric_columns(get_score(DEFAULT_SCORING[kind])),
            "gap": scores[best] - scores[worst],
            "best": groups[best],
            "worst": groups[worst],
            "best_score": scores[best],
            "worst_score": scores[worst],
            **compared,
            "n_units": int((share[:, pair] > 0).any(axis=1).sum()),
        }
