"""Which frames of a recording are read, and which recordings are refused before that."""

import numpy as np

LOWEST_RATE, HIGHEST_RATE = 4_000, 384_000
"""In Hz: any other rate is no audio, but would be resampled to thousands of times its size."""

LONGEST = 3600
"""In s: longer recordings are refused unless the user asks for them."""

# Label files give times to a thousandth of a second, so the end of a recording may come out half
# of that too late.
_ROUNDING = 0.0005


def check_duration(n_frames, rate, max_duration):
    """Raise a ValueError if so many frames last too long.

    Parameters
    ----------
    n_frames : int
        Length of a segment, or of the whole.
    rate : int
        Their sampling rate in Hz.
    max_duration : float
        The limit in s.
    """
    if n_frames / rate > max_duration:
        raise ValueError(
            f"lasts {n_frames / rate:.0f} s, longer than max_duration={max_duration:g} s; give "
            "segments of it, or a higher limit"
        )


def check_rate(rate):
    """Raise a ValueError unless this is a sampling rate of audio.

    Parameters
    ----------
    rate : int
        In Hz, as a file or a user gives it.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(
            f"has a sampling rate of {rate} Hz; that of audio is from {LOWEST_RATE} to "
            f"{HIGHEST_RATE} Hz"
        )


def find_frames(start, end, rate, n_frames):
    """Return the first frame of a segment and the first one after it.

    A time is rounded to the nearest frame. The end of the segment may be half a thousandth of a
    second behind the end of the file.

    Parameters
    ----------
    start, end : float
        Times in s from the start of the file; NaN is its start or end.
    rate : int
        Sampling rate of the file in Hz.
    n_frames : int
        Length of the file.

    Returns
    -------
    first, last : int
        As in a slice.

    Raises
    ------
    ValueError
        If the segment is empty or not inside the file.

    Examples
    --------
    >>> find_frames(0.5, float("nan"), rate=16_000, n_frames=20_000)
    (8000, 20000)
    """
    length = n_frames / rate
    start = 0.0 if np.isnan(start) else start
    end = length if np.isnan(end) else end
    if start < 0:
        raise ValueError(f"has no segment that starts before it does, at {start:g} s")
    for name, time in (("start", start), ("end", end)):
        if time > length + _ROUNDING:
            raise ValueError(
                f"ends at {length:.3f} s, before the {name} of its segment ({time:g} s)"
            )
    first, last = round(start * rate), min(round(max(start, end) * rate), n_frames)
    if last <= first:
        raise ValueError(f"has no samples in the segment from {start:g} to {end:g} s")
    return first, last
