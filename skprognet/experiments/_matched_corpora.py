"""Match corpora: the same features in the same order, and labels of one kind."""

import pandas as pd

from skprognet._target_kind import CLASSES, NUMBERS, kind_of_target
from skprognet._wording import first_few
from skprognet.experiments._label_columns import (
    check_columns,
    check_no_labels,
    check_same_rows,
    warn_of_slips,
)
from skprognet.experiments._task_labels import check_all_or_no_numbers


def align_features(X, reference, name, reference_name):
    """Return X with its features in the order of the reference.

    Features are matched by name if both are DataFrames, and by position otherwise.

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
            f"All corpora must have the same features; got {len(other)} that only one of {name!r} "
            f"and {reference_name!r} has: {first_few(other)}. Extract the same feature set from "
            "all."
        )
    return X if list(X.columns) == list(reference.columns) else X[list(reference.columns)]


def match_corpora(design, corpora):
    """Return features and labels of the corpora by name, or raise if they do not match.

    Parameters
    ----------
    design : CorporaDesign
        The design of the study.
    corpora : dict of str to tuple of (X, labels)
        The corpora from the user.

    Returns
    -------
    dict of str to tuple of (X, labels)
        The sources and targets in the order of the design. Their features are in the order of the
        first target.
    """
    corpora = _check_tables(design, corpora)
    _check_names_of_features(corpora)
    first = design.target_corpora[0]
    reference = corpora[first][0]
    corpora = {
        name: (align_features(X, reference, name, first), labels)
        for name, (X, labels) in corpora.items()
    }
    together = pd.concat([labels[design.emotion].astype(object) for _, labels in corpora.values()])
    warn_of_slips(design.emotion, together, stacklevel=6)
    return corpora


def _check_names_of_features(corpora):
    """Raise if a corpus has no names of features, and the others have them in different orders."""
    orders = {tuple(getattr(X, "columns", ())) for X, _ in corpora.values()}
    if () in orders and len(orders) > 2:
        without = [name for name, (X, _) in corpora.items() if not hasattr(X, "columns")]
        raise ValueError(
            "All corpora must have named features, since their orders differ; got arrays for "
            f"{first_few(without)}. Pass DataFrames."
        )


def _check_tables(design, corpora):
    """Return the sources and targets, after checking that each has the labels it needs."""
    used = {*design.source_corpora, *design.target_corpora}
    checked = {}
    for name in (name for name in design.names if name in used):
        corpus = corpora[name]
        if not isinstance(corpus, (tuple, list)) or len(corpus) != 2:
            raise TypeError(
                f"The corpus {name!r} must be a tuple (X, labels); got {type(corpus).__name__}. "
                "Pass features and labels."
            )
        X, labels = corpus
        advice = f"Rename columns of {name!r}, or pass emotion=, tasks= and speaker=."
        options = {"apart": [design.emotion], "names": [design.speaker], "stacklevel": 6}
        labels = check_columns(labels, design.columns, advice, **options)
        check_no_labels(X, labels, design.columns)
        check_same_rows(X, labels)
        checked[name] = X, labels
    return checked


def kind_of_corpora(design, corpora):
    """Return the kind of the target in all corpora, from the design or else from the labels.

    Whole numbers in one corpus count as numbers if another corpus has numbers that are not whole.

    Parameters
    ----------
    design : CorporaDesign
        The design of the study.
    corpora : dict of str to tuple of (X, labels)
        The corpora of the study.

    Returns
    -------
    {"classes", "numbers"}
        The kind.

    Raises
    ------
    ValueError
        If some corpora have numbers with a fraction, and others have labels that are not numbers;
        or if most labels of a corpus are numbers that are not all whole, but some are not numbers.
    """
    if design.kind is not None or design.emotion in design.group_columns:
        return design.kind or CLASSES
    columns = {name: labels[design.emotion] for name, (_, labels) in corpora.items()}
    for column in columns.values():
        check_all_or_no_numbers(column)
    together = kind_of_target(pd.concat([c.astype(object) for c in columns.values()]), text=True)
    kinds = {name: kind_of_target(column, text=True) for name, column in columns.items()}
    numbers = [name for name, kind in kinds.items() if kind == NUMBERS]
    if together == CLASSES and numbers:
        others = [name for name in columns if name not in numbers]
        raise ValueError(
            f"{design.emotion!r} must hold numbers in all corpora, or classes in all; got "
            f"numbers with a fraction in {first_few(numbers)}, and other labels in "
            f"{first_few(others)}. Name a column that means the same in all, or leave corpora out."
        )
    return together
