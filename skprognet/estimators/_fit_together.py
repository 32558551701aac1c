"""Fit many estimators, training networks of one kind together."""

from collections.abc import Iterable

from skprognet._checks import check_number
from skprognet.estimators._fit_each import fit_each
from skprognet.estimators._why_alone import can_fit


def fit_together(fits, *, n_together=None):
    """Fit many estimators, training networks of one kind together.

    Networks are of one kind if they have the same layers, dropout, activation, loss, score and
    training options. Seeds, rows and weights may differ, and so may numbers of classes that have
    the same next multiple of 16. Each estimator is fitted as by its own `fit`, except for dropout
    (see below). Estimators that cannot be trained together are fitted alone: :func:`why_alone`
    gives the reason.

    Networks that are trained together draw dropout masks that depend only on the network's own
    seed, the step and the unit. So on the CPU, no bit of a result depends on the other networks,
    but with dropout the masks differ from those of a single `fit`. On a CUDA device, a single
    `fit` draws these masks as well.

    Parameters
    ----------
    fits : sequence of tuple
        For each fit ``(estimator, X, y)``, or ``(estimator, X, y, options)`` with a dict of other
        arguments of `fit`, such as `sample_weight` or `X_val`. No estimator may appear twice or be
        the source of another one: fit sources first.
    n_together : int or None, default=None
        Maximum number of networks to train at once. None means 1 on a CPU, where more are not
        faster, and as many as fit into memory on a CUDA device.

    Returns
    -------
    list of estimator
        The fitted estimators in the order of `fits`.

    Raises
    ------
    TypeError
        If a fit is not such a tuple.
    ValueError
        If an estimator appears twice or is the source of another. Errors of a single `fit` are
        raised too. Then the fits that have ended stay, and all other estimators are unchanged.

    Notes
    -----
    In ``history_``, dur is the network's share of the duration of its group. `partial_fit`
    continues such a network from its weights alone, as after pickling.

    Examples
    --------
    Train a network with five seeds at once. Each learns what it learns alone:

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
            f"{fits!r:.100}. Pass such a list."
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
            f"fits[{number}] must be (estimator, X, y) or (estimator, X, y, options); got "
            f"{_in_words(fit)}. Pass other arguments of fit as a dict of options."
        )
    return tuple(complete)


def _in_words(fit):
    """Return the types of the parts of a fit."""
    if not isinstance(fit, (tuple, list)):
        return type(fit).__name__
    return f"({', '.join(type(part).__name__ for part in fit)})"


def _check_apart(estimators):
    """Raise if an estimator appears twice or is inside another one."""
    numbers = {}
    for number, estimator in enumerate(estimators):
        if numbers.setdefault(id(estimator), number) != number:
            raise ValueError(
                f"fits[{number}] must have its own estimator; got the estimator of "
                f"fits[{numbers[id(estimator)]}]. Clone it."
            )
    for number, estimator in enumerate(estimators):
        inside = next((id(e) for e in _inside(estimator) if id(e) in numbers), None)
        if inside is not None:
            raise ValueError(
                f"fits[{number}] must read fitted sources only; got the estimator of "
                f"fits[{numbers[inside]}]. Fit sources first, in a separate call."
            )


def _inside(estimator):
    """Yield the parameters of an estimator, and recursively their own parameters."""
    if _has_params(estimator):
        parts = estimator.get_params(deep=False).values()
    else:  # an estimator need not have parameters
        parts = estimator if isinstance(estimator, (list, tuple)) else []
    for part in parts:
        yield part
        if _has_params(part) or isinstance(part, (list, tuple)):
            yield from _inside(part)


def _has_params(value):
    return hasattr(value, "get_params") and not isinstance(value, type)
