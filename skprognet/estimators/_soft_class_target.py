"""The target of a classifier with soft labels: the probability of each class in each row."""

import numpy as np
from sklearn.utils import check_array

from skprognet._checks import kind_of_label
from skprognet._wording import first_few
from skprognet.estimators._class_weight import weigh_classes
from skprognet.estimators._hold_out import holdout_split, is_splitter, split_by
from skprognet.estimators._target import ClassTarget

SUM_TOLERANCE = 1e-6  # how far the sum of a row may be from 1


class SoftClassTarget(ClassTarget):
    """A target of soft labels: the probability of each class, such as shares of raters.

    The network and its predictions have the same form as with hard labels. A row that needs a
    single label gets the most likely class; among equally likely classes, the first.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    order : ndarray of int of shape (n_classes,)
        The columns of the `y` of `fit`, in the order of `classes`.
    """

    # How scikit-learn checks y together with X.
    check_options = {"multi_output": True}

    def __init__(self, classes, order):
        super().__init__(classes)
        self.order = order

    @classmethod
    def of(cls, y, name="y"):
        """Return the target of the columns of `y`; None unless `y` is a table of floats.

        The columns of a DataFrame have the names of the classes. Those of an array are 0, 1, ...
        """
        try:
            values = np.asarray(y)
        except ValueError:  # rows of different lengths, which the check of y reports
            return None
        if values.ndim != 2 or values.shape[1] < 2 or values.dtype.kind != "f":
            return None
        names = list(getattr(y, "columns", range(values.shape[1])))
        kinds = {kind_of_label(type(name)) for name in names}
        if kinds not in ({"text"}, {"number"}) or len(set(names)) < len(names):
            raise ValueError(
                f"The columns of {name} must have different names, the classes, all text or all "
                f"numbers; got [{first_few(names)}]. Rename the columns."
            )
        return cls(*np.unique(np.asarray(names), return_index=True))

    def learn(self, estimator, y, name="y"):
        """Return this target; raise unless two classes have a probability above 0."""
        possible = y.any(axis=0)[self.order]
        ClassTarget.learn(estimator, self.classes[possible], name)
        return self

    @staticmethod
    def check_as_given(y):
        """Do nothing, since scikit-learn reports missing numbers."""

    @staticmethod
    def check(y, name="y"):
        """Raise unless each row of `y`, an array, holds probabilities."""
        if (y < 0).any():
            raise ValueError(
                f"{name} must hold probabilities, none of them negative; got {y.min():g}. Pass "
                "shares of raters, or one label for each row."
            )
        sums = y.sum(axis=1, dtype=np.float64)
        wrong = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE)
        if wrong.size:
            raise ValueError(
                f"Each row of {name} must sum to 1 within {SUM_TOLERANCE:g}; got "
                f"{sums[wrong[0]]:g} in row {wrong[0]}, the first of {wrong.size} of {len(y)} "
                "rows. Divide each row by its sum, or pass one label for each row."
            )

    def check_classes(self, name, classes):
        """Raise unless this target has these classes; `name` is its name in the message."""
        if self.classes.tolist() != classes.tolist():
            raise ValueError(
                f"{name} must have a column for each class, [{first_few(classes.tolist())}]; got "
                f"[{first_few(self.classes.tolist())}]. Name the columns "
                "of a DataFrame by the classes."
            )

    def check_rows(self, name, y, n_rows):
        """Return the hard or soft `y` of validation or test rows, in the form for `encode`."""
        soft = SoftClassTarget.of(y, name)
        if soft is None:
            return super().check_rows(name, y, n_rows)
        soft.check_classes(name, self.classes)
        values = check_array(y, input_name=name)
        if len(values) != n_rows:
            raise ValueError(
                f"{name} must have the shape ({n_rows}, {self.n_outputs}); got shape "
                f"{values.shape}. Pass the probabilities of each row."
            )
        soft.check(values, name)
        # Its columns may be in a different order from those of fit.
        return values[:, soft.order][:, np.argsort(self.order)]

    def encode(self, y, name="y"):
        """Return float64 probabilities, (n_rows, n_classes), in the order of `classes`."""
        if y.ndim == 2:
            return y[:, self.order].astype(np.float64)
        return np.eye(self.n_outputs)[super().encode(y, name)]

    def decode(self, codes):
        """Return the most likely label of each row."""
        return super().decode(most_likely(codes))

    def labels(self, y, classes):
        """Return the most likely label of each row of `y`; raise unless it has `classes`."""
        self.check_classes("y", classes)
        values = check_array(y, input_name="y")
        self.check(values)
        return self.decode(self.encode(values))

    def weigh(self, class_weight, codes, sample_weight, counted=None):
        """Return the weights of rows in the loss: see :class:`ClassTarget`.

        The weight of a row is the mean of the weights of the classes, weighted by their
        probabilities in this row. "balanced" counts the sums of probabilities.
        """
        mass = np.ones(self.n_outputs) if counted is None else counted.sum(axis=0)
        if isinstance(class_weight, str) and not mass.all():
            raise ValueError(
                "Each class must have a probability above 0 with class_weight='balanced'; got 0 "
                f"for [{first_few(self.classes[mass == 0].tolist())}]. Leave that column out, or "
                "pass a dict of weights."
            )
        of_class = weigh_classes(class_weight, self.classes, self.classes, row_weight=mass)
        if of_class is None:
            return sample_weight
        by_row = codes @ of_class
        return by_row if sample_weight is None else sample_weight * by_row

    def hold_out(self, fraction, rows, everything, seed):
        """Split rows into those that train and those that choose the epoch, as `ClassTarget`.

        The class of a row is its most likely class. If a class is most likely in a single row
        only, this row is not held out, except together with the other rows of its group.
        """
        if is_splitter(fraction):
            present = everything.is_present()
            labels = self.decode(self.encode(everything.y))
            classes = np.unique(labels[present])
            return split_by(fraction, labels, everything.groups, classes, present, seed)
        likely = most_likely(rows.y)
        several = np.flatnonzero(np.bincount(likely)[likely] > 1)
        if not several.size:
            several = np.arange(len(likely))  # holdout_split raises the error
        kept, codes = np.unique(likely[several], return_inverse=True)
        groups = None if rows.groups is None else rows.groups[several]
        _, held_out = holdout_split(codes, self.classes[kept], groups, fraction, seed)
        held_out = several[held_out]
        if groups is not None:  # the only row of a class goes where its group goes
            held_out = np.flatnonzero(np.isin(rows.groups, rows.groups[held_out]))
        return np.delete(np.arange(len(likely)), held_out), held_out


def most_likely(codes):
    """Return the position of the greatest probability of each row, the first if equal."""
    return codes.argmax(axis=1)
