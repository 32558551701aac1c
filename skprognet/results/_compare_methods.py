"""Compare methods by their scores, and say which differences are more than luck."""

import math
from functools import cache

import pandas as pd

from skprognet._checks import check_choice, check_number
from skprognet._comparisons import evidence, transfer_loses
from skprognet._scores import (
    by_condition,
    check_scores,
    label,
    methods_in,
    rows_of,
    score_table,
    with_plain_text,
)
from skprognet._wording import first_few
from skprognet.results._chance import p_of_chance
from skprognet.results._choose_test import as_test
from skprognet.results._comparison import compare_two
from skprognet.results._pairs import choose_pairs, kind_of, plain_networks
from skprognet.results._verdicts import verdict
from skprognet.significance import holm


def _compare_all(scores, pairs, against, test, rope):
    """Yield the numbers of every comparison within each condition."""
    for condition, part in by_condition(scores):
        networks = plain_networks(part)
        rows = _rows_of(part)
        chance = _chance_of(rows)
        for method, other in choose_pairs(methods_in(part), pairs, against, networks):
            numbers = compare_two(rows, method, other, test, rope, chance)
            yield {**condition, **numbers, "kind": kind_of(method, other, networks)}


def _rows_of(scores):
    """Return a function that gives the rows of a method, and checks once that it has all folds."""

    @cache
    def rows(method):
        score_table(scores, *method)
        return rows_of(scores, method)

    return rows


def _chance_of(rows):
    """Return a function that gives the p-value of a method against chance, computed once."""

    @cache
    def p_value(method, test):
        return p_of_chance(rows(method), test)

    return p_value


def _nothing_to_compare(scores):
    """Return the message for scores without two methods to compare."""
    if max(len(methods_in(part)) for _, part in by_condition(scores)) < 2:
        expected = "at least two methods to compare on the same data"
        to_do = "Add the scores of another method"
    else:
        expected = "two methods that the paper would compare"
        to_do = "Add the scores of a method without a source, or compare all pairs"
    got = first_few(methods_in(scores), show=lambda method: label(*method))
    return f"scores must hold {expected}; got {got}. {to_do}."


