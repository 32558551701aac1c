"""Read feature tables of any origin, and check each column."""

import warnings

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from skprognet._tables import read_table
from skprognet._wording import first_few, nearest_name
from skprognet.features._choice import names_label, warn_of_labels

_UTTERANCE = ("file", "start", "end")


def read_features(path, *, columns=None, exclude=()):
    r"""Read features that another program made, and check that a model can learn from them.

    Parameters
    ----------
    path : str or path-like
        A CSV or TSV (.csv, .tsv, also .csv.gz, .bz2, .xz, .zip), Parquet (.parquet) or Feather
        (.feather) file with one row per utterance. Parquet and Feather need pyarrow.
    columns : sequence of str, default=None
        Names of the features, in the order to return them. None takes every column except
        ``file``, ``start``, ``end`` and those in `exclude`.
    exclude : sequence of str, default=()
        Names of columns that are not features, such as labels.

    Returns
    -------
    DataFrame of shape (n_utterances, n_features), float64 or float32
        One row per utterance, in the order of the file. The index is ``file``, with ``start`` and
        ``end`` if the table has them. Without ``file`` it counts the rows from 0.

    Raises
    ------
    ValueError
        If the file has another format; a column is missing or appears twice; a feature is not
        numeric, or is NaN or infinite; without `columns`, a numeric column that `exclude` does not
        name has the name of a label or key (``id``, ``actor``, ``label``); or an utterance appears
        twice.
    FileNotFoundError
        If there is no such file.
    ImportError
        If pyarrow is missing for Parquet or Feather.

    Warns
    -----
    UserWarning
        If features have the same value in all rows; several utterances have equal features, so
        they may be copies of one recording; the values of one feature predict a label in
        `exclude` without error; or a few features are whole numbers, as codes are.

    See Also
    --------
    choose_features : Returns which columns of a table are features.
    OpenSmileFeatures : Computes features of audio.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.features import read_features
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "features.csv")
    ...     written = path.write_text("file,emotion,pitch\na.wav,sad,100.5\nb.wav,angry,180\n")
    ...     read_features(path, exclude=["emotion"])
           pitch
    file
    a.wav  100.5
    b.wav  180.0
    """
    table = read_table(path)
    _check_names(table.columns, [*(columns if columns is not None else ()), *exclude], path)
    index = _make_index(table, path)
    if columns is None:
        columns = [name for name in table if name not in {*_UTTERANCE, *exclude}]
        _refuse_labels(table[columns], path)
    if not len(columns):
        raise ValueError(f"{str(path)!r} must have columns of features; got none. Add some.")
    features = table[list(columns)].set_axis(index)
    _check_numbers(features, path)
    others = [name for name, kind in features.dtypes.items() if kind not in ("f4", "f8")]
    features = features.astype(dict.fromkeys(others, float))
    _warn_of_repetition(features, path)
    warn_of_labels(features, table[[name for name in exclude if name not in _UTTERANCE]])
    return features


def _refuse_labels(features, path):
    """Raise if a column of numbers that the caller did not name has the name of a label."""
    labels = [name for name in features if names_label(name)]
    labels = [name for name in labels if is_numeric_dtype(features[name].dtype)]
    if labels:
        raise ValueError(
            f"Features must not have the names of labels or keys; got {first_few(labels)} in "
            f"{str(path)!r}. Name them in exclude, or name the features in columns."
        )


def _check_names(present, wanted, path):
    """Raise unless the table has the wanted columns, each named once."""
    missing = [name for name in wanted if name not in present]
    if missing:
        near = nearest_name(missing[0], present)
        near = f" The nearest to the first is {near!r}." if near else ""
        raise ValueError(
            f"{str(path)!r} must have the columns {first_few(missing)}; it has {len(present)} "
            f"others.{near}"
        )
    twice = sorted({str(name) for name in wanted if list(wanted).count(name) > 1})
    if twice:
        raise ValueError(
            f"columns and exclude must name each column once; got {first_few(twice)} twice. "
            "Leave one out."
        )


def _make_index(table, path):
    """Return the index of the utterances; raise if two are the same."""
    if "file" not in table:
        return pd.RangeIndex(len(table))
    names = [name for name in _UTTERANCE if name in table]
    utterances = table[names]
    nameless = utterances["file"].isna().sum()
    if nameless:
        raise ValueError(
            f"Every row of {str(path)!r} must name its file; {nameless} of {len(table)} do not. "
            "Fill them in, or drop these rows."
        )
    twice = utterances["file"][utterances.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"Every utterance must have one row; got several for {first_few(twice)} in "
            f"{str(path)!r}. Drop the others, or add the columns 'start' and 'end'."
        )
    return (
        pd.Index(utterances["file"]) if len(names) == 1 else pd.MultiIndex.from_frame(utterances)
    )


def _check_numbers(features, path):
    """Raise unless all values are finite numbers."""
    if features.empty:
        raise ValueError(f"{str(path)!r} must have one row per utterance; got no rows.")
    text = _others(features)
    if text:
        raise ValueError(
            f"Features must be numbers; got {features[text[0]].iloc[0]!r} in {first_few(text)} of "
            f"{str(path)!r}. Name such columns in exclude, or name the features in columns."
        )
    finite = np.isfinite(features.to_numpy(dtype=float, na_value=np.nan))
    if not finite.all():
        bad = features.columns[~finite.all(axis=0)]
        raise ValueError(
            f"Features must be finite numbers; in {str(path)!r}, {np.sum(~finite)} values of "
            f"{first_few(bad)} are missing or infinite, in {np.sum(~finite.all(axis=1))} of "
            f"{len(features)} rows. Leave these rows or columns out."
        )


def _others(features):
    """Return the columns that do not hold numbers."""
    kinds = features.dtypes.items()
    return [name for name, kind in kinds if not is_numeric_dtype(kind) or is_bool_dtype(kind)]


def _warn_of_repetition(features, path):
    """Warn of constant features, and of copies, which make tests too easy."""
    constant = features.columns[(features == features.iloc[0]).all()]
    if len(constant) and len(features) > 1:
        warnings.warn(
            f"In {str(path)!r}, {first_few(constant)} have the same value in every row, so they "
            "carry no information.",
            stacklevel=3,
        )
    copies = features.duplicated(keep=False)
    if copies.any():
        warnings.warn(
            f"In {str(path)!r}, {copies.sum()} utterances have the same features as another one: "
            f"{first_few(features.index[copies])}. Copies of a recording on both sides of a split "
            "make the test too easy.",
            stacklevel=3,
        )
