"""Find the recordings in a folder; if one exists in several formats, only the best counts."""

import os
import warnings
from collections import defaultdict
from pathlib import Path

from skprognet._audio_suffixes import AUDIO_SUFFIXES
from skprognet._files import sha256


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


def files_below(root):
    """Return all files below a folder, also in linked folders that lie elsewhere."""
    files, links, seen = [], [Path(root)], set()
    while links:  # folders before the links in them, so that each file has its own name
        place = links.pop(0)
        for folder, folders, names in os.walk(place):
            folders.sort()
            seen.add(os.path.realpath(folder))
            files += [Path(folder, name) for name in sorted(names)]
            links += [Path(folder, name) for name in folders if os.path.islink(f"{folder}/{name}")]
        links = [link for link in links if not _is_known(link, root, seen)]
    return files


def _is_known(link, root, seen):
    """Return whether a linked folder was read already, or holds the corpus itself."""
    target = os.path.realpath(link)
    return target in seen or Path(target) in Path(root).resolve().parents


def report_versions(recordings, duplicates):
    """Warn if recordings of one name differ, as two versions of a corpus do; or raise.

    Recordings with the same bytes are left to :func:`check_corpus`.
    """
    by_name = defaultdict(list)
    for path in recordings:
        by_name[path.stem].append(path)
    several = [paths for paths in by_name.values() if len(paths) > 1 and _differ(paths)]
    if not several:
        return
    problem = (
        f"Each recording must have its own name; {len(several)} of {len(by_name)} names belong to "
        f"several files, the first to {' and '.join(repr(str(path)) for path in several[0][:2])}."
    )
    advice = "If these are versions of the same recordings, pass the folder of one version."
    if duplicates == "error":
        raise ValueError(f"{problem} {advice}")
    warnings.warn(f"{problem} {advice}", stacklevel=4)


def _differ(paths):
    sizes = {path.stat().st_size for path in paths}
    return len(sizes) > 1 or len({sha256(path) for path in paths}) > 1


def find_by_name(paths, duplicates):
    """Return recordings by their names; of several with the same name, the first."""
    recordings = find_recordings(paths, duplicates)
    report_versions(recordings, duplicates)
    return {path.stem: path for path in reversed(recordings)}


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
