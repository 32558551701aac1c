"""The plan of the work: how many fits there are, and that none is made twice."""

from collections import Counter

import numpy as np
import pytest

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import RepeatedSpeakerStratifiedKFold, SourceCorpus
from skprognet.evaluation import _unit as unit_module
from skprognet.evaluation._design import check_design
from skprognet.evaluation._splits import draw_splits
from skprognet.evaluation._unit import plan_units, run_unit

OPTIONS = {"hidden_layer_sizes": (2,), "max_epochs": 1}
SPEAKER = np.array([f"s{i % 4}" for i in range(60)])


def plan(*, with_plain=True, **options):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.choice(["a", "b"], 60)
    methods = {
        "PT/FT": FineTunedClassifier(**OPTIONS),
        "ProgNet": ProgressiveClassifier(**OPTIONS),
    }
    if with_plain:
        methods = {"DNN": DNNClassifier(**OPTIONS), **methods}
    design = check_design(
        X,
        y,
        **{
            "methods": methods,
            "sources": {
                "speaker": SPEAKER,
                "half": np.where(X[:, 0] > 0, "x", "y"),
                "other": SourceCorpus(X + 1, y, SPEAKER),
            },
            "combined_sources": None,
            "source_estimator": DNNClassifier(**OPTIONS),
            "normalisation": "corpus",
            "groups": SPEAKER,
            "random_state": 0,
            "target": None,
            "corpus": "corpus",
            "train_folds": None,
            **options,
        },
    )
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
    return design, *plan_units(design, draw_splits(cv, design))


@pytest.mark.parametrize("with_plain", [True, False])
@pytest.mark.parametrize("combined", [None, [("speaker", "half")], [("speaker", "other")]])
@pytest.mark.parametrize("train_folds", [None, (1, 2)])
def test_as_many_fits_as_planned_and_each_source_once(
    with_plain, combined, train_folds, monkeypatch
):
    design, units, n_fits = plan(
        with_plain=with_plain, combined_sources=combined, train_folds=train_folds
    )
    original, seeds = unit_module.fit, []

    def count(estimator, *args, **options):
        seeds.append(estimator.random_state)
        return original(estimator, *args, **options)

    monkeypatch.setattr(unit_module, "fit", count)
    for unit, planned in zip(units, n_fits, strict=True):
        before = len(seeds)
        run_unit(design, unit)
        assert len(seeds) - before == planned
    assert Counter(seeds).most_common(1)[0][1] == 1  # no network is trained twice
    assert len({str(unit) for unit in units}) == len(units)


def test_units_name_what_runs():
    _, units, _ = plan(combined_sources=[("speaker", "other")])
    assert [str(unit) for unit in units[:3]] == [
        "repeat 1, fold 1, source none",
        "repeat 1, fold 1, source half",
        "repeat 1, fold 1, source speaker, other, speaker + other",
    ]


def test_size_of_a_design_is_that_of_its_data():
    small, *_ = plan()
    large = check_design(
        np.tile(small.X, (100, 1)),
        np.tile(small.y, 100),
        methods={"DNN": DNNClassifier()},
        sources=None,
        combined_sources=None,
        source_estimator=None,
        normalisation="none",
        random_state=0,
        target=None,
        corpus="corpus",
    )
    assert large.__sizeof__() > large.X.nbytes > 10_000
