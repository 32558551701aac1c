"""From scores to a verdict: which method is better than which, and is that more than luck."""

from itertools import combinations

import numpy as np
import pandas as pd

from skprognet._validation import check_choice, check_number
from skprognet.evaluation._bayesian import check_rope, posterior
from skprognet.evaluation._cv_ttests import calibrated_cv_ttest, corrected_cv_ttest
from skprognet.evaluation._design import NO_SOURCE
from skprognet.evaluation._holm import holm
from skprognet.evaluation._paired import (
    ENTRY,
    PLACE,
    SETTING,
    check_columns,
    check_pair,
    score_grid,
)
from skprognet.evaluation._ratio import resolve_ratio
from skprognet.evaluation._verdicts import label, transfer_hurts, verdict

CALIBRATED = "calibrated 10x10 CV paired t-test"
CORRECTED = "corrected paired t-test for repeated CV"


def check_scores(scores):
    """Raise unless a frame has the columns without which nothing can be compared."""
    advice = "Rename columns, or take what cross_validate_transfer returns."
    check_columns("scores", scores, (*ENTRY, *PLACE, "uar"), advice)


def settings(scores):
    """Yield what does not vary within a part of the scores, as a dict, and that part.

    Parts are told apart by corpus, target and n_train_folds, each only where it has several
    values.
    """
    varying = [
        name for name in SETTING if name in scores and scores[name].nunique(dropna=False) > 1
    ]
    if not varying:
        yield {}, scores
        return
    for values, part in scores.groupby(varying, sort=False, dropna=False):
        yield dict(zip(varying, values, strict=True)), part


def entries(scores):
    """Return the pairs (method, source) in the order of the scores."""
    return list(scores[list(ENTRY)].drop_duplicates().itertuples(index=False, name=None))


def rows_of(scores, entry):
    """Return the rows of one method and source."""
    return scores[(scores["method"] == entry[0]) & (scores["source"] == entry[1])]


def score_table(scores, method, source):
    """Return the UARs of one method and source as an array of shape (n_repeats, n_folds).

    Raises
    ------
    ValueError
        If a fold is missing or is there twice.
    """
    rows = rows_of(scores, (method, source))
    return score_grid("scores", rows, scores, f" of {method!r} from {source!r}").to_numpy()


def expected_better_first(a, b):
    """Return (later, earlier), unless one transfers and the other does not: that one first."""
    return (a, b) if b[1] == NO_SOURCE != a[1] else (b, a)


def _paper_pairs(found):
    """Return which (method, source) the paper compares with which.

    Each transferred method with each plain one, as the paper's first mark, then the methods of
    one source with each other, the later listed with the earlier, as its second.
    """
    plain = [entry for entry in found if entry[1] == NO_SOURCE]
    transferred = [entry for entry in found if entry[1] != NO_SOURCE]
    pairs = [(entry, base) for entry in transferred for base in plain]
    pairs += [(b, a) for a, b in combinations(transferred, 2) if a[1] == b[1]]
    return pairs or [(b, a) for a, b in combinations(plain, 2)]


def _find(against, found):
    """Return the one (method, source) that `against` names."""
    if isinstance(against, str):
        named = [entry for entry in found if entry[0] == against]
    elif isinstance(against, (tuple, list)):
        named = [entry for entry in found if entry == tuple(against)]
    else:
        raise TypeError(
            f"against must be the name of a method, or a pair (method, source); got {against!r}."
        )
    if not named:
        raise ValueError(
            f"against must name a method that was scored in every setting, or a pair (method, "
            f"source); got {against!r} where there are {found}."
        )
    if len(named) > 1:
        raise ValueError(
            f"against must name one method and source; {against!r} has several. Choose one of "
            f"{named}."
        )
    return named[0]


def _choose_pairs(found, pairs, against):
    """Return which (method, source) to compare with which."""
    if against is not None:
        one = _find(against, found)
        return [(entry, one) for entry in found if entry != one]
    if pairs == "all":
        return [expected_better_first(a, b) for a, b in combinations(found, 2)]
    return _paper_pairs(found)


