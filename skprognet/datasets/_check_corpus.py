"""A corpus frame -> the same frame, or one error with a sentence for each problem."""

import math
import os
import warnings
from itertools import chain
from numbers import Real

import numpy as np
import pandas as pd

from skprognet._checks import check_choice
from skprognet._labels import gender_hint, label_remarks
from skprognet._wording import first_few
from skprognet.datasets._copies import find_copies, find_differing, rows_to_drop
from skprognet.datasets._frame import COLUMNS, TEXTS, TIMES

DUPLICATES = ("keep", "drop", "error")
_HOW_TO_DROP = "duplicates='drop' (on the command line --duplicates drop) keeps the first of each"
_NAMED = 5  # how many rows or speakers a sentence names


def check_corpus(frame, *, files=True, duplicates="keep"):
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
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that is there more than once: equal bytes, or one name in
        two formats (``a.wav`` and ``a.flac``), and equal start and end. 'keep' warns, 'drop'
        warns and keeps the first of them, 'error' raises. Copies with different emotions,
        genders or speakers are always an error, since one of them is wrong.

    Returns
    -------
    DataFrame
        `frame` itself; if rows were dropped, a new one with the index of those that are left.

    Warns
    -----
    UserWarning
        Of what is suspicious but usable, each in a sentence: emotions that differ by blanks, case
        or a letter, or by noun and adjective, or that are called 'NA'; the same recording more
        than once; a speaker who occurs with one emotion only, since a source that knows speakers
        then knows this emotion; speakers or genders that are missing in some rows, but not in all.

    Raises
    ------
    TypeError
        If `frame` is no DataFrame.
    ValueError
        If a column is missing, there is no row, a text column holds something else, `file` or
        `corpus` is empty, an utterance ends before it starts, a gender is neither 'female' nor
        'male', a speaker has two genders, a row is there twice (unless `duplicates` is 'drop'),
        a file is missing, or copies of a recording have different labels: one error with a
        sentence for each.

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
      gender must be 'female', 'male' or missing, got 'm' in 1 row, the first of them 'c.wav'; if
      'm' means male, tell the reader by words={'m': 'male'} (on the command line --words m=male).
      A speaker must have one gender, got 1 with two: 'Kim' (calls).
    """
    check_choice("duplicates", duplicates, DUPLICATES)
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "frame must be a DataFrame of pandas with the utterances, got "
            f"{type(frame).__name__} of {type(frame).__module__.partition('.')[0]}; make one with "
            "read_table or another reader."
        )
    twice = list(frame.columns[frame.columns.duplicated()].unique())
    if twice:
        raise ValueError(
            f"Each column of frame must have a name of its own; {first_few(twice)} come twice. "
            "Rename one."
        )
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(
            f"frame must have the columns {list(COLUMNS)}, got none named {missing}; add them, "
            "empty if you do not know them."
        )
    # A wrong type makes the later checks fail in their own way, so that the types come first.
    problems = list(chain(_text_problems(frame), _time_problems(frame)))
    problems = problems or list(
        chain(_label_problems(frame, duplicates), _file_problems(frame, files))
    )
    copies = [] if problems else find_copies(frame, files)
    problems += _copy_problems(frame, copies, duplicates)
    if problems:
        raise ValueError(
            f"The corpus has {count(problems, 'problem')}; repair the rows, or drop them:"
            + "".join(f"\n  {problem}" for problem in problems)
        )
    copied = _copy_remarks(frame, copies, duplicates)
    dropped = rows_to_drop(copies) if duplicates == "drop" else []
    if dropped:
        frame = frame.iloc[np.delete(np.arange(len(frame)), dropped)]
    spelling = label_remarks("emotion", frame["emotion"])
    for remark in chain(spelling, _gaps(frame), _single_emotions(frame), copied):
        warnings.warn(remark, stacklevel=2)
    return frame


def checked(frame, duplicates):
    """Return the frame of a reader, checked by :func:`check_corpus`, with rows counted from 0."""
    return check_corpus(frame, duplicates=duplicates).reset_index(drop=True)


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


def _label_problems(frame, duplicates):
    wrong = frame[~frame["gender"].isin(["female", "male"]) & frame["gender"].notna()]
    if len(wrong):
        words = _names(map(repr, wrong["gender"].unique()))
        yield (
            f"gender must be 'female', 'male' or missing, got {words} in {count(wrong, 'row')}, "
            f"the first of them {wrong['file'].iloc[0]!r}; "
            f"{gender_hint(wrong['gender'].iloc[0])}."
        )
    genders = frame.groupby(["corpus", "speaker"])["gender"].nunique()
    both = [f"{speaker!r} ({corpus})" for corpus, speaker in genders.index[genders > 1]]
    if both:
        yield f"A speaker must have one gender, got {len(both)} with two: {_names(both)}."
    # As written: pandas before 3 takes some names that are no UTF-8 for one another.
    named = frame[["start", "end"]].assign(file=frame["file"].map(repr))
    twice = frame[named.duplicated()]
    if len(twice) and duplicates != "drop":
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


def _copies_in_words(frame, copies):
    """Return how many recordings have copies, and the first few of them."""
    equal = _names(_equal_in_words(frame["file"].iloc[rows]) for rows in copies)
    verb = "is" if len(copies) == 1 else "are"
    return f"{count(copies, 'recording')} {verb} there more than once: {equal}"


def _equal_in_words(files):
    """Return the first two of equal files, and how many more there are."""
    more = f" (and {len(files) - 2} more)" if len(files) > 2 else ""
    return " = ".join(map(repr, files[:2])) + more


def _copy_problems(frame, copies, duplicates):
    differing = find_differing(frame, copies)
    if differing:
        yield (
            "Copies of a recording must have the same emotion, gender and speaker; with different "
            f"ones {_copies_in_words(frame, differing)}; find out which is right, and take the "
            "other out."
        )
    elif copies and duplicates == "error":
        yield f"{_copies_in_words(frame, copies)}; {_HOW_TO_DROP}."


def _copy_remarks(frame, copies, duplicates):
    if copies and duplicates == "keep":
        yield (
            f"{_copies_in_words(frame, copies)}; a copy in the training fold makes the other no "
            f"test: {_HOW_TO_DROP}."
        )
    elif copies:
        yield (
            f"{_copies_in_words(frame, copies)}; the first of each was kept, and "
            f"{len(rows_to_drop(copies))} of {len(frame)} rows were left out."
        )
