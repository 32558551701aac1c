"""The plan of the work: how many fits there are, and that none is made twice."""

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
def fitted(monkeypatch):
    """Give the seed of every network that is trained from here on."""
    seeds = []

    def counted(fit):
        @wraps(fit)
        def count(self, *args, **options):
            seeds.append(self.random_state)
            return fit(self, *args, **options)

        return count

    for kind in map(type, METHODS.values()):
        monkeypatch.setattr(kind, "fit", counted(kind.fit))
    return seeds


@pytest.mark.parametrize("with_plain", [True, False])
@pytest.mark.parametrize("combined", [None, [("speaker", "half")], [("speaker", "other")]])
@pytest.mark.parametrize("train_folds", [None, (1, 2)])
def test_as_many_fits_as_planned_and_each_source_once(
    with_plain, combined, train_folds, fitted, monkeypatch
):
    steps, bars, before = [], [], [0]

    def update(bar, n=1):
        bars.append(bar)
        steps.append((n, len(fitted) - before[0]))
        before[0] = len(fitted)

    monkeypatch.setattr(tqdm, "update", update)
    methods = METHODS if with_plain else {k: v for k, v in METHODS.items() if k != "DNN"}
    run(methods=methods, combined_sources=combined, train_folds=train_folds, verbose=1)
    assert all(told == made for told, made in steps)  # the progress bar keeps step
    assert bars[0].total == len(fitted) == sum(told for told, _ in steps)
    assert len(set(fitted)) == len(fitted)  # no network is trained twice


def test_files_of_a_checkpoint_name_what_ran(tmp_path):
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
    run(combined_sources=[("speaker", "other")], cv=cv, checkpoint=tmp_path)
    names = [re.sub(r"-[0-9a-f]+\.json$", "", path.name) for path in tmp_path.glob("repeat-*")]
    assert sorted(names) == sorted(
        f"repeat-1-fold-{fold}-source-{name}"
        for fold in (1, 2, 3)
        for name in ("none", "half", "speaker-other-speaker-other")
    )
