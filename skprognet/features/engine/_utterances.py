"""Turn paths, tables of segments or signals into a list of utterances."""

import os
import reprlib
from collections import namedtuple
from numbers import Integral

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype, is_timedelta64_dtype

from skprognet._wording import first_few

Utterance = namedtuple("Utterance", ["source", "start", "end"], defaults=[np.nan, np.nan])
"""Path (str) or samples with their rate (ndarray, int), or, for a single recording, the content of
a file (bytes); start and end in s, or NaN."""

_MOST_CHANNELS = 1024  # libsndfile has the same limit for files


def check_utterances(X):
    """Return the utterances in `X`, and the index of their rows in the result.

    Parameters
    ----------
    X : object
        The input of ``transform``.

    Returns
    -------
    utterances : list of Utterance
        One for each row.
    index : Index
        The index of a pandas input, the paths of a list of paths, or else numbers.

    Raises
    ------
    TypeError
        If `X` is a single path, or holds something that is neither a path nor a signal.
    ValueError
        If `X` is empty, or a table without a column "file".

    Examples
    --------
    >>> utterances, index = check_utterances(["a.wav", "b.wav"])
    >>> utterances[0]
    Utterance(source='a.wav', start=nan, end=nan)
    >>> list(index)
    ['a.wav', 'b.wav']
    """
    if isinstance(X, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"X must be a list of file paths; got {_in_short(X)}. For one recording, use "
            "skprognet.persistence.load_predictor(path).predict(content)."
        )
    if isinstance(X, (str, os.PathLike)):
        raise TypeError(
            f"X must be a list of file paths; got the single path {X!r}. Write [{X!r}]."
        )
    if isinstance(X, pd.Index):  # audformat keeps segments in an index
        X = X.to_frame()
    elif (
        not isinstance(X, pd.DataFrame) and len(getattr(X, "columns", ())) > 1
    ):  # a table of polars
        X = pd.DataFrame({name: list(X[name]) for name in X.columns})
    if isinstance(X, pd.DataFrame):
        sources, starts, ends = _read_table(X)
    else:
        sources = _list_sources(X)
        starts = ends = np.full(len(sources), np.nan)
    if not len(sources):
        raise ValueError("X must hold at least one file path; got none. Check how you list them.")
    sources = [_check_source(source, row) for row, source in enumerate(sources)]
    utterances = list(map(Utterance, sources, starts.tolist(), ends.tolist()))
    if isinstance(X, (pd.Series, pd.DataFrame)):
        return utterances, X.index
    if all(isinstance(source, str) for source in sources):
        return utterances, _index_paths(sources)
    return utterances, pd.RangeIndex(len(utterances))


def _index_paths(paths):
    """Return an index of paths, as objects if pandas' own text cannot hold a name."""
    try:
        return pd.Index(paths, name="file")
    except UnicodeEncodeError:
        return pd.Index(paths, name="file", dtype=object)


def _list_sources(X):
    """Return the elements of a list or an array."""
    if isinstance(X, (list, tuple)):
        return [x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x for x in X]
    elements = np.asarray(X, dtype=object)
    if elements.ndim == 2 and elements.shape[1] == 1:
        elements = elements[:, 0]
    if elements.ndim != 1:
        raise ValueError(
            "X must be a list or one column of file paths, or a table with the column 'file'; "
            f"got a {type(X).__name__} of shape {elements.shape}. Pass the paths alone."
        )
    return list(elements)


def _read_table(table):
    """Return the files, starts and ends in a table or its index."""
    in_index = [name for name in ("file", "start", "end") if name in table.index.names]
    if in_index:
        table = table.assign(
            **{n: table.index.get_level_values(n) for n in in_index if n not in table}
        )
    if "file" not in table and table.shape[1] != 1:
        raise ValueError(
            f"X must have a column 'file' (and 'start' and 'end', in s, for segments); got a "
            f"table with the columns {first_few(table.columns)}. Rename yours."
        )
    files = table["file"] if "file" in table else table.iloc[:, 0]
    starts, ends = (_read_seconds(table, name) for name in ("start", "end"))
    return list(files), starts, ends


def _read_seconds(table, name):
    """Return a column of times as floats in s; NaN where there are none."""
    if name not in table or table[name].isna().all():
        return np.full(len(table), np.nan)
    times = table[name]
    if is_timedelta64_dtype(times.dtype):
        return times.dt.total_seconds().to_numpy(dtype=float)
    if not is_numeric_dtype(times.dtype) or is_bool_dtype(times.dtype):
        raise TypeError(
            f"The column {name!r} must hold times in s, as numbers or timedeltas; got "
            f"{_in_short(times.dropna().iloc[0])}. Convert it."
        )
    return times.to_numpy(dtype=float, na_value=np.nan)


def _check_source(source, row):
    """Return a path as str, or samples with their rate; `row` is for the message."""
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source)
    if isinstance(source, (list, tuple)) and len(source) == 2:
        return check_signal(*source, f" in row {row}")
    raise TypeError(
        "X must hold file paths as str or Path, or pairs (signal, sampling rate); got "
        f"{_in_short(source)} in row {row}. Replace it or drop the row."
    )


def _in_short(value):
    """Return a value as short text; for arrays, tables and bytes only the type and the size.

    Messages go into logs, and recordings must not.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{type(value).__name__} of length {len(value)}"
    if np.ndim(value):
        return f"a {type(value).__name__} of shape {np.shape(value)}"
    return reprlib.repr(value)


def check_signal(samples, rate, where=""):
    """Return the samples of a signal as an array, and its rate as a number.

    Parameters
    ----------
    samples : array-like of shape (n_frames,) or (n_frames, n_channels)
        Floats from -1 to 1, or integers of 16 or 32 bits.
    rate : int
        The sampling rate in Hz.
    where : str, default=""
        Place of the signal for messages, such as " in row 3".

    Returns
    -------
    samples : ndarray
        The samples.
    rate : int
        The rate.

    Raises
    ------
    TypeError
        If they have another type or shape.
    """
    if np.ma.is_masked(samples):
        raise TypeError(f"A signal must have all of its samples; got masked ones{where}.")
    samples = np.asarray(samples)
    if samples.ndim == 0 and np.ndim(rate):
        raise TypeError(
            f"A signal must come as (signal, sampling rate); got (sampling rate, signal){where}, "
            "as scipy.io.wavfile.read returns it. Swap them."
        )
    if not isinstance(rate, Integral) or rate < 1:
        raise TypeError(
            f"A signal must come as (signal, sampling rate), with a whole rate in Hz; got the "
            f"rate {_in_short(rate)}{where}."
        )
    kinds = ("float16", "float32", "float64", "int16", "int32")
    if samples.ndim not in (1, 2) or samples.dtype.name not in kinds:
        raise TypeError(
            "A signal must be an array of shape (n_frames,) or (n_frames, n_channels), of floats "
            "from -1 to 1 or integers of 16 or 32 bits, as soundfile reads it; got shape "
            f"{samples.shape} of {samples.dtype.name}{where}."
        )
    if samples.ndim == 2 and not samples.shape[1]:
        raise TypeError(f"A signal must have at least one channel; got none{where}.")
    if samples.ndim == 2 and samples.shape[1] > _MOST_CHANNELS:
        raise TypeError(
            f"A signal must have shape (n_frames, n_channels), with {_MOST_CHANNELS} channels at "
            f"most; got {samples.shape}{where}. Pass its transpose, signal.T."
        )
    return samples, int(rate)
