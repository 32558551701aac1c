"""What a network learns: classes; and what the rest of a fit needs to know of them."""

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
    """Classes as what is learned.

    Everything that a fit has to know about labels is asked here. :class:`NumberTarget` has the
    same methods for a network that learns numbers.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.

    Attributes
    ----------
    loss : type
        What is minimised; a class of ``skprognet.networks``.
    epoch_score : type
        What the net computes after every epoch.
    default_score : str
        Name of the score that chooses the epoch.
    """

    loss = CrossEntropy
    epoch_score = MeanRecall
    default_score = MeanRecall.name
    # How scikit-learn is to check y together with X.
    check_options = {}

    def __init__(self, classes):
        self.classes = classes

    @classmethod
    def learn(cls, estimator, y, name="y"):
        """Return the target with the classes of `y`, which messages call `name`.

        Raises
        ------
        ValueError
            If there is a single class.
        """
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError(
                f"{type(estimator).__name__} needs rows of at least 2 classes in {name}; got one "
                f"class, {classes.tolist()[0]!r}. Check the labels, the weights, or the split "
                "that made them."
            )
        return cls(classes)

    @staticmethod
    def check_as_given(y):
        """Raise for a missing value or two kinds of labels, which an array of text would hide."""
        _check_not_wide(y)
        values = labels_as_given(y)
        if y is None or {kind_of_label(each) for each in set(map(type, values))} == {"number"}:
            return  # scikit-learn has its own words for no labels and for NaN among numbers
        check_none_missing("y", values)
        check_one_kind("y", values)

    @staticmethod
    def check(y):
        """Raise unless `y`, an array, has class labels."""
        check_classification_targets(y)

    @staticmethod
    def check_rows(name, y, n_rows):
        """Return the `y` of rows that do not train, or raise unless it has a label for each."""
        return check_row_labels(name, y, n_rows)

    @property
    def n_outputs(self):
        """Number of outputs that say what is predicted."""
        return len(self.classes)

    def encode(self, y, name="y"):
        """Return the position in `classes` of each label of `y`, as int64.

        Raises
        ------
        ValueError
            If `y` has a label that is not among `classes`.
        """
        y, known = np.asarray(y), set(self.classes.tolist())
        # Not numpy's set operations, for which 1 and "1" may be one label.
        unseen = [label for label in np.unique(y).tolist() if label not in known]
        if unseen:
            raise ValueError(
                f"{name} must hold only labels seen in training, "
                f"[{first_few(self.classes.tolist())}]; got [{first_few(unseen)}]. Drop those "
                "rows, or train on data that has these labels."
            )
        return np.searchsorted(self.classes, y).astype(np.int64)

    def decode(self, codes):
        """Return the labels at these positions in `classes`."""
        return self.classes[codes]

    def predicted(self, outputs):
        """Return the label of the greatest output of each row of a tensor."""
        return self.decode(outputs.argmax(dim=1).cpu().numpy())

    def standardised(self, codes):
        """Return encoded labels as the network learns them: as they are."""
        return codes

    def weigh(self, class_weight, codes, sample_weight, counted=None):
        """Return the weights of rows in the loss; None if all rows count alike.

        Parameters
        ----------
        class_weight : dict, "balanced" or None
            The parameter of the classifier.
        codes : ndarray of shape (n_rows,)
            The rows' classes, encoded.
        sample_weight : ndarray of shape (n_rows,) or None
            The rows' own weights.
        counted : ndarray of shape (n_all,), default=None
            The classes that "balanced" counts, encoded; None counts each class once.

        Returns
        -------
        ndarray of shape (n_rows,) or None
            Not scaled.
        """
        y = self.classes if counted is None else self.decode(counted)
        return weigh_rows(weigh_classes(class_weight, self.classes, y), codes, sample_weight)

    def score_weights(self, class_weight):
        """Return the weights of the classes in the score of an epoch; None if they are equal."""
        return weigh_recalls(class_weight, self.classes)

    def hold_out(self, fraction, rows, everything, seed):
        """Return which rows train and which choose the epoch.

        Parameters
        ----------
        fraction : float or cross-validation splitter
            The parameter `validation_fraction`. A splitter may know rows by their number, and so
            it gets `everything`.
        rows : Rows
            The rows with a weight above 0; their `y` is encoded.
        everything : Rows
            All rows; their `y` has labels.
        seed : int
            Seed of the split.

        Returns
        -------
        train, held_out : ndarray of int
            Numbers of `rows`.
        """
        if is_splitter(fraction):
            present = everything.is_present()
            return split_by(fraction, everything.y, everything.groups, self.classes, present)
        return holdout_split(rows.y, self.classes, rows.groups, fraction, seed)


def _check_not_wide(y):
    """Raise if `y` has several columns: those of soft labels, floats, are no case for this."""
    shape = np.shape(np.asarray(y, dtype=object))
    if len(shape) == 2 and shape[1] > 1:
        raise ValueError(
            "y must have one label for each row, or the probability of each class as floats; got "
            f"shape {shape} with values such as {np.asarray(y, dtype=object)[0, 0]!r}. Learn "
            "several labels with a classifier each, or pass shares that sum to 1 in each row."
        )


def check_named_classes(classes):
    """Return the sorted labels of `classes`, the argument of ``partial_fit``.

    Raises
    ------
    ValueError
        Unless it is a list of labels of one kind, none of them missing.
    """
    given = np.asarray(classes, dtype=object)
    if given.ndim != 1:
        raise ValueError(
            f"classes must be a list of all labels that will ever come; got {classes!r}."
        )
    check_none_missing("classes", given)
    check_one_kind("classes", given)
    return np.unique(np.asarray(classes))
