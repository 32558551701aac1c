"""Proof, from what every fit recorded, that it had no row that it was tested on."""

import numpy as np
import pandas as pd

from skprognet._checks import check_row_labels
from skprognet._row_sets import UNKNOWN, decode_rows
from skprognet._scores import FOLD, METHOD, RECORDED, label

_NAMED_IN_MESSAGE = 5


def _named(row):
    """Return which fit a row of scores is about."""
    size = f", n_train_folds {row['n_train_folds']}" if "n_train_folds" in row else ""
    method = label(row["method"], row["source"])
    return f"{method} in repeat {row['repeat']}, fold {row['fold']}{size}"


def _shared(groups, one, other):
    """Return the groups that have rows in both sets."""
    return np.intersect1d(groups[one], groups[other]).tolist()


def _some(values):
    """Return the first few of many rows or groups, and how many more there are."""
    more = len(values) - _NAMED_IN_MESSAGE
    return f"{values[:_NAMED_IN_MESSAGE]}" + (f" and {more} more" if more > 0 else "")


def _rows_had(row, column):
    """Return the rows that a fit or its source had, or None if there is no source."""
    if pd.isna(row[column]):
        return None
    if row[column] == UNKNOWN:
        raise ValueError(
            f"It cannot be shown which rows the source of {_named(row)} had: it does not "
            "remember them. Use a source of this package, or train it inside, on labels."
        )
    return decode_rows(row[column])


def _tested_before(row, groups):
    """Return how many rows tested a fit, and which of them, and of their groups, were known.

    Those that the fit itself had stand under "fit", those that its source had under "source".
    """
    tested = decode_rows(row["rows_tested"])
    rows, shared = {}, {}
    for who, column in (("fit", "rows_seen"), ("source", "rows_seen_by_source")):
        had = _rows_had(row, column)
        had = np.zeros_like(tested) if had is None else had
        rows[who] = np.flatnonzero(had & tested).tolist()
        shared[who] = [] if groups is None else _shared(groups, had, tested)
    return int(tested.sum()), rows, shared


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
    missing = [name for name in (*METHOD, *FOLD, *RECORDED) if name not in scores]
    if missing:
        raise ValueError(
            f"scores must hold what every fit recorded; the columns {missing} are missing. Take "
            "the scores as cross_validate_transfer returned them."
        )
    if groups is not None:
        n_rows = len(decode_rows(scores["rows_tested"].iloc[0]))
        groups = check_row_labels("groups", groups, n_rows)
    places = [*METHOD, "n_train_folds", *FOLD]
    rows, leaks = [], []
    for _, row in scores.iterrows():
        n_tested, had, shared = _tested_before(row, groups)
        for kind, found in (("rows", had), ("groups", shared)):
            leaks += [
                f"the {who} of {_named(row)} had {kind} {_some(values)}"
                for who, values in found.items()
                if values
            ]
        counts = {"n_seen": len(had["fit"]), "n_seen_by_source": len(had["source"])}
        place = {name: row[name] for name in places if name in scores}
        rows.append({**place, "n_tested": n_tested, **counts})
    if leaks:
        more = "; ..." if len(leaks) > _NAMED_IN_MESSAGE else ""
        raise ValueError(
            "No fit and no source may have had rows or groups that it was tested on; "
            f"{len(leaks)} times one did: {'; '.join(leaks[:_NAMED_IN_MESSAGE])}{more}. Do not "
            "use these scores: mend the folds, the sources, or rows that are there twice."
        )
    return pd.DataFrame(rows)
