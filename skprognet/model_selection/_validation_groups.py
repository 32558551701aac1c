"""Choose the groups that keep validation rows of a single model apart: speakers, if possible."""

from skprognet._checks import check_choice
from skprognet._target_kind import NUMBERS, kind_of_target
from skprognet._wording import first_few

VALIDATIONS = ("speaker-independent", "stratified")


def validation_groups(labels, target, *, kind=None, speaker="speaker", validation=None):
    """Return the speakers that validation rows and training rows of a model must not share.

    Speakers can be kept apart if every row has a speaker and each class has at least two speakers
    (for a target of numbers: if there are at least two speakers). This is not possible if the
    target is the speaker.

    Parameters
    ----------
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of each row.
    target : str
        Column to recognise, or to predict as a number.
    kind : {'classes', 'numbers'}, default=None
        What the target holds. None means 'numbers' if it holds numbers that are not all whole, and
        'classes' otherwise.
    speaker : str, default='speaker'
        Column of the speakers, which need not exist.
    validation : {'speaker-independent', 'stratified'}, default=None
        Whether the speakers must be kept apart or not. None keeps them apart if possible.

    Returns
    -------
    Series of shape (n_samples,) or None
        The `groups` for ``fit`` of a network. None means that validation rows are drawn from each
        class, or, for numbers, from all rows.

    Raises
    ------
    ValueError
        If `target` is not a column of `labels`, the speakers must be kept apart and cannot be, or
        `kind` or `validation` is unknown. With ``validation="stratified"``, `target` and `kind`
        are not checked.

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
    if target not in labels:
        raise ValueError(
            f"target must be a column of labels, among [{first_few(labels)}]; got {target!r}. "
            "Correct the name, or add the column."
        )
    is_numbers = kind_of_target(labels[target], kind) == NUMBERS
    reason = _reason_against(labels, None if is_numbers else target, speaker)
    if reason is None:
        return labels[speaker]
    if validation == "speaker-independent":
        of_class = "" if is_numbers else " in each class"
        raise ValueError(
            f"The column {speaker!r} must have at least two speakers{of_class} for validation "
            f"with other speakers; got {reason}. Name another column as speaker (--speaker), or "
            "choose the validation 'stratified' (--validation stratified)."
        )
    return None


def _reason_against(labels, target, speaker):
    """Return why speakers cannot be kept apart, or None if they can; numbers have no `target`."""
    if speaker not in labels:
        return "no such column"
    if labels[speaker].isna().any():
        return f"{labels[speaker].isna().sum()} of {len(labels)} rows without a speaker"
    if target is None:
        return "only one" if labels[speaker].nunique() < 2 else None
    by_class = labels.groupby(target, observed=True)[speaker].nunique()
    if by_class.min() < 2:
        return f"only one for {by_class.idxmin()!r} of {target!r}"
    return None
