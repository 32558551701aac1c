"""Choose the columns of a table that are features."""

import re
import warnings

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from skprognet._wording import first_few, nearest_name
from skprognet.features._giveaways import find_codes, find_giveaways

EXTRACTOR = "extractor"  # features follow this column of a table

# Names that speech corpora give to columns that are not features, even if they are numbers.
_LABELS = {
    *("activation", "actor", "age", "annotator", "arousal", "channel", "class", "corpus"),
    *("dialog", "dialogue", "dominance", "duration", "emotion", "end", "file", "filename"),
    *("fold", "gender", "group", "id", "index", "label", "language", "naturalness"),
    *("participant", "partition", "person", "rater", "recording", "repetition", "row"),
    *("sentence", "session", "sex", "speaker", "split", "start", "subject", "take", "target"),
    *("text", "utterance", "valence", "version"),
}
# Joined to one of the words above, these do not make it a feature: speaker_id, emotion_code.
_ENDINGS = {"code", "index", "key", "name", "no", "nr", "num", "number", "time"}


def names_label(name):
    """Return whether a column has the name of a label: "actor", "Speaker_ID", "emotionCode"."""
    words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name).strip()))
    words = [word.lower() for word in words if word]
    labels = [word in _LABELS or word.removesuffix("s") in _LABELS for word in words]
    return any(labels) and all(
        label or word in _ENDINGS for word, label in zip(words, labels, strict=True)
    )


