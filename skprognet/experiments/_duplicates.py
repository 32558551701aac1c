"""Find duplicate rows in the tables of a study, before anything is trained."""

import warnings
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils import check_array

from skprognet._checks import check_choice
from skprognet._fingerprints import fingerprints
from skprognet._row_sets import UNKNOWN, decode_rows, encode_rows
from skprognet._scores import RECORDED
from skprognet._wording import first_few

DUPLICATES = ("keep", "drop", "error")


@dataclass
class Table:
    """Features and labels of one corpus, and which of the original rows they are.

    Attributes
    ----------
    X : DataFrame or ndarray
        The features of the remaining rows.
    labels : DataFrame
        The labels of these rows.
    kept : ndarray of bool of shape (n_original,)
        Which rows remain.
    copies : ndarray of bool of shape (n_original,)
        Which rows were left out as copies of others.
    """

    X: pd.DataFrame | np.ndarray
    labels: pd.DataFrame
    kept: np.ndarray
    copies: np.ndarray

    @property
    def dropped(self):
        """Numbers of the rows that were left out as copies, counted from 0."""
        return np.flatnonzero(self.copies).tolist()

    def select(self, rows):
        """Return a table with some of these rows; `rows` is an ndarray of bool."""
        if rows.all():
            return self
        kept = self.expand(rows)
        return Table(_take(self.X, rows), self.labels[rows], kept, self.copies)

    def expand(self, values):
        """Return the values of the remaining rows at their positions among all original rows."""
        whole = np.zeros(len(self.kept), dtype=np.asarray(values).dtype)
        whole[self.kept] = values
        return whole

    def number_as_given(self, scores):
        """Return scores in which the recorded rows have their original numbers."""
        if self.kept.all():
            return scores
        columns = {name: scores[name].map(self._renumber) for name in RECORDED}
        return scores.assign(**columns)

    def _renumber(self, rows):
        if not isinstance(rows, str) or rows == UNKNOWN:
            return rows
        return encode_rows(self.expand(decode_rows(rows)))


def settle_duplicates(tables, columns, speaker, duplicates, *, stacklevel=4):
    """Return the tables of a study after handling duplicate rows.

    Rows with the same features are duplicates, in one table or in two. A source that is trained on
    another corpus knows a test row if that corpus has a copy of it.

    Parameters
    ----------
    tables : dict of str to tuple of (X, labels)
        Each corpus by its name, as checked by :func:`check_same_rows`, with the same features in
        the same order.
    columns : sequence of str
        The labels in which copies must agree.
    speaker : str
        Column of the speakers, which need not exist. Names are compared only within one corpus.
    duplicates : {"keep", "drop", "error"}
        Whether to warn about copies, to keep only the first, or to raise an error.
    stacklevel : int, default=4
        Which caller the warning names, as in ``warnings.warn``, counted from this function.

    Returns
    -------
    dict of str to Table
        The tables, in the same order.

    Raises
    ------
    ValueError
        If there are copies and `duplicates` is "error", or if copies differ in their labels or
        speakers.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    >>> labels = pd.DataFrame({"emotion": ["sad", "happy", "sad"], "speaker": "Kim"})
    >>> tables = settle_duplicates({"calls": (X, labels)}, ["emotion"], "speaker", "drop")
    >>> tables["calls"].dropped
    [2]
    """
    check_choice("duplicates", duplicates, DUPLICATES)
    several = len(tables) > 1
    features = [
        check_array(X, dtype=np.float64, input_name=f"X of {name!r}" if several else "X")
        for name, (X, _) in tables.items()
    ]
    sizes = [len(X) for X in features]
    kept = np.ones(sum(sizes), dtype=bool)
    # Rows of different widths cannot be equal; a later check refuses such corpora.
    if len({X.shape[1] for X in features}) == 1:
        copies = _equal_rows(np.concatenate(features))
        _check_copies(tables, copies, columns, speaker, duplicates, stacklevel + 1)
        if duplicates == "drop":
            kept[[row for rows in copies for row in rows[1:]]] = False
    parts = np.split(kept, np.cumsum(sizes)[:-1])
    return {
        name: Table(_take(X, part), labels[part], part, ~part)
        for (name, (X, labels)), part in zip(tables.items(), parts, strict=True)
    }


def _equal_rows(X):
    """Return lists of the numbers of equal rows."""
    rows = defaultdict(list)
    for row, fingerprint in enumerate(fingerprints(X + 0.0)):  # -0.0 becomes 0.0
        rows[fingerprint].append(row)
    return [same for same in rows.values() if len(same) > 1]


def _take(X, kept):
    if kept.all():
        return X
    return X[kept] if hasattr(X, "iloc") else np.asarray(X)[kept]


def _check_copies(tables, copies, columns, speaker, duplicates, stacklevel):
    if not copies:
        return
    names = _name_rows(tables)
    equal = [_equal_in_words([names[row] for row in rows]) for rows in copies]
    what = f"{len(copies)} recordings" if len(copies) > 1 else "1 recording"
    what += f" with copies, which have equal features: {first_few(equal, 3, str)}"
    differing = _differing(tables, copies, columns, speaker)
    if differing:
        got = [f"{equal[i]} in {first_few(names)}" for i, names in differing.items()]
        raise ValueError(
            "Rows with equal features must have equal labels and speakers; got differences: "
            f"{first_few(got, 3, str)}. Find out which row is right, and remove the other."
        )
    if duplicates == "error":
        raise ValueError(
            f"Each recording must be present once; got {what}. To keep the first of each, pass "
            "duplicates='drop' (on the command line --duplicates drop); to keep all, 'keep'."
        )
    if duplicates == "keep":
        warnings.warn(
            f"The study keeps {what}. A copy in the training rows makes the test of the other "
            "too easy.",
            stacklevel=stacklevel,
        )


def _equal_in_words(names, limit=4):
    more = f" (and {len(names) - limit} more)" if len(names) > limit else ""
    return " = ".join(names[:limit]) + more


def _name_rows(tables):
    """Return a name for each row: its file or its number, and its corpus if there are several."""
    names = []
    for name, (X, labels) in tables.items():
        where = f" of {name!r}" if len(tables) > 1 else ""
        numbers = [f"row {row} (from 0)" for row in range(len(X))]
        rows = map(repr, labels["file"]) if "file" in labels else numbers
        names += [row + where for row in rows]
    return names


def _differing(tables, copies, columns, speaker):
    """Return the columns in which copies differ, by the position of the copies in the list."""
    others = [name for name in dict.fromkeys(columns) if name != speaker]
    parts = [labels.reindex(columns=[*others, speaker]) for _, labels in tables.values()]
    sizes = [len(labels) for labels in parts]
    whole = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    corpus, differing = np.repeat(np.arange(len(parts)), sizes), {}
    for i, rows in enumerate(copies):
        equal = whole.iloc[rows]
        names = [name for name in others if equal[name].nunique(dropna=False) > 1]
        # A speaker may have different names in different corpora.
        if equal[speaker].groupby(corpus[rows]).nunique(dropna=False).max() > 1:
            names.append(speaker)
        if names:
            differing[i] = names
    return differing
