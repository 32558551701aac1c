"""A corpus frame -> the same frame, or one error with a sentence for each problem."""

import hashlib
import math
import os
import warnings
from collections import Counter
from itertools import chain
from numbers import Real

import pandas as pd

from skprognet.datasets._frame import COLUMNS, TEXTS, TIMES

_NAMED = 5  # how many rows or speakers a sentence names


def check_corpus(frame, *, files=True):
    """Check a table of utterances, whoever made it.

    All readers return a plain DataFrame with a row per utterance and these columns, followed by
    what the corpus adds; each ends with this check.

    ===========  ======  ======================================================================
    Column       Type    Meaning
    ===========  ======  ======================================================================
    ``file``     str     Path of the recording; never missing.
    ``start``    float   Where the utterance begins in the file, in s; NaN: at its beginning.
    ``end``      float   Where it ends, in s; NaN: at the end of the file.
    ``emotion``  str     'angry', 'happy', 'neutral', 'sad', 'fearful', 'disgusted',
                         'surprised', 'bored', 'calm', ...: adjectives, but any word will do.
                         Missing where the raters did not agree.
    ``speaker``  str     Name of the speaker, unique within its corpus.
    ``gender``   str     'female' or 'male', or missing.
    ``session``  str     Name of the recording session, or missing.
    ``corpus``   str     Name of the corpus; never missing.
    ===========  ======  ======================================================================

    Parameters
    ----------
    frame : DataFrame
        The utterances.
    files : bool, default=True
        Look at the files too: whether they are there, and whether two are equal.

    Returns
    -------
    DataFrame
        `frame` itself.

    Warns
    -----
    UserWarning
        Of what is suspicious but usable, each in a sentence: the same recording more than once
        by content (equal bytes, and equal start and end); a speaker who occurs with one emotion
        only, since a source that knows speakers then knows this emotion; speakers or genders
        that are missing in some rows, but not in all.

    Raises
    ------
    TypeError
        If `frame` is no DataFrame.
    ValueError
        If a column is missing, there is no row, a text column holds something else, `file` or
        `corpus` is empty, an utterance ends before it starts, a gender is neither 'female' nor
        'male', a speaker has two genders, a row is there twice, or a file is missing: one error
        with a sentence for each.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.datasets import check_corpus
    >>> calls = pd.DataFrame({
    ...     "file": ["a.wav", "b.wav", "c.wav"], "start": 0.0, "end": 2.5,
    ...     "emotion": ["angry", "sad", "sad"], "speaker": ["Kim", "Kim", "Lee"],
    ...     "gender": ["female", "male", "m"], "session": None, "corpus": "calls",
    ... })
    >>> check_corpus(calls, files=False)
    Traceback (most recent call last):
    ...
    ValueError: The corpus has 2 problems; repair the rows, or drop them:
      gender must be 'female', 'male' or missing, got 'm' in 1 row, the first of them 'c.wav'.
      A speaker must have one gender, got 1 with two: 'Kim' (calls).
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"frame must be a DataFrame of utterances, got {type(frame).__name__}; make one with "
            "read_table or another reader."
        )
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(
            f"frame must have the columns {list(COLUMNS)}, got none named {missing}; add them, "
            "empty if you do not know them."
        )
    # A wrong type makes the later checks fail in their own way, so that the types come first.
    problems = list(chain(_text_problems(frame), _time_problems(frame)))
    problems = problems or list(chain(_label_problems(frame), _file_problems(frame, files)))
    if problems:
        raise ValueError(
            f"The corpus has {count(problems, 'problem')}; repair the rows, or drop them:"
            + "".join(f"\n  {problem}" for problem in problems)
        )
    for remark in chain(_gaps(frame), _single_emotions(frame), _equal_files(frame, files)):
        warnings.warn(remark, stacklevel=2)
    return frame


def count(things, noun):
    """Return how many `things` there are, with the noun in the right number."""
    return f"{len(things)} {noun}" + ("" if len(things) == 1 else "s")


def _names(things):
    """Return the first few of `things` for a sentence."""
    things = list(things)
    more = f" and {len(things) - _NAMED} more" if len(things) > _NAMED else ""
    return ", ".join(things[:_NAMED]) + more


def _text_problems(frame):
    if frame.empty:
        yield "A corpus must have at least one row, got none."
    for name in TEXTS:
        present = frame[name].dropna()
        wrong = [value for value in present if not isinstance(value, str)]
        if wrong:
            yield (
                f"{name} must hold text, got {wrong[0]!r} ({type(wrong[0]).__name__}) in "
                f"{count(wrong, 'row')}."
            )
    for name in ("file", "corpus"):
        empty = frame.index[frame[name].isna() | (frame[name] == "")]
        if len(empty):
            yield (
                f"{name} must not be empty, got {count(empty, 'row')} where it is: "
                f"{_names(map(str, empty))}."
            )


def _time_problems(frame):
    for name in TIMES:
        wrong = [time for time in frame[name].dropna() if not _is_number(time)]
        if wrong:
            yield (
                f"{name} must be a number of seconds, got {wrong[0]!r} in {count(wrong, 'row')}."
            )
    times = frame[[*TIMES]].apply(pd.to_numeric, errors="coerce")
    negative = frame[(times < 0).any(axis=1)]
    if len(negative):
        yield (
            f"start and end must not be negative, got {count(negative, 'row')} where they are, "
            f"as {negative['file'].iloc[0]!r}."
        )
    wrong = frame[times["end"] <= times["start"].fillna(0)]
    if len(wrong):
        first = wrong.iloc[0]
        yield (
            f"An utterance must end after it starts, got {count(wrong, 'row')} where it ends "
            f"before, as {first['file']!r} ({first['start']} s to {first['end']} s)."
        )


def _is_number(value):
    return isinstance(value, Real) and math.isfinite(value)


def _label_problems(frame):
    wrong = frame[~frame["gender"].isin(["female", "male"]) & frame["gender"].notna()]
    if len(wrong):
        words = _names(map(repr, wrong["gender"].unique()))
        yield (
            f"gender must be 'female', 'male' or missing, got {words} in {count(wrong, 'row')}, "
            f"the first of them {wrong['file'].iloc[0]!r}."
        )
    genders = frame.groupby(["corpus", "speaker"])["gender"].nunique()
    both = [f"{speaker!r} ({corpus})" for corpus, speaker in genders.index[genders > 1]]
    if both:
        yield f"A speaker must have one gender, got {len(both)} with two: {_names(both)}."
    # As written: pandas before 3 takes some names that are no UTF-8 for one another.
    named = frame[["start", "end"]].assign(file=frame["file"].map(repr))
    twice = frame[named.duplicated()]
    if len(twice):
        yield (
            f"An utterance must have one row, got {count(twice, 'row')} with the file, start and "
            f"end of another: {_names(map(repr, twice['file']))}."
        )


def _file_problems(frame, files):
    gone = [file for file in frame["file"].unique() if files and not os.path.isfile(file)]
    if gone:
        yield (
            f"file must be there, got {count(gone, 'file')} that cannot be found: "
            f"{_names(map(repr, gone))}."
        )


def _gaps(frame):
    for name in ("speaker", "gender"):
        empty = frame[frame[name].isna()]
        if 0 < len(empty) < len(frame):
            yield (
                f"{name} is missing in {len(empty)} of {len(frame)} rows, the first of them "
                f"{empty['file'].iloc[0]!r}; a task that needs it cannot use them."
            )


def _single_emotions(frame):
    if frame["emotion"].nunique() < 2:
        return
    emotions = frame.groupby(["corpus", "speaker"])["emotion"].agg(["nunique", "first"])
    single = emotions[emotions["nunique"] == 1]["first"]
    if len(single):
        named = [f"{speaker!r} ({emotion})" for (_, speaker), emotion in single.items()]
        yield (
            f"Of {count(single, 'speaker')} there is one emotion only: {_names(named)}; a source "
            "that tells speakers apart gives it away."
        )


def _equal_files(frame, files):
    digests = _digests(frame["file"].unique()) if files else {}
    same = frame.assign(_digest=frame["file"].map(digests.get)).dropna(subset="_digest")
    groups = same.groupby(["_digest", "start", "end"], dropna=False)["file"].agg(list)
    equal = [" = ".join(map(repr, files)) for files in groups if len(files) > 1]
    if equal:
        yield (
            f"The content of {count(equal, 'recording')} is there more than once: "
            f"{_names(equal)}; what is also in the training fold is no test."
        )


def _digests(files):
    """Return the SHA-256 of each file that is as long as another one: the rest have no equal."""
    sizes = {file: os.path.getsize(file) for file in files}
    n_files = Counter(sizes.values())
    return {file: _sha256(file) for file, size in sizes.items() if n_files[size] > 1}


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
