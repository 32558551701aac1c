"""The placebo of a source: the same network with as many weights, and a source without knowledge.

A benchmark measures how much the placebo says about a source.
"""

import re

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, count_fits, cross_validate_transfer
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.sources import LayerSource, Source

OPTIONS = {"hidden_layer_sizes": (4, 3), "max_epochs": 2, "lr": 0.01}
METHODS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
}
SPEAKER = np.array([f"s{i % 4}" for i in range(60)])
GENDER = np.where(np.isin(SPEAKER, ["s0", "s1"]), "female", "male")
EMOTION = np.random.default_rng(0).choice(["angry", "sad"], 60)
NAMES = ["pitch", "energy", "ge2e.layer1.0", "ge2e.layer1.1", "ge2e.layer2.0"]
X = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 5)), columns=NAMES)
CV = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
SPLITS = list(CV.split_with_validation(X, EMOTION, SPEAKER))


def options(**changes):
    return {
        "methods": METHODS,
        "sources": {"gender": GENDER, "speaker": SPEAKER, "ge2e": LayerSource("ge2e")},
        "combined_sources": [("gender", "ge2e")],
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": CV,
        "placebo": True,
        **changes,
    }


def run(n_jobs=1, checkpoint=None, data=X, **changes):
    return cross_validate_transfer(
        data, EMOTION, n_jobs=n_jobs, checkpoint=checkpoint, **options(**changes)
    )


def assert_same_rows(scores, expected):
    scores, expected = (
        table.drop(columns="seconds").reset_index(drop=True) for table in (scores, expected)
    )
    pd.testing.assert_frame_equal(scores, expected, check_exact=True)


def is_placebo(scores):
    return scores["source"].str.startswith("placebo of ")


@pytest.fixture(scope="module")
def scores():
    return run()


def test_each_source_of_prognet_has_a_placebo(scores):
    entries = scores[["method", "source"]].drop_duplicates().itertuples(index=False, name=None)
    assert list(entries) == [
        ("DNN", "none"),
        ("PT/FT", "gender"),
        ("ProgNet", "gender"),
        ("ProgNet", "placebo of gender"),
        ("PT/FT", "speaker"),
        ("ProgNet", "speaker"),
        ("ProgNet", "placebo of speaker"),
        ("ProgNet", "ge2e"),
        ("ProgNet", "placebo of ge2e"),
        ("ProgNet", "gender + ge2e"),
        ("ProgNet", "placebo of gender + ge2e"),
    ]
    # Two sources and two placebos are trained in each of three splits.
    assert count_fits(X, EMOTION, **options()) == len(scores) + 4 * 3
    trained = scores["source"].isin(["gender", "speaker"])
    assert (scores["source_seed"].notna() == trained | is_trained_placebo(scores)).all()
    assert scores["seed"].nunique() == len(scores)
    audit(scores)


def is_trained_placebo(scores):
    return scores["source"].isin(["placebo of gender", "placebo of speaker"])


def test_placebos_do_not_change_the_other_rows(scores):
    assert_same_rows(scores[~is_placebo(scores)], run(placebo=False))


