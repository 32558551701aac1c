"""Concordance correlation coefficient (CCC), the score of predicted numbers."""

import warnings

import numpy as np
from sklearn.utils import check_array

from skprognet._checks import check_choice, check_sample_weight, in_order_of, text_columns

MULTIOUTPUT = ("uniform_average", "raw_values")


def _check_numbers(name, values):
    """Return numbers as a float64 array of shape (n_samples, n_outputs)."""
    try:
        values = check_array(values, ensure_2d=False, dtype=np.float64, input_name=name)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must hold finite numbers, one for each row and output. {error}"
        ) from error
    if values.ndim > 2:
        raise ValueError(
            f"{name} must have shape (n_samples,) or (n_samples, n_outputs); got {values.shape}."
        )
    return values.reshape(len(values), -1)


def _deviations(values, weight):
    """Return the weighted means, and the difference of each value from its mean.

    The differences of a constant are set to 0, since its mean may have a rounding error.
    """
    means = weight @ values
    deviations = values - means
    deviations[:, (values == values[0]).all(axis=0)] = 0
    return means, deviations


def _scaled(y_true, y_pred):
    """Return both with each output divided by the same power of two, so that squares stay finite.

    This changes no digit of the numbers, and so none of the coefficient.
    """
    largest = np.maximum(np.abs(y_true), np.abs(y_pred)).max(axis=0)
    _, exponent = np.frexp(largest)
    return np.ldexp(y_true, -exponent), np.ldexp(y_pred, -exponent)


def concordances(y_true, y_pred, weight):
    """Return the coefficient of each output; NaN where both are the same constant.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n_samples, n_outputs)
        Numbers, float64.
    weight : ndarray of shape (n_samples,)
        Weights, of sum 1.

    Returns
    -------
    ndarray of shape (n_outputs,)
        Between -1 and 1.
    """
    y_true, y_pred = _scaled(y_true, y_pred)
    true_mean, true_part = _deviations(y_true, weight)
    mean, part = _deviations(y_pred, weight)
    covariance = weight @ (true_part * part)
    spread = weight @ (true_part**2 + part**2) + (true_mean - mean) ** 2
    same = (y_true == y_pred).all(axis=0) & (spread == 0)
    safe = np.where(spread == 0, 1, spread)
    return np.where(same, np.nan, 2 * covariance / safe)


def ccc_score(y_true, y_pred, *, sample_weight=None, multioutput="uniform_average"):
    r"""Compute the concordance correlation coefficient of Lin (1989).

    With the means :math:`\mu`, variances :math:`s^2` and covariance :math:`s_{y\hat y}` of truth
    and prediction,

    .. math::

        \mathrm{CCC} = \frac{2 s_{y \hat y}}
        {s_y^2 + s_{\hat y}^2 + (\mu_y - \mu_{\hat y})^2}.

    It is 1 only if every prediction is right. Unlike Pearson's correlation it falls when
    predictions have a different mean or spread from the truth. The field reports it for
    valence, arousal and dominance.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True numbers.
    y_pred : array-like of the same shape
        Predicted numbers.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row in all moments, not negative. None gives each row the same weight.
    multioutput : {"uniform_average", "raw_values"}, default="uniform_average"
        Whether to return the mean over the outputs, or the coefficient of each.

    Returns
    -------
    score : float, or ndarray of shape (n_outputs,)
        Between -1 and 1. It is 0 if truth or prediction is constant, unless both are the same
        constant.

    Raises
    ------
    ValueError
        For empty input, different shapes, numbers that are not finite, text, weights that are
        negative, not finite or all zero, or an unknown `multioutput`.

    Warns
    -----
    UserWarning
        If truth and prediction are the same constant. Then the score is NaN (0 / 0).

    See Also
    --------
    ccc_scorer : The same, for `cross_val_score` and `GridSearchCV`.
    sklearn.metrics.r2_score : The share of the variance that is explained.
    scipy.stats.pearsonr : Correlation, blind to the mean and the spread of predictions.

    Notes
    -----
    The moments are those of the population: sums are divided by n, as in Lin (1989). With sample
    moments (n - 1) variances and covariance grow by n / (n - 1), and the squared difference of the
    means does not. So the coefficient is then a little farther from 0. The two agree if the means
    agree, and for large n.

    References
    ----------
    L. I-K. Lin: A Concordance Correlation Coefficient to Evaluate Reproducibility. Biometrics 45,
    1989, pages 255-268.

    Examples
    --------
    Predictions that are all too high by 1 are perfectly correlated, but not concordant.

    >>> from skprognet.metrics import ccc_score
    >>> ccc_score([1, 2, 3, 4], [1, 2, 3, 4])
    1.0
    >>> round(ccc_score([1, 2, 3, 4], [2, 3, 4, 5]), 3)
    0.714
    >>> ccc_score([1, 2, 3, 4], [2, 2, 2, 2])
    0.0
    >>> ccc_score([[1, 0], [2, 4]], [[1, 4], [2, 0]], multioutput="raw_values")
    array([ 1., -1.])
    """
    check_choice("multioutput", multioutput, MULTIOUTPUT)
    y_pred = in_order_of("y_pred", y_pred, text_columns(y_true), "y_true")
    y_true, y_pred = _check_numbers("y_true", y_true), _check_numbers("y_pred", y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "y_true and y_pred must have the same number of rows and outputs; got "
            f"{y_true.shape} and {y_pred.shape}."
        )
    weight = check_sample_weight(sample_weight, len(y_true))
    weight = np.ones(len(y_true)) if weight is None else weight
    counts = weight > 0
    weight = weight[counts] / weight.sum()
    scores = concordances(y_true[counts], y_pred[counts], weight)
    if np.isnan(scores).any():
        warnings.warn(
            "The concordance correlation is not defined where truth and prediction are the same "
            "constant: it is NaN. Score more rows, or use another metric.",
            UserWarning,
            stacklevel=2,
        )
    return scores if multioutput == "raw_values" else float(scores.mean())
