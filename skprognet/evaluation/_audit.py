"""Proof, from what every fit recorded, that it had no row and no column that it must not have."""

import numpy as np
import pandas as pd

from skprognet._checks import check_row_labels
from skprognet._row_sets import UNKNOWN, decode_rows
from skprognet._scores import (
    FOLD,
    METHOD,
    NO_SOURCE,
    RECORDED,
    RECORDED_COLUMNS,
    base_source,
    label,
)
from skprognet._wording import first_few

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


def _mask(row, column):
    """Return a set that a fit recorded; None if there is none, or if nobody knows it."""
    text = row.get(column)
    return None if pd.isna(text) or text == UNKNOWN else decode_rows(text)


def _tested_before(row, groups):
    """Return how many rows tested a fit, and which of them, and of their groups, were known.

    Those that the fit itself had stand under "fit", those that its source had under "source".
    """
    tested = decode_rows(row["rows_tested"])
    rows, shared = {}, {}
    for who, column in (("fit", "rows_seen"), ("source", "rows_seen_by_source")):
        had = _mask(row, column)
        had = np.zeros_like(tested) if had is None else had
        rows[who] = np.flatnonzero(had & tested).tolist()
        shared[who] = [] if groups is None else _shared(groups, had, tested)
    return int(tested.sum()), rows, shared


def _columns_leaked(row):
    """Return how many columns were withheld from a fit, and which of them it had all the same."""
    seen, withheld = (_mask(row, column) for column in RECORDED_COLUMNS)
    if seen is None or withheld is None:
        return 0, []
    return int(withheld.sum()), np.flatnonzero(seen & withheld).tolist()


def _check_no_leak(rule, leaks, advice):
    """Raise if there is a leak, with the first few of them."""
    if leaks:
        more = "; ..." if len(leaks) > _NAMED_IN_MESSAGE else ""
        raise ValueError(
            f"{rule}; {len(leaks)} times one did: {'; '.join(leaks[:_NAMED_IN_MESSAGE])}{more}. "
            f"Do not use these scores: {advice}."
        )


def audit(scores, *, groups=None):
    """Prove that no fit had a row that it was tested on, and no source, and no column it must not.

    Every fit records the fingerprints of the rows that it was given, validation rows included,
    and so does every source. What is compared here is this record with the rows that were
    tested, not the plan of the folds: a wrong splitter or a wrong source is found, and so is a
    row that is in the data twice.

    A pretrained source cannot say which rows it was trained on, and the audit then says so: it is
    unknown.

    Where a source has columns of X for itself alone, every fit also records which columns it and
    the sources that were trained for it were given. They are known by their names and by their
    numbers, so that a copy under another name is found. A fit that does not read the source must
    have none of them.

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
        many of those it or its source had: 0 each, and <NA> where a source does not remember its
        rows). If a source has columns of its own: n_withheld (how many columns a fit must not
        have) and n_withheld_seen (how many of those it had: 0).

    Raises
    ------
    ValueError
        If a fit or a source had a row (or a speaker) that it was tested on, if a fit had a column
        of a source that it does not read, or if `scores` does not hold the record.

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
    records = [row for _, row in scores.iterrows()]
    found = [_tested_before(row, groups) for row in records]
    leaks = [
        f"the {who} of {_named(row)} had {kind} {_some(values)}"
        for row, (_, had, shared) in zip(records, found, strict=True)
        for kind, by_whom in (("rows", had), ("groups", shared))
        for who, values in by_whom.items()
        if values
    ]
    _check_no_leak(
        "No fit and no source may have had rows or groups that it was tested on",
        leaks,
        "mend the folds, the sources, or rows that are there twice",
    )
    audited = scores[[n for n in (*METHOD, "n_train_folds", *FOLD) if n in scores]]
    audited = audited.reset_index(drop=True)
    audited["n_tested"] = [n_tested for n_tested, *_ in found]
    audited["n_seen"] = [len(had["fit"]) for _, had, _ in found]
    audited["n_seen_by_source"] = _counts_of_sources(records, found)
    if set(RECORDED_COLUMNS) <= set(scores):
        audited["n_withheld"], audited["n_withheld_seen"] = _count_columns(records)
    return audited


def _counts_of_sources(records, found):
    """Return how many tested rows each source had; NA where that is unknown."""
    known = [len(had["source"]) for _, had, _ in found]
    unknown = [row["rows_seen_by_source"] == UNKNOWN for row in records]
    return pd.Series(known, dtype="Int64").mask(unknown) if any(unknown) else known


def _count_columns(records):
    """Return how many columns were withheld from each fit, and that it had none of them."""
    found = [_columns_leaked(row) for row in records]
    leaks = [
        f"the fit of {_named(row)}, or a source that was trained for it, had columns "
        f"{_some(leaked)} of X"
        for row, (_, leaked) in zip(records, found, strict=True)
        if leaked
    ]
    _check_no_leak(
        "Only a fit that reads a source may have the columns that are for this source alone",
        leaks,
        "take these columns (counted from 0), or copies of them, out of the features",
    )
    return [n for n, _ in found], 0


def audit_in_words(audited, fits, *, of_speakers=False):
    """Return in a sentence or two what an audit that passed has shown, and what it could not.

    Parameters
    ----------
    audited : DataFrame
        As :func:`audit` returned it; several may be put together.
    fits : str
        How many fits there were, in words.
    of_speakers : bool, default=False
        Whether speakers of the test rows were looked for as well.

    Returns
    -------
    str
        It names the sources of which nobody knows what rows they had seen.

    Examples
    --------
    >>> import pandas as pd
    >>> audited = pd.DataFrame({
    ...     "source": ["none", "ge2e"], "n_tested": [10, 10], "n_seen_by_source": [0, pd.NA]
    ... })
    >>> print(audit_in_words(audited, "2 fits"))
    The audit passed: in 2 fits and 20 tested rows, no fit had been given a test row; which rows
    the pretrained source ge2e had seen is unknown.
    """
    unknown = audited["n_seen_by_source"].isna()
    is_known = (audited["source"] != NO_SOURCE) & ~unknown
    names = _single(audited.loc[unknown, "source"].map(base_source).unique())
    others = "other source" if names else "source"
    who = f"no fit and no {others}" if is_known.any() or not names else "no fit"
    what = "test row or test speaker" if of_speakers else "test row"
    said = (
        f"The audit passed: in {fits} and {int(audited['n_tested'].sum())} tested rows, {who} had "
        f"been given a {what}"
    )
    if names:
        noun = "source" if len(names) == 1 else "sources"
        said += (
            f"; which rows the pretrained {noun} {first_few(names, show=str)} had seen is unknown"
        )
    if audited.get("n_withheld", pd.Series([0])).fillna(0).any():
        said += ". No fit had columns of a source that it does not read"
    return said + "."


def _single(names):
    """Return the names of sources without those of combinations that they are part of."""
    return [n for n in names if not any(o != n and o in n.split(" + ") for o in names)]
