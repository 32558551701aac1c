"""The same recording more than once in a corpus frame."""

import hashlib
import os
from collections import Counter, defaultdict

from skprognet._audio_suffixes import AUDIO_SUFFIXES
from skprognet.datasets._frame import TIMES


def find_copies(frame, files):
    """Return the rows of each recording that is there more than once.

    Equal are rows with the same bytes in the file, or the same name in two formats, and the same
    start and end.

    Parameters
    ----------
    frame : DataFrame
        A corpus.
    files : bool
        Whether to look at the bytes.

    Returns
    -------
    list of list of int
        Positions of equal rows, in the order of the frame.
    """
    paths = frame["file"].tolist()
    digests = _digests(set(paths)) if files else {}
    # As written: pandas before 3 takes some names that are no UTF-8 for one another.
    by_content = [digests.get(path, repr(path)) for path in paths]
    by_name = [repr(_without_format(path)) for path in paths]
    times = frame[[*TIMES]].reset_index(drop=True)
    times["start"] = times["start"].fillna(0)
    groups = [*_groups(times, by_content), *_groups(times, by_name)]
    return [list(rows) for rows in dict.fromkeys(map(tuple, groups))]


def find_differing(frame, copies):
    """Return those copies that differ in emotion or gender, or in the speaker within a corpus."""
    differing = []
    for rows in copies:
        equal = frame.iloc[rows]
        speakers = equal.groupby("corpus")["speaker"].nunique(dropna=False)
        labels = equal[["emotion", "gender"]].nunique(dropna=False)
        if labels.max() > 1 or speakers.max() > 1:
            differing.append(rows)
    return differing


def rows_to_drop(copies):
    """Return the rows that are not the first of their recording."""
    return sorted({row for rows in copies for row in rows[1:]})


def _groups(times, keys):
    """Yield the rows with one key, start and end, where there are several."""
    numbers = times.assign(key=keys).groupby(["key", *TIMES], dropna=False).ngroup()
    groups = defaultdict(list)
    for row, number in enumerate(numbers):
        groups[number].append(row)
    return (rows for rows in groups.values() if len(rows) > 1)


def _without_format(path):
    stem, suffix = os.path.splitext(path)
    return stem if suffix.lower() in AUDIO_SUFFIXES else path


def _digests(files):
    """Return the SHA-256 of each file that is as long as another one: the rest have no equal."""
    sizes = {file: os.path.getsize(file) for file in files}
    n_files = Counter(sizes.values())
    return {file: _sha256(file) for file, size in sizes.items() if n_files[size] > 1}


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
