"""Compute the numbers of one comparison of two methods on the same folds."""

import numpy as np

from skprognet._scores import label
from skprognet._table_metric import metric_columns, metric_of
from skprognet.results._choose_test import choose_test, run_test
from skprognet.significance import bayesian_cv_test, pair_scores


def _pair(rows, method, against):
    """Return the scores of two methods, paired by fold."""
    pair = pair_scores(rows(method), rows(against), names=(label(*method), label(*against)))
    if pair.a.shape[1] < 2 and pair.ratio is None:
        raise ValueError(
            "scores must have at least 2 folds in each repeat, or the columns n_train and n_test; "
            "got 1 fold without them. Add these columns, or run more folds."
        )
    return pair


def _number(result, name):
    """Return a number of a test's result; NaN if it is missing or not a single number."""
    value = getattr(result, name, None)
    return np.nan if value is None or np.ndim(value) else float(value)


def _interval(result):
    """Return the ends of the 95 % confidence interval; NaN if the test has none."""
    if not hasattr(result, "confidence_interval"):
        return np.nan, np.nan
    return tuple(result.confidence_interval(0.95))


def compare_two(rows, method, against, test, rope, chance):
    """Return the numbers of one comparison.

    Parameters
    ----------
    rows : callable
        Returns the scores of a method, in one condition.
    method, against : tuple of (method, source)
        The two methods.
    test : SignificanceTest or None
        The test; None means the first that fits.
    rope : float
        Largest difference that does not matter.
    chance : callable
        Returns the p-value against chance for a method and the chosen test.

    Returns
    -------
    dict
        A row of the table that `compare_methods` returns.
    """
    metric, raw = metric_of(rows(method)), _pair(rows, method, against)
    # From here on, greater is better.
    pair = raw.oriented(metric)
    test = choose_test(test, *pair.a.shape, has_row_counts=pair.ratio is not None)
    result = run_test(test, pair)
    ratio = {} if pair.ratio is None else {"test_train_ratio": pair.ratio}
    posterior = bayesian_cv_test(pair.a, pair.b, rope=rope, **ratio)
    low, high = _interval(result)
    return {
        "method": method[0],
        "source": method[1],
        "against": against[0],
        "against_source": against[1],
        **metric_columns(metric),
        "score": raw.a.mean(),
        "against_score": raw.b.mean(),
        "difference": posterior.estimate,
        "low": low,
        "high": high,
        "effect_size": posterior.effect_size,
        "statistic": _number(result, "statistic"),
        "df": _number(result, "df"),
        "pvalue": _number(result, "pvalue"),
        "p_worse": posterior.p_worse,
        "p_equal": posterior.p_equal,
        "p_better": posterior.p_better,
        "test": test.description,
        "ratio": _number(result, "ratio"),
        "p_chance": chance(method, test),
        "against_p_chance": chance(against, test),
    }
