"""Find recordings that appear more than once in a corpus."""

import os
from collections import Counter, defaultdict

from skprognet._audio_suffixes import AUDIO_SUFFIXES
from skprognet._files import sha256
from skprognet._wording import count, first_few
from skprognet.datasets._frame import TIMES

_HOW_TO_DROP = "To keep the first of each, pass duplicates='drop' (--duplicates drop)"


def find_copies(frame, files):
    """Return the rows of each recording that appears more than once.

    Two rows are copies if their files have the same bytes, or the same name in two formats, and if
    start and end are the same.

    Parameters
    ----------
    frame : DataFrame
        A corpus.
    files : bool
        Whether to compare the bytes.

    Returns
    -------
    list of list of int
        Positions of equal rows, in the order of the frame.
    """
    paths = frame["file"].tolist()
    digests = _digests(set(paths)) if files else {}
    # By repr, since pandas before 3 confuses some names that are not UTF-8.
    by_content = [digests.get(path, repr(path)) for path in paths]
    by_name = [repr(_without_format(path)) for path in paths]
    times = frame[[*TIMES]].reset_index(drop=True)
    times["start"] = times["start"].fillna(0)
    groups = [*_groups(times, by_content), *_groups(times, by_name)]
    return [list(rows) for rows in dict.fromkeys(map(tuple, groups))]


def find_differing(frame, copies):
    """Return the copies that differ in emotion or gender, or in the speaker of one corpus."""
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


def _copies_in_words(frame, copies):
    """Say how many recordings have copies, and name the first few."""
    equal = first_few(copies, show=lambda rows: _equal_in_words(frame["file"].iloc[rows]))
    verb = "appears" if len(copies) == 1 else "appear"
    return f"{count(copies, 'recording')} {verb} more than once: {equal}"


def _equal_in_words(files):
    """Return the first two of equal files, and how many more there are."""
    more = f" (and {len(files) - 2} more)" if len(files) > 2 else ""
    return " = ".join(map(repr, files[:2])) + more


def copy_problems(frame, copies, duplicates):
    """Yield a sentence on copies that cannot be right, or that the user does not want."""
    differing = find_differing(frame, copies)
    if differing:
        yield (
            "Copies of a recording must have the same emotion, gender and speaker; "
            f"{_copies_in_words(frame, differing)}, with different labels. Find out which is "
            "right, and remove the others."
        )
    elif copies and duplicates == "error":
        yield f"{_copies_in_words(frame, copies)}. {_HOW_TO_DROP}."


def copy_remarks(frame, copies, duplicates):
    """Yield a sentence on copies that are kept or dropped."""
    if copies and duplicates == "keep":
        yield (
            f"{_copies_in_words(frame, copies)}. If one copy is in training, a test on the other "
            f"is too easy. {_HOW_TO_DROP}."
        )
    elif copies:
        yield (
            f"{_copies_in_words(frame, copies)}. The first of each was kept, and "
            f"{len(rows_to_drop(copies))} of {len(frame)} rows were dropped."
        )


def _groups(times, keys):
    """Yield each group of several rows with the same key, start and end."""
    numbers = times.assign(key=keys).groupby(["key", *TIMES], dropna=False).ngroup()
    groups = defaultdict(list)
    for row, number in enumerate(numbers):
        groups[number].append(row)
    return (rows for rows in groups.values() if len(rows) > 1)


def _without_format(path):
    stem, suffix = os.path.splitext(path)
    return stem if suffix.lower() in AUDIO_SUFFIXES else path


def _digests(files):
    """Return the SHA-256 of files that have the same size as another; only these can be equal."""
    sizes = {file: os.path.getsize(file) for file in files}
    n_files = Counter(sizes.values())
    return {file: sha256(file) for file, size in sizes.items() if n_files[size] > 1}
