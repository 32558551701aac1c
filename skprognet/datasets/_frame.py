"""The one table that every reader returns: a row per utterance."""

from pathlib import Path

import numpy as np
import pandas as pd

from skprognet._labels import EMOTION_WORDS, GENDER_WORDS, strip_blanks, tidy_labels
from skprognet._tables import TEXTS

TIMES = ("start", "end")
COLUMNS = ("file", *TIMES, *TEXTS[1:])


def make_frame(rows, corpus=None, attrs=None):
    """Return `rows` in the form that :func:`check_corpus` describes.

    Parameters
    ----------
    rows : list of dict, or DataFrame
        What is known of each utterance; standard columns that are missing are left empty.
    corpus : str, default=None
        What to put into a column ``corpus`` that is missing.
    attrs : dict, default=None
        What is known of the whole corpus: its licence, and what to cite.

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
    """Return `column` in float; what is no number stays, for the check to name it."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = numbers.isna() & column.notna()
    return column.astype(object).where(wrong, numbers) if wrong.any() else numbers


def translate(frame, words=None):
    """Return `frame` with the package's words for emotions and genders, and names without blanks.

    `words` maps labels to words, beyond the usual nouns and initials; None is a missing label.
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
        Which column, for the message too: `wanted` is the parameter of that name plus s.
    wanted : 'all', str or list of str
        What was asked for.
    known : collection of str
        What can be asked for.
    shortcuts : tuple of str, default=("'all'",)
        What the message offers beside `known`.

    Returns
    -------
    DataFrame
        The rows that were asked for, counted from 0.

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
            f"{column}s must be {offers} or a list of some of {known}, got {unknown or wanted}."
        )
    return frame[frame[column].isin(wanted)].reset_index(drop=True)


def check_root(root):
    """Return the folder `root` as a Path.

    Raises
    ------
    NotADirectoryError
        If it is none.
    ValueError
        If its name is no UTF-8.
    """
    root = Path(root)
    if not root.is_dir():
        raise NotADirectoryError(
            f"root must be the folder that holds the corpus, got {str(root)!r}, which is no "
            "folder; check the path."
        )
    try:
        str(root).encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"root must have a name in UTF-8, since tables of text hold no other, got "
            f"{str(root)!r}; rename the folder."
        ) from None
    return root