def check_table(table, name="table"):
    """Raise unless it is a DataFrame whose columns have different names."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{name} must be a DataFrame; got {type(table).__name__}.")
    twice = table.columns[table.columns.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"{name} must have columns with different names; got {first_few(twice)} twice. "
            "Rename these columns, or drop the copies."
        )


def check_lists(**parameters):
    """Raise if a list of names is a single text, whose letters would count as names."""
    for parameter, names in parameters.items():
        if isinstance(names, str):
            raise TypeError(
                f"{parameter} must be a list of names; got {names!r}. Write [{names!r}]."
            )


def choose_features(table, *, labels=(), groups=(), exclude=(), prefixes=()):
    """Return the columns of a table that are features, and warn of suspicious ones.

    In a table that ``skprognet extract`` wrote, features are the numeric columns after the column
    ``extractor``. In any other table, they are all numeric columns except those with a name that
    speech corpora give to labels and keys, such as ``id``, ``actor``, ``label``, ``speaker_id``,
    ``age``, ``start`` or ``valence``. If `prefixes` are given, only they decide.

    Parameters
    ----------
    table : DataFrame
        Table with one row per utterance.
    labels : sequence of str, default=()
        Columns of labels, which are not features.
    groups : sequence of str, default=()
        Columns of speakers, sessions and the like, whose text causes no warning.
    exclude : sequence of str, default=()
        Other columns that are not features, such as a key.
    prefixes : sequence of str, default=()
        Beginnings of the names of features. If empty, the rule above applies.

    Returns
    -------
    list of str
        Names of the features in the order of the table.

    Raises
    ------
    TypeError
        If `table` is not a DataFrame, or a list of names is a single text.
    ValueError
        If the table lacks a label, a prefix matches no numeric column or one with some cells of
        text, or two columns have the same name.

    Warns
    -----
    UserWarning
        If the values of a single feature predict a label without error, as a class code or a row
        number would; if a few features are whole numbers, as codes are; if a column of numbers is
        not a feature because some cells are text; or if a column after ``extractor`` has the name
        of a label or key.

    See Also
    --------
    read_features : Reads a table in which all columns are features, except those you name.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.features import choose_features
    >>> table = pd.DataFrame({
    ...     "id": [1, 2, 3], "emotion": ["sad", "angry", "sad"], "actor": [3, 3, 8],
    ...     "pitch": [100.5, 180.2, 95.1], "loudness": [0.2, 0.9, 0.3],
    ... })
    >>> choose_features(table, labels=["emotion"])
    ['pitch', 'loudness']
    """
    check_table(table)
    check_lists(labels=labels, groups=groups, exclude=exclude, prefixes=prefixes)
    missing = [label for label in labels if label not in table]
    if missing:
        raise ValueError(
            f"labels must be columns of the table; got {first_few(missing)}, which it lacks. "
            "Check the spelling."
        )
    numeric = [
        name
        for name in table
        if name not in {*labels, *exclude}
        and is_numeric_dtype(table[name].dtype)
        and not is_bool_dtype(table[name].dtype)
    ]
    if prefixes:
        features = _with_prefixes(numeric, prefixes)
        _check_no_text(
            table.drop(columns=[*numeric, *labels, *exclude], errors="ignore"), prefixes
        )
    elif EXTRACTOR in table and EXTRACTOR not in exclude:
        after = set(table.columns[table.columns.get_loc(EXTRACTOR) + 1 :])
        features = [name for name in numeric if name in after]
        named = [name for name in features if names_label(name)]
        if named:
            warnings.warn(
                f"All numeric columns after {EXTRACTOR!r} count as features, also "
                f"{first_few(named)}, which have names of labels or keys. If they are not "
                f"measurements of the audio, move them before {EXTRACTOR!r}, or leave them out.",
                stacklevel=2,
            )
    else:
        features = [name for name in numeric if not names_label(name)]
    if not prefixes:
        possible = after if EXTRACTOR in table and EXTRACTOR not in exclude else set(table)
        possible -= {*numeric, *labels, *exclude, *groups}
        _warn_of_text(table[[name for name in table if name in possible]])
    warn_of_labels(table[features], table[list(dict.fromkeys(labels))])
    return features


def _with_prefixes(numeric, prefixes):
    for prefix in prefixes:
        if not any(str(name).startswith(prefix) for name in numeric):
            near = nearest_name(prefix, numeric)
            raise ValueError(
                f"Each prefix of features must match a numeric column; got {prefix!r}, which "
                f"matches none.{f' The nearest is {near!r}.' if near else ''}"
            )
    return [name for name in numeric if str(name).startswith(tuple(prefixes))]


def _odd_cells(values):
    """Return the cells of a column of numbers that are text or have a decimal comma, if any.

    A column whose cells are mostly text is not one of numbers. Nor is one of codes such as 01.
    """
    if is_numeric_dtype(values.dtype):
        return values[:0]
    values = values.dropna().astype(object)
    has_comma = np.array([isinstance(v, str) and "," in v for v in values], dtype=bool)
    with_points = values.where(~has_comma, values.astype(str).str.replace(",", "."))
    is_number = pd.to_numeric(with_points, errors="coerce").notna().to_numpy()
    is_odd = ~is_number | has_comma
    return values[is_odd] if 2 * is_number.sum() > len(values) else values[:0]


def _check_no_text(others, prefixes):
    """Raise if a column with a prefix of the features has numbers, but also text."""
    for name in others:
        odd = _odd_cells(others[name]) if str(name).startswith(tuple(prefixes)) else ()
        # Of cells with commas alone, nobody knows whether they are numbers or pairs.
        if len(odd) and not odd.str.contains(",").all():
            raise ValueError(
                f"Columns that begin with a prefix of features must hold numbers; got "
                f"{first_few(odd.unique())} in {name!r}. Correct these cells, or choose other "
                "prefixes."
            )


def _warn_of_text(others):
    """Warn of columns of numbers that are not features because of single cells."""
    odd = {name: _odd_cells(others[name]) for name in others if not names_label(name)}
    found = [f"{name!r} ({cells.iloc[0]!r})" for name, cells in odd.items() if len(cells)]
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        warnings.warn(
            "Columns of numbers are not features if some cells are text or have a decimal comma; "
            f"got {', '.join(found[:5])}{more}. Correct these cells, or ignore this if they are "
            "not measurements.",
            stacklevel=3,
        )


def warn_of_labels(X, labels, stacklevel=3):
    """Warn of features that are likely labels or keys.

    Parameters
    ----------
    X : DataFrame
        Features.
    labels : DataFrame
        Labels of the same rows.
    stacklevel : int, default=3
        See :func:`warnings.warn`.
    """
    values, names = _to_numbers(X), X.columns
    given_away = set()
    for label in labels:
        known = labels[label].notna().to_numpy()
        rows = slice(None) if known.all() else known
        giveaways = names[find_giveaways(values[rows], labels[label].to_numpy()[rows])]
        given_away |= set(giveaways)
        if len(giveaways):
            warnings.warn(
                f"The values of {first_few(giveaways)} alone predict {label!r} without error in "
                f"all {known.sum()} rows. Labels, keys and row numbers do so; measurements do "
                "not. A score with such a feature means nothing. Leave it out, or name the "
                "features by their prefixes.",
                stacklevel=stacklevel,
            )
    codes = [name for name in names[find_codes(values)] if name not in given_away]
    if codes:
        warnings.warn(
            f"Features of whole numbers only may be codes: {first_few(codes)}. If one of them is "
            "a label or a key, leave it out.",
            stacklevel=stacklevel,
        )


def _to_numbers(X):
    """Return the values in their own type, or as floats if there are several types or NA."""
    kinds = {kind for kind in X.dtypes if isinstance(kind, np.dtype)}
    alike = len(kinds) == 1 and all(kind in kinds for kind in X.dtypes)
    return X.to_numpy() if alike else X.to_numpy(dtype=float, na_value=np.nan)
