"""A table with features and labels -> which of its columns are features."""

import re
import warnings

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from skprognet._wording import first_few, nearest_name
from skprognet.features._giveaways import find_codes, find_giveaways

EXTRACTOR = "extractor"  # behind this column of a table stand the features that it names

# What speech corpora call things that are no features, though they may be numbers.
_LABELS = {
    *("activation", "actor", "age", "annotator", "arousal", "channel", "class", "corpus"),
    *("dialog", "dialogue", "dominance", "duration", "emotion", "end", "file", "filename"),
    *("fold", "gender", "group", "id", "index", "label", "language", "naturalness"),
    *("participant", "partition", "person", "rater", "recording", "repetition", "row"),
    *("sentence", "session", "sex", "speaker", "split", "start", "subject", "take", "target"),
    *("text", "utterance", "valence", "version"),
}
# With one of the words above these still name no feature: speaker_id, emotion_code.
_ENDINGS = {"code", "index", "key", "name", "no", "nr", "num", "number", "time"}


def names_label(name):
    """Return whether a column is called as labels are: "actor", "Speaker_ID", "emotionCode"."""
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
            f"{name} must have each column once; {first_few(twice)} come more than once. Rename "
            "or drop the others."
        )


def choose_features(table, *, labels=(), exclude=(), prefixes=()):
    """Return which columns of a table are features, and warn of those that can be none.

    Features are the numeric columns that stand behind ``extractor``, as ``skprognet extract``
    writes them. In a table without that column they are all numeric ones, but for those with a
    name that speech corpora give to labels and keys, such as ``id``, ``actor``, ``label``,
    ``speaker_id``, ``age``, ``start`` or ``valence``. With `prefixes` only these decide.

    Parameters
    ----------
    table : DataFrame
        A row per utterance.
    labels : sequence of str, default=()
        Columns of labels, which are no features.
    exclude : sequence of str, default=()
        Other columns that are no features, such as a key.
    prefixes : sequence of str, default=()
        What the names of features begin with; none leaves it to the rule above.

    Returns
    -------
    list of str
        Names of the features in the order of the table.

    Raises
    ------
    TypeError
        If it is no DataFrame.
    ValueError
        If no numeric column begins with one of the prefixes, or two columns have one name.

    Warns
    -----
    UserWarning
        If the values of a single feature tell one of the labels without error, as a number of the
        class or of the row would; or if a few features are whole numbers, as codes are.

    See Also
    --------
    read_features : Reads a table of which all columns but those named are features.

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
    numeric = [
        name
        for name in table
        if name not in {*labels, *exclude}
        and is_numeric_dtype(table[name].dtype)
        and not is_bool_dtype(table[name].dtype)
    ]
    if prefixes:
        features = _with_prefixes(numeric, prefixes)
    elif EXTRACTOR in table and EXTRACTOR not in exclude:
        behind = set(table.columns[table.columns.get_loc(EXTRACTOR) + 1 :])
        features = [name for name in numeric if name in behind]
    else:
        features = [name for name in numeric if not names_label(name)]
    warn_of_labels(table[features], table[list(dict.fromkeys(labels))])
    return features


def _with_prefixes(numeric, prefixes):
    for prefix in prefixes:
        if not any(str(name).startswith(prefix) for name in numeric):
            near = nearest_name(prefix, numeric)
            raise ValueError(
                f"Features must be numeric columns that begin with one of {list(prefixes)}; none "
                f"begins with {prefix!r}.{f' The nearest is {near!r}.' if near else ''}"
            )
    return [name for name in numeric if str(name).startswith(tuple(prefixes))]


def warn_of_labels(X, labels, stacklevel=3):
    """Warn of features that are likely labels or keys.

    Parameters
    ----------
    X : DataFrame
        Features.
    labels : DataFrame
        Labels of the same rows.
    stacklevel : int, default=3
        As that of :func:`warnings.warn`.
    """
    values, names = _to_numbers(X), X.columns
    given_away = set()
    for label in labels:
        known = labels[label].notna().to_numpy()
        rows = slice(None) if known.all() else known
        found = names[find_giveaways(values[rows], labels[label].to_numpy()[rows])]
        given_away |= set(found)
        if len(found):
            warnings.warn(
                f"The values of {first_few(found)} alone tell {label!r} without error in all "
                f"{known.sum()} rows, as labels, keys and numbers of rows do, and measurements do "
                "not. A score with such a feature is worth nothing: leave it out, or say which "
                "columns are features by what their names begin with.",
                stacklevel=stacklevel,
            )
    codes = [name for name in names[find_codes(values)] if name not in given_away]
    if codes:
        warnings.warn(
            f"{first_few(codes)} {'are' if len(codes) > 1 else 'is'} taken as "
            f"{'features' if len(codes) > 1 else 'a feature'}, though with whole numbers only, as "
            "codes and counts are. If a label or a key is among them, leave it out.",
            stacklevel=stacklevel,
        )


def _to_numbers(X):
    """Return the values in their own type, or in float where there are several or missing ones."""
    kinds = {kind for kind in X.dtypes if isinstance(kind, np.dtype)}
    alike = len(kinds) == 1 and all(kind in kinds for kind in X.dtypes)
    return X.to_numpy() if alike else X.to_numpy(dtype=float, na_value=np.nan)
