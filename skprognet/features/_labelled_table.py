"""A table with features and labels -> both apart, checked, each class in one spelling."""

import warnings
from unicodedata import normalize

import pandas as pd
from pandas.api.types import is_numeric_dtype

from skprognet._labels import strip_blanks, tidy_labels
from skprognet._tables import TEXTS
from skprognet._wording import first_few, nearest_name
from skprognet.features._choice import check_table, choose_features
from skprognet.features._finite import check_finite

_CLASSES = {"emotion", "gender"}


def split_features(table, labels, *, groups=(), exclude=(), prefixes=(), name="table"):
    """Part a table into features and labels, and check both.

    Which columns are features is the rule of :func:`choose_features`. Labels that differ by blanks
    or case only become one class, with a warning; the names of speakers, sessions and corpora keep
    their case.

    Parameters
    ----------
    table : DataFrame
        A row per utterance.
    labels : sequence of str
        Columns that must be there, with a value in every row.
    groups : sequence of str, default=()
        Columns of speakers or sessions, whose names are not classes.
    exclude : sequence of str, default=()
        Columns that are not features either, if they are there.
    prefixes : sequence of str, default=()
        What the names of features begin with; none leaves it to the rule.
    name : str, default='table'
        What to call the table in messages, such as its path.

    Returns
    -------
    X, labels : DataFrame
        The features, and all other columns.

    Raises
    ------
    TypeError
        If it is no DataFrame.
    ValueError
        If a column or a label is missing or there twice, there are no features, or one is not
        finite.

    Warns
    -----
    UserWarning
        If labels are read in another spelling, or features are likely labels or codes.

    See Also
    --------
    join_labels : Finds the labels that are in a table of their own.

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
    table = _tidy(table, labels, {*TEXTS, *groups} - _CLASSES)
    for label in labels:
        check_column(table, label, name)
        _check_complete(table, label, name)
    features = choose_features(table, labels=labels, exclude=exclude, prefixes=prefixes)
    if not features:
        raise ValueError(
            f"{name!r} must have features: numeric columns that are no labels; there are none "
            f"among {first_few(map(str, table))}."
        )
    X = table[features]
    check_finite(X, f" in {name!r}")
    return X, table.drop(columns=features)


def _tidy(table, labels, groups):
    """Return the table with one spelling for each class, and warn of labels that this changes.

    The names of speakers, sessions and corpora keep their case: only blanks around them go, and
    letters with accents are composed.
    """
    tidy = {}
    for name in dict.fromkeys([*labels, *groups]):
        if name not in table or is_numeric_dtype(table[name].dtype):
            continue
        if name in groups:
            tidy[name] = strip_blanks(table[name])
            continue
        tidy[name] = tidy_labels(table[name])
        pairs = zip(table[name], tidy[name], strict=True)
        # Letters that are composed look as before: that is nothing to tell.
        changed = dict.fromkeys(
            (a, b) for a, b in pairs if isinstance(a, str) and normalize("NFC", a) != b
        )
        if changed:
            told = first_few(f"{a} -> {b or 'missing'}" for a, b in changed)
            warnings.warn(f"In the column {name!r} labels are read as: {told}.", stacklevel=3)
    # As they were typed: pandas could infer another type for the new text.
    return table.assign(**{n: pd.Series(v, table.index, object) for n, v in tidy.items()})


def check_column(table, column, name):
    """Raise unless a table has a column of that name."""
    if column not in table:
        others = [str(other) for other in table if not is_numeric_dtype(table[other].dtype)]
        near = nearest_name(column, table)
        near = f" The nearest is {near!r}." if near else ""
        raise ValueError(
            f"{name!r} must have the column {column!r}; it has {len(table.columns)} others, of "
            f"which no numbers: {first_few(others)}.{near}"
        )


def _check_complete(table, column, name):
    """Raise unless each row has a label in that column."""
    lacking = table.index[table[column].isna()]
    if len(lacking):
        raise ValueError(
            f"Every row must have a value in the column {column!r}; in {name!r} "
            f"{len(lacking)} of {len(table)} have none (NA is none), the first is data row "
            f"{lacking[0] + 1}. Fill them in, or leave these rows out."
        )
