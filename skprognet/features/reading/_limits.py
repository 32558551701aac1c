"""Find the frames of a segment, and refuse recordings that are too long or not audio."""

import numpy as np

LOWEST_RATE, HIGHEST_RATE = 4_000, 384_000
"""In Hz. No audio has another rate, but resampling could make it thousands of times larger."""

LONGEST = 3600
"""In s. Longer recordings are refused unless the user asks for them."""

# Label files round times to a thousandth of a second, so the end may be half of that too late.
_ROUNDING = 0.0005


def check_duration(n_frames, rate, max_duration):
    """Raise a ValueError if a number of frames is too long.

    Parameters
    ----------
    n_frames : int
        Length of a segment or a recording.
    rate : int
        Sampling rate in Hz.
    max_duration : float
        The limit in s.
    """
    if n_frames / rate > max_duration:
        raise ValueError(
            f"lasts {n_frames / rate:.0f} s, longer than the limit of {max_duration:g} s; give "
            "segments of it, or raise max_duration (--max-duration)"
        )


def check_rate(rate):
    """Raise a ValueError unless this is a sampling rate of audio.

    Parameters
    ----------
    rate : int
        Sampling rate in Hz, from a file or the user.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(
            f"has a sampling rate of {rate} Hz; audio has {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        )


def find_frames(start, end, rate, n_frames):
    """Return the first frame of a segment and the first one after it.

    Times are rounded to the nearest frame. The segment may end half a millisecond after the end
    of the file.

    Parameters
    ----------
    start, end : float
        Times in s from the start of the file; NaN means the start or end of the file.
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
        raise ValueError(f"cannot have a segment that starts before it, at {start:g} s")
    for name, time in (("start", start), ("end", end)):
        if time > length + _ROUNDING:
            raise ValueError(
                f"ends at {length:.3f} s, before the {name} of its segment ({time:g} s)"
            )
    first, last = round(start * rate), min(round(max(start, end) * rate), n_frames)
    if last <= first:
        raise ValueError(f"has no samples in the segment from {start:g} to {end:g} s")
    return first, last
