"""Write and read a table of predictions: as Parquet with pyarrow, else as compressed CSV."""

import io
import re
from importlib import import_module
from pathlib import Path

import numpy as np

from skprognet._manifest import warn_if_changed
from skprognet._predictions import (
    FILE,
    PREDICTION,
    PROBABILITY,
    TRUTH,
    check_predictions,
    predicts_numbers,
)
from skprognet._scores import BASELINE, CONDITIONS, FOLD, METHOD
from skprognet._tables import read_table, with_escapes
from skprognet.results._score_files import compressed, read_csv

PREDICTION_FILES = ("predictions.parquet", "predictions.csv.gz")
# Columns with few values, each repeated many times.
_REPEATED = (*METHOD, *CONDITIONS, *FOLD, BASELINE, FILE, TRUTH, PREDICTION)
_BOOLS = {"True": True, "False": False}


def prediction_files(predictions):
    """Return the content of the file of a table of predictions.

    Parameters
    ----------
    predictions : DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    dict of str to bytes
        Content by file name: "predictions.parquet", or "predictions.csv.gz" if pyarrow is not
        installed. The same table gives the same bytes.
    """
    as_parquet, as_csv = PREDICTION_FILES
    try:
        return {as_parquet: _to_parquet(predictions)}
    except ImportError:
        return {as_csv: compressed(predictions)}
    except UnicodeEncodeError:  # a name of a file that is not valid text
        return {as_parquet: _to_parquet(with_escapes(predictions))}


def _probabilities(predictions):
    return [name for name in predictions if name.startswith(PROBABILITY)]


def _to_parquet(predictions):
    """Return a table as a Parquet file, with the encodings that make such a table small.

    A dictionary stores each of the few different values once. Floats compress better if all first
    bytes are stored together, then all second bytes, and so on, since signs and exponents are
    alike.
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

    A Parquet file restores the table as it was. A CSV file does not record types: labels that are
    all integers, such as 1 and 2, are read as integers, ``True`` and ``False`` as bools, predicted
    numbers and their truth as numbers, and everything else, such as "03", as text. Both formats
    restore probabilities and predicted numbers to the last bit.

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
        If the file has another format, or does not hold predictions.
    ImportError
        If the file is Parquet and pyarrow is not installed.
    OSError
        If the file does not exist or cannot be read.

    Warns
    -----
    UserWarning
        If the file is in the folder of a study, but is not the one that the study wrote there.

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
    warn_if_changed(path)
    if path.suffix == ".parquet":
        return check_predictions(read_table(path))
    table = check_predictions(read_csv(path, text=[FILE, TRUTH, PREDICTION]))
    table = _with_typed_labels(table)
    return table.astype(dict.fromkeys(_probabilities(table), np.float32))


def _file_in(folder):
    files = [folder / name for name in PREDICTION_FILES if (folder / name).is_file()]
    if not files:
        raise FileNotFoundError(
            f"The folder {str(folder)!r} must hold {PREDICTION_FILES[0]} or "
            f"{PREDICTION_FILES[1]}; got neither. Pass the folder of a study of this version, or "
            "run the study again."
        )
    return files[0]


def _with_typed_labels(table):
    """Return a table from a CSV file with labels as bools or numbers, if all of them are such."""
    labels = [TRUTH, PREDICTION]
    values = {value for name in labels for value in table[name].dropna().unique()}
    # Bools and integers cannot be missing. If a label is missing, all of them stay text.
    is_complete = table[labels].notna().all(axis=None)
    if is_complete and values <= set(_BOOLS):
        return table.assign(**{name: table[name].map(_BOOLS).astype(bool) for name in labels})
    # Text such as "03" stays text, since as a number it would be written differently.
    kinds = [(r"0|-?[1-9]\d{0,17}", np.int64)] if is_complete else []
    kinds.append((r"(0|-?[1-9]\d*)\.0", np.float64))
    if not _probabilities(table) and any("." in value or "e" in value for value in values):
        # Predicted numbers. Other programs may write 3 for 3.0. If the table has probabilities,
        # such text is the name of a class.
        kinds.append((r"-?(0|[1-9]\d*)(\.\d+)?(e[-+]\d+)?", np.float64))
    for pattern, kind in kinds:
        if all(re.fullmatch(pattern, value) for value in values):
            return table.astype(dict.fromkeys(labels, kind))
    return table
