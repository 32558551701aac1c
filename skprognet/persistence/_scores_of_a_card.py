"""The scores of a study on the card of a model: only those of matching networks."""

from skprognet._markup import escape_markdown
from skprognet._scores import CHANCE, NO_SOURCE, check_scores, label, methods_in, with_plain_text
from skprognet._table_metric import metric_of
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._templates import markup
from skprognet._wording import count, first_few
from skprognet.results import format_table, summary_table

_ADVICE = "Pass the scores of a study of such networks, or leave scores out."


def describe_scores(scores, description):
    """Return the table of a study, and a sentence about how its scores were measured.

    Parameters
    ----------
    scores : DataFrame
        The scores of the study.
    description : dict
        The result of :func:`describe_model`.

    Returns
    -------
    dict of str to Markup
        The entries "table" and "protocol".

    Raises
    ------
    ValueError
        If the study has another target or kind of target, another number of classes, or other
        methods than the file records.
    """
    metadata = description["metadata"]
    scores = with_plain_text(check_scores(scores))
    scores = _of_the_target(scores, metadata.get("target"))
    _check_classes(scores, description["model"]["classes"])
    scores = _of_the_method(scores, metadata.get("method"), metadata.get("sources"))
    return {
        "table": markup(format_table(summary_table(scores))),
        "protocol": markup(_protocol(scores)),
    }


def _of_the_target(scores, target):
    """Return the scores of the recorded target; all if file or study do not name it."""
    if not isinstance(target, str) or "target" not in scores:
        return scores
    of_target = scores[scores["target"] == target]
    if not len(of_target):
        raise ValueError(
            f"scores must be of the target that the file records, {target!r}; got "
            f"{first_few(scores['target'].unique())}. {_ADVICE}"
        )
    return of_target


def _check_classes(scores, classes):
    """Raise if the scores are not of classes, or numbers, as the model predicts them.

    The chance level is 1 / (number of classes). A fold without some class has a higher level, so
    the lowest level counts.
    """
    metric, kind = metric_of(scores), NUMBERS if classes is None else CLASSES
    if metric.kind not in (None, kind):
        raise ValueError(
            f"scores must be of {kind}, which the model predicts; got the {metric.label}, a score "
            f"of {metric.kind}. {_ADVICE}"
        )
    if metric.name != "uar" or CHANCE not in scores or scores[CHANCE].isna().all():
        return
    n_classes = round(1 / scores[CHANCE].min())
    if n_classes != len(classes):
        raise ValueError(
            f"scores must be of the {len(classes)} classes of the model, {first_few(classes)}; "
            f"got the chance level of {n_classes} classes. {_ADVICE}"
        )


def _of_the_method(scores, method, sources):
    """Return the scores of the method and sources, as far as the file records them."""
    is_recorded = isinstance(sources, dict)
    rows = scores["method"].notna()
    if isinstance(method, str):
        rows &= scores["method"] == method
    if is_recorded:
        rows &= scores["source"].map(_parts) == frozenset(sources)
    if not rows.any():
        wanted = method if isinstance(method, str) else "a method"
        if is_recorded:
            wanted = label(wanted, " + ".join(map(str, sources)) or NO_SOURCE)
        methods = first_few([label(*pair) for pair in methods_in(scores)])
        raise ValueError(
            f"scores must have what the file records, {wanted}; got {methods}. {_ADVICE}"
        )
    return scores[rows]


def _parts(source):
    """Return the sources that are read together, in any order."""
    return frozenset() if source == NO_SOURCE else frozenset(source.split(" + "))


def _protocol(scores):
    """Describe in a sentence what the study measured, and how."""

    def values(column):
        distinct = scores[column].unique() if column in scores else ["not recorded"]
        return escape_markdown(" or ".join(sorted(map(str, distinct))))

    measured = [escape_markdown(label(*pair)) for pair in methods_in(scores)]
    n_repeats, n_folds = (scores[name].unique() for name in ("repeat", "fold"))
    return (
        f"A study (target: {values('target')}; corpus: {values('corpus')}) measured "
        f"{first_few(measured, show=str)} in {count(n_repeats, 'repeat')} of "
        f"{count(n_folds, 'fold')}; normalisation: {values('normalisation')}."
    )
