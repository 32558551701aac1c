"""Check, from the record of every fit, that it saw no row and no column that it must not see."""

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
    as_frame,
    base_source,
    label,
)
from skprognet._wording import count, first_few

_NAMED_IN_MESSAGE = 5


def _name_of_fit(row):
    """Return the method, source and split of a row of scores, for messages."""
    size = f", n_train_folds {row['n_train_folds']}" if "n_train_folds" in row else ""
    method = label(row["method"], row["source"])
    return f"{method} in repeat {row['repeat']}, fold {row['fold']}{size}"


def _shared(groups, one, other):
    """Return the groups with rows in both sets."""
    return np.intersect1d(groups[one], groups[other]).tolist()


def _some(values):
    """Return the first few rows or groups as text, and the number of the others."""
    more = len(values) - _NAMED_IN_MESSAGE
    return f"{values[:_NAMED_IN_MESSAGE]}" + (f" and {more} more" if more > 0 else "")


def _mask(row, column):
    """Return a recorded set as a mask; None if the fit recorded none, or if it is unknown."""
    text = row.get(column)
    return None if pd.isna(text) or text == UNKNOWN else decode_rows(text)


def _find_seen(row, groups):
    """Return the number of test rows of a fit, and which of these rows and groups it had seen.

    The key "fit" holds what the fit itself had seen, and "source" what its source had seen.
    """
    tested = decode_rows(row["rows_tested"])
    rows, shared = {}, {}
    for who, column in (("fit", "rows_seen"), ("source", "rows_seen_by_source")):
        nothing = who == "source" and (row["source"] == NO_SOURCE or row[column] == UNKNOWN)
        seen = np.zeros_like(tested) if nothing else decode_rows(row[column])
        rows[who] = np.flatnonzero(seen & tested).tolist()
        shared[who] = [] if groups is None else _shared(groups, seen, tested)
    return int(tested.sum()), rows, shared


def _columns_leaked(row):
    """Return how many columns were withheld from a fit, and which of them it saw nevertheless."""
    seen, withheld = (_mask(row, column) for column in RECORDED_COLUMNS)
    if seen is None or withheld is None:
        return 0, []
    return int(withheld.sum()), np.flatnonzero(seen & withheld).tolist()


def _check_no_leak(rule, leaks, advice):
    """Raise if there is a leak, and name the first few."""
    if leaks:
        more = "; ..." if len(leaks) > _NAMED_IN_MESSAGE else ""
        raise ValueError(
            f"{rule}; got {count(leaks, 'leak')}: {'; '.join(leaks[:_NAMED_IN_MESSAGE])}{more}. "
            f"Do not use these scores: {advice}."
        )


