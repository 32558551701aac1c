"""What `class_weight` says: of each row in the loss, and of each class in the score."""

from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skprognet._validation import check_sample_weight


def weigh_rows(class_weight, sample_weight, y):
    """Return sample weights times class weights, or None where both are absent."""
    if class_weight is None:
        return sample_weight
    by_class = check_sample_weight(
        compute_sample_weight(class_weight, y), len(y), name="class_weight"
    )
    return by_class if sample_weight is None else sample_weight * by_class


def weigh_recalls(class_weight, classes):
    """Return how much the recall of each class counts in the score of an epoch; None is equal.

    "balanced" asks for what unweighted average recall does already.
    """
    if class_weight is None or isinstance(class_weight, str):
        return None
    return compute_class_weight(class_weight, classes=classes, y=classes)
