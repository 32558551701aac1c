"""Write and read a table of scores in three files: scores, rows of each fit, and timings."""

import gzip
import zlib
from pathlib import Path

from skprognet._delimited import read_delimited
from skprognet._scores import CONDITIONS, FOLD, METHOD, RECORDED, RECORDED_COLUMNS, TIMED

SCORES_FILE = "results.csv"
ROWS_FILE = "rows.csv.gz"
TIMINGS_FILE = "timings.csv"
_RECORDED = (*RECORDED, *RECORDED_COLUMNS)
# The columns that identify a fit. The seed distinguishes it from a fit of another run.
_KEYS = (*METHOD, *CONDITIONS, *FOLD, "seed")
# Columns that are read as text, since a method may be called "1".
_TEXT = {*METHOD, "corpus", "target", "metric", "baseline"}


def to_csv(frame):
    """Return a frame as the bytes of a CSV file, which keeps each float exactly."""
    # pandas writes the shortest text that is read as the same float.
    return frame.to_csv(index=False).encode()


def compressed(frame):
    """Return a frame as the bytes of a compressed CSV file, the same for equal frames."""
    return gzip.compress(to_csv(frame), compresslevel=6, mtime=0)


def score_files(scores):
    """Return the content of each file of a table of scores.

    The recorded rows of the fits are most of the text and mean nothing to a reader, so they have
    their own compressed file. The durations, and how many networks were trained together, also
    have their own file, since only they differ if the same study is run again.

    Parameters
    ----------
    scores : DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    dict of str to bytes
        Content by file name: "results.csv", and "rows.csv.gz" and "timings.csv" if `scores` has
        their columns.
    """
    recorded = [name for name in _RECORDED if name in scores]
    timed = [name for name in TIMED if name in scores]
    keys = [name for name in _KEYS if name in scores]
    files = {SCORES_FILE: to_csv(scores.drop(columns=[*recorded, *timed]))}
    if recorded:
        files[ROWS_FILE] = compressed(scores[[*keys, *recorded]])
    if timed:
        files[TIMINGS_FILE] = to_csv(scores[[*keys, *timed]])
    return files


def read_scores(path):
    r"""Read a table of scores from a CSV file.

    If the file is called results.csv, and its folder has timings.csv and rows.csv.gz with the same
    fits, the table also has the duration and the recorded rows of each fit. These rows are needed
    to repeat :func:`~skprognet.evaluation.audit`, and to check that compared methods were tested
    on the same rows.

    Parameters
    ----------
    path : path
        A CSV file, or a folder that a study was written into.

    Returns
    -------
    DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returned it.

    Raises
    ------
    ValueError
        If it is not a CSV file.
    OSError
        If it does not exist or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.results import read_scores
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "results.csv")
    ...     _ = path.write_text("method,source,repeat,fold,score\nDNN,none,1,1,0.5\n")
    ...     scores = read_scores(path)
    >>> scores["score"].tolist()
    [0.5]
    """
    path = Path(path)
    path = path / SCORES_FILE if path.is_dir() else path
    scores = read_csv(path)
    for name, columns in ((TIMINGS_FILE, TIMED), (ROWS_FILE, _RECORDED)):
        beside = path.parent / name
        if path.name == SCORES_FILE and beside.is_file():
            scores = _joined(scores, read_csv(beside), columns)
    return scores


def _joined(scores, beside, columns):
    """Return the scores with the columns of a second file, unless it holds other fits."""
    keys = [name for name in _KEYS if name in scores]
    new = [name for name in columns if name in beside and name not in scores]
    same = set(keys) == set(beside) - set(columns) and len(beside) == len(scores)
    if not new or not same or beside.duplicated(keys).any():
        return scores
    both = scores.merge(
        beside[[*keys, *new]], on=keys, how="left", validate="one_to_one", indicator="from"
    )
    return scores if (both["from"] != "both").any() else both.drop(columns="from")


def read_csv(path, text=()):
    """Return the frame in a CSV file of a study.

    Parameters
    ----------
    path : Path
        The file.
    text : sequence of str, default=()
        Columns that are read as text, in addition to those of every table of a study.

    Returns
    -------
    DataFrame
        The frame, with exact numbers.

    Raises
    ------
    ValueError
        If it is not a CSV file.
    OSError
        If it does not exist.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"Results must be in an existing file; got {str(path)!r}. Check the path."
        )
    if not path.is_file():
        raise ValueError(
            "Results must be in a regular file, because the file is read more than once; got "
            f"{str(path)!r}. Write them into a file."
        )
    try:
        # Only empty cells are missing values, since a method or a source may be called "NA".
        return read_delimited(path, ",", {*_TEXT, *text}, no_text=[""])
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            f"Results must be a CSV file; {str(path)!r} cannot be read: {reason}. Write it "
            "again, or give another file."
        ) from error
