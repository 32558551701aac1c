"""Feature tables of any origin, checked column by column."""

import warnings

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from skprognet._tables import read_table
from skprognet._wording import first_few, nearest_name
from skprognet.features._choice import names_label, warn_of_labels

_UTTERANCE = ("file", "start", "end")


def read_features(path, *, columns=None, exclude=()):
    r"""Read features that something else has made, and check that they can be learnt from.

    Parameters
    ----------
    path : str or path-like
        A CSV or TSV (.csv, .tsv, also .csv.gz, .bz2, .xz, .zip), Parquet (.parquet) or Feather
        (.feather) file with a row per utterance. Parquet and Feather need pyarrow.
    columns : sequence of str, default=None
        Names of the features, in the order to return them. None takes every column but ``file``,
        ``start``, ``end`` and those in `exclude`.
    exclude : sequence of str, default=()
        Names of columns that are no features, such as labels.

    Returns
    -------
    DataFrame of shape (n_utterances, n_features), float64 or float32
        One row per utterance in the order of the file. Its index is ``file``, with ``start`` and
        ``end`` where the table has them; without ``file`` it is numbers.

    Raises
    ------
    ValueError
        If the file is none of these formats, a column is missing or there twice, a feature is not
        numeric, NaN or infinite, a column that neither `columns` nor `exclude` names is called as
        labels and keys are (``id``, ``actor``, ``label``), or an utterance is there twice.
    FileNotFoundError
        If there is no such file.
    ImportError
        If pyarrow is missing for Parquet or Feather.

    Warns
    -----
    UserWarning
        If features have the same value in all rows, or several utterances have the same features
        throughout, which then may be copies of one recording. If the values of one feature alone
        tell a label in `exclude`, or a few features are whole numbers, as codes are.

    See Also
    --------
    choose_features : Says which columns of a table are features.
    OpenSmileFeatures : Makes features of audio.

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
        raise ValueError(f"{str(path)!r} must have columns of features; it has none.")
    features = table[list(columns)].set_axis(index)
    _check_numbers(features, path)
    others = [name for name, kind in features.dtypes.items() if kind not in ("f4", "f8")]
    features = features.astype(dict.fromkeys(others, float))
    _warn_of_repetition(features, path)
    warn_of_labels(features, table[[name for name in exclude if name not in _UTTERANCE]])
    return features


def _refuse_labels(features, path):
    """Raise if a column of numbers that nobody named has the name of a label."""
    labels = [name for name in features if names_label(name)]
    labels = [name for name in labels if is_numeric_dtype(features[name].dtype)]
    if labels:
        raise ValueError(
            f"Features must not be labels or keys; in {str(path)!r} {first_few(labels)} have the "
            "names of such. Name them in exclude, or the features in columns."
        )


def _check_names(there, wanted, path):
    """Raise unless the wanted columns are there."""
    missing = [name for name in wanted if name not in there]
    if missing:
        near = nearest_name(missing[0], there)
        near = f" The nearest to the first is {near!r}." if near else ""
        raise ValueError(
            f"{str(path)!r} must have the columns that are asked for, {first_few(missing)} are "
            f"not there; it has {len(there)} columns.{near}"
        )
    twice = sorted({str(name) for name in wanted if list(wanted).count(name) > 1})
    if twice:
        raise ValueError(f"Each column must be asked for once, {first_few(twice)} come twice.")


def _make_index(table, path):
    """Return the index of utterances, which have to differ."""
    if "file" not in table:
        return pd.RangeIndex(len(table))
    names = [name for name in _UTTERANCE if name in table]
    utterances = table[names]
    if utterances["file"].isna().any():
        raise ValueError(f"Every row of {str(path)!r} must name its file; some do not.")
    twice = utterances["file"][utterances.duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"Every utterance must have one row, in {str(path)!r} {first_few(twice)} have "
            "several; drop them, or tell them apart by the columns 'start' and 'end'."
        )
    return (
        pd.Index(utterances["file"]) if len(names) == 1 else pd.MultiIndex.from_frame(utterances)
    )


def _check_numbers(features, path):
    """Raise unless all values are finite numbers."""
    if features.empty:
        raise ValueError(f"{str(path)!r} must have a row per utterance; it has none.")
    text = _others(features)
    if text:
        raise ValueError(
            f"Features must be numbers; in {str(path)!r} {first_few(text)} are not, such as "
            f"{features[text[0]].iloc[0]!r}. Name such columns in exclude, or the features in "
            "columns."
        )
    finite = np.isfinite(features.to_numpy(dtype=float, na_value=np.nan))
    if not finite.all():
        bad = features.columns[~finite.all(axis=0)]
        raise ValueError(
            f"Features must be finite numbers; in {str(path)!r} {np.sum(~finite)} values of "
            f"{first_few(bad)} are missing or infinite, in {np.sum(~finite.all(axis=1))} of "
            f"{len(features)} rows. Leave these rows or columns out."
        )


def _others(features):
    """Return the columns that are not of numbers."""
    kinds = features.dtypes.items()
    return [name for name, kind in kinds if not is_numeric_dtype(kind) or is_bool_dtype(kind)]


def _warn_of_repetition(features, path):
    """Say what makes learning futile, or tests too easy, but may be meant."""
    constant = features.columns[(features == features.iloc[0]).all()]
    if len(constant) and len(features) > 1:
        warnings.warn(
            f"In {str(path)!r} {first_few(constant)} have the same value in every row and tell "
            "nothing.",
            stacklevel=3,
        )
    copies = features.duplicated(keep=False)
    if copies.any():
        warnings.warn(
            f"In {str(path)!r} {copies.sum()} utterances have the same features as another one: "
            f"{first_few(features.index[copies])}. Copies of a recording on both sides of a split "
            "make a test too easy.",
            stacklevel=3,
        )
