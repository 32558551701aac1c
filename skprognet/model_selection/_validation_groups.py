"""Which rows the validation of a single model keeps apart: other speakers, where that works."""

from skprognet._checks import check_choice

VALIDATIONS = ("speaker-independent", "stratified")


def validation_groups(labels, target, *, speaker="speaker", validation=None):
    """Return the speakers that the validation rows of a model must not share with the others.

    They can be kept apart if each class is spoken by at least two of them. That leaves out the
    task of telling speakers themselves.

    Parameters
    ----------
    labels : DataFrame of shape (n_samples, n_tasks)
        The labels of each row.
    target : str
        Column that is to be recognised.
    speaker : str, default='speaker'
        Column of the speakers; it need not be there.
    validation : {'speaker-independent', 'stratified'}, default=None
        Whether the speakers must be kept apart, or need not be. None keeps them apart if that is
        possible.

    Returns
    -------
    Series of shape (n_samples,) or None
        The `groups` for ``fit`` of a classifier; None is for validation rows that are drawn from
        each class.

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
    reason = _reason_against(labels, target, speaker)
    if reason is None:
        return labels[speaker]
    if validation == "speaker-independent":
        raise ValueError(
            "Validation by other speakers needs two or more in each class, from the column "
            f"{speaker!r}; {reason}. Name another column as speaker (--speaker), or choose the "
            "validation 'stratified' (--validation stratified)."
        )
    return None


def _reason_against(labels, target, speaker):
    """Return why speakers cannot be kept apart, or None if they can."""
    if speaker not in labels:
        return "it is missing"
    if labels[speaker].isna().any():
        return f"{labels[speaker].isna().sum()} of {len(labels)} rows have none"
    by_class = labels.groupby(target)[speaker].nunique()
    if by_class.min() < 2:
        return f"{by_class.idxmin()!r} of {target!r} has one only"
    return None
