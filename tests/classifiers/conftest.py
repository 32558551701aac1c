"""A small problem and small networks, so that a fit takes a fraction of a second."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

from skprognet import DNNClassifier


@pytest.fixture(scope="session")
def small():
    """Give the parameters of a small network."""
    return {"hidden_layer_sizes": (12, 10), "max_epochs": 8, "lr": 5e-3, "random_state": 0}


@pytest.fixture(scope="session")
def problem():
    """Give X, a target task with text labels, and a source task on the same rows."""
    X, y = make_classification(
        150, 9, n_informative=6, n_classes=4, n_clusters_per_class=1, random_state=0
    )
    return X, np.array(["angry", "happy", "neutral", "sad"])[y], np.where(y < 2, "f", "m")


@pytest.fixture(scope="session")
def source(problem, small):
    """Give a fitted source."""
    X, _, source_y = problem
    return DNNClassifier(**small).fit(X, source_y)
