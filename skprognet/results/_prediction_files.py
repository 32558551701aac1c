"""A table of predictions in a file: Parquet where pyarrow is installed, else compressed CSV."""

import io
import re
from importlib import import_module
from pathlib import Path

import numpy as np

from skprognet._predictions import (
    FILE,
    PREDICTION,
    PROBABILITY,
    TRUTH,
    check_predictions,
    predicts_numbers,
)
from skprognet._scores import BASELINE, CONDITIONS, FOLD, METHOD
from skprognet._tables import read_table
from skprognet.results._score_files import compressed, read_csv

PREDICTION_FILES = ("predictions.parquet", "predictions.csv.gz")
# Few values, each of them many times.
_REPEATED = (*METHOD, *CONDITIONS, *FOLD, BASELINE, FILE, TRUTH, PREDICTION)
_BOOLS = {"True": True, "False": False}


def prediction_files(predictions):
    """Return what the file of a table of predictions holds.

    Parameters
    ----------
    predictions : DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    dict of str to bytes
        By the name of the file: "predictions.parquet", or "predictions.csv.gz" where pyarrow is
        missing. They are the same bytes for the same table.
    """
    as_parquet, as_csv = PREDICTION_FILES
    try:
        return {as_parquet: _to_parquet(predictions)}
    except ImportError:
        return {as_csv: compressed(predictions)}


def _probabilities(predictions):
    return [name for name in predictions if name.startswith(PROBABILITY)]


def _to_parquet(predictions):
    """Return a table as a Parquet file, with the encodings that make such a table small.

    A dictionary stores each of the few different keys once. The bytes of floats compress better
    when all first bytes stand together, then all second ones, and so on, since signs and exponents
    are alike.
    """
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    file, different = io.BytesIO(), _probabilities(predictions)
    if predicts_numbers(predictions):
        different.append(PREDICTION)
    parquet.write_table(
        pyarrow.Table.from_pandas(predictions, preserve_index=False),
        file,
        compression="zstd",
        use_dictionary=[n for n in _REPEATED if n in predictions and n not in different],
        use_byte_stream_split=different,
    )
    return file.getvalue()


def read_predictions(path):
    r"""Read a table of predictions from a file, or from the folder of a study.

    A Parquet file gives back the table as it was. A CSV file does not say what is text: labels
    that are all integers, such as 1 and 2, are read as integers, ``True`` and ``False`` as bools,
    predicted numbers and their truth as numbers, and everything else as text, such as "03".
    Probabilities and predicted numbers are the same to the last bit in both.

    Parameters
    ----------
    path : path
        A Parquet or CSV file, or a folder that a study was written into.

    Returns
    -------
    DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returned it.

    Raises
    ------
    ValueError
        If it is no such file, or the table is not one of predictions.
    ImportError
        If pyarrow is missing for Parquet.
    OSError
        If it is not there, or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.results import read_predictions
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "predictions.csv")
    ...     head = "method,source,repeat,fold,row,truth,prediction,p_angry,p_sad"
    ...     _ = path.write_text(head + "\nDNN,none,1,1,0,sad,angry,0.6,0.4\n")
    ...     predictions = read_predictions(path)
    >>> predictions[["row", "truth", "prediction"]]
       row truth prediction
    0    0   sad      angry
    """
    path = Path(path)
    path = _file_in(path) if path.is_dir() else path
    if path.suffix == ".parquet":
        return check_predictions(read_table(path))
    table = check_predictions(read_csv(path, text=[FILE, TRUTH, PREDICTION]))
    table = _with_typed_labels(table)
    return table.astype(dict.fromkeys(_probabilities(table), np.float32))


def _file_in(folder):
    there = [folder / name for name in PREDICTION_FILES if (folder / name).is_file()]
    if not there:
        raise FileNotFoundError(
            f"There must be predictions in the folder {str(folder)!r}, in {PREDICTION_FILES[0]} "
            f"or {PREDICTION_FILES[1]}; there are none. Take the folder of a study of this "
            "version, or run the study again."
        )
    return there[0]


def _with_typed_labels(table):
    """Return a table from a CSV file with its labels as bools or numbers where all are such."""
    labels = [TRUTH, PREDICTION]
    values = {value for name in labels for value in table[name].dropna().unique()}
    if values <= set(_BOOLS):
        return table.assign(**{name: table[name].map(_BOOLS).astype(bool) for name in labels})
    # Text such as "03" is no number, since it would be another text as one.
    kinds = [(r"0|-?[1-9]\d{0,17}", np.int64), (r"(0|-?[1-9]\d*)\.0", np.float64)]
    if not _probabilities(table):
        # Numbers, as Python writes them; where there are probabilities, they are names of classes.
        kinds.append((r"-?(0|[1-9]\d*)(\.\d+(e[-+]\d+)?|e[-+]\d+)", np.float64))
    for pattern, kind in kinds:
        if all(re.fullmatch(pattern, value) for value in values):
            return table.astype(dict.fromkeys(labels, kind))
    return table
