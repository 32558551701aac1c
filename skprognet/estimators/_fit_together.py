"""Fitting many estimators, whose networks are trained together where they are of one kind."""

from collections.abc import Iterable

from skprognet._checks import check_number
from skprognet.estimators._fit_each import fit_each
from skprognet.estimators._why_alone import can_fit


def fit_together(fits, *, n_together=None):
    """Fit many estimators; networks of one kind are trained at once, as one batched network.

    Of one kind are networks with the same layers, dropout, activation, loss, score and options of
    training; seeds, rows, weights and, up to the next multiple of 16, numbers of classes may
    differ. Each estimator ends as after a `fit` of its own. What cannot be trained together is
    fitted alone: :func:`why_alone` says what that is.

    Networks that are trained together draw dropout masks that depend on a network's own seed, the
    step and the unit alone. So on the CPU no bit of a result depends on what was trained with it,
    but with dropout it is another draw than that of a `fit` by itself. On a CUDA device `fit`
    draws these masks as well.

    Parameters
    ----------
    fits : sequence of tuple
        For each fit ``(estimator, X, y)``, or ``(estimator, X, y, options)`` with a dict of what
        else `fit` takes, such as `sample_weight` or `X_val`. No estimator may come twice, or be
        the source of another one: fit sources first.
    n_together : int or None, default=None
        At most so many networks are trained at once. None is 1 on a CPU, where more bring nothing,
        and as many as there is memory for on a CUDA device.

    Returns
    -------
    list of estimator
        The estimators, fitted, in the order of `fits`.

    Raises
    ------
    TypeError
        If a fit is no such tuple.
    ValueError
        If an estimator comes twice, or is the source of another; and what a `fit` raises. Then
        the fits that have ended stay, and all other estimators are as they were.

    Notes
    -----
    In ``history_``, dur is the network's share of the duration of its group. `partial_fit` on such
    a network goes on as on one that has been pickled: with the weights alone.

    Examples
    --------
    Five seeds of a network at once, of which each learns what it learns alone:

    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.estimators import fit_together
    >>> X, y = load_emodb(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> def network(seed):
    ...     return DNNClassifier(dropout=0, max_epochs=2, random_state=seed)
    >>> together = fit_together([(network(seed), X, y) for seed in range(5)], n_together=5)
    >>> alone = [network(seed).fit(X, y) for seed in range(5)]
    >>> [(a.predict(X) == b.predict(X)).all().item() for a, b in zip(together, alone)]
    [True, True, True, True, True]
    """
    if not isinstance(fits, Iterable):
        raise TypeError(
            "fits must be a list of (estimator, X, y) or (estimator, X, y, options); got "
            f"{fits!r:.100}."
        )
    fits = [_checked(number, fit) for number, fit in enumerate(fits)]
    _check_apart([estimator for estimator, *_ in fits])
    if n_together is not None:
        check_number("n_together", n_together, "integer", low=1)
    for done in fit_each(fits, n_together):
        if done.error is not None:
            done.error.add_note(f"It was raised by fits[{done.number}], {done.estimator!r:.200}.")
            raise done.error
    return [estimator for estimator, *_ in fits]


def _checked(number, fit):
    """Return a fit as (estimator, X, y, options)."""
    complete = (*fit, {}) if isinstance(fit, (tuple, list)) and len(fit) == 3 else fit
    if not (
        isinstance(complete, (tuple, list))
        and len(complete) == 4
        and isinstance(complete[3], dict)
        and can_fit(complete[0])
    ):
        raise TypeError(
            "Each of fits must be (estimator, X, y) or (estimator, X, y, options) with a dict of "
            f"what else fit takes; fits[{number}] is {_in_words(fit)}."
        )
    return tuple(complete)


def _in_words(fit):
    """Return what a fit holds, without its values."""
    if not isinstance(fit, (tuple, list)):
        return f"of type {type(fit).__name__}"
    return f"({', '.join(type(part).__name__ for part in fit)})"


def _check_apart(estimators):
    """Raise if an estimator comes twice, or is inside of another one."""
    numbers = {}
    for number, estimator in enumerate(estimators):
        if numbers.setdefault(id(estimator), number) != number:
            raise ValueError(
                "Each fit must have an estimator of its own; that of "
                f"fits[{number}] is that of fits[{numbers[id(estimator)]}] too. Clone it."
            )
    for number, estimator in enumerate(estimators):
        inside = next((id(e) for e in _inside(estimator) if id(e) in numbers), None)
        if inside is not None:
            raise ValueError(
                f"fits[{number}] reads the estimator of fits[{numbers[inside]}], which is fitted "
                "in the same call. Fit sources first, in a call of their own."
            )


def _inside(estimator):
    """Yield what an estimator has among its parameters, and what that has, down to the last."""
    parts = estimator.get_params(deep=False).values() if _has_params(estimator) else estimator
    for part in parts:
        yield part
        if _has_params(part) or isinstance(part, (list, tuple)):
            yield from _inside(part)


def _has_params(value):
    return hasattr(value, "get_params") and not isinstance(value, type)
