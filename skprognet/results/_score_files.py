"""A table of scores in files: the scores in one, and beside it what each fit had and took."""

import gzip
import zlib
from pathlib import Path

from skprognet._delimited import read_delimited
from skprognet._scores import CONDITIONS, FOLD, METHOD, RECORDED, RECORDED_COLUMNS, TIMED

SCORES_FILE = "results.csv"
ROWS_FILE = "rows.csv.gz"
TIMINGS_FILE = "timings.csv"
_RECORDED = (*RECORDED, *RECORDED_COLUMNS)
# What tells the fits apart; the seed tells them from those of another run.
_KEYS = (*METHOD, *CONDITIONS, *FOLD, "seed")
# Read as text, since a method may be called "1".
_TEXT = {*METHOD, "corpus", "target", "metric", "baseline"}


def to_csv(frame):
    """Return a frame as the bytes of a CSV file; each float is read back exactly."""
    # pandas writes the shortest text that gives back the same float.
    return frame.to_csv(index=False).encode()


def compressed(frame):
    """Return a frame as the bytes of a compressed CSV file, the same for the same frame."""
    return gzip.compress(to_csv(frame), compresslevel=6, mtime=0)


def score_files(scores):
    """Return what each file of a table of scores holds.

    The rows that the fits had are most of the text and say nothing to a reader, so they have a
    compressed file of their own. So have the durations, and how many networks were trained
    together, which alone differ when the same study is run again.

    Parameters
    ----------
    scores : DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    dict of str to bytes
        By the name of the file: "results.csv", and where the fits recorded them "rows.csv.gz" and
        "timings.csv".
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

    If the files timings.csv and rows.csv.gz are beside it and are of the same fits, the seconds
    and the rows that each fit had are in the table as well. With the rows
    :func:`~skprognet.evaluation.audit` can be run again, and methods are compared only if the same
    rows tested them.

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
        If it is not there, or cannot be read.

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
    """Return the scores with columns of a file beside them, unless that is of other fits."""
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
        Columns that are read as text, beside those of every table of a study.

    Returns
    -------
    DataFrame
        Its numbers to the last digit.

    Raises
    ------
    ValueError
        If it is not a CSV file.
    OSError
        If it is not there.
    """
    if not path.exists():
        raise FileNotFoundError(f"There must be results at {str(path)!r}; there is no such file.")
    if not path.is_file():
        raise ValueError(
            f"Results must be in a file, which is read more than once; {str(path)!r} is none. "
            "Write them into one."
        )
    try:
        # Only what is empty is missing: a method or a source may be called "NA".
        return read_delimited(path, ",", {*_TEXT, *text}, no_text=[""])
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{str(path)!r} cannot be read as CSV: {error}") from error
