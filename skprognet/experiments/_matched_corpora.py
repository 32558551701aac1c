"""Two corpora that go together: the same features in the same order, and labels in common."""

import warnings

from skprognet._checks import check_no_ratings
from skprognet._wording import first_few
from skprognet.experiments._plan import check_columns


def align_features(source_X, target_X):
    """Return the features of the source in the order of those of the target.

    Features are matched by name where both are DataFrames, and by position otherwise.

    Raises
    ------
    ValueError
        If one has features that the other lacks.
    """
    if not (hasattr(source_X, "columns") and hasattr(target_X, "columns")):
        return source_X
    other = sorted(set(source_X.columns) ^ set(target_X.columns), key=str)
    if other:
        raise ValueError(
            f"Both corpora must have the same features; {len(other)} are in one only: "
            f"{other[:5]}. Extract the same feature set from both."
        )
    return source_X[list(target_X.columns)]


def match_corpora(design, source, target):
    """Return features and labels of both corpora by name, or raise if they do not go together.

    Parameters
    ----------
    design : CorporaDesign
        What is asked.
    source, target : tuple of (X, labels)
        As they were given.

    Returns
    -------
    dict of str to tuple of (X, labels)
        The features of the source stand in the order of the target's.
    """
    corpora = _check_tables(design, source, target)
    (source_X, labels), (target_X, _) = corpora.values()
    corpora[design.names[0]] = align_features(source_X, target_X), labels
    _check_classes(design, corpora)
    _check_labels(design.emotion, corpora)
    return corpora


def _check_tables(design, source, target):
    """Return both corpora by name, each with the labels that the study needs."""
    corpora = {}
    for name, corpus in zip(design.names, (source, target), strict=True):
        if not isinstance(corpus, (tuple, list)) or len(corpus) != 2:
            raise TypeError(
                f"The corpus {name!r} must be a tuple (X, labels); got {type(corpus).__name__}."
            )
        X, labels = corpus
        advice = f"Rename columns of {name!r}, or pass emotion=, tasks= and speaker=."
        corpora[name] = X, check_columns(labels, design, advice)
    return corpora


def _check_classes(design, corpora):
    """Raise if a task has ratings instead of classes."""
    tasks = [task for task in design.tasks if task not in design.group_columns]
    for name, (_, labels) in corpora.items():
        for column in (design.emotion, *tasks):
            check_no_ratings(f"{column} of {name}", labels[column], text=True)


def _check_labels(emotion, corpora):
    """Raise unless both corpora have a label in common; warn of labels that only one has."""
    (one, ours), (other, theirs) = (
        (name, set(labels[emotion].dropna())) for name, (_, labels) in corpora.items()
    )
    told = {
        f"both have {_list(ours & theirs)}": ours & theirs,
        f"only {one!r} has {_list(ours - theirs)}": ours - theirs,
        f"only {other!r} has {_list(theirs - ours)}": theirs - ours,
    }
    told = "; ".join(words for words, labels in told.items() if labels)
    if not ours & theirs:
        raise ValueError(
            f"The corpora must share labels of {emotion!r}; {told}. Give equal classes equal "
            "names, or name another column."
        )
    if ours != theirs:
        warnings.warn(
            f"The corpora have different labels of {emotion!r}: {told}. All rows are used: each "
            "corpus learns all of its own labels, and what the source knows of the others goes "
            "with its output layer.",
            stacklevel=5,
        )


def _list(labels):
    return first_few(sorted(labels, key=str))
