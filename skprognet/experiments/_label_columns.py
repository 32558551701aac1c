"""Check the columns of labels that a study needs: their presence, order and spelling."""

import warnings

import pandas as pd

from skprognet._labels import label_remarks, strip_blanks
from skprognet._wording import first_few

_NAMES = {"speaker", "session", "corpus"}  # here two values may be nearly the same


def check_same_rows(X, labels):
    """Raise unless the labels have a row for each row of X, in the same order.

    Rows are matched by position. If two DataFrames have the same index in different orders, or
    only a part of it in common, this would give rows the labels of other rows.

    Raises
    ------
    ValueError
        If the numbers of rows differ, if the index is the same in another order, or if the two
        tables share only a part of it and neither is numbered from 0.
    """
    n_rows = len(X)
    if len(labels) != n_rows:
        raise ValueError(
            f"labels must have a row for each of the {n_rows} rows of X; got {len(labels)}. Join "
            "the two tables first, or select the same rows from both."
        )
    if not isinstance(X, pd.DataFrame) or X.index.equals(labels.index):
        return
    if not (X.index.is_unique and labels.index.is_unique):
        return
    n_shared = len(X.index.intersection(labels.index))
    if n_shared == n_rows:
        raise ValueError(
            "The rows of X and labels must be in the same order; got the same index in another "
            "order. Sort one by the other, as in labels.loc[X.index]."
        )
    is_numbered = any(i.equals(pd.RangeIndex(n_rows)) for i in (X.index, labels.index))
    if n_shared and not is_numbered:  # a table with a fresh index matches by position
        raise ValueError(
            f"X and labels must have the same rows; got only {n_shared} of {n_rows} rows of X in "
            "the index of labels. Select rows that both have, as in rows = "
            "X.index.intersection(labels.index), X.loc[rows] and labels.loc[rows]."
        )


def check_no_labels(X, labels, columns):
    """Raise if a feature has the name of a column of labels, and so gives the labels away."""
    names = set(getattr(X, "columns", ())).intersection(columns).intersection(labels)
    if names:
        raise ValueError(
            f"X must not have columns of labels that are in use; got "
            f"{first_few(sorted(names))}. Drop them from X."
        )


def check_columns(labels, columns, advice, *, apart=(), names=(), stacklevel=4):
    """Return `labels` as a DataFrame; raise if columns are wrong, warn about spelling mistakes.

    Parameters
    ----------
    labels : DataFrame
        The labels of each row.
    columns : sequence of str
        The required columns.
    advice : str
        What to do if a column is missing.
    apart : sequence of str, default=()
        Columns whose spelling is not checked here.
    names : sequence of str, default=()
        Columns of names, such as speakers, which may be nearly the same. Names that differ only in
        case, in blanks or in the form of a letter cause a warning.
    stacklevel : int, default=4
        As in :func:`warnings.warn`.

    Raises
    ------
    ValueError
        If a column is missing, or two columns have the same name.
    """
    labels, needed = pd.DataFrame(labels), sorted(set(columns))
    twice = labels.columns[labels.columns.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"The columns of labels must have different names; got {first_few(twice)} twice. "
            "Rename these columns, or drop the copies."
        )
    missing = [name for name in needed if name not in labels.columns]
    if missing:
        raise ValueError(
            f"labels must have the columns {needed}; got {list(labels.columns)} without "
            f"{missing}. {advice}"
        )
    for name in dict.fromkeys([*needed, *(name for name in names if name in labels)]):
        if name in _NAMES or name in names:
            _warn_of_similar_names(name, labels[name], stacklevel=stacklevel + 1)
        elif name not in apart:
            warn_of_slips(name, labels[name], stacklevel=stacklevel + 1)
    return labels


def warn_of_shared_speakers(labels, speaker, *, stacklevel):
    """Warn if a name of a speaker occurs in several corpora, since it counts as one person."""
    if not {speaker, "corpus"} <= set(labels) or speaker == "corpus":
        return
    names = labels[[speaker, "corpus"]].dropna().drop_duplicates()[speaker]
    shared = names[names.duplicated()].unique()
    if len(shared):
        warnings.warn(
            f"Some speakers have the same name in several corpora, and each name counts as one "
            f"person: {first_few(shared)}. If they are different people, give them different "
            "names.",
            stacklevel=stacklevel,
        )


def _warn_of_similar_names(name, labels, *, stacklevel):
    """Warn of names that differ only in case, in blanks or in the form of a letter."""
    texts = [label for label in labels.unique() if isinstance(label, str)]
    alike = {}
    for text, plain in zip(texts, strip_blanks(texts), strict=True):
        alike.setdefault(plain.casefold(), []).append(text)
    pairs = [f"{first!r} and {other!r}" for first, *others in alike.values() for other in others]
    if pairs:
        more = f" and {len(pairs) - 5} more pairs" if len(pairs) > 5 else ""
        warnings.warn(
            f"Some names in {name!r} differ only in case, in blanks or in the form of a letter, "
            f"and count as different: {', '.join(pairs[:5])}{more}. If they mean the same, spell "
            "them alike.",
            stacklevel=stacklevel,
        )


def warn_of_slips(name, labels, *, stacklevel):
    """Warn about labels that are nearly the same, or that do not look like labels."""
    for remark in label_remarks(name, labels):
        warnings.warn(remark, stacklevel=stacklevel)
