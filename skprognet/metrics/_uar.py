"""Unweighted average recall (UAR), the score of speech emotion recognition."""

import numpy as np

from skprognet._checks import check_row_labels, check_sample_weight


def _check_labels(y_true, y_pred):
    """Return both as arrays of shape (n_samples,) of class labels of one kind."""
    n_rows, shape = len(y_true), getattr(y_true, "shape", ())
    if len(shape) == 2 and shape[1] > 1 and np.asarray(y_true).dtype.kind == "f":
        raise ValueError(
            f"y_true must have one label for each row, shape ({n_rows},); got shape {shape}. For "
            "soft labels in a DataFrame, pass the most likely class: y_true.idxmax(axis=1)."
        )
    y_true = check_row_labels("y_true", y_true, n_rows)
    y_pred = check_row_labels("y_pred", y_pred, n_rows)
    for name, labels in (("y_true", y_true), ("y_pred", y_pred)):
        if labels.dtype.kind == "f" and (labels % 1 != 0).any():
            raise ValueError(
                f"{name} must hold class labels; got the number {labels[labels % 1 != 0][0]}. "
                "Pass labels as predict returns them, not probabilities."
            )
    labels = y_true.tolist() + y_pred.tolist()
    texts = [label for label in labels if isinstance(label, str)]
    if 0 < len(texts) < len(labels):
        other = next(label for label in labels if not isinstance(label, str))
        raise ValueError(
            f"y_true and y_pred must hold labels of one kind; got {texts[0]!r} and {other!r}. "
            "Decode the predictions to class labels first."
        )
    return y_true, y_pred


def _recalls(y_true, y_pred, weight):
    """Return the recall of each class in y_true: weight of its hits / weight of its rows."""
    _, codes = np.unique(y_true, return_inverse=True)
    rows = np.bincount(codes, weights=weight)
    hits = np.bincount(codes, weights=weight * (y_true == y_pred))
    return hits[rows > 0] / rows[rows > 0]


def uar_score(y_true, y_pred, *, sample_weight=None):
    r"""Compute the unweighted average recall: the mean recall over the classes in `y_true`.

    .. math::

        \mathrm{UAR} = \frac{1}{|C|} \sum_{c \in C}
        \frac{\#\{i : y_i = c,\ \hat y_i = c\}}{\#\{i : y_i = c\}},
        \qquad C = \{y_1, \dots, y_n\}

    Every class counts the same, however rare it is, so guessing scores 1 / (number of classes).
    UAR is the measure of the INTERSPEECH challenges [2]_ and of Gideon et al. [1]_, section 3.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True class labels: text, integers or booleans.
    y_pred : array-like of shape (n_samples,)
        Predicted class labels, of the same kind.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row in the recall of its class, not negative. None means 1 each. A class
        whose rows all have weight 0 counts as absent.

    Returns
    -------
    score : float
        Between 0 (every row wrong) and 1 (every row right).

    Raises
    ------
    ValueError
        For empty input, different lengths, missing labels, more than one column (multilabel
        targets), numbers that are not labels, text on one side and numbers on the other, or
        weights that are negative, not finite or all zero.

    See Also
    --------
    uar_scorer : The same, for `cross_val_score` and `GridSearchCV`.
    sklearn.metrics.balanced_accuracy_score : The same number, with a warning.
    sklearn.metrics.recall_score : A different number if `y_pred` has classes not in `y_true`.

    Notes
    -----
    A small test fold often lacks a class that the model may still predict. Only the classes
    **present in** `y_true` are averaged, since a class without rows has no recall.

    - :func:`~sklearn.metrics.balanced_accuracy_score` returns the same number, but warns that
      "y_pred contains classes not in y_true" in every such fold.
    - :func:`~sklearn.metrics.recall_score` with ``average="macro"`` averages over the classes of
      `y_true` and `y_pred` together, and counts classes that only `y_pred` has as 0. So it is
      lower.

    Without such classes, all three agree.

    References
    ----------
    .. [1] J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost (2017).
           "Progressive Neural Networks for Transfer Learning in Emotion Recognition",
           Interspeech. arXiv:1706.03256.
    .. [2] B. Schuller, S. Steidl, A. Batliner (2009). "The INTERSPEECH 2009 Emotion Challenge",
           Interspeech.

    Examples
    --------
    Three of four neutral utterances are recognised, and the only sad one.

    >>> from skprognet.metrics import uar_score
    >>> uar_score(["neutral", "neutral", "neutral", "neutral", "sad"],
    ...           ["neutral", "neutral", "neutral", "sad", "sad"])
    0.875

    A class that is predicted but not present does not count in the UAR. In macro recall it counts
    as 0.

    >>> y_true, y_pred = ["sad", "sad", "happy"], ["sad", "angry", "happy"]
    >>> uar_score(y_true, y_pred)
    0.75
    >>> from sklearn.metrics import recall_score
    >>> recall_score(y_true, y_pred, average="macro", zero_division=0)
    0.5

    In cross-validation, pass the scorer.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from sklearn.model_selection import cross_val_score
    >>> from skprognet.metrics import uar_scorer
    >>> X, y = load_iris(return_X_y=True)
    >>> cross_val_score(RidgeClassifier(), X, y, scoring=uar_scorer, cv=3).round(2)
    array([0.8 , 0.86, 0.78])
    """
    y_true, y_pred = _check_labels(y_true, y_pred)
    weight = check_sample_weight(sample_weight, len(y_true))
    if weight is None:
        weight = np.ones(len(y_true))
    return float(_recalls(y_true, y_pred, weight).mean())
