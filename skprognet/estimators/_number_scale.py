"""The scale of a numeric target: its mean and standard deviation over the training rows."""

import warnings

import numpy as np

from skprognet._wording import count, first_few

_FEW_ROWS = 10  # with fewer, the standard error of the standard deviation is at least 25 %


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
        If one of them is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(codes, axis=0, weights=weight)
        deviation = codes - mean
        # Squares overflow beyond 1e154 and vanish below 1e-162, so ratios are squared instead.
        largest = np.abs(deviation).max(axis=0)
        part = deviation / np.where(largest == 0, 1.0, largest)
        std = largest * np.sqrt(np.average(part**2, axis=0, weights=weight))
    if not np.isfinite(std).all():
        raise ValueError(
            "y must have a finite mean and standard deviation; got numbers up to "
            f"{np.abs(codes).max()}. Divide y by a power of ten."
        )
    constant = _constant(codes)
    return np.where(constant, codes[0], mean), np.where(constant, 0.0, std)


def warn_of_constants(std, loss_name, stacklevel):
    """Warn if an output is constant over the training rows; raise if the loss is the CCC.

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
            f"y must vary with loss='ccc'; got a constant{which} over the training rows. Check y, "
            "or use loss='squared_error'."
        )
    warnings.warn(
        f"y should vary; got a constant{which} over the training rows, which is all that the "
        "network can learn. Check y, or the split that chose these rows.",
        UserWarning,
        stacklevel=stacklevel,
    )


def warn_of_constant_validation(codes, stacklevel):
    """Warn if all outputs are constant over the validation rows, which have no correlation."""
    if _constant(codes).all():
        warnings.warn(
            "y should vary over the validation rows; got a constant, so the concordance "
            "correlation is 0 in every epoch and the loss chooses the epoch. Choose other "
            "validation rows, or set monitor='loss'.",
            UserWarning,
            stacklevel=stacklevel,
        )


def check_first_call(codes, stacklevel):
    """Check the rows of the first call of `partial_fit`, whose scale all later calls keep.

    Warns if there are few.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_outputs)
        Encoded numbers.
    stacklevel : int
        Stack level of the warning.

    Raises
    ------
    ValueError
        If an output is constant over these rows.
    """
    which = _where(_constant(codes))
    if which is not None:
        raise ValueError(
            "y must vary in the first call of partial_fit, which sets the scale of y; got a "
            f"constant{which} over {count(codes, 'row')}. Pass more rows in the first call, or "
            "call fit first."
        )
    if len(codes) < _FEW_ROWS:
        warnings.warn(
            f"The first call of partial_fit should have at least {_FEW_ROWS} rows, since it sets "
            f"the scale of y; got {count(codes, 'row')}. Pass more rows in the first call, or "
            "call fit first.",
            UserWarning,
            stacklevel=stacklevel,
        )


def check_later_call(codes, loss_name):
    """Raise if a later call has nothing to learn, since a constant has no correlation."""
    if loss_name == "ccc" and _constant(codes).all():
        raise ValueError(
            "y must vary in each call of partial_fit with loss='ccc'; got a constant over "
            f"{count(codes, 'row')}. Pass more rows, or use loss='squared_error'."
        )


def _constant(codes):
    """Return which outputs have the same number in all rows."""
    return (codes == codes[0]).all(axis=0)


def _where(constant):
    """Return which outputs are constant, in words; None if all vary."""
    if not constant.any():
        return None
    places = np.flatnonzero(constant).tolist()
    return "" if len(constant) == 1 else f" in output [{first_few(places)}]"
