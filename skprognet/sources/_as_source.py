"""Find the source in a model."""

from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted
from torch import nn

from skprognet.sources._mlp import MLPSource
from skprognet.sources._pipeline import PipelineSource
from skprognet.sources._source import Source


def as_source(model):
    """Return a model as a source that other networks can read.

    A model with a method ``as_source()``, such as the estimators of this package, defines its
    source itself. Other models are scikit-learn's ``MLPClassifier`` and ``MLPRegressor``, and a
    pipeline, a ``FrozenEstimator`` or a fitted search around a model that can be read.

    Parameters
    ----------
    model : Source or estimator
        The model to read. It need not be fitted yet.

    Returns
    -------
    Source
        A view of the model, without its own weights.

    Raises
    ------
    TypeError
        If the layers of the model cannot be read, or its method ``as_source()`` does not return a
        Source.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.neural_network import MLPClassifier, MLPRegressor
    >>> from skprognet.sources import as_source
    >>> X, y = make_classification(60, random_state=0)
    >>> mlp = MLPClassifier((5, 4), max_iter=2000, random_state=0).fit(X, y)
    >>> as_source(mlp).layer_sizes()
    [(5, 4)]
    """
    source = _find_source(model)
    if source is None and isinstance(model, nn.Module):
        raise TypeError(
            "A torch module must come with the names of its hidden layers; got "
            f"{type(model).__name__} alone. Pass TorchSource(module, layers=[...])."
        )
    if source is None:
        raise TypeError(
            "source must be a network of this package, an MLPClassifier or MLPRegressor, a Source "
            "or an estimator with a method as_source(), or a pipeline, FrozenEstimator or fitted "
            f"search around one of these; got {model!r:.200}. Pass one of these."
        )
    return source


def network_of(model):
    """Return the network in a model, which may be a pipeline, FrozenEstimator or search.

    Parameters
    ----------
    model : object
        Any object.

    Returns
    -------
    estimator or None
        An estimator of this package, an ``MLPClassifier`` or ``MLPRegressor``; None without one.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn.svm import SVC
    >>> from skprognet import DNNClassifier
    >>> from skprognet.sources import network_of
    >>> network_of(make_pipeline(StandardScaler(), DNNClassifier(lr=0.01)))
    DNNClassifier(lr=0.01)
    >>> network_of(SVC()) is None
    True
    """
    source = _find_source(model)
    return None if source is None else source.network


def is_source(model):
    """Return whether an object is a model, fitted or not, rather than a table of labels."""
    return isinstance(model, Source) or (
        not isinstance(model, type) and (hasattr(model, "get_params") or _offers_source(model))
    )


def is_fitted(model):
    """Return whether a model is fitted; a source without `fit` always is."""
    if isinstance(model, FrozenEstimator):
        return is_fitted(model.estimator)
    if isinstance(model, Pipeline) and model.steps and isinstance(model.steps[-1][1], Source):
        # scikit-learn would ask the source itself, which is no estimator.
        before = [part for _, step in model.steps[:-1] for part in _transformers(step)]
        return all(map(is_fitted, before))
    if not hasattr(model, "fit"):
        return isinstance(model, Source) or _offers_source(model)
    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True


def _offers_source(model):
    return callable(getattr(model, "as_source", None))


def _find_source(model):
    """Return the source in a model, or None. Its own method takes precedence over its type."""
    if isinstance(model, type):
        return None
    if isinstance(model, Source):
        return model
    if isinstance(model, FrozenEstimator):
        return _find_source(model.estimator)
    if _offers_source(model):
        return _checked(model.as_source())
    if isinstance(model, (MLPClassifier, MLPRegressor)):
        return MLPSource(model)
    if hasattr(model, "best_estimator_"):
        return _find_source(model.best_estimator_)
    if isinstance(model, Pipeline):
        return _find_in_pipeline(model)
    return None


def _checked(source):
    """Return the result of a method ``as_source()``; raise unless it is a source."""
    if not isinstance(source, Source):
        raise TypeError(
            f"as_source() must return a Source; got {source!r:.200}. Return "
            "skprognet.sources.as_source(network), or a Source of your own."
        )
    return source


def _find_in_pipeline(pipeline):
    """Return the source at the end of a pipeline, together with the steps before it."""
    *before, last = [step for _, step in pipeline.steps]
    source = _find_source(last)
    steps = [part for step in before for part in _transformers(step)]
    if isinstance(source, PipelineSource):  # a pipeline in a pipeline
        steps, source = [*steps, *source.steps], source.last
    return PipelineSource(steps, source) if source is not None and steps else source


def _transformers(step):
    """Return the transformers that a step of a pipeline consists of."""
    if step is None or isinstance(step, str):  # "passthrough"
        return []
    if isinstance(step, FrozenEstimator):
        return _transformers(step.estimator)
    if isinstance(step, Pipeline):
        return [part for _, inner in step.steps for part in _transformers(inner)]
    return [step]
