"""The planned number of fits is correct, and no network is trained twice."""

import re
from functools import wraps

import numpy as np
import pytest
from tqdm import tqdm

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

OPTIONS = {"hidden_layer_sizes": (2,), "max_epochs": 1}
SPEAKER = np.array([f"s{i % 4}" for i in range(60)])
METHODS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
}


def run(**options):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.choice(["a", "b"], 60)
    options = {
        "methods": METHODS,
        "sources": {
            "speaker": SPEAKER,
            "half": np.where(X[:, 0] > 0, "x", "y"),
            "other": SourceCorpus(X + 1, y, SPEAKER),
        },
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0),
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, y, **options)


@pytest.fixture
def fitted_seeds(monkeypatch):
    """Give a list that receives the seed of every network that is trained."""
    seeds = []

    def recording(fit):
        @wraps(fit)
        def fit_and_record(self, *args, **options):
            seeds.append(self.random_state)
            return fit(self, *args, **options)

        return fit_and_record

    for kind in map(type, METHODS.values()):
        monkeypatch.setattr(kind, "fit", recording(kind.fit))
    return seeds


@pytest.mark.parametrize("with_dnn", [True, False])
@pytest.mark.parametrize("combined_sources", [None, [("speaker", "half")], [("speaker", "other")]])
@pytest.mark.parametrize("train_folds", [None, (1, 2)])
def test_progress_bar_counts_the_fits_and_no_network_is_trained_twice(
    with_dnn, combined_sources, train_folds, fitted_seeds, monkeypatch
):
    steps, bars, n_before = [], [], [0]

    def update(bar, n=1):
        bars.append(bar)
        steps.append((n, len(fitted_seeds) - n_before[0]))
        n_before[0] = len(fitted_seeds)

    monkeypatch.setattr(tqdm, "update", update)
    methods = METHODS if with_dnn else {k: v for k, v in METHODS.items() if k != "DNN"}
    run(methods=methods, combined_sources=combined_sources, train_folds=train_folds, verbose=1)
    assert all(n_reported == n_fitted for n_reported, n_fitted in steps)
    assert bars[0].total == len(fitted_seeds) == sum(n_reported for n_reported, _ in steps)
    assert len(set(fitted_seeds)) == len(fitted_seeds)


def test_names_of_checkpoint_files_contain_split_and_sources(tmp_path):
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
    run(combined_sources=[("speaker", "other")], cv=cv, checkpoint=tmp_path)
    names = [re.sub(r"-[0-9a-f]+\.json$", "", path.name) for path in tmp_path.glob("repeat-*")]
    assert sorted(names) == sorted(
        f"repeat-1-fold-{fold}-source-{name}"
        for fold in (1, 2, 3)
        for name in ("none", "half", "speaker-other-speaker-other")
    )
