"""Check a corpus: one error with a sentence for each problem, and warnings."""

import math
import os
import warnings
from itertools import chain
from numbers import Real

import numpy as np
import pandas as pd

from skprognet._checks import check_choice
from skprognet._labels import gender_hint, label_remarks
from skprognet._wording import count, first_few
from skprognet.datasets._copies import copy_problems, copy_remarks, find_copies, rows_to_drop
from skprognet.datasets._frame import COLUMNS, TEXTS, TIMES

DUPLICATES = ("keep", "drop", "error")


def check_corpus(frame, *, files=True, duplicates="keep"):
    """Check a table of utterances from any source.

    All readers return a plain DataFrame with one row per utterance and these columns, followed by
    those that only this corpus has. Each reader ends with this check.

    ===========  ======  ======================================================================
    Column       Type    Meaning
    ===========  ======  ======================================================================
    ``file``     str     Path of the recording; never missing.
    ``start``    float   Start of the utterance in the file, in s; NaN means the file's start.
    ``end``      float   End of the utterance, in s; NaN means the end of the file.
    ``emotion``  str     'angry', 'happy', 'neutral', 'sad', 'fearful', 'disgusted',
                         'surprised', 'bored', 'calm', ...: adjectives, but any word works.
                         Missing if the raters did not agree.
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
        Check the files too: whether they exist, and whether two are equal.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about copies of a recording: files with the same bytes, or with the same name in
        two formats (``a.wav`` and ``a.flac``), and with the same start and end. 'keep' warns,
        'drop' warns and keeps the first of them, 'error' raises. Copies with different emotions,
        genders or speakers are always an error, since one of them must be wrong.

    Returns
    -------
    DataFrame
        `frame` itself; if rows were dropped, a new frame with the index of the remaining rows.

    Warns
    -----
    UserWarning
        If something is suspicious but usable, with one sentence for each: emotions that differ
        only by blanks, case, a letter, or as noun and adjective, or that are called 'NA'; the same
        recording more than once; a speaker with only one emotion, since a source that knows the
        speaker then knows the emotion; or speakers or genders that are missing in some rows.

    Raises
    ------
    TypeError
        If `frame` is not a DataFrame.
    ValueError
        If a column is missing or appears twice, there are no rows, a text column holds something
        else, `file` or `corpus` is empty, a time is negative or not a number, an utterance does
        not end after it starts, a gender is neither 'female' nor 'male', a speaker has two
        genders, a row appears twice (unless `duplicates` is 'drop'), a file is missing, copies of
        a recording have different labels, or `duplicates` is 'error' and there are copies. One
        error has a sentence for each problem.

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
      gender must be 'female', 'male' or missing; got 'm' in 1 row, the first in 'c.wav'. If 'm'
      means male, pass words={'m': 'male'} to the reader (on the command line --words m=male).
      A speaker must have one gender; got 1 with two: 'Kim' (calls).
    """
    check_choice("duplicates", duplicates, DUPLICATES)
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "frame must be a DataFrame of pandas with the utterances; got "
            f"{type(frame).__name__} of {type(frame).__module__.partition('.')[0]}. Make one with "
            "read_table or another reader."
        )
    twice = list(frame.columns[frame.columns.duplicated()].unique())
    if twice:
        raise ValueError(
            f"The columns of frame must have different names; got {first_few(twice)} twice. "
            "Rename one."
        )
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(
            f"frame must have the columns {list(COLUMNS)}; {missing} are missing. Add them, empty "
            "if you do not know the values."
        )
    # The later checks need the right types, so the types come first.
    problems = list(chain(_text_problems(frame), _time_problems(frame)))
    problems = problems or list(
        chain(_label_problems(frame, duplicates), _file_problems(frame, files))
    )
    copies = [] if problems else find_copies(frame, files)
    problems += copy_problems(frame, copies, duplicates)
    if problems:
        raise ValueError(
            f"The corpus has {count(problems, 'problem')}; repair the rows, or drop them:"
            + "".join(f"\n  {problem}" for problem in problems)
        )
    copied = copy_remarks(frame, copies, duplicates)
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


