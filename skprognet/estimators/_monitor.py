"""What scores an epoch: a quantity of the net itself, a `Score`, or a scikit-learn scorer."""

import math
import numbers
from inspect import signature

import pandas as pd
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping

from skprognet._wording import nearest_name
from skprognet.metrics import Score, get_score, get_score_names

LOSS = "loss"


def check_monitor(monitor, own):
    """Raise unless `monitor` is "loss", a score, a scorer, or the name of one of these.

    Of the scores of the package it must be `own`: the others are of other kinds of targets.
    """
    wanted = f"monitor must be {own!r}, 'loss', a Score, or a scorer of scikit-learn or its name"
    if isinstance(monitor, Score):
        if monitor.name in get_score_names() and monitor.name != own:
            raise ValueError(f"{wanted}; got the Score {monitor.name!r}, of another kind.")
        return
    if isinstance(monitor, str):
        names = [LOSS, own, *get_scorer_names()]
        if monitor not in names:
            near = nearest_name(monitor, names)
            hint = f"Did you mean {near!r}?" if near else "get_scorer_names() lists the names."
            raise ValueError(f"{wanted}; got {monitor!r}. {hint}")
    elif not callable(monitor) or isinstance(monitor, type):
        raise TypeError(f"{wanted}; got {monitor!r}.")
    elif not _is_called_as_scorer(monitor):
        name = getattr(monitor, "__name__", repr(monitor))
        raise TypeError(
            "monitor must be a scorer, which is called as scorer(estimator, X, y); got the "
            f"function {name}. Make a scorer of a metric: make_scorer({name})."
        )


def _is_called_as_scorer(function):
    try:
        signature(function).bind("estimator", "X", "y")
    except TypeError:
        return False
    except ValueError:  # written in C, it may have no signature
        return True
    return True


def greater_is_better(monitor):
    """Return whether the epoch with the greatest number is the best one.

    Scorers of scikit-learn and minus the loss are made so; a `Score` says it.
    """
    return not isinstance(monitor, Score) or monitor.greater_is_better


def net_score(monitor, own):
    """Return the name of the quantity that the net computes itself, or None.

    These are the loss and the score named `own`.
    """
    if isinstance(monitor, Score) and monitor.name in get_score_names():
        monitor = monitor.name if monitor == get_score(monitor.name) else None
    return monitor if isinstance(monitor, str) and monitor in (own, LOSS) else None


def _find_score(monitor):
    """Return the `Score` that is meant, or None if it is a scorer of scikit-learn."""
    named = isinstance(monitor, str) and monitor in get_score_names()
    return get_score(monitor) if named or isinstance(monitor, Score) else None


def _call_score(score, sample_weight):
    """Return a function of (estimator, X, y) that computes a score, with weights if it can."""
    takes_weight = "sample_weight" in signature(score.function).parameters
    weight = sample_weight if takes_weight else None
    return lambda estimator, X, y: score(y, estimator.predict(X), sample_weight=weight)


def _takes_weight(scorer):
    # What make_scorer returns takes any weight, and hands it to a metric that may not.
    asked = getattr(scorer, "_accept_sample_weight", None)
    return asked() if asked else "sample_weight" in signature(scorer).parameters


def _weight_options(estimator, scorer, sample_weight):
    """Return the weights as the scorer is to get them, by the rules of metadata routing."""
    if sample_weight is None:
        return {}
    if get_config()["enable_metadata_routing"]:
        router = MetadataRouter(owner=estimator).add(
            monitor=scorer, method_mapping=MethodMapping().add(caller="fit", callee="score")
        )
        routed = router.route_params(caller="fit", params={"sample_weight": sample_weight})
        return routed.monitor.score
    return {"sample_weight": sample_weight} if _takes_weight(scorer) else {}


# Whose metrics may be tried before the training: a user's own may count how often it is called.
_KNOWN = ("sklearn.", "skprognet.")


class _Truth:
    """What predicts the truth, and is of the kind of an estimator."""

    def __init__(self, estimator, y):
        self._estimator, self._y = estimator, y
        if is_classifier(estimator):
            self.classes_ = estimator.classes_

    def __sklearn_tags__(self):
        return self._estimator.__sklearn_tags__()

    def predict(self, X):
        """Return the truth of the rows, which are always the same."""
        return self._y


def _check_kind(estimator, scorer, metric, name, X, y, options):
    """Raise if a known metric cannot score even the truth: most likely it is of another kind."""
    if not getattr(metric, "__module__", "").startswith(_KNOWN):
        return
    try:
        scorer(_Truth(estimator, y), X, y, **options)
    except (ValueError, TypeError, AttributeError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        if isinstance(error, AttributeError):
            if is_classifier(estimator):
                return  # the truth has no probabilities; a classifier will have them
            reason = "it needs probabilities"
        own = estimator._target_kind.default_score
        what, other = ("classes", "accuracy") if is_classifier(estimator) else ("numbers", "r2")
        raise ValueError(
            f"monitor must be able to score {what}; {name} cannot score those of y ({reason}). "
            f"Choose another one, such as {own!r}, 'loss' or {other!r}."
        ) from error


def score_of_epoch(estimator, X, y, sample_weight):
    """Return the function that scores the estimator, as it is then, on rows that do not train.

    Parameters
    ----------
    estimator : classifier
        What is being fitted, whose `monitor` is the scorer.
    X : ndarray of shape (n_rows, n_features)
        The validation or the test rows.
    y : ndarray of shape (n_rows,)
        Their labels.
    sample_weight : ndarray of shape (n_rows,) or None
        Their weights in `fit`, which a scorer that takes weights gets.

    Returns
    -------
    callable
        Without arguments; it returns a float, and raises where the scorer gives no number.

    Raises
    ------
    ValueError
        If it is a metric of another kind, as accuracy is for numbers.
    """
    own, options = _find_score(estimator.monitor), {}
    if own is None:
        scorer = get_scorer(estimator.monitor)
        metric = getattr(scorer, "_score_func", None)
        options = _weight_options(estimator, scorer, sample_weight)
        name = getattr(scorer, "__name__", repr(estimator.monitor))
    else:
        metric, name = own.function, own.name
        scorer = _call_score(own, sample_weight)
    names = getattr(estimator, "feature_names_in_", None)
    X = X if names is None else pd.DataFrame(X, columns=names)
    _check_kind(estimator, scorer, metric, name, X, y, options)

    def score():
        value = scorer(estimator, X, y, **options)
        if not isinstance(value, numbers.Real) or math.isnan(value):
            raise ValueError(
                f"monitor must give a number for the validation rows; {name} gave {value!r} in "
                f"epoch {len(estimator.net_.history)}. Choose another scorer, or validation rows "
                "on which it is defined: many need rows of every class."
            )
        return float(value)

    return score
