"""A table of scores in files: the scores in one, and beside it which rows each fit had."""

import gzip
import zlib
from pathlib import Path

from skprognet._delimited import read_delimited
from skprognet._scores import CONDITIONS, FOLD, METHOD, RECORDED, RECORDED_COLUMNS

SCORES_FILE = "results.csv"
ROWS_FILE = "rows.csv.gz"
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
    compressed file of their own.

    Parameters
    ----------
    scores : DataFrame
        As :func:`~skprognet.evaluation.cross_validate_transfer` returns it.

    Returns
    -------
    dict of str to bytes
        By the name of the file: "results.csv", and "rows.csv.gz" where the fits recorded rows.
    """
    recorded = [name for name in _RECORDED if name in scores]
    files = {SCORES_FILE: to_csv(scores.drop(columns=recorded))}
    if recorded:
        keys = [name for name in _KEYS if name in scores]
        files[ROWS_FILE] = compressed(scores[[*keys, *recorded]])
    return files


def read_scores(path):
    r"""Read a table of scores from a CSV file.

    If the file rows.csv.gz is beside it and is of the same fits, the rows that each fit had are in
    the table as well. Then :func:`~skprognet.evaluation.audit` can be run again, and methods are
    compared only if the same rows tested them.

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
    rows = path.parent / ROWS_FILE
    if path.name != SCORES_FILE or not rows.is_file():
        return scores
    return _with_rows(scores, read_csv(rows))


def _with_rows(scores, rows):
    """Return the scores with the rows of their fits, or as they are if those are of other fits."""
    keys = [name for name in _KEYS if name in scores]
    recorded = [name for name in _RECORDED if name in rows and name not in scores]
    same = set(keys) == set(rows) - set(_RECORDED) and len(rows) == len(scores)
    if not same or rows.duplicated(keys).any():
        return scores
    both = scores.merge(rows[[*keys, *recorded]], on=keys, how="left", validate="one_to_one")
    return both if both["rows_tested"].notna().all() else scores


def read_csv(path):
    """Return the frame in a CSV file of a study.

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
        return read_delimited(path, ",", _TEXT, no_text=[""])
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{str(path)!r} cannot be read as CSV: {error}") from error
