"""The scale of numbers that are learned: mean and standard deviation of the rows that train."""

import warnings

import numpy as np

from skprognet._wording import count, first_few

_FEW_ROWS = 10  # with fewer, the standard error of the standard deviation is a quarter of it


def moments(codes, weight):
    """Return the weighted mean and standard deviation of each output.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_outputs)
        Encoded numbers of the training rows.
    weight : ndarray of shape (n_rows,) or None
        Their weights.

    Returns
    -------
    mean, std : ndarray of shape (n_outputs,)
        The standard deviation of a constant is exactly 0.

    Raises
    ------
    ValueError
        If they are not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(codes, axis=0, weights=weight)
        deviation = codes - mean
        # Squares overflow beyond 1e154 and vanish below 1e-162, so squares of ratios are taken.
        largest = np.abs(deviation).max(axis=0)
        part = deviation / np.where(largest == 0, 1.0, largest)
        std = largest * np.sqrt(np.average(part**2, axis=0, weights=weight))
    if not np.isfinite(std).all():
        raise ValueError(
            "y must have a finite mean and standard deviation; the greatest number is "
            f"{np.abs(codes).max()}. Divide y by a power of ten."
        )
    constant = _constant(codes)
    return np.where(constant, codes[0], mean), np.where(constant, 0.0, std)


def warn_of_constants(std, loss_name, stacklevel):
    """Warn if an output is the same number in all training rows; raise if the loss is the CCC.

    Raises
    ------
    ValueError
        If the loss is the concordance correlation, which is 0 for a constant.
    """
    which = _where(std == 0)
    if which is None:
        return
    if loss_name == "ccc":
        raise ValueError(
            f"loss='ccc' needs a target that varies; y is constant{which} over the training rows. "
            "Check y, or use loss='squared_error'."
        )
    warnings.warn(
        f"The target is constant{which} over the training rows: the network can only learn that "
        "number. Check y, or the split that chose these rows.",
        UserWarning,
        stacklevel=stacklevel,
    )


def warn_of_constant_validation(codes, stacklevel):
    """Warn if all outputs are constant over the rows whose correlation is to choose the epoch."""
    if _constant(codes).all():
        warnings.warn(
            "The target is constant over the validation rows: their concordance correlation is 0 "
            "in every epoch, so that the loss chooses the epoch. Choose other validation rows, or "
            "set monitor='loss'.",
            UserWarning,
            stacklevel=stacklevel,
        )


def check_first_call(codes, stacklevel):
    """Check the rows of the first call of `partial_fit`, whose scale all later calls keep.

    Warns if they are few.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_outputs)
        Encoded numbers.
    stacklevel : int
        Of the warning.

    Raises
    ------
    ValueError
        If an output is constant over these rows.
    """
    which = _where(_constant(codes))
    if which is not None:
        raise ValueError(
            "The first call of partial_fit sets the scale of y for all later calls, and needs "
            f"numbers that vary; y is constant{which} over its {count(codes, 'row')}. Pass more "
            "rows in the first call, or call fit first."
        )
    if len(codes) < _FEW_ROWS:
        warnings.warn(
            f"The first call of partial_fit has {count(codes, 'row')}, and their mean and "
            "standard deviation are the scale of y for all later calls. Pass "
            f"{_FEW_ROWS} rows or more in the first call, or call fit first.",
            UserWarning,
            stacklevel=stacklevel,
        )


def check_later_call(codes, loss_name):
    """Raise if rows of a later call teach nothing: a constant has no concordance correlation."""
    if loss_name == "ccc" and _constant(codes).all():
        raise ValueError(
            "loss='ccc' needs numbers that vary in each call of partial_fit; y is constant over "
            f"the {count(codes, 'row')} of this one. Pass more rows, or use "
            "loss='squared_error'."
        )


def _constant(codes):
    """Return which outputs are the same number in all rows."""
    return (codes == codes[0]).all(axis=0)


def _where(constant):
    """Return which outputs are constant, in words; None if none is."""
    if not constant.any():
        return None
    places = np.flatnonzero(constant).tolist()
    return "" if len(constant) == 1 else f" in output [{first_few(places)}]"
