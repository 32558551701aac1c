"""Checks that an estimator with a source must pass, besides scikit-learn's own checks."""

import copy
import pickle

import numpy as np
from sklearn.base import clone, is_regressor

from skprognet.sources import as_source, is_fitted, named_sources


def _fitted_sources(estimator):
    return [source for _, source in named_sources(estimator.source) if is_fitted(source)]


def _predict(source, X):
    """Return what a source predicts, or None if it has no predictions."""
    for name in ("predict_proba", "predict"):
        if hasattr(source, name):
            return getattr(source, name)(X)
    return None


def _predict_of_source(source, X):
    """Return what a source predicts for the features of X that it reads, or None."""
    names = as_source(source).feature_names_in_
    if names is not None and set(names) <= set(getattr(X, "columns", ())):
        X = X[list(names)]
    return _predict(source, X)


def _weights(estimator):
    return {k: v.cpu().numpy() for k, v in estimator.net_.module_.state_dict().items()}


def check_source_untouched(estimator, X, y, **fit_params):
    """Check that an estimator does not change its fitted sources by a single bit.

    The weights and predictions of the sources are compared before and after `fit`, `predict`,
    ``clone``, deep copying and pickling of the estimator.

    Parameters
    ----------
    estimator : fine-tuned or progressive classifier or regressor
        An estimator with any sources; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If a source has changed.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_source_untouched
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_source_untouched(ProgressiveClassifier(source, **small), X, y)
    """
    sources = _fitted_sources(estimator)
    before = [(as_source(source).digest(), _predict_of_source(source, X)) for source in sources]
    fitted = clone(estimator).fit(X, y, **fit_params)
    fitted.predict(X)
    for copied in (clone(fitted), copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        clone(copied).fit(X, y, **fit_params)
    for source, (digest, predicted) in zip(sources, before, strict=True):
        assert as_source(source).digest() == digest, "the weights of a source have changed"
        np.testing.assert_array_equal(_predict_of_source(source, X), predicted)
    for name, source in fitted.sources_:
        assert as_source(source).digest() == fitted.source_digest_[name], (
            f"the frozen {name!r} has changed"
        )


def check_source_survives_clone(estimator, X, y, **fit_params):
    """Check that ``clone`` keeps fitted sources fitted and unchanged.

    Parameters
    ----------
    estimator : fine-tuned or progressive classifier or regressor
        An estimator with any sources; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If a source was un-fitted or replaced by another.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_source_survives_clone
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_source_survives_clone(ProgressiveClassifier(source, **small), X, y)
    """
    copied, sources = estimator, _fitted_sources(estimator)
    for _ in range(2):
        copied = clone(copied)
        kept = _fitted_sources(copied)
        assert len(kept) == len(sources), "clone has un-fitted a source"
        for source, copy_of_it in zip(sources, kept, strict=True):
            assert as_source(source).digest() == as_source(copy_of_it).digest(), (
                "clone has changed a source"
            )
        copied.fit(X, y, **fit_params)


def check_labels_round_trip(estimator, X, y, **fit_params):
    """Check that labels come out of `predict` as they went into `fit`, whatever their type.

    Parameters
    ----------
    estimator : classifier of this package
        The estimator; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,)
        Labels of the rows. The check turns them into text, integers and booleans.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If `predict` or `classes_` has other labels, or labels of another type.
    TypeError
        For a regressor, which has no labels.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_labels_round_trip
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_labels_round_trip(ProgressiveClassifier(source, **small), X, y)
    """
    if is_regressor(estimator):
        raise TypeError(
            "estimator must be a classifier for check_labels_round_trip; got the regressor "
            f"{type(estimator).__name__}. Leave this check out."
        )
    codes = np.unique(y, return_inverse=True)[1]
    for labels in (np.array([f"label {c}" for c in codes]), codes * 10 - 7, codes > 0):
        fitted = clone(estimator).fit(X, labels, **fit_params)
        predicted = fitted.predict(X)
        np.testing.assert_array_equal(fitted.classes_, np.unique(labels))
        assert predicted.dtype == labels.dtype, f"{labels.dtype} came out as {predicted.dtype}"
        assert set(predicted) <= set(labels)


def check_seed_repeats(estimator, X, y, **fit_params):
    """Check that a seed repeats the weights bit for bit, and that another seed changes them.

    Parameters
    ----------
    estimator : classifier or regressor of this package
        The estimator; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If the same seed gives different weights, or another seed the same.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_seed_repeats
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_seed_repeats(ProgressiveClassifier(source, **small), X, y)
    """
    first, second, other = (
        _weights(clone(estimator).set_params(random_state=seed).fit(X, y, **fit_params))
        for seed in (0, 0, 1)
    )
    assert all(np.array_equal(first[name], second[name]) for name in first), "seed 0 differs"
    assert any((first[name] != other[name]).any() for name in first), "seed 1 repeats seed 0"


def check_laterals_alive(estimator, X, y, **fit_params):
    """Check that training changes every lateral, and that the output depends on it.

    Parameters
    ----------
    estimator : ProgressiveClassifier or ProgressiveRegressor
        An estimator with at least one source; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If there are no laterals, training did not change one, or removing one does not change the
        predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_laterals_alive
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_laterals_alive(ProgressiveClassifier(source, **small), X, y)
    """
    unmoved = clone(estimator).set_params(random_state=0, lr=1e-300, max_epochs=1)
    start = _weights(unmoved.fit(X, y, **fit_params))
    fitted = clone(estimator).set_params(random_state=0).fit(X, y, **fit_params)
    laterals = [name for name in start if name.startswith(("laterals", "adapters"))]
    assert laterals, "there are no laterals"
    whole = _predict(fitted, X)
    for name in laterals:
        assert (_weights(fitted)[name] != start[name]).any(), f"{name} was not trained"
        silenced = copy.deepcopy(fitted)
        silenced.net_.module_.get_parameter(name).data.zero_()
        assert (_predict(silenced, X) != whole).any(), f"{name} does not matter"


def check_predictions_independent(estimator, X, y, **fit_params):
    """Check that the prediction for a row does not depend on other rows or their order.

    Parameters
    ----------
    estimator : classifier or regressor of this package
        An estimator that computes in float32; the check does not change it.
    X : array-like of shape (n_samples, n_features)
        Rows on which the estimator can be fitted.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels of the rows, or for a regressor their numbers.
    **fit_params : dict
        Passed to `fit`, such as `source_y`.

    Raises
    ------
    AssertionError
        If a bit differs.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.estimators import check_predictions_independent
    >>> X, y = make_classification(60, random_state=0)
    >>> small = dict(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> source = DNNClassifier(**small).fit(X, X[:, 0] > 0)
    >>> check_predictions_independent(ProgressiveClassifier(source, **small), X, y)
    """
    fitted = clone(estimator).fit(X, y, **fit_params)
    whole = _predict(fitted, X)
    everything = np.arange(len(whole))
    order = np.random.RandomState(0).permutation(everything)
    for rows in (order, everything[:1], everything[3:10], everything[1::2]):
        chosen = X.iloc[rows] if hasattr(X, "iloc") else np.asarray(X)[rows]
        np.testing.assert_array_equal(_predict(fitted, chosen), whole[rows])


CHECKS = (
    check_source_untouched,
    check_source_survives_clone,
    check_labels_round_trip,
    check_seed_repeats,
    check_laterals_alive,
    check_predictions_independent,
)
