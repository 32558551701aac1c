"""Proof, from what every fit recorded, that it had no row that it was tested on."""

import base64

import numpy as np
import pandas as pd

from skprognet._checks import check_row_labels

UNKNOWN = "unknown"
_NAMED_IN_MESSAGE = 5


def encode_rows(mask):
    """Return a set of rows as text: how many rows there are, and a bit for each in base 64.

    Parameters
    ----------
    mask : ndarray of bool of shape (n_rows,)
        True for the rows of the set.

    Returns
    -------
    str
        Such as "339:8A==".
    """
    return f"{len(mask)}:{base64.b64encode(np.packbits(mask).tobytes()).decode()}"


def decode_rows(text):
    """Return the mask that :func:`encode_rows` made a text of.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    try:
        n_rows, bits = str(text).split(":")
        packed = np.frombuffer(base64.b64decode(bits, validate=True), dtype=np.uint8)
        if len(packed) != -(-int(n_rows) // 8):
            raise ValueError("wrong length")
        return np.unpackbits(packed, count=int(n_rows)).astype(bool)
    except ValueError as error:
        raise ValueError(
            f"A set of rows must be text such as '16:gAE='; got {text!r}. Take the scores as "
            "cross_validate_transfer returned them."
        ) from error


def _named(row):
    """Return which fit a row of scores is about."""
    source = "" if row["source"] == "none" else f" from {row['source']}"
    size = f", n_train_folds {row['n_train_folds']}" if "n_train_folds" in row else ""
    return f"{row['method']}{source} in repeat {row['repeat']}, fold {row['fold']}{size}"


def _shared(groups, one, other):
    """Return the groups that have rows in both sets."""
    return np.intersect1d(groups[one], groups[other]).tolist()


def _some(values):
    """Return the first few of many rows or groups, and how many more there are."""
    more = len(values) - _NAMED_IN_MESSAGE
    return f"{values[:_NAMED_IN_MESSAGE]}" + (f" and {more} more" if more > 0 else "")


def _examine(row, groups):
    """Return what one fit and its source had of the rows and groups that tested it."""
    tested = decode_rows(row["rows_tested"])
    result = {"n_tested": tested.sum()}
    for who, column in (("fit", "rows_seen"), ("source", "rows_seen_by_source")):
        if pd.isna(row[column]):  # there is no source
            seen = np.zeros_like(tested)
        elif row[column] == UNKNOWN:
            raise ValueError(
                f"It cannot be shown which rows the source of {_named(row)} had: it does not "
                "remember them. Use a source of this package, or train it inside, on labels."
            )
        else:
            seen = decode_rows(row[column])
        result[f"rows_of_{who}"] = np.flatnonzero(seen & tested).tolist()
        if groups is not None:
            result[f"groups_of_{who}"] = _shared(groups, seen, tested)
    return result


def audit(scores, *, groups=None):
    """Prove that no fit, and no source, had a row that the fit was tested on.

    Every fit records the fingerprints of the rows that it was given, validation rows included,
    and so does every source. What is compared here is this record with the rows that were
    tested, not the plan of the folds: a wrong splitter or a wrong source is found, and so is a
    row that is in the data twice.

    Parameters
    ----------
    scores : DataFrame
        What :func:`cross_validate_transfer` returned, also as read back from a CSV file.
    groups : array-like of shape (n_samples,), default=None
        Speaker of each row of X. With it no fit or source may have had a speaker of the test rows.

    Returns
    -------
    DataFrame
        A row per fit, in the order of `scores`: method, source, repeat, fold (and n_train_folds
        where there is one), n_tested (rows it was scored on), n_seen and n_seen_by_source (how
        many of those it or its source had: 0 each).

    Raises
    ------
    ValueError
        If a fit or a source had a row (or a speaker) that it was tested on, if a source does not
        remember its rows, or if `scores` does not hold the record.

    Notes
    -----
    Rows are known by their numbers in float32. The statistics of ``normalisation="corpus"`` are
    those of all rows, test rows included: the paper's way, and no row's label is used. Those of
    "speaker" are likewise of all rows of a speaker.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import audit, cross_validate_transfer
    >>> from skprognet.model_selection import RepeatedStratifiedGroupKFold
    >>> emodb = load_emodb()
    >>> scores = cross_validate_transfer(
    ...     emodb.data,
    ...     emodb.target,
    ...     methods={"guess": DummyClassifier()},
    ...     groups=emodb.speaker,
    ...     cv=RepeatedStratifiedGroupKFold(5, n_repeats=1, random_state=0),
    ...     n_jobs=1,
    ... )
    >>> audit(scores, groups=emodb.speaker)[["fold", "n_tested", "n_seen"]]
       fold  n_tested  n_seen
    0     1        75       0
    1     2        62       0
    2     3        64       0
    3     4        65       0
    4     5        73       0
    """
    needed = ["method", "source", "repeat", "fold", "rows_seen", "rows_seen_by_source"]
    missing = [name for name in [*needed, "rows_tested"] if name not in scores]
    if missing:
        raise ValueError(
            f"scores must hold what every fit recorded; the columns {missing} are missing. Take "
            "the scores as cross_validate_transfer returned them."
        )
    if groups is not None:
        n_rows = len(decode_rows(scores["rows_tested"].iloc[0]))
        groups = check_row_labels("groups", groups, n_rows)
    places = ["method", "source", "n_train_folds", "repeat", "fold"]
    rows, leaks = [], []
    for _, row in scores.iterrows():
        found = _examine(row, groups)
        for what, values in found.items():
            if what != "n_tested" and values:
                kind, _, who = what.split("_")
                leaks.append(f"the {who} of {_named(row)} had {kind} {_some(values)}")
        rows.append(
            {
                **{name: row[name] for name in places if name in scores},
                "n_tested": found["n_tested"],
                "n_seen": len(found["rows_of_fit"]),
                "n_seen_by_source": len(found["rows_of_source"]),
            }
        )
    if leaks:
        more = "; ..." if len(leaks) > _NAMED_IN_MESSAGE else ""
        raise ValueError(
            "No fit and no source may have had rows or groups that it was tested on; "
            f"{len(leaks)} times one did: {'; '.join(leaks[:_NAMED_IN_MESSAGE])}{more}. Do not "
            "use these scores: mend the folds, the sources, or rows that are there twice."
        )
    return pd.DataFrame(rows)
