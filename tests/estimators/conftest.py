"""A small problem and small networks, so that a fit takes a fraction of a second."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from skorch.callbacks import Callback

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
    """Give a network fitted on the source task."""
    X, _, source_y = problem
    return DNNClassifier(**small).fit(X, source_y)


class SeenRows(Callback):
    """Keeps each batch that the network reads, those of training and of validation apart."""

    def on_train_begin(self, net, **kwargs):
        self.batches = {True: [], False: []}

    def on_batch_begin(self, net, batch, training, **kwargs):
        X = batch[0]["X"] if isinstance(batch[0], dict) else batch[0]
        self.batches[training].append(X.numpy())


@pytest.fixture(scope="session")
def seen_rows():
    """Give the class of the callback that keeps the rows a network reads."""
    return SeenRows


@pytest.fixture(scope="session")
def split_of():
    """Give a function that returns the training and the validation rows of a fitted classifier."""

    def find(classifier, X):
        # The first feature identifies a row. After the features, a progressive network reads more.
        (seen,) = [c for _, c in classifier.net_.callbacks_ if isinstance(c, SeenRows)]
        first_feature = np.float32(X)[:, 0]
        assert len(np.unique(first_feature)) == len(first_feature)
        parts = [np.concatenate(seen.batches[training])[:, 0] for training in (True, False)]
        return [np.flatnonzero(np.isin(first_feature, np.float32(part))) for part in parts]

    return find