def compare_methods(scores, *, pairs="paper", against=None, test="auto", alpha=0.05, rope=0.01):
    """Test which methods differ, and say in words which one is better.

    By default the test is the paper's :func:`~skprognet.significance.calibrated_cv_ttest` for 10 x
    10 folds, the only folds it is defined for, and
    :func:`~skprognet.significance.corrected_cv_ttest` for all other folds. Every test is
    two-sided. The table also has the probabilities of
    :func:`~skprognet.significance.bayesian_cv_test`.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and score, one row per fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns; of pandas, polars or
        pyarrow. If a column corpus, target or n_train_folds has several values, comparisons are
        made within each combination of them. Other columns are used if present: baseline (name of
        the method that is the same network without a source; "DNN" if the column is missing),
        chance (score of guessing on the test rows), metric (if missing, the scores are taken as
        UAR) and greater_is_better (if missing, greater scores of an unknown metric are better).
    pairs : {"paper", "all"}, default="paper"
        Which methods to compare. "paper" compares each method with a source with each method
        without one, then the methods with the same source with each other, then the methods
        without a source with each other. A method whose source is a placebo ("placebo of " and
        the name of a source) is compared only with the same method with this source, and with the
        same network without a source. "all" compares every method with every other one.
    against : str or tuple of (method, source), default=None
        The method that all others are compared with, instead of `pairs`. The name of a method is
        enough if it has only one source.
    test : str or SignificanceTest, default="auto"
        "auto" uses the first test that fits the folds, in the order of
        :func:`~skprognet.significance.get_significance_test_names`. Otherwise the name of a test
        that fits the folds, such as "corrected_cv_ttest", or your own
        :class:`~skprognet.significance.SignificanceTest`.
    alpha : float, default=0.05
        Significance level: a p-value below it is called evidence; between 0 and 1.
    rope : float, default=0.01
        Largest difference in score that does not matter ("region of practical equivalence").

    Returns
    -------
    DataFrame
        A row per comparison, with these columns:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, against, against_source: what is compared with what.
        - metric, greater_is_better, score, against_score: the means over all folds.
        - difference: by how much the method is better. It is positive if the method is better,
          also for a metric whose lower values are better.
        - low, high: its 95 % confidence interval; NaN if the test has none.
        - effect_size: see :func:`~skprognet.significance.calibrated_cv_ttest`.
        - statistic, df, pvalue: the result of the test. df is NaN if the test has none, or two.
        - pvalue_holm: the p-value adjusted for all comparisons of the table.
        - p_worse, p_equal, p_better: probabilities that the method is worse by more than the
          rope, practically equal, or better by more than the rope.
        - test: the test in words. ratio: the ratio of test rows to training rows (including
          validation rows that were used) of the corrected test, else NaN.
        - p_chance, against_p_chance: p-values of the two methods against chance; NaN if chance is
          unknown.
        - kind: "transfer" (a network with a source and the same network without), "same source"
          (two methods with the same source), "placebo" (a network with a source and the same
          network with its placebo), "control" (a network with a placebo and the same network
          without a source) or "other".
        - alpha, rope: as given. Tables, marks and displays read them here.
        - hurts: whether transfer is worse than no transfer, by the uncorrected p-value.
        - verdict: the comparison in words.

    Raises
    ------
    TypeError
        If `scores` is not a table, `alpha` or `rope` is not a number, or `against` is neither a
        name nor a pair.
    ValueError
        If a row does not name its method or source, a score is outside the range of its metric,
        there are no two methods to compare, the folds or designs differ, there is only one fold
        and no n_train and n_test to correct for, `against` names no method or several, both
        `pairs` and `against` are given, `test` is unknown or does not fit the folds, or `pairs`,
        `alpha` or `rope` has a value that is not allowed.

    See Also
    --------
    explain_tests : Describes the test that was used.
    recall_scores : A table of scores that holds the recall of one class.
    compare_over_corpora : Tests whether a method is better on corpora in general.
    summary_table : The paper's table, with marks from these comparisons.

    Notes
    -----
    A verdict calls a method better or worse if ``pvalue < alpha``, as in the paper, and adds a
    remark if this does not survive Holm's correction. Otherwise the verdict is "practically
    equivalent" if ``p_equal > 1 - alpha``, and "no evidence of a difference" if not. These are two
    different results.

    A verdict says that transfer hurts only if a network with a source is worse than the same
    network without one. It says that transfer may hurt if such a network is probably worse
    (``p_worse > 0.5``). Any other classifier, such as a support vector machine, is only called
    better or worse.

    If transfer helps and the table has a placebo of the source, the verdict says whether the gain
    comes from what the source has learned. This is so if the network with the source is better
    than the network without one (the comparison itself) *and* better than the same network with
    the placebo, both by the uncorrected p-value. Otherwise the gain may come from more weights
    alone. If the method "side by side" has read the same source, the verdict of ProgNet also says
    whether reading the layers progressively is better than reading them beside the features.

    A method is at chance if the same test, one-sided, does not find its scores better than
    guessing, which scores 1 / (number of classes) for UAR; see `recall_scores` for one class. If a
    test has no one-sided form, the test of "auto" answers this question. The verdict names methods
    at chance, since two methods that learned nothing look equivalent.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3.

    S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6 (1979).

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import compare_methods
    >>> folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4, 5]})
    >>> plain = folds.assign(method="DNN", source="none", score=[0.61, 0.58, 0.64, 0.60, 0.57])
    >>> progressive = folds.assign(
    ...     method="ProgNet", source="gender", score=[0.63, 0.57, 0.66, 0.60, 0.58]
    ... )
    >>> scores = pd.concat([plain, progressive])
    >>> print(compare_methods(scores).loc[0, "verdict"])
    No evidence of a difference between ProgNet from gender and DNN: UAR 0.608 against 0.600, \
difference +0.008 (95 % interval -0.016 to +0.032), p = 0.412.
    """
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    check_choice("pairs", pairs, ("paper", "all"))
    check_number("rope", rope, "number", low=0, high=math.inf, high_open=True)
    test = as_test(test)
    if against is not None and pairs != "paper":
        raise ValueError(
            f"Either pairs or against must be given, not both; got {pairs!r} and {against!r}. "
            "Pass one of them."
        )
    scores = with_plain_text(check_scores(scores))
    comparisons = pd.DataFrame(_compare_all(scores, pairs, against, test, rope))
    if not len(comparisons):
        raise ValueError(_nothing_to_compare(scores))
    after_p = comparisons.columns.get_loc("pvalue") + 1
    comparisons.insert(after_p, "pvalue_holm", holm(comparisons["pvalue"]))
    comparisons = comparisons.assign(alpha=alpha, rope=rope)
    comparisons["hurts"] = evidence(comparisons) & transfer_loses(comparisons)
    comparisons["verdict"] = [verdict(row, comparisons) for _, row in comparisons.iterrows()]
    return comparisons
