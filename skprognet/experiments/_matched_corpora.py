"""Corpora that go together: the same features in the same order, and classes as labels."""

import pandas as pd

from skprognet._checks import check_no_ratings
from skprognet._wording import first_few
from skprognet.experiments._label_columns import check_columns, check_same_rows, warn_of_slips


def align_features(X, reference, name, reference_name):
    """Return the features X in the order of those of the reference.

    Features are matched by name where both are DataFrames, and by position otherwise.

    Raises
    ------
    ValueError
        If one has features that the other lacks.
    """
    if not (hasattr(X, "columns") and hasattr(reference, "columns")):
        return X
    other = sorted(set(X.columns) ^ set(reference.columns), key=str)
    if other:
        raise ValueError(
            f"All corpora must have the same features; {len(other)} are in one of {name!r} and "
            f"{reference_name!r} only: {first_few(other)}. Extract the same feature set from all."
        )
    return X[list(reference.columns)]


def match_corpora(design, corpora):
    """Return features and labels of all corpora by name, or raise if they do not go together.

    Parameters
    ----------
    design : CorporaDesign
        What is asked.
    corpora : dict of str to tuple of (X, labels)
        As they were given.

    Returns
    -------
    dict of str to tuple of (X, labels)
        Those that are a source or a target, in the order of the design. Their features stand in
        the order of those of the first target.
    """
    corpora = _check_tables(design, corpora)
    first = design.target_corpora[0]
    reference = corpora[first][0]
    corpora = {
        name: (align_features(X, reference, name, first), labels)
        for name, (X, labels) in corpora.items()
    }
    _check_classes(design, corpora)
    together = pd.concat([labels[design.emotion].astype(object) for _, labels in corpora.values()])
    warn_of_slips(design.emotion, together, stacklevel=6)
    return corpora


def _check_tables(design, corpora):
    """Return the corpora that are used, each with the labels that the study needs."""
    used = {*design.source_corpora, *design.target_corpora}
    found = {}
    for name in (name for name in design.names if name in used):
        corpus = corpora[name]
        if not isinstance(corpus, (tuple, list)) or len(corpus) != 2:
            raise TypeError(
                f"The corpus {name!r} must be a tuple (X, labels); got {type(corpus).__name__}."
            )
        X, labels = corpus
        advice = f"Rename columns of {name!r}, or pass emotion=, tasks= and speaker=."
        labels = check_columns(
            labels, design.columns, advice, apart=[design.emotion], stacklevel=6
        )
        check_same_rows(X, labels)
        found[name] = X, labels
    return found


def _check_classes(design, corpora):
    """Raise if a task has ratings instead of classes."""
    tasks = [task for task in design.tasks if task not in design.group_columns]
    for name, (_, labels) in corpora.items():
        for column in (design.emotion, *tasks):
            check_no_ratings(f"{column} of {name}", labels[column], text=True)
