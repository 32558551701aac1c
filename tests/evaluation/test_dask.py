"""A study on a Dask cluster gives the same result, even if a worker process dies."""

import logging
import os
import signal

import joblib
import numpy as np
import pandas as pd
import pytest
from dask.sizeof import sizeof
from distributed import Client, LocalCluster
from sklearn.base import BaseEstimator, ClassifierMixin

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

OPTIONS = {"hidden_layer_sizes": (6,), "max_epochs": 2, "lr": 0.01}


class DiesOnce(ClassifierMixin, BaseEstimator):
    """Kills the worker process that first fits it, and predicts the most frequent class."""

    def __init__(self, marker):
        self.marker = marker

    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.most_ = self.classes_[counts.argmax()]
        try:
            os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return self
        os.kill(os.getpid(), signal.SIGKILL)

    def predict(self, X):
        return np.repeat(self.most_, len(X))


@pytest.fixture(scope="module")
def cluster():
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as local,
        Client(local) as client,
    ):
        yield client


@pytest.fixture
def client(cluster):
    """Wait until both workers run: the previous test may have killed one."""
    cluster.wait_for_workers(2)
    return cluster


def run(marker, **options):
    rng = np.random.default_rng(0)
    speaker = np.array([f"s{i % 5}" for i in range(200)])
    return cross_validate_transfer(
        rng.normal(size=(200, 40)),
        rng.choice(["a", "b"], 200),
        methods={
            "DNN": DNNClassifier(**OPTIONS),
            "ProgNet": ProgressiveClassifier(**OPTIONS),
            "dies": DiesOnce(str(marker)),
        },
        sources={"speaker": speaker},
        source_estimator=DNNClassifier(**OPTIONS),
        groups=speaker,
        cv=RepeatedSpeakerStratifiedKFold(4, n_repeats=2, random_state=0),
        **options,
    )


def test_run_on_dask_survives_a_killed_worker_with_the_same_result(client, tmp_path):
    (tmp_path / "never").touch()
    expected, predictions = run(tmp_path / "never", n_jobs=1, return_predictions=True)
    pids_before = set(client.run(os.getpid).values())
    with joblib.parallel_config("dask"):
        scores, dask_predictions = run(
            tmp_path / "once", checkpoint=tmp_path / "run", return_predictions=True
        )
    pd.testing.assert_frame_equal(dask_predictions, predictions, check_exact=True)
    assert (tmp_path / "once").exists()
    client.wait_for_workers(2)
    pids_after = set(client.run(os.getpid).values())
    assert len(pids_before - pids_after) == 1  # one of the two was replaced
    pd.testing.assert_frame_equal(
        scores.drop(columns="seconds"), expected.drop(columns="seconds"), check_exact=True
    )
    assert len(list((tmp_path / "run").glob("repeat-*.json"))) == 16
    assert not audit(scores)["n_seen"].any()


def test_data_is_sent_to_each_worker_once(client, tmp_path):
    (tmp_path / "never").touch()
    scattered, original = [], client.scatter

    def count(data, *args, **options):
        scattered.append((data, options))
        return original(data, *args, **options)

    client.scatter = count
    try:
        with joblib.parallel_config("dask"):
            run(tmp_path / "never")
    finally:
        del client.scatter
    ((designs, options),) = scattered  # once, to all workers
    assert options["broadcast"]
    assert len(designs) == 1
    assert designs[0].X.shape == (200, 40)
    assert sizeof(designs[0]) > designs[0].X.nbytes  # Dask plans its memory by this size
