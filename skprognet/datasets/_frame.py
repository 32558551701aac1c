"""Build the table that every reader returns, with one row per utterance."""

from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_timedelta64_dtype

from skprognet._delimited import TIMES
from skprognet._labels import EMOTION_WORDS, GENDER_WORDS, strip_blanks, tidy_labels
from skprognet._tables import TEXTS

COLUMNS = ("file", *TIMES, *TEXTS[1:])


def make_frame(rows, corpus=None, attrs=None):
    """Return `rows` in the form that :func:`check_corpus` describes.

    Parameters
    ----------
    rows : list of dict, or DataFrame
        The facts about each utterance; missing standard columns become empty.
    corpus : str, default=None
        The value of the column ``corpus``, if `rows` lack this column.
    attrs : dict, default=None
        The facts about the whole corpus: its licence, and what to cite.

    Returns
    -------
    DataFrame
        The standard columns first, then the others; the index counts from 0.
    """
    frame = pd.DataFrame(rows)
    if "corpus" not in frame:
        frame["corpus"] = corpus
    for name in COLUMNS:
        if name not in frame:
            frame[name] = np.nan if name in TIMES else None
    frame = frame[[*COLUMNS, *frame.columns.difference(COLUMNS, sort=False)]]
    frame = frame.assign(**{name: _numbers(frame[name]) for name in TIMES}).reset_index(drop=True)
    frame.attrs = dict(attrs or {})
    return frame


def _numbers(column):
    """Return `column` in s as float; other values stay as they are, and the check names them."""
    if is_timedelta64_dtype(column.dtype):  # to_numeric would count its nanoseconds
        return column.dt.total_seconds()
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = numbers.isna() & column.notna()
    return column.astype(object).where(wrong, numbers) if wrong.any() else numbers


def translate(frame, words=None):
    """Return `frame` with the package's words for emotions and genders, and names without blanks.

    The usual nouns and initials are known. `words` maps further labels to words; None makes a
    label missing.
    """
    return frame.assign(
        emotion=tidy_labels(frame["emotion"], words, EMOTION_WORDS),
        gender=tidy_labels(frame["gender"], words, GENDER_WORDS),
        **{name: strip_blanks(frame[name]) for name in ("speaker", "session", "corpus")},
    )


def select_values(frame, column, wanted, known, shortcuts=("'all'",)):
    """Return the rows of `frame` whose `column` is one of the words `wanted`.

    Parameters
    ----------
    frame : DataFrame
        A corpus.
    column : str
        Name of the column. Messages call `wanted` by this name with an s.
    wanted : 'all', str or list of str
        The words to keep.
    known : collection of str
        The valid words.
    shortcuts : tuple of str, default=("'all'",)
        Further values that the message offers.

    Returns
    -------
    DataFrame
        The rows with these words, with an index from 0.

    Raises
    ------
    ValueError
        If a word is unknown.
    """
    if isinstance(wanted, str):
        if wanted == "all":
            return frame
        wanted = [wanted]
    wanted, known = list(wanted), sorted(known)
    unknown = [word for word in wanted if word not in known]
    if unknown or not wanted:
        offers = ", ".join(shortcuts)
        raise ValueError(
            f"{column}s must be {offers} or a list of some of {known}; got {unknown or wanted}. "
            "Choose from that list."
        )
    return frame[frame[column].isin(wanted)].reset_index(drop=True)


def check_root(root):
    """Return the folder `root` as a Path.

    Raises
    ------
    NotADirectoryError
        If it is not a folder.
    ValueError
        If its name is not UTF-8.
    """
    root = Path(root)
    if not root.is_dir():
        raise NotADirectoryError(
            f"root must be the folder that holds the corpus; got {str(root)!r}, which is not a "
            "folder. Check the path."
        )
    try:
        str(root).encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"root must have a name in UTF-8, since text tables hold no other; got "
            f"{str(root)!r}. Rename the folder."
        ) from None
    return root