def _text_problems(frame):
    if frame.empty:
        yield "A corpus must have at least one row; got none."
    for name in TEXTS:
        present = frame[name].dropna()
        wrong = [value for value in present if not isinstance(value, str)]
        if wrong:
            yield (
                f"{name} must hold text; got {wrong[0]!r} ({type(wrong[0]).__name__}) in "
                f"{count(wrong, 'row')}."
            )
    for name in ("file", "corpus"):
        empty = frame.index[frame[name].isna() | (frame[name] == "")]
        if len(empty):
            yield (
                f"{name} must not be empty; it is empty in {count(empty, 'row')}: "
                f"{first_few(empty, show=str)}."
            )


def _time_problems(frame):
    for name in TIMES:
        wrong = [time for time in frame[name].dropna() if not _is_number(time)]
        if wrong:
            yield (
                f"{name} must be a number of seconds; got {wrong[0]!r} in {count(wrong, 'row')}."
            )
    times = frame[[*TIMES]].apply(pd.to_numeric, errors="coerce")
    negative = frame[(times < 0).any(axis=1)]
    if len(negative):
        yield (
            "start and end must not be negative; got a negative time in "
            f"{count(negative, 'row')}, such as {negative['file'].iloc[0]!r}."
        )
    wrong = frame[times["end"] <= times["start"].fillna(0)]
    if len(wrong):
        first = wrong.iloc[0]
        yield (
            f"An utterance must end after it starts; {count(wrong, 'row')} do not, such as "
            f"{first['file']!r} ({first['start']} s to {first['end']} s)."
        )


def _is_number(value):
    return isinstance(value, Real) and math.isfinite(value)


def _label_problems(frame, duplicates):
    wrong = frame[~frame["gender"].isin(["female", "male"]) & frame["gender"].notna()]
    if len(wrong):
        words = first_few(wrong["gender"].unique())
        yield (
            f"gender must be 'female', 'male' or missing; got {words} in {count(wrong, 'row')}, "
            f"the first in {wrong['file'].iloc[0]!r}. "
            f"{gender_hint(wrong['gender'].iloc[0])}."
        )
    genders = frame.groupby(["corpus", "speaker"])["gender"].nunique()
    both = [f"{speaker!r} ({corpus})" for corpus, speaker in genders.index[genders > 1]]
    if both:
        examples = first_few(both, show=str)
        yield f"A speaker must have one gender; got {len(both)} with two: {examples}."
    # By repr, since pandas before 3 confuses some names that are not UTF-8.
    named = frame[["start", "end"]].assign(file=frame["file"].map(repr))
    twice = frame[named.duplicated()]
    if len(twice) and duplicates != "drop":
        yield (
            f"An utterance must have one row; got {count(twice, 'row')} with the file, start and "
            f"end of another row: {first_few(twice['file'])}."
        )


def _file_problems(frame, files):
    gone = [file for file in frame["file"].unique() if files and not os.path.isfile(file)]
    if gone:
        yield (
            f"file must name existing files; {count(gone, 'file')} cannot be found: "
            f"{first_few(gone)}."
        )


def _gaps(frame):
    for name in ("speaker", "gender"):
        empty = frame[frame[name].isna()]
        if 0 < len(empty) < len(frame):
            yield (
                f"{name} is missing in {len(empty)} of {len(frame)} rows, the first in "
                f"{empty['file'].iloc[0]!r}. A task that needs it cannot use these rows."
            )


def _single_emotions(frame):
    if frame["emotion"].nunique() < 2:
        return
    emotions = frame.groupby(["corpus", "speaker"])["emotion"].agg(["nunique", "first"])
    single = emotions[emotions["nunique"] == 1]["first"]
    if len(single):
        named = [f"{speaker!r} ({emotion})" for (_, speaker), emotion in single.items()]
        verb = "has" if len(single) == 1 else "have"
        yield (
            f"{count(single, 'speaker')} {verb} only one emotion: {first_few(named, show=str)}. A "
            "source that recognises the speaker then knows the emotion."
        )
