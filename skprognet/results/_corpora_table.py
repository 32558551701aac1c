"""Make the table for tests over corpora: one score for each method on each corpus."""

import numpy as np
import pandas as pd

from skprognet._scores import (
    CONDITIONS,
    DIGITS,
    METHOD,
    check_columns,
    check_one_value,
    check_scores,
    label,
    methods_in,
    score_table,
)


def corpora_table(scores):
    """Return the mean score of each method and source on each corpus.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus, method, source, repeat, fold and score; of pandas, polars or pyarrow.

    Returns
    -------
    DataFrame
        A row per corpus, and a column for each (method, source).

    Raises
    ------
    TypeError
        If `scores` is not a table.
    ValueError
        If a column, a fold, or a method on a corpus is missing, a score is not finite, or there
        are several targets or numbers of training folds.
    """
    scores = check_scores(scores)
    check_columns("scores", scores, ("corpus", *METHOD), "Add the name of the corpus to each row.")
    check_one_value("scores", scores, CONDITIONS[1:], ", since corpora must be independent")
    methods = methods_in(scores)
    rows = {}
    for corpus, part in scores.groupby("corpus", sort=False, dropna=False):
        missing = [label(*method) for method in methods if method not in methods_in(part)]
        if missing:
            raise ValueError(
                f"scores must have every method and source on every corpus; got no {missing} on "
                f"{corpus!r}. Drop methods that were not run on every corpus, or give matching "
                "sources one name."
            )
        rows[corpus] = [score_table(part, *method).mean().round(DIGITS) for method in methods]
        if not np.isfinite(rows[corpus]).all():
            raise ValueError(
                f"scores must be finite; got a missing one on {corpus!r}. Find out why that fold "
                "has no score, and run it again."
            )
    return pd.DataFrame.from_dict(rows, orient="index", columns=pd.MultiIndex.from_tuples(methods))
