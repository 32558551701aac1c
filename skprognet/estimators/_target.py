"""The target of a classifier: classes, and how a fit encodes, weights and splits them."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from skprognet._checks import (
    check_none_missing,
    check_one_kind,
    check_row_labels,
    kind_of_label,
    labels_as_given,
)
from skprognet._wording import first_few
from skprognet.estimators._class_weight import weigh_classes, weigh_recalls, weigh_rows
from skprognet.estimators._hold_out import holdout_split, is_splitter, split_by
from skprognet.networks import CrossEntropy, MeanRecall


class ClassTarget:
    """A target of classes.

    A fit asks this class for everything that depends on labels. :class:`NumberTarget` has the same
    methods for numbers.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.

    Attributes
    ----------
    loss : type
        The loss, a class of ``skprognet.networks``.
    epoch_score : type
        The score that the net computes after every epoch.
    default_score : str
        Name of the score that chooses the epoch.
    """

    loss = CrossEntropy
    epoch_score = MeanRecall
    default_score = MeanRecall.name
    # How scikit-learn checks y together with X.
    check_options = {}

    def __init__(self, classes):
        self.classes = classes

    @classmethod
    def learn(cls, estimator, y, name="y"):
        """Return the target with the classes of `y`; messages call it `name`.

        Raises
        ------
        ValueError
            If there is a single class.
        """
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError(
                f"{name} must have at least 2 classes for {type(estimator).__name__}; got one "
                f"class, {classes.tolist()[0]!r}. Check the labels, the weights, or the split."
            )
        return cls(classes)

    @staticmethod
    def check_as_given(y):
        """Raise for missing values or mixed kinds of labels, which an array of text hides."""
        _check_not_wide(y)
        values = labels_as_given(y)
        if y is None or {kind_of_label(kind) for kind in set(map(type, values))} == {"number"}:
            return  # scikit-learn has its own messages for no labels and for NaN among numbers
        check_none_missing("y", values)
        check_one_kind("y", values)

    @staticmethod
    def check(y):
        """Raise unless `y`, an array, has class labels."""
        check_classification_targets(y)

    @staticmethod
    def check_rows(name, y, n_rows):
        """Return the `y` of validation or test rows; raise unless each row has a label."""
        return check_row_labels(name, y, n_rows)

    @property
    def n_outputs(self):
        """Number of outputs for the predictions."""
        return len(self.classes)

    def encode(self, y, name="y"):
        """Return the position in `classes` of each label of `y`, as int64.

        Raises
        ------
        ValueError
            If `y` has a label that is not among `classes`.
        """
        y, known = np.asarray(y), set(self.classes.tolist())
        # numpy's set operations may treat 1 and "1" as one label.
        unseen = [label for label in np.unique(y).tolist() if label not in known]
        if unseen:
            raise ValueError(
                f"{name} must only have labels seen in training, "
                f"[{first_few(self.classes.tolist())}]; got [{first_few(unseen)}]. Drop those "
                "rows, or train on data with these labels."
            )
        return np.searchsorted(self.classes, y).astype(np.int64)

    def decode(self, codes):
        """Return the labels at these positions in `classes`."""
        return self.classes[codes]

    def predicted(self, outputs):
        """Return the label of the greatest output of each row of a tensor."""
        return self.decode(outputs.argmax(dim=1).cpu().numpy())

    def standardised(self, codes):
        """Return encoded labels unchanged: the network learns them as they are."""
        return codes

    def weigh(self, class_weight, codes, sample_weight, counted=None):
        """Return the weights of rows in the loss; None if all rows count equally.

        Parameters
        ----------
        class_weight : dict, "balanced" or None
            The parameter of the classifier.
        codes : ndarray of shape (n_rows,)
            The encoded classes of the rows.
        sample_weight : ndarray of shape (n_rows,) or None
            The sample weights of the rows.
        counted : ndarray of shape (n_all,), default=None
            The encoded classes that "balanced" counts; None counts each class once.

        Returns
        -------
        ndarray of shape (n_rows,) or None
            Unscaled weights.
        """
        y = self.classes if counted is None else self.decode(counted)
        return weigh_rows(weigh_classes(class_weight, self.classes, y), codes, sample_weight)

    def score_weights(self, class_weight):
        """Return the weights of the classes in the score of an epoch; None without a dict."""
        return weigh_recalls(class_weight, self.classes)

    def hold_out(self, fraction, rows, everything, seed):
        """Split rows into those that train and those that choose the epoch.

        Parameters
        ----------
        fraction : float or cross-validation splitter
            The parameter `validation_fraction`. A splitter gets `everything`, since it may refer
            to rows by number.
        rows : Rows
            The rows with a weight above 0, with encoded `y`.
        everything : Rows
            All rows, with labels in `y`.
        seed : int
            Seed of the split.

        Returns
        -------
        train, held_out : ndarray of int
            Positions in `rows`.
        """
        if is_splitter(fraction):
            present = everything.is_present()
            y, groups = everything.y, everything.groups
            return split_by(fraction, y, groups, self.classes, present, seed)
        return holdout_split(rows.y, self.classes, rows.groups, fraction, seed)


def _check_not_wide(y):
    """Raise if `y` has several columns; soft labels are never passed here."""
    shape = np.shape(np.asarray(y, dtype=object))
    if len(shape) == 2 and shape[0] and shape[1] > 1:  # scikit-learn refuses y without rows
        raise ValueError(
            "y must have one label for each row, or the probability of each class as floats; got "
            f"shape {shape} with values such as {np.asarray(y, dtype=object)[0, 0]!r}. Train one "
            "classifier for each column, or pass shares that sum to 1 in each row."
        )


def check_named_classes(classes):
    """Return the sorted labels of `classes`, the argument of ``partial_fit``.

    Raises
    ------
    ValueError
        Unless it is a list of labels of one kind without missing ones.
    """
    labels = np.asarray(classes, dtype=object)
    if labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"classes must be a list of labels; got {classes!r:.200}. Pass all labels that any "
            "call will have."
        )
    check_none_missing("classes", labels)
    check_one_kind("classes", labels)
    return np.unique(np.asarray(classes))
