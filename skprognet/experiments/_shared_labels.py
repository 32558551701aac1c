"""Which labels corpora share, and which rows are left out: said before anything is trained."""

import warnings

import numpy as np

from skprognet._target_kind import NUMBERS
from skprognet._wording import first_few, nearest_name


def choose_labels(design, labels):
    """Return which rows of each corpus take part, and say what the corpora share.

    Numbers are no labels that could be shared: all rows take part.

    Parameters
    ----------
    design : CorporaDesign
        What is asked: all labels, or some `emotions`.
    labels : dict of str to Series
        What is recognised, by corpus.

    Returns
    -------
    dict of str to ndarray of bool
        The rows that are kept.

    Raises
    ------
    ValueError
        If no corpus has one of `emotions`, a corpus has fewer than two of them, or a source and
        its target have no label in common.

    Warns
    -----
    UserWarning
        If the corpora have different labels, or rows are left out.
    """
    found = {name: set(column.dropna()) for name, column in labels.items()}
    kept = {name: np.ones(len(column), dtype=bool) for name, column in labels.items()}
    if design.kind == NUMBERS:
        return kept
    if design.emotions is not None:
        _check_emotions(design.emotions, found)
        wanted = {
            name: {x for x in each if str(x) in design.emotions} for name, each in found.items()
        }
        kept = {name: column.isin(wanted[name]).to_numpy() for name, column in labels.items()}
        _tell_kept(design, found, kept)
        found = wanted
    for source, target in design.directions:
        _check_shared(design.emotion, source, target, found)
    if design.emotions is None:
        _tell_shared(design.emotion, found)
    return kept


def _check_emotions(emotions, found):
    """Raise if no corpus has one of the labels that are wanted, or one has fewer than two."""
    there = list(dict.fromkeys(str(label) for labels in found.values() for label in labels))
    missing = [label for label in emotions if label not in there]
    if missing:
        near = nearest_name(missing[0], there)
        hint = f" The nearest to {missing[0]!r} is {near!r}." if near else ""
        raise ValueError(
            f"emotions must be labels that some corpus has, among {_list(there)}; none has "
            f"{first_few(missing)}.{hint}"
        )
    for name, labels in found.items():
        own = [label for label in emotions if label in set(map(str, labels))]
        if len(own) < 2:
            raise ValueError(
                f"Each corpus must have at least two of the emotions {first_few(emotions)}; "
                f"{name!r} has {first_few(own) or 'none'} of them, among {_list(labels)}. Add "
                "labels to emotions, or leave the corpus out."
            )


def _check_shared(emotion, source, target, found):
    """Raise unless a source and its target have a label in common."""
    if not found[source] & found[target]:
        raise ValueError(
            f"A source and its target must share labels of {emotion!r}; {source!r} has "
            f"{_list(found[source])}, {target!r} has {_list(found[target])}. Give equal classes "
            "equal names, name another column, or leave one of them out."
        )


def _tell_shared(emotion, found):
    """Warn of labels that not all corpora have."""
    shared = set.intersection(*found.values())
    if all(labels == shared for labels in found.values()):
        return
    told = [f"all have {_list(shared)}" if shared else "no label is in all"]
    verb = "also has" if shared else "has"
    told += [
        f"{name!r} {verb} {_list(labels - shared)}"
        for name, labels in found.items()
        if labels - shared
    ]
    warnings.warn(
        f"The corpora have different labels of {emotion!r}: {'; '.join(told)}. All rows are used: "
        "each corpus learns all of its own labels, and what a source knows of others goes with "
        "its output layer. To keep some labels in all corpora, pass emotions= (on the command "
        "line --emotions).",
        stacklevel=6,
    )


def _tell_kept(design, found, kept):
    """Warn of what each corpus loses and lacks, if any does."""
    told, is_all = [], True
    for name, labels in found.items():
        lost = {label for label in labels if str(label) not in design.emotions}
        lacking = set(design.emotions) - set(map(str, labels))
        is_all &= bool(kept[name].all()) and not lacking
        words = f"{name!r}: {kept[name].sum()} of {len(kept[name])} rows"
        words += f", without {_list(lost)}" if lost else ""
        told.append(words + (f"; it has no {_list(lacking)}" if lacking else ""))
    if not is_all:
        warnings.warn(
            f"Of the labels of {design.emotion!r} are kept {first_few(design.emotions)}. "
            f"{'. '.join(told)}.",
            stacklevel=6,
        )


def _list(labels):
    return first_few(sorted(labels, key=str))
