"""Small studies on an invented corpus, to test what is reported and written.

All tests share them, and none changes them.
"""

import numpy as np
import pandas as pd
import pytest

from skprognet import DNNClassifier
from skprognet.experiments import Study, transfer_between_corpora, transfer_between_tasks


@pytest.fixture(scope="session")
def network():
    return DNNClassifier(hidden_layer_sizes=(8,), max_epochs=3, lr=0.01, dropout=0.1)


@pytest.fixture(scope="session")
def corpus():
    rng = np.random.default_rng(0)
    labels = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(80)]})
    labels["emotion"] = rng.choice(["angry", "sad"], 80)
    labels["gender"] = np.where(labels["speaker"] < "s2", "female", "male")
    X = rng.normal(size=(80, 5)) + (labels["emotion"] == "sad").to_numpy()[:, None]
    return X, labels


@pytest.fixture(scope="session")
def study(corpus, network):
    return transfer_between_tasks(*corpus, estimator=network, n_splits=4, n_repeats=2, n_jobs=1)


@pytest.fixture(scope="session")
def corpora(corpus, network):
    X, labels = corpus
    return transfer_between_corpora(
        {"first half": (X[:40], labels[:40]), "first-half": (X[40:], labels[40:])},
        train_folds=(1, 2),
        estimator=network,
        n_splits=4,
        n_repeats=1,
        n_jobs=1,
    )


@pytest.fixture(scope="session")
def with_scores():
    """Give a function that returns a study with the scores of some methods shifted."""

    def shifted(study, shifts, **changes):
        shift = study.scores["method"].map(shifts).fillna(0)
        spread = 0.01 * shift * (study.scores["fold"] - study.scores["fold"].mean())
        scores = study.scores.assign(score=0.5 + shift + spread, **changes)
        return Study(scores, study.curves, study.design)

    return shifted