def test_placebo_does_not_depend_on_the_other_methods_and_sources(scores):
    alone = run(
        placebo=["ge2e"],
        sources={"ge2e": LayerSource("ge2e")},
        combined_sources=None,
        methods={"ProgNet": METHODS["ProgNet"]},
    )
    columns = ["source", "seed", "score", "rows_seen"]  # not the baseline, which needs a DNN
    chosen = scores[scores["source"] == "placebo of ge2e"].reset_index(drop=True)
    kept = alone[is_placebo(alone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[columns], chosen[columns], check_exact=True)


def test_placebo_of_a_combination_trains_the_placebos_of_its_members():
    without = count_fits(X, EMOTION, **options(placebo=False))
    # Each split gains three rows, and the network of the shuffled gender.
    with_placebo = count_fits(X, EMOTION, **options(placebo=["gender + ge2e"]))
    assert with_placebo == without + 3 * (3 + 1)


FEWER = {
    "methods": {"ProgNet": METHODS["ProgNet"]},
    "sources": {"gender": GENDER, "ge2e": LayerSource("ge2e")},
}


def test_placebo_does_not_depend_on_the_number_of_workers(scores):
    with joblib.parallel_config("threading"):
        threaded = run(n_jobs=2, **FEWER).drop(columns=["seconds", "baseline"])
    chosen = (scores["method"] == "ProgNet") & ~scores["source"].str.contains("speaker")
    chosen = scores.loc[chosen, list(threaded)].reset_index(drop=True)
    pd.testing.assert_frame_equal(threaded, chosen, check_exact=True)


def test_stopped_run_with_placebos_continues(tmp_path):
    uninterrupted = run(checkpoint=tmp_path, **FEWER)
    finished = sorted(tmp_path.glob("repeat-*.json"))
    names = {re.sub(r"repeat-1-fold-\d-source-|-[0-9a-f]+\.json$", "", f.name) for f in finished}
    # Combined sources share a job, so that no network is trained twice.
    assert names == {
        "gender-ge2e-gender-ge2e",
        "placebo-of-gender-placebo-of-ge2e-placebo-of-gender-ge2e",
    }
    for path in finished[::2]:
        path.unlink()
    assert_same_rows(run(checkpoint=tmp_path, **FEWER), uninterrupted)
    with pytest.raises(ValueError, match=r"got one that differs in placebo \(then \("):
        run(checkpoint=tmp_path, **FEWER, placebo=["gender"])


class RowNumbers(Source):
    """A source whose layer is the first column of X, which holds the number of the row."""

    def layer_sizes(self):
        return [(1,)]

    def hidden(self, X):
        return [[torch.tensor(X[:, :1])]]

    def digest(self):
        return "rows"


class KeepsFits(ProgressiveClassifier):
    """Records each fitted classifier with its training and validation rows."""

    kept = []

    def fit(self, X, y, *, X_val=None, y_val=None):
        super().fit(X, y, X_val=X_val, y_val=y_val)
        self.kept.append((self, X, X_val))
        return self


def layers_read(numbers):
    """Return each placebo fit, its source, and its sets as (row numbers, rows of their layers)."""
    KeepsFits.kept.clear()
    run(
        data=numbers,
        methods={"ProgNet": KeepsFits(**OPTIONS)},
        sources={"rows": RowNumbers()},
        combined_sources=None,
        source_estimator=None,
        normalisation="none",
    )
    placebo_fits = []
    for clf, train, validation in KeepsFits.kept:
        if type(clf.source).__name__ != "PlaceboSource":
            continue
        ((_, source),) = clf.sources_
        parts = []
        for rows in (train, validation):
            ((layer,),) = source.hidden(np.asarray(rows))
            parts.append((np.asarray(rows)[:, 0], layer[:, 0].numpy()))
        placebo_fits.append((clf, source, parts))
    return placebo_fits


def test_layers_are_permuted_within_training_validation_and_test_rows():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    placebo_fits = layers_read(numbers)
    assert len(placebo_fits) == len(SPLITS)
    for (_, source, parts), split in zip(placebo_fits, SPLITS, strict=True):
        parts += [(split[2], source.hidden(numbers[split[2]])[0][0][:, 0].numpy())]
        for (rows, layer_rows), expected in zip(parts, split, strict=True):
            assert rows.tolist() == expected.tolist()
            assert sorted(layer_rows) == sorted(expected)  # the layers of the same rows ...
            assert (layer_rows != rows).mean() > 0.5  # ... in another order
    orders = {tuple(parts[0][1]) for _, _, parts in placebo_fits}
    assert len(orders) == 3


def test_placebo_of_a_task_learns_labels_of_the_smaller_training_set():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
    _, fits = run_and_record(data=numbers, sources={"gender": GENDER}, train_folds=(1, 2), cv=cv)
    for rows, labels, *_ in fits:
        assert sorted(labels) == sorted(GENDER[rows[:, 0].astype(int)])
    assert len({len(rows) for rows, *_ in fits}) > 1


def test_layers_are_permuted_within_smaller_training_sets():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
    KeepsFits.kept.clear()
    run(
        data=numbers,
        cv=cv,
        methods={"ProgNet": KeepsFits(**OPTIONS)},
        sources={"rows": RowNumbers()},
        combined_sources=None,
        normalisation="none",
        train_folds=(1, 2),
    )
    sizes = set()
    for clf, train, _ in KeepsFits.kept:
        ((_, source),) = clf.sources_
        assert sorted(source.hidden(train)[0][0][:, 0].tolist()) == sorted(train[:, 0])
        sizes.add(len(train))
    assert len(sizes) > 1


def test_placebo_has_as_many_weights_as_its_source_and_its_own_digest():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    placebo_fits = layers_read(numbers)
    of_source = [clf for clf, _, _ in KeepsFits.kept if isinstance(clf.source, RowNumbers)]
    for (placebo, source, _), clf in zip(placebo_fits, of_source, strict=True):
        shapes = [
            [tuple(p.shape) for p in model.net_.module_.parameters()] for model in (placebo, clf)
        ]
        assert shapes[0] == shapes[1]
        assert source.digest() != clf.sources_[0][1].digest()
    assert len({source.digest() for _, source, _ in placebo_fits}) == 3
    assert all(source.own_features == () for _, source, _ in placebo_fits)


def test_rows_equal_in_the_layer_but_not_in_x_keep_all_layers():
    """The other columns tell the rows apart, so the layers of every row are used once."""
    numbers = np.column_stack([np.repeat(np.arange(30.0), 2), np.arange(60.0)])
    for _, _, ((rows, layer_rows), _) in layers_read(numbers):
        assert sorted(rows) == sorted(layer_rows)


def test_rows_equal_in_all_columns_have_equal_layers():
    numbers = np.column_stack([np.repeat(np.arange(30.0), 2), np.zeros(60)])
    for _, _, ((rows, layer_rows), _) in layers_read(numbers):
        assert pd.Series(layer_rows).groupby(rows).nunique().max() == 1


def test_placebo_refuses_to_predict_rows_outside_its_study():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    clf, _, _ = layers_read(numbers)[0]
    sentence = (
        "A placebo source must get rows from the table of its study; got 2 of 3 rows that are not "
        "in it. Do not deploy this control of a study."
    )
    with pytest.raises(ValueError, match=re.escape(sentence)):
        clf.predict(np.array([[5.0, 0.0], [5.5, 0.0], [-1.0, 0.0]]))


class RecordsLabels(DNNClassifier):
    """Records the rows and labels of each fit."""

    fits = []

    def fit(self, X, y, *, X_val=None, y_val=None):
        self.fits.append((X, y, X_val, y_val))
        return super().fit(X, y, X_val=X_val, y_val=y_val)


def run_and_record(**changes):
    RecordsLabels.fits.clear()
    changes = {
        "methods": {"ProgNet": METHODS["ProgNet"]},
        "combined_sources": None,
        "source_estimator": RecordsLabels(**OPTIONS),
        "normalisation": "none",
        "data": X[NAMES[:2]].to_numpy(),
        **changes,
    }
    return run(**changes), list(RecordsLabels.fits)


def test_placebo_of_a_task_learns_labels_shuffled_within_each_set():
    scores, fits = run_and_record(sources={"gender": GENDER})
    placebo = scores[is_placebo(scores)]
    for (_, row), split, (rows, labels, val_rows, val_labels) in zip(
        placebo.iterrows(), SPLITS, fits[1::2], strict=True
    ):
        train, validation, test = split
        for shuffled, subset in ((labels, train), (val_labels, validation)):
            assert sorted(shuffled) == sorted(GENDER[subset])
            assert (shuffled != GENDER[subset]).any()
        # Its score is against the true labels, and a fit by hand gives the same.
        source = DNNClassifier(**OPTIONS, random_state=int(row["source_seed"]))
        source.fit(rows, labels, X_val=val_rows, y_val=val_labels)
        numbers = X[NAMES[:2]].to_numpy()
        assert row["source_score"] == uar_score(GENDER[test], source.predict(numbers[test]))
        clf = clone(METHODS["ProgNet"]).set_params(source=source, random_state=int(row["seed"]))
        clf.fit(
            numbers[train],
            EMOTION[train],
            X_val=numbers[validation],
            y_val=EMOTION[validation],
        )
        assert row["score"] == uar_score(EMOTION[test], clf.predict(numbers[test]))
    audit(scores)


def test_placebo_of_a_corpus_learns_labels_shuffled_within_each_set():
    other_X = np.random.default_rng(7).normal(size=(60, 2))
    labels = np.random.default_rng(8).choice(["x", "y", "z"], 60)
    scores, fits = run_and_record(sources={"other": SourceCorpus(other_X, labels, SPEAKER)})
    splits = CV.split_with_validation(other_X, labels, SPEAKER)
    for (train, validation, _), (_, train_labels, _, val_labels) in zip(
        splits, fits[1::2], strict=True
    ):
        for shuffled, subset in ((train_labels, train), (val_labels, validation)):
            assert sorted(shuffled) == sorted(labels[subset])
            assert (shuffled != labels[subset]).any()
    assert scores.loc[is_placebo(scores), "source_score"].notna().all()


def test_fitted_network_has_a_placebo_that_the_audit_checks():
    scaled = StandardScaler().fit_transform(X[NAMES[:2]])
    unrelated = np.random.default_rng(3).normal(size=(60, 2))
    network = DNNClassifier(**OPTIONS, random_state=0).fit(unrelated, GENDER)
    changes = {
        "data": X[NAMES[:2]].to_numpy(),
        "sources": {"net": network},
        "combined_sources": None,
        "methods": {"ProgNet": METHODS["ProgNet"]},
    }
    scores = run(**changes)
    assert is_placebo(scores).sum() == 3
    assert (audit(scores)["n_seen_by_source"] == 0).all()
    trained_on_test_rows = DNNClassifier(**OPTIONS, random_state=0).fit(scaled, GENDER)
    leaking = run(**{**changes, "sources": {"net": trained_on_test_rows}})
    with pytest.raises(ValueError, match="the source of ProgNet from placebo of net in repeat 1"):
        audit(leaking[is_placebo(leaking)])


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        (
            {"sources": {"placebo of gender": GENDER}, "combined_sources": None},
            ValueError,
            "The name of a source must not begin with 'placebo of ', which is reserved for the "
            "controls of placebo=; got 'placebo of gender'. Rename it.",
        ),
        (
            {"placebo": "gender"},
            TypeError,
            "placebo must be True, False or a sequence of names of sources; got 'gender'. Put a "
            "single name in a list.",
        ),
        (
            {"placebo": ["age"]},
            ValueError,
            "placebo must hold names of sources, among 'gender', 'speaker', 'ge2e', "
            "'gender + ge2e'; got 'age'. Correct these names.",
        ),
        (
            {
                "methods": {"PT/FT": METHODS["PT/FT"]},
                "sources": {"gender": GENDER},
                "combined_sources": None,
            },
            ValueError,
            "The placebo of 'gender' must be read by a ProgressiveClassifier; got the methods "
            "'PT/FT'. Add a ProgressiveClassifier, or leave placebo out.",
        ),
    ],
)
def test_invalid_placebos_are_refused(changes, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        run(**changes)


def test_empty_list_of_placebos_adds_none():
    assert count_fits(X, EMOTION, **options(placebo=())) == count_fits(
        X, EMOTION, **options(placebo=False)
    )
