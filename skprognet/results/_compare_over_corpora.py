"""Test whether methods differ on corpora in general."""

from itertools import combinations

import numpy as np
import pandas as pd

from skprognet._checks import check_choice, check_number
from skprognet._scores import DIGITS, METHOD, check_scores, label
from skprognet._table_metric import metric_columns, metric_of
from skprognet.results._corpora_result import (
    CorporaComparisonResult,
    friedman_verdict,
    pair_verdict,
)
from skprognet.results._corpora_table import corpora_table
from skprognet.results._pairs import expected_better_first
from skprognet.significance import (
    critical_difference,
    friedman_test,
    holm,
    nemenyi_test,
    smallest_pvalue,
    wilcoxon_test,
)

POST_HOC = {"nemenyi": nemenyi_test, "wilcoxon": wilcoxon_test}


def _check_counts(table, post_hoc, alpha):
    """Raise if there are too few methods or corpora for any result to be significant."""
    n_corpora, n_methods = table.shape
    if n_methods < 3:
        raise ValueError(
            f"scores must have at least 3 methods for Friedman's test; got "
            f"{[label(*method) for method in table.columns]}. Compare two methods with "
            "skprognet.significance.wilcoxon_test, by their mean scores on each corpus."
        )
    needed = corpora_needed(n_methods, post_hoc, alpha)
    if n_corpora < needed:
        lowest = smallest_pvalue(n_methods, n_corpora, post_hoc)
        raise ValueError(
            f"scores must be of at least {needed} corpora for {n_methods} methods; got "
            f"{n_corpora}, with which even a method that is best everywhere has p = {lowest:.3g}. "
            "Add corpora, or use compare_methods on each."
        )


def corpora_needed(n_methods, post_hoc="nemenyi", alpha=0.05):
    """Return the smallest number of corpora on which any pair of methods could be significant."""
    needed = 2
    while smallest_pvalue(n_methods, needed, post_hoc) >= alpha:
        needed += 1
    return needed


def _compare_pairs(table, metric, mean_rank, post_hoc):
    """Return a row for each pair of methods, without its verdict."""
    better = metric.orient(table)
    pvalues = pd.DataFrame(POST_HOC[post_hoc](better), table.columns, table.columns)
    rows = []
    for earlier, later in combinations(table.columns, 2):
        first, second = expected_better_first(earlier, later)
        rows.append(
            {
                "method": first[0],
                "source": first[1],
                "against": second[0],
                "against_source": second[1],
                **metric_columns(metric),
                "score": table[first].mean(),
                "against_score": table[second].mean(),
                "difference": (better[first] - better[second]).mean(),
                "mean_rank": mean_rank[first],
                "against_mean_rank": mean_rank[second],
                "pvalue": pvalues.loc[first, second],
            }
        )
    comparisons = pd.DataFrame(rows)
    # Nemenyi's p-values are already adjusted.
    if post_hoc == "wilcoxon":
        comparisons["pvalue_holm"] = holm(comparisons["pvalue"])
    return comparisons


def _is_ahead(better, row, post_hoc):
    """Return whether the first method of a pair is ahead of the second, as the test sees it."""
    if post_hoc == "nemenyi":
        return row["mean_rank"] < row["against_mean_rank"]
    # Wilcoxon's test ranks the differences of the pair. The mean ranks among all methods may say
    # the opposite.
    first, second = (row["method"], row["source"]), (row["against"], row["against_source"])
    difference = (better[first] - better[second]).round(DIGITS)
    return (np.sign(difference) * difference.abs().rank()).sum() > 0


