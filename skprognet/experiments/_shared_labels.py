"""Choose the rows whose labels corpora share, and report before training what is left out."""

import warnings

import numpy as np

from skprognet._target_kind import NUMBERS
from skprognet._wording import did_you_mean, first_few


def choose_labels(design, labels):
    """Return which rows of each corpus take part, and warn about labels that are not shared.

    For numbers, all rows take part.

    Parameters
    ----------
    design : CorporaDesign
        The design, with all labels or some `emotions`.
    labels : dict of str to Series
        The labels of the target task, by corpus.

    Returns
    -------
    dict of str to ndarray of bool
        The rows to keep.

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
        _warn_of_lost_labels(design, found, kept)
        found = wanted
    for source, target in design.directions:
        _check_shared(design.emotion, source, target, found)
    if design.emotions is None:
        _warn_of_different_labels(design.emotion, found)
    return kept


def _check_emotions(emotions, found):
    """Raise if one of the emotions is in no corpus, or a corpus has fewer than two of them."""
    existing = list(dict.fromkeys(str(label) for labels in found.values() for label in labels))
    missing = [label for label in emotions if label not in existing]
    if missing:
        hint = did_you_mean(missing[0], existing, "Use some of these labels.")
        raise ValueError(
            f"emotions must be labels that some corpus has, among {_list(existing)}; got "
            f"{first_few(missing)}. {hint}"
        )
    for name, labels in found.items():
        shared = [label for label in emotions if label in set(map(str, labels))]
        if len(shared) < 2:
            raise ValueError(
                f"Each corpus must have at least two of the emotions {first_few(emotions)}; got "
                f"{first_few(shared) or 'none'} in {name!r}, among {_list(labels)}. Add labels to "
                "emotions, or leave the corpus out."
            )


def _check_shared(emotion, source, target, found):
    """Raise unless a source and its target have a label in common."""
    if not found[source] & found[target]:
        raise ValueError(
            f"A source and its target must share labels of {emotion!r}; got "
            f"{_list(found[source])} in {source!r} and {_list(found[target])} in {target!r}. Give "
            "equal classes equal names, name another column, or leave one of them out."
        )


def _warn_of_different_labels(emotion, found):
    """Warn about labels that not all corpora have."""
    shared = set.intersection(*found.values())
    if all(labels == shared for labels in found.values()):
        return
    facts = [f"all have {_list(shared)}" if shared else "no label is in all corpora"]
    verb = "also has" if shared else "has"
    facts += [
        f"{name!r} {verb} {_list(labels - shared)}"
        for name, labels in found.items()
        if labels - shared
    ]
    warnings.warn(
        f"The corpora have different labels of {emotion!r}: {'; '.join(facts)}. All rows are "
        "used. Each network learns all labels of its own corpus, and the output layer of a source "
        "is not transferred. To keep the same labels in all corpora, pass emotions= (on the "
        "command line --emotions).",
        stacklevel=6,
    )


def _warn_of_lost_labels(design, found, kept):
    """Warn about rows that a corpus loses and labels that it lacks, if there are any."""
    facts, is_all = [], True
    for name, labels in found.items():
        lost = {label for label in labels if str(label) not in design.emotions}
        lacking = set(design.emotions) - set(map(str, labels))
        is_all &= bool(kept[name].all()) and not lacking
        words = f"{name!r}: {kept[name].sum()} of {len(kept[name])} rows"
        words += f", without {_list(lost)}" if lost else ""
        facts.append(words + (f"; it has no {_list(lacking)}" if lacking else ""))
    if not is_all:
        warnings.warn(
            f"The study keeps the labels {first_few(design.emotions)} of {design.emotion!r}. "
            f"{'. '.join(facts)}.",
            stacklevel=6,
        )


def _list(labels):
    return first_few(sorted(labels, key=str))
