"""Which rows the validation of a single model keeps apart: other speakers, where that works."""

from skprognet._checks import check_choice
from skprognet._target_kind import NUMBERS, kind_of_target

VALIDATIONS = ("speaker-independent", "stratified")


def validation_groups(labels, target, *, kind=None, speaker="speaker", validation=None):
    """Return the speakers that the validation rows of a model must not share with the others.

    They can be kept apart if each class is spoken by at least two of them, or, where the target is
    numbers, if there are two. That leaves out the task of telling speakers themselves.

    Parameters
    ----------
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of each row.
    target : str
        Column that is to be recognised, or predicted as a number.
    kind : {'classes', 'numbers'}, default=None
        What the target is; None takes numbers that are not all whole as numbers.
    speaker : str, default='speaker'
        Column of the speakers; it need not be there.
    validation : {'speaker-independent', 'stratified'}, default=None
        Whether the speakers must be kept apart, or need not be. None keeps them apart if that is
        possible.

    Returns
    -------
    Series of shape (n_samples,) or None
        The `groups` for ``fit`` of a network; None is for validation rows that are drawn from each
        class, or of numbers from all rows.

    Raises
    ------
    ValueError
        If the speakers must be kept apart and cannot be.

    Examples
    --------
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.model_selection import validation_groups
    >>> labels = load_emodb(as_frame=True).frame
    >>> validation_groups(labels, "emotion").nunique()
    10
    >>> print(validation_groups(labels, "speaker"))
    None
    """
    if validation is not None:
        check_choice("validation", validation, VALIDATIONS)
    if validation == "stratified":
        return None
    is_numbers = kind_of_target(labels[target], kind) == NUMBERS
    reason = _reason_against(labels, None if is_numbers else target, speaker)
    if reason is None:
        return labels[speaker]
    if validation == "speaker-independent":
        of_class = "" if is_numbers else " in each class"
        raise ValueError(
            f"Validation by other speakers needs two or more{of_class}, from the column "
            f"{speaker!r}; {reason}. Name another column as speaker (--speaker), or choose the "
            "validation 'stratified' (--validation stratified)."
        )
    return None


def _reason_against(labels, target, speaker):
    """Return why speakers cannot be kept apart, or None if they can; numbers have no `target`."""
    if speaker not in labels:
        return "it is missing"
    if labels[speaker].isna().any():
        return f"{labels[speaker].isna().sum()} of {len(labels)} rows have none"
    if target is None:
        return "there is one only" if labels[speaker].nunique() < 2 else None
    by_class = labels.groupby(target)[speaker].nunique()
    if by_class.min() < 2:
        return f"{by_class.idxmin()!r} of {target!r} has one only"
    return None