def compare_over_corpora(scores, *, post_hoc="nemenyi", alpha=0.05):
    """Test whether methods differ over several corpora by Friedman's test, then compare all pairs.

    On each corpus the methods are ranked by their mean score (1 is best, ties share their ranks).
    :func:`~skprognet.significance.friedman_test` asks whether the mean ranks differ by more than
    luck. Then all pairs are compared, either by :func:`~skprognet.significance.nemenyi_test`,
    which finds a difference if two mean ranks are further apart than the critical difference, or
    by :func:`~skprognet.significance.wilcoxon_test` of the mean scores, with Holm's adjustment.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus, method, source, repeat, fold and score, one row per fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns for each corpus; of pandas,
        polars or pyarrow. Every corpus must have every method and source.
    post_hoc : {"nemenyi", "wilcoxon"}, default="nemenyi"
        The test of the pairs. The result of Nemenyi's test for a pair depends on the other methods
        in the table. The result of Wilcoxon's test does not, but its p-values are adjusted for the
        number of pairs by Holm's method.
    alpha : float, default=0.05
        Significance level: a p-value below it is called evidence; between 0 and 1.

    Returns
    -------
    CorporaComparisonResult
        `statistic`, `pvalue` and `df` of Friedman's test, `f_statistic`, `f_pvalue`, `f_df`,
        `ranks`, `critical_difference`, `comparisons` (a row per pair, with its verdict),
        `verdict`, `n_corpora`, `post_hoc` and `alpha`.

    Raises
    ------
    TypeError
        If `scores` is not a table, or `alpha` is not a number.
    ValueError
        If a column, a fold, or a method on a corpus is missing, a score is not finite, there are
        several targets or numbers of training folds, fewer than 3 methods, or so few corpora that
        no pair could be significant, `post_hoc` is unknown, or `alpha` is not between 0 and 1.

    See Also
    --------
    compare_methods : Compares methods within one corpus.
    skprognet.significance.friedman_test : The first of the two tests, for a plain array.

    Notes
    -----
    Folds are repeated measurements of one corpus, while corpora are independent of each other. So
    only this comparison allows conclusions about other corpora. If the corpora are also sources
    for each other, as after :func:`average_over_sources`, they are not quite independent, and
    p-values may be too small. With three methods, Nemenyi's test
    needs at least 3 corpora to find a difference at 0.05, and Wilcoxon's test with Holm's
    adjustment at least 7; see :func:`~skprognet.significance.smallest_pvalue`.

    Means are rounded to 12 digits before they are ranked. With Wilcoxon's test, the better of two
    methods is the one whose wins have the larger sum of ranks among the differences of the two.
    Its mean rank among all methods may be worse.

    References
    ----------
    J. Demšar (2006). "Statistical Comparisons of Classifiers over Multiple Data Sets", Journal of
    Machine Learning Research 7, 1-30.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import compare_over_corpora
    >>> uars = {
    ...     "DNN": [0.55, 0.61, 0.58, 0.49, 0.66],
    ...     "PT/FT": [0.56, 0.60, 0.59, 0.51, 0.67],
    ...     "ProgNet": [0.59, 0.63, 0.61, 0.53, 0.68],
    ... }
    >>> scores = pd.DataFrame(
    ...     [
    ...         {"method": method, "source": "none", "corpus": corpus, "score": score}
    ...         for method, row in uars.items()
    ...         for corpus, score in zip("ABCDE", row)
    ...     ]
    ... ).assign(repeat=1, fold=1)
    >>> result = compare_over_corpora(scores)
    >>> print(result.verdict)
    The 3 methods differ over 5 corpora (Friedman: chi-squared = 8.40, 2 degrees of freedom,
    p = 0.015).
    >>> print(result.comparisons.loc[1, "verdict"])
    ProgNet is better than DNN over 5 corpora: mean rank 1.00 against 2.80, UAR 0.608 against
    0.578, p = 0.0123.
    """
    check_choice("post_hoc", post_hoc, tuple(POST_HOC))
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    scores = check_scores(scores)
    metric, table = metric_of(scores), corpora_table(scores)
    _check_counts(table, post_hoc, alpha)
    n_corpora, n_methods = table.shape
    better = metric.orient(table)
    friedman = friedman_test(better)
    mean_rank = pd.Series(friedman.mean_ranks, index=table.columns)
    comparisons = _compare_pairs(table, metric, mean_rank, post_hoc)
    comparisons["verdict"] = [
        pair_verdict(row, _is_ahead(better, row, post_hoc), friedman.pvalue, alpha, n_corpora)
        for _, row in comparisons.iterrows()
    ]
    ranks = pd.DataFrame(list(table.columns), columns=list(METHOD))
    return CorporaComparisonResult(
        statistic=friedman.statistic,
        pvalue=friedman.pvalue,
        df=friedman.df,
        f_statistic=friedman.f_statistic,
        f_pvalue=friedman.f_pvalue,
        f_df=friedman.f_df,
        n_corpora=n_corpora,
        ranks=ranks.assign(
            **metric_columns(metric), score=table.mean().to_numpy(), mean_rank=friedman.mean_ranks
        ),
        critical_difference=critical_difference(n_methods, n_corpora, alpha),
        post_hoc=post_hoc,
        alpha=alpha,
        comparisons=comparisons,
        verdict=friedman_verdict(friedman, n_corpora, alpha),
    )
