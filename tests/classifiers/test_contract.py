"""scikit-learn's own checks."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier

SMALL = {"hidden_layer_sizes": (16,), "activation": "tanh", "max_epochs": 60, "lr": 0.02}
STOCHASTIC = {
    "check_sample_weight_equivalence_on_dense_data": (
        "with mini-batches and dropout a row of weight 2 is in one batch, a repeated row in two, "
        "and their masks differ: equal in expectation only"
    )
}
DETERMINISTIC = {
    "batch_size": 10**6,
    "dropout": 0.0,
    "early_stopping": False,
    "dtype": "float64",
}
CLASSIFIERS = [DNNClassifier, FineTunedClassifier, ProgressiveClassifier]


@parametrize_with_checks(
    [cls(**SMALL) for cls in CLASSIFIERS],
    expected_failed_checks=lambda estimator: STOCHASTIC,
    xfail_strict=True,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@parametrize_with_checks([cls(**SMALL, **DETERMINISTIC) for cls in CLASSIFIERS])
def test_scikit_learn_checks_without_chance(estimator, check):
    check(estimator)


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_defaults_are_those_of_the_paper(cls):
    params = cls().get_params()
    paper = {
        "hidden_layer_sizes": (256, 256, 256, 256),
        "activation": "sigmoid",
        "dropout": 0.5,
        "lr": 5e-4,
        "max_epochs": 600,
        "batch_size": 32,
        "optimizer": "adam",
        "patience": None,
    }
    assert {name: params[name] for name in paper} == paper
