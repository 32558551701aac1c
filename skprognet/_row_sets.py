"""Encode a set of rows as short text, so that a table of scores can record the rows of a fit."""

import base64

import numpy as np

UNKNOWN = "unknown"


def encode_rows(mask):
    """Return a set of rows as text: the number of rows, and one bit per row in base 64.

    Parameters
    ----------
    mask : ndarray of bool of shape (n_rows,)
        True for the rows of the set.

    Returns
    -------
    str
        Such as "16:gAE=" for the first and the last of 16 rows.
    """
    return f"{len(mask)}:{base64.b64encode(np.packbits(mask).tobytes()).decode()}"


def decode_rows(text):
    """Return the mask that :func:`encode_rows` encoded.

    Raises
    ------
    ValueError
        If it is another text.
    """
    try:
        n_rows, bits = str(text).split(":")
        packed = np.frombuffer(base64.b64decode(bits, validate=True), dtype=np.uint8)
        if len(packed) != -(-int(n_rows) // 8):
            raise ValueError("wrong length")
        return np.unpackbits(packed, count=int(n_rows)).astype(bool)
    except ValueError as error:
        raise ValueError(
            f"A set of rows must be text such as '16:gAE='; got {text!r}. Use scores as "
            "cross_validate_transfer returns them."
        ) from error
