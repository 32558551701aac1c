"""Find the recordings in a folder; if one exists in several formats, only the best counts."""

import warnings
from collections import defaultdict

from skprognet._audio_suffixes import AUDIO_SUFFIXES


def is_recording(path):
    """Return whether a file is audio by its name, and not a ``._*`` file of macOS."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith("._")


def find_recordings(paths, duplicates):
    """Return the paths that are recordings, sorted.

    Recordings with the same name are the same utterance, wherever they are in the tree. If an
    utterance exists in several formats, only files of the best one are returned.

    Parameters
    ----------
    paths : iterable of Path
        Files of any kind.
    duplicates : {"keep", "drop", "error"}
        Whether two formats of one utterance are a warning ("keep" and "drop") or an error.

    Returns
    -------
    list of Path
        Audio files, without the ``._*`` files of macOS.

    Warns
    -----
    UserWarning
        If an utterance exists in several formats.

    Raises
    ------
    ValueError
        In the same case, if duplicates is "error".
    """
    recordings = sorted(filter(is_recording, paths))
    suffixes = defaultdict(set)
    for path in recordings:
        suffixes[path.stem].add(path.suffix.lower())
    best = {name: min(found, key=AUDIO_SUFFIXES.index) for name, found in suffixes.items()}
    several = [name for name, found in suffixes.items() if len(found) > 1]
    if several:
        _report_formats(recordings, several, best, duplicates)
    return [path for path in recordings if path.suffix.lower() == best[path.stem]]


def _report_formats(recordings, several, best, duplicates):
    first = several[0]
    paths = " and ".join(repr(str(path)) for path in recordings if path.stem == first)
    problem = (
        f"Each utterance must exist in one format; {len(several)} of {len(best)} exist in "
        f"several, the first as {paths}."
    )
    if duplicates == "error":
        raise ValueError(f"{problem} Pass the folder of one format, or move the other away.")
    warnings.warn(
        f"{problem} Lossless formats are preferred, here {best[first]}. To read the other, pass "
        "the folder of that format.",
        stacklevel=4,
    )
