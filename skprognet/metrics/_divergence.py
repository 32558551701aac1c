"""Jensen-Shannon divergence, the score of predicted probabilities against soft labels."""

import numpy as np
from scipy.special import rel_entr
from sklearn.utils import check_array

from skprognet._checks import check_one_kind, check_sample_weight, labels_as_given
from skprognet._wording import first_few

# The sum of a row may differ from 1 by this, since float32 rounds the numbers of many classes.
_SUM_TOLERANCE = 1e-4


def _sorted_names(name, table):
    """Return the names of the columns of a table, sorted."""
    columns = labels_as_given(table.columns)
    check_one_kind(f"The columns of {name}", columns)
    return sorted(columns)


def _check_probabilities(name, values):
    """Return probabilities as a float64 array, with columns of a DataFrame sorted by name."""
    if hasattr(values, "columns"):
        names = _sorted_names(name, values)
        # pandas would read a list of bools as a mask; polars has no reindex.
        values = values.reindex(columns=names) if hasattr(values, "reindex") else values[names]
    values = check_array(values, dtype=np.float64, input_name=name)
    wrong = (values < 0).any(axis=1) | (np.abs(values.sum(axis=1) - 1) > _SUM_TOLERANCE)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"Each row of {name} must hold probabilities that sum to 1, none of them negative; "
            f"row {row} has [{first_few(values[row].tolist(), show=lambda p: f'{p:g}')}]. Pass "
            "shares of raters, or what predict_proba returns."
        )
    return values


def jensen_shannon_divergence(y_true, y_proba, *, sample_weight=None):
    r"""Compute how far predicted probabilities are from soft labels, in bits.

    For a row with the true probabilities :math:`p_c` of the classes c, the predicted ones
    :math:`q_c`, and :math:`m = (p + q) / 2`, it is

    .. math:: \mathrm{JSD} = \frac{1}{2} \sum_c p_c \log_2 \frac{p_c}{m_c}
       + \frac{1}{2} \sum_c q_c \log_2 \frac{q_c}{m_c}.

    The score is the mean over the rows. It is 0 if both are the same in every row, and 1 if in
    every row they have no class in common. Unlike the Kullback-Leibler divergence it is finite
    where a probability is 0, and it stays the same if truth and prediction are swapped.

    Parameters
    ----------
    y_true : array-like of shape (n_samples, n_classes)
        Soft labels, such as shares of raters.
    y_proba : array-like of shape (n_samples, n_classes)
        What ``predict_proba`` returns.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row in the mean, not negative. None gives each row the same weight.

    Returns
    -------
    score : float
        Between 0 and 1; less is better.

    Raises
    ------
    ValueError
        For different shapes or names of columns, names of several types, negative numbers, rows
        that do not sum to 1 within 1e-4, numbers that are not finite, or weights that are negative
        or all zero.

    See Also
    --------
    uar_score : Unweighted average recall of predicted labels.
    scipy.spatial.distance.jensenshannon : With ``base=2``, the square root for a single row.
    sklearn.metrics.log_loss : Cross-entropy against one label for each row.

    Notes
    -----
    The columns of a DataFrame are sorted by their names, which is the order of ``classes_``. The
    columns of an array must be in this order already.

    References
    ----------
    J. Lin: Divergence Measures Based on the Shannon Entropy. IEEE Transactions on Information
    Theory 37, 1991, pages 145-151.

    Examples
    --------
    Two of three raters hear anger in the first recording, and all of them in the second.

    >>> from skprognet.metrics import jensen_shannon_divergence
    >>> shares = [[2 / 3, 1 / 3], [1, 0]]
    >>> jensen_shannon_divergence(shares, shares)
    0.0
    >>> round(jensen_shannon_divergence(shares, [[0.5, 0.5], [0.9, 0.1]]), 3)
    0.036
    >>> jensen_shannon_divergence([[1, 0]], [[0, 1]])
    1.0
    """
    tables = {"y_true": y_true, "y_proba": y_proba}
    names = [_sorted_names(name, t) for name, t in tables.items() if hasattr(t, "columns")]
    p, q = _check_probabilities("y_true", y_true), _check_probabilities("y_proba", y_proba)
    if p.shape != q.shape or names[0:1] != names[-1:]:
        shapes = f"shapes {p.shape} and {q.shape}"
        columns = " and ".join(f"[{first_few(each)}]" for each in names)
        raise ValueError(
            "y_true and y_proba must have the same rows and classes; got "
            f"{shapes if p.shape != q.shape else f'columns {columns}'}."
        )
    weight = check_sample_weight(sample_weight, len(p))
    m = (p + q) / 2
    nats = (rel_entr(p, m) + rel_entr(q, m)).sum(axis=1) / 2
    return float(np.average(np.maximum(nats / np.log(2), 0), weights=weight))
