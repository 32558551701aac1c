"""Apply `class_weight` to the rows in the loss and to the classes in the score."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from skprognet._checks import check_number, check_sample_weight
from skprognet._wording import first_few


def check_class_weight(class_weight):
    """Raise unless `class_weight` is None, "balanced" or a dict of numbers."""
    if isinstance(class_weight, dict):
        for label, weight in class_weight.items():
            check_number(f"class_weight[{label!r}]", weight, "number", low=0)
    elif class_weight is not None and not (
        isinstance(class_weight, str) and class_weight == "balanced"
    ):
        raise ValueError(
            "class_weight must be None, 'balanced' or a dict with the weight of each class; got "
            f"{class_weight!r:.200}. Pass one of these."
        )


def refuse_balanced(class_weight):
    """Raise for "balanced", which a single call of ``partial_fit`` cannot compute."""
    if isinstance(class_weight, str) and class_weight == "balanced":
        raise ValueError(
            "class_weight must be None or a dict in partial_fit, which cannot count the classes "
            "of all rows; got 'balanced'. Set class_weight=dict(zip(classes, "
            "compute_class_weight('balanced', classes=classes, y=y))) with the y of a large "
            "sample."
        )


def _look_up(class_weight, classes):
    """Return the weight that a dict gives to each class, 1 without one, as in scikit-learn.

    scikit-learn's own function looks the text "1" up as the number 1, and 1.5 as 1.

    Raises
    ------
    ValueError
        If a key is no class and a class has no key, since one of them must be wrong.
    """
    labels = classes.tolist()
    known = set(labels)
    unknown = [key for key in class_weight if key not in known]
    without = [label for label in labels if label not in class_weight]
    if unknown and without:
        raise ValueError(
            f"The keys of class_weight must be classes of y, [{first_few(labels)}]; got "
            f"[{first_few(unknown)}], but nothing for [{first_few(without)}]. Correct the keys."
        )
    return np.array([class_weight.get(label, 1.0) for label in labels], dtype=np.float64)


def weigh_classes(class_weight, classes, y, row_weight=None):
    """Return the weight of each class in the loss, or None without `class_weight`.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        The parameter of the classifier.
    classes : ndarray of shape (n_classes,)
        All labels.
    y : ndarray of shape (n_rows,)
        The labels that "balanced" counts.
    row_weight : ndarray of shape (n_rows,), default=None
        How much each label counts; None means 1.

    Returns
    -------
    ndarray of shape (n_classes,) or None
        One weight for each class.
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, dict):
        weights = _look_up(class_weight, classes)
    else:
        options = {"classes": classes, "y": y, "sample_weight": row_weight}
        weights = compute_class_weight(class_weight, **options)
    return check_sample_weight(weights, len(classes), name="class_weight")


def weigh_rows(class_weights, codes, sample_weight=None):
    """Return sample weights times the weights of the rows' classes; None if both are None."""
    if class_weights is None:
        return sample_weight
    by_class = class_weights[codes]
    return by_class if sample_weight is None else sample_weight * by_class


def weigh_recalls(class_weight, classes):
    """Return the weight of each class's recall in the score of an epoch; None means equal.

    "balanced" changes nothing, since unweighted average recall already balances the classes.
    """
    if class_weight is None or isinstance(class_weight, str):
        return None
    return _look_up(class_weight, classes)


def scale_to_mean_one(weight, which):
    """Return the weights divided by their mean; None stays None.

    The mean is over all rows at once, since scaling within small batches would cancel the weights.

    Raises
    ------
    ValueError
        If the weights of these rows are all zero, or their sum overflows.
    """
    if weight is None:
        return None
    with np.errstate(over="ignore"):
        mean = weight.mean()
    if not 0 < mean < np.inf:
        raise ValueError(
            f"The weights of the {which} rows, sample_weight times class_weight, must have a mean "
            f"that is finite and above 0; got {mean}. Change the weights, or the rows."
        )
    return weight / mean