def audit(scores, *, groups=None):
    """Prove that no fit and no source saw a row that it was tested on, or a forbidden column.

    Every fit and every source records the fingerprints of the rows that it was given, including
    validation rows. The audit compares this record, not the plan of the folds, with the tested
    rows. So it finds a wrong splitter, a wrong source, and a row that is in the data twice.

    Some pretrained sources do not record their training rows. The audit then reports these rows
    as unknown.

    If only some fits may read the columns of a source, every fit also records which columns it
    and the sources trained for it were given. A fit that does not read the source must not have
    any of its columns. A column is recognised by its name and by its numbers, so the audit also
    finds a copy under another name, unless it has fewer than three different numbers.

    Parameters
    ----------
    scores : DataFrame
        What :func:`cross_validate_transfer` returned, or the same read back from a CSV file.
    groups : array-like of shape (n_samples,), default=None
        Speaker of each row of X. If given, the audit also checks that no fit and no source saw a
        speaker of its test rows.

    Returns
    -------
    DataFrame
        A row per fit, in the order of `scores`: method, source, repeat, fold (and n_train_folds
        if `scores` has it), n_tested (rows it was scored on), n_seen and n_seen_by_source (how
        many of these rows the fit or its source had seen: 0, or <NA> if the source did not record
        its rows). If a source has its own columns: n_withheld (columns that the fit must not see)
        and n_withheld_seen (how many of them it saw: 0).

    Raises
    ------
    ValueError
        If a fit or a source saw a row (or a speaker) that it was tested on, if a fit saw a column
        of a source that it does not read, if `scores` has no rows or lacks the record of a fit, or
        if `groups` are given and `scores` are of several corpora.
    TypeError
        If `scores` is not a table.

    Notes
    -----
    Rows are recognised by their numbers in float32. The audit does not cover normalisation: with
    ``normalisation="corpus"`` means and variances come from all rows of the corpus, as in the
    paper, and with "speaker" from all rows of each speaker. Both include test rows, but no labels.

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
    scores = as_frame("scores", scores)
    missing = [name for name in (*METHOD, *FOLD, *RECORDED) if name not in scores]
    if missing:
        raise ValueError(
            f"scores must have the columns that every fit records; got a table without "
            f"{first_few(missing)}. Pass the scores as cross_validate_transfer returned them."
        )
    if not len(scores):
        raise ValueError("scores must have one row for each fit; got none. Use another table.")
    if groups is not None:
        corpora = scores["corpus"].unique().tolist() if "corpus" in scores else []
        if len(corpora) > 1:
            raise ValueError(
                "scores must be of one corpus if groups are given; got the corpora "
                f"{first_few(corpora)}. Call audit once for each corpus."
            )
        sizes = sorted({len(decode_rows(text)) for text in scores["rows_tested"]})
        if len(sizes) > 1:
            raise ValueError(
                "scores must be of one corpus if groups are given; got corpora of "
                f"{first_few(sizes)} rows. Call audit once for each corpus."
            )
        groups = check_row_labels("groups", groups, sizes[0])
    records = [row for _, row in scores.iterrows()]
    seen = [_find_seen(row, groups) for row in records]
    leaks = [
        f"the {who} of {_name_of_fit(row)} had seen {kind} {_some(values)}"
        for row, (_, rows, shared) in zip(records, seen, strict=True)
        for kind, by_whom in (("rows", rows), ("groups", shared))
        for who, values in by_whom.items()
        if values
    ]
    _check_no_leak(
        "A fit and its source must not see rows or groups that the fit is tested on",
        leaks,
        "correct the folds or the sources, or remove duplicate rows",
    )
    audited = scores[[n for n in (*METHOD, "n_train_folds", *FOLD) if n in scores]]
    audited = audited.reset_index(drop=True)
    audited["n_tested"] = [n_tested for n_tested, *_ in seen]
    audited["n_seen"] = [len(rows["fit"]) for _, rows, _ in seen]
    audited["n_seen_by_source"] = _counts_of_sources(records, seen)
    if set(RECORDED_COLUMNS) <= set(scores):
        audited["n_withheld"], audited["n_withheld_seen"] = _count_columns(records)
    return audited


def _counts_of_sources(records, seen):
    """Return how many tested rows each source had seen; NA where that is unknown."""
    known = [len(rows["source"]) for _, rows, _ in seen]
    unknown = [row["rows_seen_by_source"] == UNKNOWN for row in records]
    return pd.Series(known, dtype="Int64").mask(unknown) if any(unknown) else known


def _count_columns(records):
    """Return how many columns were withheld from each fit, and 0; raise if it saw one of them."""
    columns = [_columns_leaked(row) for row in records]
    leaks = [
        f"the fit of {_name_of_fit(row)}, or a source that was trained for it, had seen columns "
        f"{_some(leaked)} of X"
        for row, (_, leaked) in zip(records, columns, strict=True)
        if leaked
    ]
    _check_no_leak(
        "A fit must not see the columns of a source that it does not read",
        leaks,
        "remove these columns (counted from 0), or copies of them, from the features",
    )
    return [n for n, _ in columns], 0


def audit_in_words(audited, fits, *, group=None):
    """Say in a few sentences what an audit that passed has shown, and what it could not check.

    Parameters
    ----------
    audited : DataFrame
        As :func:`audit` returned it, or several of these concatenated.
    fits : str
        The number of fits, such as "90 fits".
    group : str, default=None
        What the groups are that the audit also looked for, such as "speaker"; None if there are
        none.

    Returns
    -------
    str
        It names the sources whose training rows are unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> audited = pd.DataFrame({
    ...     "source": ["none", "ge2e"], "n_tested": [10, 10], "n_seen_by_source": [0, pd.NA]
    ... })
    >>> print(audit_in_words(audited, "2 fits"))
    The audit passed: no fit had seen a row that it was tested on. It checked 2 fits with 20
    tested rows. It could not check the pretrained source ge2e, because its training rows are
    unknown.
    """
    unknown = audited["n_seen_by_source"].isna()
    is_known = (audited["source"] != NO_SOURCE) & ~unknown
    names = _single(audited.loc[unknown, "source"].map(base_source).unique())
    others = "other source" if names else "source"
    who = f"no fit and no {others}" if is_known.any() or not names else "no fit"
    what = f"row or {group}" if group else "row"
    sentences = (
        f"The audit passed: {who} had seen a {what} that it was tested on. It checked {fits} with "
        f"{int(audited['n_tested'].sum())} tested rows."
    )
    if names:
        noun, whose = ("source", "its") if len(names) == 1 else ("sources", "their")
        sentences += (
            f" It could not check the pretrained {noun} {first_few(names, show=str)}, because "
            f"{whose} training rows are unknown."
        )
    if audited.get("n_withheld", pd.Series([0])).fillna(0).any():
        sentences += " No fit had seen columns of a source that it does not read."
    return sentences


def _single(names):
    """Return the names of sources without the combinations that contain one of them."""
    return [n for n in names if not any(o != n and o in n.split(" + ") for o in names)]
