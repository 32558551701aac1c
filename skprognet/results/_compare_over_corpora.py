"""Whether one method is better than another on corpora in general."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from skprognet._checks import check_choice, check_number
from skprognet._scores import (
    ENTRY,
    SETTING,
    check_columns,
    check_scores,
    entries,
    score_table,
)
from skprognet.results._pairs import expected_better_first
from skprognet.results._verdicts import label
from skprognet.significance._holm import holm
from skprognet.significance._ranks import (
    DIGITS,
    critical_difference,
    friedman,
    iman_davenport,
    nemenyi_p,
    smallest_p,
    wilcoxon,
)


@dataclass(frozen=True, eq=False)
class CorporaComparisonResult:
    """What a comparison over several corpora says; see :func:`compare_over_corpora`.

    Attributes
    ----------
    statistic : float
        Friedman's chi-squared, corrected for ties.
    pvalue : float
        Of Friedman's test: that ranks differ so much if no method is better than another.
    df : int
        Its degrees of freedom, one less than there are methods.
    f_statistic : float
        Iman and Davenport's F, which is less conservative.
    f_pvalue : float
        Its p-value.
    f_df : tuple of int
        Its degrees of freedom.
    n_corpora : int
        How many there are.
    ranks : DataFrame
        A row per method and source: method, source, uar (mean over the corpora), mean_rank (1 is
        best).
    critical_difference : float
        Difference of mean ranks from which on Nemenyi's test calls it evidence.
    post_hoc : {"nemenyi", "wilcoxon"}
        Which test the comparisons are from.
    comparisons : DataFrame
        A row per pair: method, source, against, against_source, uar and against_uar (means over
        the corpora), difference, mean_rank, against_mean_rank, pvalue (Nemenyi's is adjusted for
        the number of pairs), pvalue_holm (Wilcoxon's adjusted one), verdict (a sentence).
    verdict : str
        Friedman's test in one sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import compare_over_corpora
    >>> better = {"DNN": 0.60, "PT/FT": 0.61, "ProgNet": 0.64}
    >>> scores = pd.DataFrame([
    ...     {"corpus": f"corpus {i}", "method": name, "source": "none", "repeat": 1, "fold": fold,
    ...      "uar": uar + 0.01 * i + 0.02 * fold}
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
    comparisons: pd.DataFrame
    verdict: str


def _check_one_setting(scores):
    """Raise if a corpus would count several times."""
    for column in SETTING[1:]:
        if column in scores and scores[column].nunique(dropna=False) > 1:
            values = scores[column].unique().tolist()
            raise ValueError(
                f"scores must be of one {column}, so that corpora are independent of each other; "
                f"got {values}. Select one, as in scores[scores[{column!r}] == {values[0]!r}]."
            )


def mean_uar(scores):
    """Return the mean UAR of each method and source on each corpus.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus, method, source, repeat, fold and uar.

    Returns
    -------
    DataFrame
        A row per corpus, and a column (method, source) for each of these.

    Raises
    ------
    ValueError
        If a method is missing on a corpus, or a fold is missing.
    """
    found = entries(scores)
    rows = {}
    for corpus, part in scores.groupby("corpus", sort=False, dropna=False):
        missing = [label(*entry) for entry in found if entry not in entries(part)]
        if missing:
            raise ValueError(
                f"scores must have every method and source on every corpus; {missing} are missing "
                f"on {corpus!r}. Leave out what is not on all, or give sources that stand for the "
                "same one name."
            )
        rows[corpus] = [score_table(part, *entry).mean().round(DIGITS) for entry in found]
        if not np.isfinite(rows[corpus]).all():
            raise ValueError(
                f"scores must be finite; got a missing one on {corpus!r}. Find out why that fold "
                "has no score, and run it again."
            )
    return pd.DataFrame.from_dict(rows, orient="index", columns=pd.MultiIndex.from_tuples(found))


def _check_counts(uar, post_hoc, alpha):
    """Raise if no result could be significant."""
    n_corpora, n_methods = uar.shape
    if n_methods < 3:
        raise ValueError(
            f"scores must have at least 3 methods for Friedman's test; got "
            f"{[label(*entry) for entry in uar.columns]}. Compare two by scipy.stats.wilcoxon on "
            "their mean UAR of each corpus."
        )
    lowest = smallest_p(n_methods, n_corpora, post_hoc)
    if lowest >= alpha:
        needed = n_corpora + 1
        while smallest_p(n_methods, needed, post_hoc) >= alpha:
            needed += 1
        raise ValueError(
            f"scores must be of at least {needed} corpora for {n_methods} methods; got "
            f"{n_corpora}, on which even one that is best everywhere has p = {lowest:.3g}. Add "
            "corpora, or use compare_methods on each."
        )


def _pair_verdict(row, result_p, alpha, n_corpora):
    """Return one pair in words."""
    first = label(row["method"], row["source"])
    second = label(row["against"], row["against_source"])
    p = row.get("pvalue_holm", row["pvalue"])
    figures = (
        f"mean rank {row['mean_rank']:.2f} against {row['against_mean_rank']:.2f}, UAR "
        f"{row['uar']:.3f} against {row['against_uar']:.3f}, p = {p:.3g}"
    )
    over = f"over {n_corpora} corpora"
    if not p < alpha:
        return f"No evidence of a difference between {first} and {second} {over}: {figures}."
    kind = "better" if row["mean_rank"] < row["against_mean_rank"] else "worse"
    sentence = f"{first} is {kind} than {second} {over}: {figures}."
    if not result_p < alpha:
        sentence += " Friedman's test, though, finds no difference among all methods."
    return sentence


def _compare_pairs(uar, mean_rank, post_hoc):
    """Return the table of pairs without their verdicts."""
    n_corpora, n_methods = uar.shape
    rows = []
    for earlier, later in combinations(uar.columns, 2):
        first, second = expected_better_first(earlier, later)
        rows.append(
            {
                "method": first[0],
                "source": first[1],
                "against": second[0],
                "against_source": second[1],
                "uar": uar[first].mean(),
                "against_uar": uar[second].mean(),
                "difference": (uar[first] - uar[second]).mean(),
                "mean_rank": mean_rank[first],
                "against_mean_rank": mean_rank[second],
                "pvalue": (
                    nemenyi_p(mean_rank[first] - mean_rank[second], n_methods, n_corpora)
                    if post_hoc == "nemenyi"
                    else wilcoxon(uar[first].to_numpy(), uar[second].to_numpy())
                ),
            }
        )
    comparisons = pd.DataFrame(rows)
    if post_hoc == "wilcoxon":
        comparisons["pvalue_holm"] = holm(comparisons["pvalue"])
    return comparisons


def compare_over_corpora(scores, *, post_hoc="nemenyi", alpha=0.05):
    r"""Test whether methods differ over several corpora: Friedman, then all pairs.

    On each corpus the methods are ranked by their mean UAR (1 is best, ties share their ranks).
    Friedman's test asks if the mean ranks of k methods on n corpora differ by more than luck; of
    its :math:`\chi^2` Iman and Davenport make :math:`F = (n - 1) \chi^2 / (n (k - 1) - \chi^2)`.
    Then pairs are compared, by Nemenyi's test, which rejects if two mean ranks are further apart
    than

    .. math::

        \mathrm{CD} = \frac{q_{\alpha, k}}{\sqrt{2}} \sqrt{\frac{k (k + 1)}{6 n}}

    (:math:`q_{\alpha, k}`: quantile of the studentised range with infinitely many degrees of
    freedom), or by Wilcoxon's signed-rank test of the mean UARs, with Holm's adjustment.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus, method, source, repeat, fold and uar, one row per fit, as
        :func:`cross_validate_transfer` returns for each corpus; of pandas, polars or pyarrow.
        Every method and source has to be there on every corpus.
    post_hoc : {"nemenyi", "wilcoxon"}, default="nemenyi"
        How pairs are compared. What Nemenyi's test says of a pair depends on which other methods
        are in the table; Wilcoxon's does not, but has to be adjusted for their number.
    alpha : float, default=0.05
        Level below which a p-value is called evidence; between 0 and 1.

    Returns
    -------
    CorporaComparisonResult
        `statistic`, `pvalue` and `df` of Friedman's test, `f_statistic`, `f_pvalue`, `f_df`,
        `ranks`, `critical_difference`, `comparisons` (a row per pair, with its verdict),
        `verdict`, `n_corpora` and `post_hoc`.

    Raises
    ------
    TypeError
        If `scores` is no table, or `alpha` is not a number.
    ValueError
        If a column, a fold, or a method on a corpus is missing, a score is not finite, there are
        several targets or numbers of training folds, fewer than 3 methods, or so few corpora that
        no pair could be significant.

    See Also
    --------
    compare_methods : Comparisons within one corpus.

    Notes
    -----
    Folds are repeated measurements of one corpus, corpora are not: only here does "better" speak
    of corpora that were not tried. Three methods need 3 corpora before Nemenyi's test can reject
    anything at 0.05, and 7 before Wilcoxon's can after Holm's adjustment.

    If all methods score the same on all corpora, chi-squared and F are 0 and p is 1; if all
    corpora rank the methods alike, F is infinite and its p is 0. Means are rounded to 12 digits
    before they are ranked. Ties make chi-squared larger than Demsar's formula without a
    correction would, as in :func:`scipy.stats.friedmanchisquare`.

    References
    ----------
    J. Demsar (2006). "Statistical Comparisons of Classifiers over Multiple Data Sets", Journal of
    Machine Learning Research 7, 1-30.

    R. L. Iman, J. M. Davenport (1980). "Approximations of the critical region of the Friedman
    statistic", Communications in Statistics - Theory and Methods 9, 571-595.

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
    ...         {"method": method, "source": "none", "corpus": corpus, "uar": uar}
    ...         for method, row in uars.items()
    ...         for corpus, uar in zip("ABCDE", row)
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
    check_choice("post_hoc", post_hoc, ("nemenyi", "wilcoxon"))
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    scores = check_scores(scores)
    check_columns("scores", scores, ("corpus", *ENTRY), "Add the name of the corpus to each row.")
    _check_one_setting(scores)
    uar = mean_uar(scores)
    _check_counts(uar, post_hoc, alpha)
    n_corpora, n_methods = uar.shape
    mean_rank = uar.rank(axis=1, ascending=False).mean()
    chi2, p = friedman(uar.to_numpy())
    f, f_p = iman_davenport(chi2, n_methods, n_corpora)
    comparisons = _compare_pairs(uar, mean_rank, post_hoc)
    comparisons["verdict"] = [
        _pair_verdict(row, p, alpha, n_corpora) for _, row in comparisons.iterrows()
    ]
    claim = (
        f"The {n_methods} methods differ"
        if p < alpha
        else f"No evidence that the {n_methods} methods differ"
    )
    ranks = pd.DataFrame(list(uar.columns), columns=list(ENTRY))
    return CorporaComparisonResult(
        statistic=chi2,
        pvalue=p,
        df=n_methods - 1,
        f_statistic=f,
        f_pvalue=f_p,
        f_df=(n_methods - 1, (n_methods - 1) * (n_corpora - 1)),
        n_corpora=n_corpora,
        ranks=ranks.assign(uar=uar.mean().to_numpy(), mean_rank=mean_rank.to_numpy()),
        critical_difference=critical_difference(n_methods, n_corpora, alpha),
        post_hoc=post_hoc,
        comparisons=comparisons,
        verdict=(
            f"{claim} over {n_corpora} corpora (Friedman: chi-squared = {chi2:.2f}, "
            f"{n_methods - 1} degrees of freedom, p = {p:.3g})."
        ),
    )
