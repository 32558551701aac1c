"""Score epochs by a quantity of the net itself, a `Score`, or a scikit-learn scorer."""

import math
import numbers
from inspect import signature

import pandas as pd
from sklearn import get_config
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping

from skprognet._wording import did_you_mean
from skprognet.metrics import Score, get_score, get_score_names

LOSS = "loss"


def check_monitor(monitor, default_score):
    """Raise unless `monitor` is "loss", a score, a scorer, or the name of one of these.

    A score of the package must be of the same kind of target as `default_score`.
    """
    expected = (
        f"monitor must be {default_score!r}, 'loss', a Score, or a scorer of scikit-learn or its "
        "name"
    )
    kind = _kind_of_score(monitor)
    if kind not in (None, get_score(default_score).kind):
        name = monitor.name if isinstance(monitor, Score) else monitor
        raise ValueError(
            f"{expected}; got {name!r}, which is a score of {kind}. Choose another score."
        )
    if isinstance(monitor, Score):
        return
    if isinstance(monitor, str):
        names = [LOSS, default_score, *get_scorer_names()]
        if monitor not in names:
            hint = did_you_mean(monitor, names, "See get_scorer_names() for the names.")
            raise ValueError(f"{expected}; got {monitor!r}. {hint}")
    elif not callable(monitor) or isinstance(monitor, type):
        raise TypeError(f"{expected}; got {monitor!r}. Pass one of these.")
    elif not _is_called_as_scorer(monitor):
        name = getattr(monitor, "__name__", repr(monitor))
        raise TypeError(
            "monitor must be callable as scorer(estimator, X, y); got the function "
            f"{name}. Turn a metric into a scorer: make_scorer({name})."
        )


def _kind_of_score(monitor):
    """Return the kind of target of a score, classes or numbers; None if unknown."""
    if isinstance(monitor, str):
        return get_score(monitor).kind if monitor in get_score_names() else None
    return monitor.kind if isinstance(monitor, Score) else None


def _is_called_as_scorer(function):
    try:
        signature(function).bind("estimator", "X", "y")
    except TypeError:
        return False
    except ValueError:  # written in C, it may have no signature
        return True
    return True


def greater_is_better(monitor):
    """Return whether the greatest number marks the best epoch.

    It does for scorers of scikit-learn and for minus the loss; a `Score` has an attribute for it.
    """
    return not isinstance(monitor, Score) or monitor.greater_is_better


def net_score(monitor, default_score):
    """Return the name of the quantity that the net computes itself, or None.

    These quantities are the loss and the score named `default_score`.
    """
    if isinstance(monitor, Score) and monitor.name in get_score_names():
        monitor = monitor.name if monitor == get_score(monitor.name) else None
    return monitor if isinstance(monitor, str) and monitor in (default_score, LOSS) else None


def _call_score(score, sample_weight):
    """Return a function of (estimator, X, y) that computes a score, weighted if possible."""
    takes_weight = "sample_weight" in signature(score.function).parameters
    weight = sample_weight if takes_weight else None
    return lambda estimator, X, y: score(y, estimator.predict(X), sample_weight=weight)


def _takes_weight(scorer):
    # A scorer of make_scorer accepts any weight and passes it to its metric, which may not.
    asked = getattr(scorer, "_accept_sample_weight", None)
    return asked() if asked else "sample_weight" in signature(scorer).parameters


def _weight_options(estimator, scorer, sample_weight):
    """Return the keyword arguments that pass the weights to the scorer, if it takes them."""
    if sample_weight is None:
        return {}
    if get_config()["enable_metadata_routing"]:
        router = MetadataRouter(owner=estimator).add(
            monitor=scorer, method_mapping=MethodMapping().add(caller="fit", callee="score")
        )
        routed = router.route_params(caller="fit", params={"sample_weight": sample_weight})
        return routed.monitor.score
    return {"sample_weight": sample_weight} if _takes_weight(scorer) else {}


# Only these packages' metrics are tried before training; a user's metric may count its calls.
_KNOWN = ("sklearn.", "skprognet.")


class _Truth:
    """A model of the same kind as an estimator that predicts the truth."""

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
    """Raise if a known metric cannot even score the truth, so it is of another kind."""
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
        default_score = estimator._target_kind.default_score
        what, other = ("classes", "accuracy") if is_classifier(estimator) else ("numbers", "r2")
        raise ValueError(
            f"monitor must be able to score the {what} of y; got {name}, which cannot ({reason}). "
            f"Choose another one, such as {default_score!r}, 'loss' or {other!r}."
        ) from error


def score_of_epoch(estimator, X, y, sample_weight):
    """Return a function that scores the current estimator on validation or test rows.

    Parameters
    ----------
    estimator : estimator
        The estimator being fitted, whose `monitor` is the scorer.
    X : ndarray of shape (n_rows, n_features)
        The validation or the test rows.
    y : ndarray of shape (n_rows,) or (n_rows, n_outputs)
        Their labels or numbers.
    sample_weight : ndarray of shape (n_rows,) or None
        Their weights in `fit`, for a scorer that takes weights.

    Returns
    -------
    callable
        Takes no arguments and returns a float; raises ValueError if the scorer gives no number.

    Raises
    ------
    ValueError
        If the metric is of another kind, such as accuracy for numbers.
    """
    options = {}
    if not isinstance(estimator.monitor, Score):
        scorer = get_scorer(estimator.monitor)
        metric = getattr(scorer, "_score_func", None)
        options = _weight_options(estimator, scorer, sample_weight)
        name = getattr(scorer, "__name__", repr(estimator.monitor))
    else:
        package_score = get_score(estimator.monitor)
        metric, name = package_score.function, package_score.name
        scorer = _call_score(package_score, sample_weight)
    names = getattr(estimator, "feature_names_in_", None)
    X = X if names is None else pd.DataFrame(X, columns=names)
    _check_kind(estimator, scorer, metric, name, X, y, options)

    def score():
        value = scorer(estimator, X, y, **options)
        if not isinstance(value, numbers.Real) or math.isnan(value):
            raise ValueError(
                f"monitor must give a number for the validation rows; got {value!r} from {name} "
                f"in epoch {len(estimator.net_.history)}. Choose another scorer, or validation "
                "rows on which it is defined: many scorers need rows of every class."
            )
        return float(value)

    return score
