"""Measure how reliable the probabilities of a method are: reliability curve and its error."""

import numpy as np
import pandas as pd

from skprognet._checks import check_number
from skprognet.results._confidence import by_confidence
from skprognet.results._tested_rows import REPEAT, codes_of, count_cells, in_order, shares


def calibration_by_method(predictions, n_bins=10):
    """Compute the reliability curve of each method: its accuracy at each level of confidence.

    The confidence of a prediction is the probability of the predicted class. The interval from 0
    to 1 is divided into `n_bins` bins of equal width, each of which includes its upper end. For
    each bin, the mean confidence is compared with the accuracy, the share of correct predictions.
    They are equal if the probabilities are reliable. If the confidence is higher, the method is
    overconfident.

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
        A row for each method and bin, with these columns: corpus, target, n_train_folds (if they
        have several values), method, source, low and high (ends of the bin), count (predictions in
        the bin, mean over the repeats), confidence and accuracy (means over the predictions of all
        repeats in the bin; NaN if there are none).

    Raises
    ------
    TypeError
        If `predictions` is not a table, or `n_bins` is not an integer.
    ValueError
        If `n_bins` is below 1, no method has probabilities, a method has probabilities only for
        some rows, they are not from 0 to 1 or do not sum to 1, the probability of a predicted
        class is missing, or `predictions` are invalid as in :func:`confusion_by_method`.

    Warns
    -----
    UserWarning
        If a method has no probabilities: all of its values are NaN.

    See Also
    --------
    expected_calibration_error : Summarises the curve in one number.
    sklearn.calibration.calibration_curve : The curve of the probability of one of two classes.

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
    for key, judged in by_confidence(predictions):
        counts, confidence, right = (cells.sum(axis=0) for cells in _bins(judged, edges))
        frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:]})
        frame["count"] = counts / judged[REPEAT].nunique() if len(judged) else np.nan
        frame["confidence"] = shares(confidence, counts)
        frame["accuracy"] = shares(right, counts)
        rows.append(pd.DataFrame([key]).merge(frame, how="cross"))
    return pd.concat(rows, ignore_index=True)


def expected_calibration_error(predictions, n_bins=10):
    r"""Compute the expected calibration error of each method.

    The error is the distance between accuracy and mean confidence in a bin, averaged over the
    predictions,

    .. math::

        \mathrm{ECE} = \sum_{b=1}^{B} \frac{n_b}{n}
        \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|,

    where :math:`n_b` of the n predictions of a repeat are in bin b, one of the bins of
    :func:`calibration_by_method`. The result is averaged over the repeats. The best value is 0.

    Parameters
    ----------
    predictions : DataFrame
        As for :func:`calibration_by_method`.
    n_bins : int, default=10
        Number of bins, at least 1.

    Returns
    -------
    DataFrame
        A row for each method, with these columns: corpus, target, n_train_folds (if they have
        several values), method, source, ece and ece_std (mean and standard deviation (ddof 1) over
        the repeats; the latter is NaN for a single repeat), confidence and accuracy (means over
        all predictions; the method is overconfident if confidence is greater than accuracy).

    Raises
    ------
    TypeError
        If `predictions` is not a table, or `n_bins` is not an integer.
    ValueError
        As in :func:`calibration_by_method`.

    Warns
    -----
    UserWarning
        If a method has no probabilities: all of its values are NaN.

    See Also
    --------
    calibration_by_method : The curve that this error summarises.

    Notes
    -----
    The error is never negative, so it is greater than 0 by luck alone. This bias grows with fewer
    predictions and with more bins. Compare methods on the same rows and bins.

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
    for key, judged in by_confidence(predictions):
        counts, confidence, right = _bins(judged, edges)
        # In n_b / n * |right / n_b - confidence / n_b| the size n_b of the bin cancels out.
        errors = pd.Series(np.abs(right - confidence).sum(axis=1) / counts.sum(axis=1))
        rows.append(
            {
                **key,
                "ece": errors.mean(),
                "ece_std": errors.std(),
                "confidence": judged["confidence"].mean(),
                "accuracy": judged["right"].mean(),
            }
        )
    return pd.DataFrame(rows)


def _bins(judged, edges):
    """Return counts, sums of confidences and hits, each of shape (n_repeats, n_bins)."""
    repeats = in_order(judged[REPEAT])
    # As in calibration_curve of scikit-learn, a bin includes its upper end.
    bins = np.searchsorted(edges[1:-1], judged["confidence"])
    codes, shape = [codes_of(judged[REPEAT], repeats), bins], (len(repeats), len(edges) - 1)
    weights = (None, judged["confidence"].to_numpy(float), judged["right"].to_numpy(float))
    return [count_cells(codes, shape, weight) for weight in weights]
