"""The target of a regressor: numbers such as valence, which the network learns standardised."""

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit
from sklearn.utils import check_array

from skprognet._wording import count
from skprognet.estimators._hold_out import (
    WAYS_OUT,
    check_groups,
    first_split,
    is_splitter,
    n_groups_held_out,
)
from skprognet.networks import NUMBER_LOSSES, MeanConcordance

_DRAWS, _MOST_DRAWS = 5, 20  # draws of groups: usable ones to compare, and attempts at most


class NumberTarget:
    r"""A target of numbers.

    The network learns :math:`(y - \mu) / \sigma`, with the mean and the standard deviation of the
    training rows. Predictions are converted back to the scale of y.

    Parameters
    ----------
    mean, std : ndarray of shape (n_outputs,)
        Mean and standard deviation that standardise y. A constant has the standard deviation 0 and
        is divided by 1.
    ndim : int
        Number of dimensions of the y of `fit`. Predictions have the same number.
    loss : type
        The loss, a class of ``skprognet.networks``.
    """

    epoch_score = MeanConcordance
    default_score = MeanConcordance.name
    # How scikit-learn checks y together with X.
    check_options = {"multi_output": True, "y_numeric": True}

    def __init__(self, mean, std, ndim, loss):
        self.mean, self.std, self.ndim, self.loss = mean, std, ndim, loss

    @classmethod
    def learn(cls, estimator, y, name="y"):
        """Return a target with the number of outputs of `y`. Their scale is set later."""
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        loss = NUMBER_LOSSES[estimator.loss]
        return cls(np.zeros(n_outputs), np.ones(n_outputs), y.ndim, loss)

    @staticmethod
    def check_as_given(y):
        """Raise for text or None among objects, which scikit-learn would turn into numbers."""
        values = np.asarray(y)
        if y is not None and values.dtype.kind == "O":
            _check_objects("y", values)

    @staticmethod
    def check(y):
        """Raise unless `y`, an array, holds numbers."""
        _check_kind("y", y)

    @staticmethod
    def check_rows(name, y, n_rows):
        """Return the `y` of validation or test rows; raise unless each row has its numbers."""
        y = np.asarray(y)
        if y.dtype.kind == "O":
            _check_objects(name, y)
            y = y.astype(np.float64)
        _check_kind(name, y)
        if y.ndim > 0:  # a single number has no rows; the shape is refused below
            y = check_array(y, ensure_2d=False, allow_nd=True, dtype=None, input_name=name)
        if y.ndim == 0 or y.ndim > 2 or len(y) != n_rows:
            raise ValueError(
                f"{name} must have the shape ({n_rows},) or ({n_rows}, n_outputs); got shape "
                f"{y.shape}. Pass the numbers of each row."
            )
        return y

    @property
    def n_outputs(self):
        """Number of outputs."""
        return len(self.mean)

    def encode(self, y, name="y"):
        """Return numbers as float64 of shape (n_rows, n_outputs), on their own scale.

        Raises
        ------
        ValueError
            If a row does not have `n_outputs` numbers.
        """
        codes = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        if codes.shape[1] != self.n_outputs:
            raise ValueError(
                f"{name} must have {count(range(self.n_outputs), 'number')} for each row, like "
                f"the y of fit; got {codes.shape[1]}. Pass the same outputs."
            )
        return codes

    def decode(self, codes):
        """Return numbers of shape (n_rows, n_outputs) with the dimensions of y."""
        return codes if self.ndim == 2 else codes[:, 0]

    def predicted(self, outputs):
        """Return predictions in the shape of y from outputs of the network, a tensor."""
        return self.decode(self.restored(outputs.cpu().numpy()))

    def standardised(self, codes):
        """Return encoded numbers as the network learns them."""
        return (codes - self.mean) / self._scale

    def restored(self, outputs):
        """Return outputs of the network on the scale of y."""
        return outputs * self._scale + self.mean

    @property
    def _scale(self):
        return np.where(self.std == 0, 1.0, self.std)

    def weigh(self, class_weight, codes, sample_weight, counted=None):
        """Return the weights of the rows in the loss: their sample weights."""
        return sample_weight

    def score_weights(self, class_weight):
        """Return None, since numbers have no classes to weigh."""

    def hold_out(self, fraction, rows, everything, seed):
        """Split rows into those that train and those that choose the epoch, as `ClassTarget`.

        Rows are drawn at random. With groups, whole groups are drawn.
        """
        if len(rows) < 4:
            raise ValueError(
                "X must have at least 4 rows for early_stopping, 2 to train and 2 to choose the "
                f"epoch; got n_samples = {len(rows)}. {WAYS_OUT}"
            )
        if is_splitter(fraction):
            present = everything.is_present()
            y, groups = everything.y, everything.groups
            train, held_out = first_split(fraction, y, groups, present, seed)
        else:
            train, held_out = _draw(fraction, rows, seed)
        if not _are_enough(train, held_out):
            raise ValueError(
                "early_stopping must have at least 2 rows to train and 2 to choose the epoch; got "
                f"{len(train)} and {len(held_out)}. {WAYS_OUT}"
            )
        return train, held_out


def _draw(fraction, rows, seed):
    """Draw the training rows and the held-out rows: single rows, or whole groups.

    Groups are drawn a few times; the draw whose held-out share is nearest to `fraction` is used.
    """
    n_rows = len(rows)
    if rows.groups is None:
        share = min(max(fraction, 2 / n_rows), 1 - 2 / n_rows)
        splitter = ShuffleSplit(1, test_size=share, random_state=seed)
        return map(np.sort, next(splitter.split(rows.X)))
    check_groups(rows.groups)
    n_groups = n_groups_held_out(rows.groups, fraction)
    splitter = GroupShuffleSplit(_MOST_DRAWS, test_size=n_groups, random_state=seed)
    draws = list(splitter.split(rows.X, groups=rows.groups))
    several = [draw for draw in draws if _are_enough(*draw)][:_DRAWS] or draws[:1]
    return map(np.sort, min(several, key=lambda draw: abs(len(draw[1]) / n_rows - fraction)))


def _are_enough(train, held_out):
    """Return whether both have at least two rows, since a single row has no correlation."""
    return len(train) > 1 and len(held_out) > 1


def _check_kind(name, y):
    if y.dtype.kind in "mM":  # numpy would show it in nanoseconds
        _raise_no_number(name, list(map(str, y.ravel()[:1])))
    if y.dtype.kind not in "biuf":
        _raise_no_number(name, y.ravel()[:1].tolist())


def _check_objects(name, y):
    """Raise unless all objects in an array are numbers and none is missing."""
    missing = np.flatnonzero(pd.isna(y.ravel()))
    if len(missing):
        raise ValueError(
            f"{name} must have a number for every row and output; got {len(missing)} of {y.size} "
            "missing (None or NaN). Drop those rows or fill in their numbers."
        )
    others = [value for value in y.ravel().tolist() if isinstance(value, (str, bytes))]
    if others:
        _raise_no_number(name, others)


def _raise_no_number(name, values):
    got = values[0] if values else "an empty list"
    raise ValueError(
        f"{name} must hold numbers; got {got!r:.200}. Pass numbers, or use a classifier to "
        "predict labels."
    )