def _compare(scores, entry, against, rope):
    """Return the numbers of one comparison."""
    for method, source in (entry, against):
        score_table(scores, method, source)
    pair = check_pair(
        rows_of(scores, entry), rows_of(scores, against), (label(*entry), label(*against))
    )
    if pair.a.shape[1] < 2 and pair.ratio is None:
        raise ValueError(
            "scores must have at least 2 folds in each repeat, or the columns n_train and n_test; "
            "got 1 fold without them. Add these columns, or run more folds."
        )
    ratio = resolve_ratio(None, None, None, pair)
    paper = pair.a.shape == (10, 10)
    result = (
        calibrated_cv_ttest(pair.a, pair.b)
        if paper
        else corrected_cv_ttest(pair.a, pair.b, test_train_ratio=ratio)
    )
    interval = result.confidence_interval(0.95)
    worse, equal, better = posterior(pair, rope, ratio)
    return {
        "method": entry[0],
        "source": entry[1],
        "against": against[0],
        "against_source": against[1],
        "uar": pair.a.mean(),
        "against_uar": pair.b.mean(),
        "difference": result.estimate,
        "low": interval.low,
        "high": interval.high,
        "effect_size": result.effect_size,
        "statistic": result.statistic,
        "df": result.df,
        "pvalue": result.pvalue,
        "p_worse": worse,
        "p_equal": equal,
        "p_better": better,
        "test": CALIBRATED if paper else CORRECTED,
        "ratio": np.nan if paper else ratio,
    }


def compare_methods(scores, *, pairs="paper", against=None, alpha=0.05, rope=0.01):
    """Test which method is better than which, and say so.

    The test is the paper's :func:`calibrated_cv_ttest` for 10 x 10 folds, for which alone it is
    defined, and else :func:`corrected_cv_ttest`; both two-sided. Beside it stand the
    probabilities of :func:`bayesian_cv_test`.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and uar, one row per fit, as
        :func:`cross_validate_transfer` returns. If a column corpus, target or n_train_folds has
        several values, comparisons are made within each combination of them.
    pairs : {"paper", "all"}, default="paper"
        What is compared. "paper": each method with a source with each that has none, then the
        methods of one source with each other; without any source, all pairs.
    against : str or tuple of (method, source), default=None
        The one with which all others are compared, in place of `pairs`; the name of a method is
        enough if it has one source.
    alpha : float, default=0.05
        Level below which a p-value is called evidence; between 0 and 1.
    rope : float, default=0.01
        Largest difference in UAR that does not matter ("region of practical equivalence").

    Returns
    -------
    DataFrame
        A row per comparison: corpus, target, n_train_folds (those with several values), method,
        source, against, against_source, uar and against_uar (means over all folds), difference,
        low and high (its 95 % confidence interval), effect_size (see `calibrated_cv_ttest`),
        statistic, df, pvalue, pvalue_holm (adjusted for all comparisons of the table), p_worse,
        p_equal and p_better (probabilities that the method is worse by more than the rope,
        practically equal, better), test, ratio (n_test / n_train that the corrected test used,
        else NaN), hurts (whether a method with a source is worse than one without, by the plain
        p-value), verdict (one comparison in words).

    Raises
    ------
    TypeError
        If `alpha` or `rope` is not a number, or `against` not a name or a pair.
    ValueError
        If there is nothing to compare, the folds or designs are not the same, there is a single
        fold without row counts, `against` names none or several, or both `pairs` and `against`
        are given.

    See Also
    --------
    compare_over_corpora : Whether a method is better on corpora in general.
    summary_table : The paper's table, with marks from these comparisons.

    Notes
    -----
    A verdict is evidence of a difference if ``pvalue < alpha``, as in the paper, and adds where
    that does not survive Holm's correction. Without evidence it is "practically equivalent" if
    ``p_equal > 1 - alpha``, and else "no evidence of a difference", which is not the same. If a
    method with a source is probably (``p_worse > 0.5``) worse than one without, the verdict says
    that transfer may hurt.

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
    check_choice("pairs", pairs, ("paper", "all"))
    check_rope(rope)
    if against is not None and pairs != "paper":
        raise ValueError(
            f"pairs and against exclude each other; got {pairs!r} and {against!r}. Pass one."
        )
    check_scores(scores)
    rows = [
        {**setting, **_compare(part, entry, other, rope)}
        for setting, part in settings(scores)
        for entry, other in _choose_pairs(entries(part), pairs, against)
    ]
    if not rows:
        raise ValueError(
            f"scores must hold at least two methods to compare; got "
            f"{scores['method'].unique().tolist()}."
        )
    comparisons = pd.DataFrame(rows)
    after_p = comparisons.columns.get_loc("pvalue") + 1
    comparisons.insert(after_p, "pvalue_holm", holm(comparisons["pvalue"]))
    by_row = [row for _, row in comparisons.iterrows()]
    comparisons["hurts"] = [transfer_hurts(row, alpha) for row in by_row]
    comparisons["verdict"] = [verdict(row, alpha, rope, len(by_row)) for row in by_row]
    return comparisons
