"""The result of a comparison over several corpora, in numbers and in words."""

from dataclasses import dataclass

import pandas as pd

from skprognet._scores import label
from skprognet._table_metric import metric_of_row


@dataclass(frozen=True, eq=False)
class CorporaComparisonResult:
    """The result of :func:`compare_over_corpora`.

    Attributes
    ----------
    statistic, pvalue : float
        Friedman's chi-squared and its p-value.
    df : int
        Degrees of freedom of chi-squared.
    f_statistic, f_pvalue : float
        Iman and Davenport's F and its p-value.
    f_df : tuple of int
        The two degrees of freedom of F.
    n_corpora : int
        Number of corpora.
    ranks : DataFrame
        A row per method and source: method, source, metric, greater_is_better, score (mean over
        the corpora), mean_rank (1 is best).
    critical_difference : float
        Smallest difference of mean ranks that Nemenyi's test finds significant.
    post_hoc : {"nemenyi", "wilcoxon"}
        The test of the pairs.
    alpha : float
        Significance level of the tests: a p-value below it is called evidence.
    comparisons : DataFrame
        A row per pair: method, source, against, against_source, metric, greater_is_better, score
        and against_score (means over the corpora), difference (positive if the first method is
        better), mean_rank, against_mean_rank, pvalue (Nemenyi's is adjusted for the number of
        pairs), pvalue_holm (only for Wilcoxon's test: the adjusted p-value), verdict (a sentence).
    verdict : str
        The result of Friedman's test in one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import compare_over_corpora
    >>> better = {"DNN": 0.60, "PT/FT": 0.61, "ProgNet": 0.64}
    >>> scores = pd.DataFrame([
    ...     {"corpus": f"corpus {i}", "method": name, "source": "none", "repeat": 1, "fold": fold,
    ...      "score": uar + 0.01 * i + 0.02 * fold}
    ...     for i in range(6) for name, uar in better.items() for fold in (1, 2)
    ... ])
    >>> result = compare_over_corpora(scores)
    >>> result.n_corpora, result.df
    (6, 2)
    >>> result.ranks[["method", "mean_rank"]]
        method  mean_rank
    0      DNN        3.0
    1    PT/FT        2.0
    2  ProgNet        1.0
    """

    statistic: float
    pvalue: float
    df: int
    f_statistic: float
    f_pvalue: float
    f_df: tuple
    n_corpora: int
    ranks: pd.DataFrame
    critical_difference: float
    post_hoc: str
    alpha: float
    comparisons: pd.DataFrame
    verdict: str


def pair_verdict(row, is_ahead, friedman_p, alpha, n_corpora):
    """Say in words what the test found for one pair, whose first method may be ahead."""
    first = label(row["method"], row["source"])
    second = label(row["against"], row["against_source"])
    p = row.get("pvalue_holm", row["pvalue"])
    figures = (
        f"mean rank {row['mean_rank']:.2f} against {row['against_mean_rank']:.2f}, "
        f"{metric_of_row(row).label} "
        f"{row['score']:.3f} against {row['against_score']:.3f}, p = {p:.3g}"
    )
    over = f"over {n_corpora} corpora"
    if not p < alpha:
        return f"No evidence of a difference between {first} and {second} {over}: {figures}."
    kind = "better" if is_ahead else "worse"
    sentence = f"{first} is {kind} than {second} {over}: {figures}."
    if not friedman_p < alpha:
        sentence += " However, Friedman's test finds no difference among all methods."
    return sentence


def friedman_verdict(friedman, n_corpora, alpha):
    """Say in words what Friedman's test found."""
    n_methods = len(friedman.mean_ranks)
    claim = (
        f"The {n_methods} methods differ"
        if friedman.pvalue < alpha
        else f"No evidence that the {n_methods} methods differ"
    )
    return (
        f"{claim} over {n_corpora} corpora (Friedman: chi-squared = {friedman.statistic:.2f}, "
        f"{friedman.df} degrees of freedom, p = {friedman.pvalue:.3g})."
    )
