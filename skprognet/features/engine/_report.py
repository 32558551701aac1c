"""Report utterances that cannot be used or are odd, in a table and in messages."""

import warnings

import pandas as pd

from skprognet._wording import first_few
from skprognet.features.reading._levels import CLIPPED, OPPOSITE, SILENT, SMALL

# For each oddity: the verb for one recording and for several, the description, and the advice.
_REMARKS = {
    SILENT: (
        ("is", "are"),
        "silent (never above -60 dB of full scale, after mixing down)",
        "Their features do not describe speech. Check these recordings, or leave them out.",
    ),
    OPPOSITE: (
        ("has", "have"),
        "channels of opposite phase, which cancel each other when they are averaged",
        "Use one of the channels, or change the sign of one.",
    ),
    CLIPPED: (
        ("goes", "go"),
        "far beyond full scale, so that samples were clipped",
        "Floats must be from -1 to 1. Pass values of 16-bit integers as int16, or divide them by "
        "32768.",
    ),
    SMALL: (
        ("is", "are"),
        "almost silent on the scale of 32-bit integers",
        "If these are values of 16-bit integers, pass them as int16.",
    ),
}
_TELEPHONE = 8_000  # Hz, the lowest rate that makes sense for speech


def list_errors(utterances, reasons):
    """Return the utterances that have no features, and why.

    Parameters
    ----------
    utterances : list of Utterance
        All utterances.
    reasons : dict of int to str
        The reasons by row.

    Returns
    -------
    DataFrame
        Columns file, start, end (s; NaN if not given) and reason; the index "row" counts from 0.
    """
    rows = sorted(reasons)
    index = pd.Index(rows, name="row", dtype="int64")
    table = {
        # As objects, since pandas' own text cannot hold names that are not UTF-8.
        "file": pd.Series([_name(utterances[row], row) for row in rows], index, dtype=object),
        "start": [utterances[row].start for row in rows],
        "end": [utterances[row].end for row in rows],
        "reason": [reasons[row] for row in rows],
    }
    return pd.DataFrame(table, index=index).astype({"start": float, "end": float})


def describe_errors(errors, n_utterances, advice):
    """Return a message that lists every utterance without features, one per line.

    Names are quoted as in Python, so none can break a line or hide behind another.

    Parameters
    ----------
    errors : DataFrame
        The ``errors_`` of an extractor.
    n_utterances : int
        Number of all utterances.
    advice : str
        What the user can do, or what was done.

    Returns
    -------
    str
        The message.

    See Also
    --------
    FeatureExtractor : Raises this message as an error, or warns with it.

    Examples
    --------
    >>> from skprognet.features import OpenSmileFeatures, describe_errors
    >>> smile = OpenSmileFeatures(on_error="nan")
    >>> with warnings.catch_warnings(action="ignore"):
    ...     features = smile.transform(["gone.wav"])
    >>> print(describe_errors(smile.errors_, 1, "repair them"))
    Every utterance must have complete, readable audio; 1 of 1 cannot be used (repair them):
      'gone.wav': cannot be opened (No such file or directory)
    """
    lines = [
        f"\n  {row.file!r}{_segment(row.start, row.end)}: {row.reason}"
        for row in errors.itertuples()
    ]
    once = dict.fromkeys(lines)  # pandas 2.2 confuses some names that are not UTF-8
    return (
        f"Every utterance must have complete, readable audio; {len(errors)} of {n_utterances} "
        f"cannot be used ({advice}):{''.join(once)}"
    )


def warn_of_low_rates(rates, sampling_rate):
    """Warn once if recordings have a lower sampling rate than the one they are resampled to.

    Parameters
    ----------
    rates : list of int
        The sampling rate of each recording in Hz.
    sampling_rate : int
        The rate to which they were resampled.
    """
    low = [rate for rate in rates if rate < sampling_rate]
    if low:
        warnings.warn(
            f"{len(low)} of {len(rates)} utterances have a lower sampling rate than "
            f"{sampling_rate} Hz (the lowest: {min(low)} Hz). Resampling adds no high "
            "frequencies, so features differ from those of other recordings for this reason "
            f"alone. Use a sampling_rate (--sampling-rate) of "
            f"{max(min(low), _TELEPHONE)} for all of them.",
            stacklevel=5,
        )


def warn_of_remarks(utterances, remarks):
    """Warn of odd recordings, once for each kind of oddity.

    Parameters
    ----------
    utterances : list of Utterance
        All utterances.
    remarks : dict of int to (str, str)
        The kind of oddity and a detail, by row.
    """
    for kind, ((_, verb), what, advice) in _REMARKS.items():
        details = {row: detail for row, (odd, detail) in sorted(remarks.items()) if odd == kind}
        if not details:
            continue
        names = first_few(dict.fromkeys(_name(utterances[row], row) for row in details))
        detail = next(iter(details.values()))
        warnings.warn(
            f"{len(details)} of {len(utterances)} utterances {verb} {what}: {names}"
            f"{detail and f' (the first: {detail})'}. {advice}",
            stacklevel=5,
        )


def describe_remark(remark):
    """Say what is odd about one recording.

    Parameters
    ----------
    remark : (str, str)
        The kind of oddity and a detail.

    Returns
    -------
    str
        Text that continues the words "the recording ...".
    """
    kind, detail = remark
    (verb, _), what, _ = _REMARKS[kind]
    return f"{verb} {what}{detail and f' ({detail})'}"


def _name(utterance, row):
    return utterance.source if isinstance(utterance.source, str) else f"<signal in row {row}>"


def _segment(start, end):
    """Return a segment in words; empty if it is the whole file."""
    bounds = [f" from {start:g} s"] if start == start else []
    return "".join(bounds + ([f" to {end:g} s"] if end == end else []))
