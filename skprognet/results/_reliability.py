"""Whether the probabilities of a method can be believed: reliability curve, calibration error."""

import numpy as np
import pandas as pd

from skprognet._checks import check_number
from skprognet.results._confidence import by_confidence
from skprognet.results._tested_rows import REPEAT, codes_of, count_cells, in_order, shares


def calibration_by_method(predictions, n_bins=10):
    """Return the reliability curve of each method: how often it is right when it is how sure.

    The confidence of a prediction is the probability that the method gives to the class that it
    predicts. The interval from 0 to 1 is cut into `n_bins` bins of equal width, each of which
    includes its upper end. In each bin the mean confidence stands beside the accuracy, which is
    the share of predictions that are right. They are equal where probabilities can be believed.
    Confidence above accuracy is overconfidence.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, with a column ``p_<class>`` for each class, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``; of pandas, polars or pyarrow. If a column corpus, target or
        n_train_folds has several values, there is a curve for each combination of them.
    n_bins : int, default=10
        Number of bins, at least 1.

    Returns
    -------
    DataFrame
        A row for each method and bin, with these columns: corpus, target, n_train_folds (those
        with several values), method, source, low and high (ends of the bin), count (predictions in
        the bin, mean over the repeats), confidence and accuracy (means over the predictions of all
        repeats in the bin; NaN if there are none).

    Raises
    ------
    TypeError
        If `predictions` is no table, or `n_bins` is no integer.
    ValueError
        If `n_bins` is below 1, no method has probabilities, a method has them for some rows only,
        they are not from 0 to 1 or do not sum to 1, that of a predicted class is missing, or
        `predictions` are refused as in :func:`confusion_by_method`.

    Warns
    -----
    UserWarning
        If a method has no probabilities: all of its values are NaN.

    See Also
    --------
    expected_calibration_error : The curve as one number.
    sklearn.calibration.calibration_curve : The curve of one class against another.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017). "On Calibration of Modern Neural Networks",
    ICML. arXiv:1706.04599.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import calibration_by_method
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "sad", "angry", "sad"],
    ...      "prediction": ["angry", "angry", "angry", "sad"],
    ...      "p_angry": [0.9, 0.6, 0.8, 0.1], "p_sad": [0.1, 0.4, 0.2, 0.9]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> curve = calibration_by_method(predictions, n_bins=4)
    >>> curve[["low", "high", "count", "confidence", "accuracy"]].round(3)
        low  high  count  confidence  accuracy
    0  0.00  0.25    0.0         NaN       NaN
    1  0.25  0.50    0.0         NaN       NaN
    2  0.50  0.75    1.0         0.600       0.0
    3  0.75  1.00    3.0         0.867       1.0
    """
    check_number("n_bins", n_bins, "integer", low=1)
    edges = np.linspace(0, 1, n_bins + 1)
    rows = []
    for place, sure in by_confidence(predictions):
        counts, confidence, right = (cells.sum(axis=0) for cells in _bins(sure, edges))
        frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:]})
        frame["count"] = counts / sure[REPEAT].nunique() if len(sure) else np.nan
        frame["confidence"] = shares(confidence, counts)
        frame["accuracy"] = shares(right, counts)
        rows.append(pd.DataFrame([place]).merge(frame, how="cross"))
    return pd.concat(rows, ignore_index=True)


def expected_calibration_error(predictions, n_bins=10):
    r"""Return the expected calibration error of each method.

    It is how far accuracy and mean confidence are apart in a bin, on average over the predictions,

    .. math::

        \mathrm{ECE} = \sum_{b=1}^{B} \frac{n_b}{n}
        \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|,

    where :math:`n_b` of the n predictions of a repeat are in bin b, for the bins of
    :func:`calibration_by_method`. Then the mean over the repeats is taken. 0 is the best value.

    Parameters
    ----------
    predictions : DataFrame
        As for :func:`calibration_by_method`.
    n_bins : int, default=10
        Number of bins, at least 1.

    Returns
    -------
    DataFrame
        A row for each method, with these columns: corpus, target, n_train_folds (those with
        several values), method, source, ece and ece_std (mean and standard deviation (ddof 1) over
        the repeats; the latter is NaN for a single repeat), confidence and accuracy (means over
        all predictions; the method is overconfident where confidence is greater).

    Raises
    ------
    TypeError
        If `predictions` is no table, or `n_bins` is no integer.
    ValueError
        As :func:`calibration_by_method`.

    Warns
    -----
    UserWarning
        If a method has no probabilities: all of its values are NaN.

    See Also
    --------
    calibration_by_method : The curve behind it.

    Notes
    -----
    The error is never negative, so luck alone makes it greater than 0, the more so the fewer
    predictions and the more bins there are. Compare methods on the same rows and bins.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017). "On Calibration of Modern Neural Networks",
    ICML. arXiv:1706.04599; equation 3.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import expected_calibration_error
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": ["angry", "sad", "angry", "sad"],
    ...      "prediction": ["angry", "angry", "angry", "sad"],
    ...      "p_angry": [0.9, 0.6, 0.8, 0.1], "p_sad": [0.1, 0.4, 0.2, 0.9]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> expected_calibration_error(predictions, n_bins=4).round(3)
      method source   ece  ece_std  confidence  accuracy
    0    DNN   none  0.25      NaN         0.8      0.75
    """
    check_number("n_bins", n_bins, "integer", low=1)
    edges = np.linspace(0, 1, n_bins + 1)
    rows = []
    for place, sure in by_confidence(predictions):
        counts, confidence, right = _bins(sure, edges)
        # n_b / n * |right / n_b - confidence / n_b|: the size of the bin cancels out.
        errors = pd.Series(np.abs(right - confidence).sum(axis=1) / counts.sum(axis=1))
        rows.append(
            {
                **place,
                "ece": errors.mean(),
                "ece_std": errors.std(),
                "confidence": sure["confidence"].mean(),
                "accuracy": sure["right"].mean(),
            }
        )
    return pd.DataFrame(rows)


def _bins(sure, edges):
    """Return number of predictions, sum of confidences and hits, of shape (n_repeats, n_bins)."""
    repeats = in_order(sure[REPEAT])
    # As calibration_curve of scikit-learn does: a bin includes its upper end.
    bins = np.searchsorted(edges[1:-1], sure["confidence"])
    codes, shape = [codes_of(sure[REPEAT], repeats), bins], (len(repeats), len(edges) - 1)
    weights = (None, sure["confidence"].to_numpy(float), sure["right"].to_numpy(float))
    return [count_cells(codes, shape, weight) for weight in weights]
