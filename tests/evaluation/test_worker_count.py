"""A run starts worker processes only if they save more time than they cost."""

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.neural_network import MLPClassifier

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import plan_call
from skprognet.evaluation._worker_count import worth_workers
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr("skprognet.evaluation._worker_count.effective_n_jobs", lambda n_jobs: 4)


def chosen_n_jobs(n_jobs=-1, other_methods=None, n_repeats=1, **network):
    rng = np.random.default_rng(0)
    n_rows = 200
    plan = plan_call(
        X=rng.normal(size=(n_rows, 88)),
        y=np.arange(n_rows) % 2,
        methods={
            "DNN": DNNClassifier(**network),
            "ProgNet": ProgressiveClassifier(**network),
            **(other_methods or {}),
        },
        sources={"gender": np.arange(n_rows) // 2 % 2},
        source_estimator=DNNClassifier(**network),
        groups=np.arange(n_rows) % 5,
        cv=RepeatedSpeakerStratifiedKFold(5, n_repeats=n_repeats, random_state=0),
    )
    return worth_workers(plan.run, plan.jobs, sum(plan.n_fits), n_jobs)


def test_short_run_uses_one_process():
    assert chosen_n_jobs(max_epochs=1) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"max_epochs": 600},
        {"max_epochs": 1, "n_repeats": 100},
        {"max_epochs": 1, "hidden_layer_sizes": (4096,) * 4},
        {"max_epochs": 100, "hidden_layer_sizes": (2,), "batch_size": 1},
        {"max_epochs": 1, "other_methods": {"MLP": MLPClassifier()}},  # of unknown duration
    ],
)
def test_long_run_uses_all_cores(changes):
    assert chosen_n_jobs(**changes) == -1


@pytest.mark.parametrize("n_jobs", [1, 2, -2, None])
def test_explicit_n_jobs_is_kept(n_jobs):
    assert chosen_n_jobs(n_jobs, max_epochs=1) == n_jobs


def test_run_within_parallel_config_keeps_all_jobs():
    with parallel_config("threading"):
        assert chosen_n_jobs(max_epochs=1) == -1
