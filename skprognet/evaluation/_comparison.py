"""From scores to a verdict: which method is better than which, and is that more than luck."""

from itertools import combinations

import numpy as np
import pandas as pd

from skprognet._validation import check_number
from skprognet.evaluation._cv_ttests import calibrated_cv_ttest, corrected_cv_ttest
from skprognet.evaluation._design import NO_SOURCE

CALIBRATED = "calibrated 10x10 CV paired t-test"
CORRECTED = "corrected paired t-test for repeated CV"


def holm(pvalues):
    """Adjust p-values for their number by Holm's step-down method (1979).

    Parameters
    ----------
    pvalues : array-like of shape (n,)
        Unadjusted.

    Returns
    -------
    ndarray of shape (n,)
        The i-th smallest (from 1) is multiplied by n - i + 1, at least as large as the one before
        it and at most 1.
    """
    pvalues = np.asarray(pvalues, dtype=float)
    order = pvalues.argsort(kind="stable")
    factors = np.arange(len(pvalues), 0, -1)
    adjusted = np.empty_like(pvalues)
    adjusted[order] = np.maximum.accumulate(pvalues[order] * factors).clip(max=1)
    return adjusted


def score_table(scores, method, source):
    """Return the UARs of one method and source as an array of shape (n_repeats, n_folds).

    Raises
    ------
    ValueError
        If a fold is missing or is there twice.
    """
    rows = scores[(scores["method"] == method) & (scores["source"] == source)]
    places = rows[["repeat", "fold"]]
    n_repeats, n_folds = scores["repeat"].nunique(), scores["fold"].nunique()
    if places.duplicated().any() or len(rows) != n_repeats * n_folds:
        raise ValueError(
            f"scores must have one row for each of {n_repeats} x {n_folds} folds of {method!r} "
            f"from {source!r}; got {len(rows)} rows, {places.duplicated().sum()} of them twice."
        )
    return rows.pivot(index="repeat", columns="fold", values="uar").to_numpy()


def _pairs(scores):
    """Return which (method, source) to compare with which, the one expected better first.

    Each transferred method with each plain one, as the paper's first mark, then the methods of
    one source with each other, the later listed with the earlier, as its second.
    """
    entries = list(
        scores[["method", "source"]].drop_duplicates().itertuples(index=False, name=None)
    )
    plain = [entry for entry in entries if entry[1] == NO_SOURCE]
    transferred = [entry for entry in entries if entry[1] != NO_SOURCE]
    pairs = [(entry, base) for entry in transferred for base in plain]
    pairs += [(b, a) for a, b in combinations(transferred, 2) if a[1] == b[1]]
    return pairs or [(b, a) for a, b in combinations(plain, 2)]


def _label(method, source):
    return method if source == NO_SOURCE else f"{method} from {source}"


def _sentence(row, alpha, n_comparisons):
    """Return the verdict of one comparison in words."""
    first = _label(row["method"], row["source"])
    second = _label(row["against"], row["against_source"])
    figures = (
        f"UAR {row['uar']:.3f} against {row['against_uar']:.3f}, difference "
        f"{row['difference']:+.3f} (95 % interval {row['low']:+.3f} to {row['high']:+.3f}), "
        f"p = {row['pvalue']:.3g}"
    )
    if not row["pvalue"] < alpha:
        return f"No evidence of a difference between {first} and {second}: {figures}."
    if row["difference"] > 0:
        sentence = f"{first} is better than {second}: {figures}."
    else:
        hurts = row["source"] != NO_SOURCE and row["against_source"] == NO_SOURCE
        effect = ", transfer hurts here" if hurts else ""
        sentence = f"{first} is worse than {second}{effect}: {figures}."
    if not row["pvalue_holm"] < alpha:
        sentence += (
            f" Corrected for the {n_comparisons} comparisons made, it is no evidence "
            f"(Holm, p = {row['pvalue_holm']:.3g})."
        )
    return sentence


def compare_methods(scores, *, alpha=0.05):
    """Test each method with transfer against those without, and against each other.

    The test is the paper's :func:`calibrated_cv_ttest` for 10 x 10 folds, for which alone it is
    defined, and else :func:`corrected_cv_ttest`; both two-sided.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and uar, one row per fit, as
        :func:`cross_validate_transfer` returns.
    alpha : float, default=0.05
        Level below which a p-value is called evidence; between 0 and 1.

    Returns
    -------
    DataFrame
        A row per comparison: method, source, against, against_source, uar and against_uar (means
        over all folds), difference, low and high (its 95 % confidence interval), statistic, df,
        pvalue, pvalue_holm (adjusted for all comparisons of the table), test, ratio (n_test /
        n_train that the corrected test used, else NaN), verdict (a sentence).

    Raises
    ------
    ValueError
        If there is nothing to compare, the folds are not the same, or there is a single fold.

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
    >>> from skprognet.evaluation import compare_methods
    >>> folds = pd.DataFrame({"repeat": 1, "fold": [1, 2, 3, 4, 5]})
    >>> plain = folds.assign(method="DNN", source="none", uar=[0.61, 0.58, 0.64, 0.60, 0.57])
    >>> progressive = folds.assign(
    ...     method="ProgNet", source="gender", uar=[0.63, 0.57, 0.66, 0.60, 0.58]
    ... )
    >>> scores = pd.concat([plain, progressive])
    >>> print(compare_methods(scores).loc[0, "verdict"])
    No evidence of a difference between ProgNet from gender and DNN: UAR 0.608 against 0.600, \
difference +0.008 (95 % interval -0.016 to +0.032), p = 0.412.
    """
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    pairs = _pairs(scores)
    if not pairs:
        raise ValueError(
            f"scores must hold at least two methods to compare; got "
            f"{scores['method'].unique().tolist()}."
        )
    rows = []
    for (method, source), (against, against_source) in pairs:
        a = score_table(scores, method, source)
        b = score_table(scores, against, against_source)
        paper = a.shape == (10, 10)
        result = (calibrated_cv_ttest if paper else corrected_cv_ttest)(a, b)
        interval = result.confidence_interval(0.95)
        rows.append(
            {
                "method": method,
                "source": source,
                "against": against,
                "against_source": against_source,
                "uar": a.mean(),
                "against_uar": b.mean(),
                "difference": result.estimate,
                "low": interval.low,
                "high": interval.high,
                "statistic": result.statistic,
                "df": result.df,
                "pvalue": result.pvalue,
                "test": CALIBRATED if paper else CORRECTED,
                "ratio": np.nan if result.ratio is None else result.ratio,
            }
        )
    comparisons = pd.DataFrame(rows)
    comparisons.insert(12, "pvalue_holm", holm(comparisons["pvalue"]))
    comparisons["verdict"] = [
        _sentence(row, alpha, len(comparisons)) for _, row in comparisons.iterrows()
    ]
    return comparisons
