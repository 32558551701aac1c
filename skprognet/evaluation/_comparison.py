"""From scores to a verdict: which method is better than which, and is that more than luck."""

from functools import cache, partial

import numpy as np
import pandas as pd

from skprognet._validation import check_choice, check_number
from skprognet.evaluation._bayesian import check_rope, posterior
from skprognet.evaluation._chance import p_of_chance
from skprognet.evaluation._cv_ttests import PAPER_SHAPE, calibrated_cv_ttest, corrected_cv_ttest
from skprognet.evaluation._holm import holm
from skprognet.evaluation._paired import check_pair
from skprognet.evaluation._pairs import choose_pairs, kind_of, plain_networks
from skprognet.evaluation._ratio import resolve_ratio
from skprognet.evaluation._score_frames import check_scores, entries, rows_of, settings
from skprognet.evaluation._verdicts import evidence, label, transfer_loses, verdict

CALIBRATED = "calibrated 10x10 CV paired t-test"
CORRECTED = "corrected paired t-test for repeated CV"


def _compare(scores, entry, against, rope, chance):
    """Return the numbers of one comparison; `chance` is a function of an entry."""
    p_chance, against_p_chance = chance(entry), chance(against)  # says which folds are missing
    pair = check_pair(
        rows_of(scores, entry), rows_of(scores, against), (label(*entry), label(*against))
    )
    if pair.a.shape[1] < 2 and pair.ratio is None:
        raise ValueError(
            "scores must have at least 2 folds in each repeat, or the columns n_train and n_test; "
            "got 1 fold without them. Add these columns, or run more folds."
        )
    ratio = resolve_ratio(None, None, None, pair)
    paper = pair.a.shape == PAPER_SHAPE
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
        "p_chance": p_chance,
        "against_p_chance": against_p_chance,
    }


def _compare_all(scores, pairs, against, rope):
    """Yield the numbers of every comparison, within each setting."""
    for setting, part in settings(scores):
        networks = plain_networks(part)
        chance = cache(partial(p_of_chance, part))  # most methods are compared several times
        for entry, other in choose_pairs(entries(part), pairs, against, networks):
            numbers = _compare(part, entry, other, rope, chance)
            yield {**setting, **numbers, "kind": kind_of(entry, other, networks)}


def compare_methods(scores, *, pairs="paper", against=None, alpha=0.05, rope=0.01):
    """Test which method is better than which, and say so.

    The test is the paper's :func:`calibrated_cv_ttest` for 10 x 10 folds, for which alone it is
    defined, and else :func:`corrected_cv_ttest`; both two-sided. Beside it stand the
    probabilities of :func:`bayesian_cv_test`.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and uar, one row per fit, as
        :func:`cross_validate_transfer` returns; of pandas, polars or pyarrow. If a column corpus,
        target or n_train_folds has several values, comparisons are made within each combination
        of them. Read if there: baseline (what the same network without a source is called; scores
        without this column call it "DNN"), n_classes (classes of the test rows, for chance).
    pairs : {"paper", "all"}, default="paper"
        What is compared. "paper": each method with a source with each that has none, then the
        methods of one source with each other, then those without a source with each other.
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
        else NaN), p_chance and against_p_chance (p-value of either against chance, 1 / n_classes;
        NaN if not known), kind ("transfer": a network with a source and the same network without;
        "same source"; "other"), alpha and rope (as given: tables, marks and displays read them
        here), hurts (whether transfer is worse than none, by the plain p-value), verdict (one
        comparison in words).

    Raises
    ------
    TypeError
        If `scores` is no table, `alpha` or `rope` is not a number, or `against` not a name or a
        pair.
    ValueError
        If a row does not name its method or source, a score is not from 0 to 1, there is nothing
        to compare, the folds or designs are not the same, there is a single fold without row
        counts, `against` names none or several, or both `pairs` and `against` are given.

    See Also
    --------
    compare_over_corpora : Whether a method is better on corpora in general.
    summary_table : The paper's table, with marks from these comparisons.

    Notes
    -----
    A verdict is evidence of a difference if ``pvalue < alpha``, as in the paper, and adds where
    that does not survive Holm's correction. Without evidence it is "practically equivalent" if
    ``p_equal > 1 - alpha``, and else "no evidence of a difference", which is not the same.

    That transfer hurts is said of a network with a source against the same network without one,
    and of nothing else; that it may hurt, where it is probably worse (``p_worse > 0.5``). Another
    classifier, such as a support vector machine, is better or worse.

    A method is at chance if the same test, one-sided, does not find its scores above
    1 / n_classes. The verdict then says so: two methods that learned nothing are equivalent, too.

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
    scores = check_scores(scores)
    comparisons = pd.DataFrame(_compare_all(scores, pairs, against, rope))
    if not len(comparisons):
        raise ValueError(
            f"scores must hold at least two methods to compare; got "
            f"{scores['method'].unique().tolist()}."
        )
    after_p = comparisons.columns.get_loc("pvalue") + 1
    comparisons.insert(after_p, "pvalue_holm", holm(comparisons["pvalue"]))
    comparisons = comparisons.assign(alpha=alpha, rope=rope)
    comparisons["hurts"] = evidence(comparisons) & transfer_loses(comparisons)
    n = len(comparisons)
    comparisons["verdict"] = [verdict(row, n) for _, row in comparisons.iterrows()]
    return comparisons
