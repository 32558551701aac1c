"""Check the table for tests over corpora, with a score of each method on each corpus."""

import numpy as np

from skprognet._scores import DIGITS


def as_corpora(scores):
    """Return scores as a finite array of shape (n_corpora, n_methods).

    They are rounded, because means of the same scores in another order may differ in the last
    digit, which must not change ranks.

    Raises
    ------
    ValueError
        If `scores` is not a finite table of at least two corpora and two methods, or has masked
        scores.
    """
    parts = scores if isinstance(scores, (list, tuple)) else [scores]
    masked = [part for part in parts if isinstance(part, np.ma.MaskedArray)]
    n_masked = sum(int(np.ma.count_masked(part)) for part in masked)
    if n_masked:
        raise ValueError(
            "scores must have a score of each method on each corpus; got "
            f"{n_masked} masked ones. Leave out these corpora or methods."
        )
    try:
        scores = np.asarray(scores, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "scores must be numbers, with as many in each row; got a table that cannot be read "
            f"({error}). Leave out columns of names, or complete that row."
        ) from error
    if scores.ndim != 2 or min(scores.shape) < 2:
        raise ValueError(
            "scores must have shape (n_corpora, n_methods) with at least 2 of each; got shape "
            f"{scores.shape}. Put one corpus in each row."
        )
    if not np.isfinite(scores).all():
        corpus, method = np.argwhere(~np.isfinite(scores))[0]
        raise ValueError(
            f"scores must be finite; got {scores[corpus, method]} in row {corpus}, column "
            f"{method}. Find out why that method has no score on that corpus."
        )
    return scores.round(DIGITS)


def for_each_pair(pvalue, n_methods):
    """Return ``pvalue(i, j)`` for each pair of methods, as a symmetric array with diagonal 1."""
    pvalues = np.ones((n_methods, n_methods))
    for i, j in zip(*np.triu_indices(n_methods, 1), strict=True):
        pvalues[i, j] = pvalues[j, i] = pvalue(i, j)
    return pvalues
