"""Whether a method is better than a guess: the study's own test, one-sided."""

import numpy as np

from skprognet._scores import rows_of, score_table
from skprognet.significance._cv_ttests import study_ttest
from skprognet.significance._paired import Pair
from skprognet.significance._ratio import measured_ratio


def chance_level(scores, entry):
    """Return the UAR of a guess in each fold, 1 / n_classes, or None if the scores lack these.

    Parameters
    ----------
    scores : DataFrame
        Of one setting; a column n_classes says how many classes the rows of a test fold have.
    entry : tuple of (method, source)
        The method.

    Returns
    -------
    ndarray of shape (n_repeats, n_folds) or None
        Chance.
    """
    if "n_classes" not in scores:
        return None
    n_classes = score_table(scores, *entry, value="n_classes")
    return 1 / n_classes if (n_classes > 0).all() else None  # NaN is not above 0 either


def p_of_chance(scores, entry):
    """Return the p-value of a method's UARs against those of a guess, one-sided.

    Parameters
    ----------
    scores : DataFrame
        Of one setting.
    entry : tuple of (method, source)
        The method.

    Returns
    -------
    float
        How probable UARs so far above chance are for a guess; NaN where chance is not known, or
        the folds are too few for a test.
    """
    level, uar = chance_level(scores, entry), score_table(scores, *entry)
    ratio = measured_ratio(rows_of(scores, entry))
    too_few = uar.size < 2 or (uar.shape[1] < 2 and ratio is None)
    if level is None or too_few or not np.isfinite(uar).all():
        return np.nan
    return study_ttest(Pair(uar, level, ratio), alternative="greater").pvalue
