"""Split a table into features and labels, check both, and give each class one spelling."""

import warnings
from unicodedata import normalize

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._labels import strip_blanks, tidy_labels
from skprognet._tables import TEXTS
from skprognet._wording import first_few, nearest_name
from skprognet.features._choice import check_lists, check_table, choose_features
from skprognet.features._finite import check_finite

_CLASSES = {"emotion", "gender"}


def split_features(table, labels, *, groups=(), exclude=(), prefixes=(), name="table"):
    """Split a table into features and labels, and check both.

    The rule of :func:`choose_features` decides which columns are features. Labels that differ only
    by blanks or case become one class, with a warning. Names of speakers, sessions and corpora
    keep their case.

    Parameters
    ----------
    table : DataFrame
        Table with one row per utterance.
    labels : sequence of str
        Columns that must exist and have a value in every row.
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose values are not classes.
    exclude : sequence of str, default=()
        Other columns that are not features; they may be missing.
    prefixes : sequence of str, default=()
        Beginnings of the names of features. If empty, the rule decides.
    name : str, default='table'
        Name of the table for messages, such as its path.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    TypeError
        If `table` is not a DataFrame, or a list of names is a single text.
    ValueError
        If a column or a label is missing, two columns have the same name, there are no features,
        or a feature is not finite.

    Warns
    -----
    UserWarning
        If the spelling of labels is changed, features are likely labels or codes, or a column of
        numbers is not a feature because some cells are text.

    See Also
    --------
    join_labels : Adds labels from another table.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.features import split_features
    >>> table = pd.DataFrame({
    ...     "file": ["a.wav", "b.wav"], "emotion": ["sad", "angry"], "pitch": [100.5, 180.2],
    ... })
    >>> X, labels = split_features(table, ["emotion"])
    >>> list(X), list(labels)
    (['pitch'], ['file', 'emotion'])
    """
    check_table(table, name)
    check_lists(labels=labels, groups=groups, exclude=exclude, prefixes=prefixes)
    table = _tidy(table, labels, {*TEXTS, *groups} - _CLASSES - {"file"})
    for label in labels:
        check_column(table, label, name)
        _check_complete(table, label, name)
    if table.empty:
        raise ValueError(f"{name!r} must have rows; got only a header. Add the recordings.")
    features = choose_features(
        table, labels=labels, groups=groups, exclude=exclude, prefixes=prefixes
    )
    if not features:
        raise ValueError(
            f"{name!r} must have features, which are numeric columns that are not labels; got "
            f"only {first_few(map(str, table))}. Check the prefixes and what is left out."
        )
    X = table[features]
    check_finite(X, f" in {name!r}")
    return X, table.drop(columns=features)


def _tidy(table, labels, groups):
    """Return the table with one spelling for each class, and warn of changed labels.

    Names of speakers, sessions and corpora keep their case; only blanks around them are removed,
    and letters with accents are composed.
    """
    tidy = {}
    for name in dict.fromkeys([*labels, *groups]):
        if name not in table or is_numeric_dtype(table[name].dtype):
            continue
        tidy[name] = (strip_blanks if name in groups else tidy_labels)(table[name])
        pairs = zip(table[name], tidy[name], strict=True)
        # Composed letters look the same as before, so this change needs no warning.
        changed = dict.fromkeys(
            (a, b) for a, b in pairs if isinstance(a, str) and normalize("NFC", a) != b
        )
        if changed:
            changes = first_few(f"{a} -> {b or 'missing'}" for a, b in changed)
            warnings.warn(
                f"Labels in the column {name!r} were changed: {changes}.",
                stacklevel=3,
            )
    # As objects, since pandas could infer another type for the new text.
    return table.assign(**{n: pd.Series(v, table.index, object) for n, v in tidy.items()})


def check_column(table, column, name):
    """Raise unless a table has a column of this name."""
    if column not in table:
        others = [str(other) for other in table if not is_numeric_dtype(table[other].dtype)]
        near = nearest_name(column, table)
        near = f" The nearest is {near!r}." if near else ""
        raise ValueError(
            f"{name!r} must have the column {column!r}; it has {len(table.columns)} others. Those "
            f"without numbers are {first_few(others) or 'none'}.{near}"
        )


def _check_complete(table, column, name):
    """Raise unless each row has a label in this column."""
    lacking = np.flatnonzero(table[column].isna())  # positions, whatever the index is
    if len(lacking):
        raise ValueError(
            f"Every row must have a value in the column {column!r}; in {name!r}, "
            f"{len(lacking)} of {len(table)} have none (NA counts as none). The first is data row "
            f"{lacking[0] + 1}. Fill them in, or leave these rows out."
        )
