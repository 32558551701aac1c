"""The placebo of a source: the same network, as many weights, and a source that knows nothing.

How much the placebo says about a source is measured in a benchmark.
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


def same(one, other):
    one, other = (scores.drop(columns="seconds").reset_index(drop=True) for scores in (one, other))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def is_placebo(scores):
    return scores["source"].str.startswith("placebo of ")


@pytest.fixture(scope="module")
def scores():
    return run()


def test_each_source_that_prognet_reads_has_one_beside_it(scores):
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


def test_all_other_rows_keep_their_digits(scores):
    same(scores[~is_placebo(scores)], run(placebo=False))


def test_a_placebo_is_the_same_whatever_else_runs(scores):
    alone = run(
        placebo=["ge2e"],
        sources={"ge2e": LayerSource("ge2e")},
        combined_sources=None,
        methods={"ProgNet": METHODS["ProgNet"]},
    )
    columns = ["source", "seed", "score", "rows_seen"]  # without a DNN it has no baseline
    chosen = scores[scores["source"] == "placebo of ge2e"].reset_index(drop=True)
    kept = alone[is_placebo(alone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[columns], chosen[columns], check_exact=True)


def test_a_combination_brings_the_placebos_of_its_members():
    without = count_fits(X, EMOTION, **options(placebo=False))
    # In each split three rows, and the network of the shuffled gender.
    together = count_fits(X, EMOTION, **options(placebo=["gender + ge2e"]))
    assert together == without + 3 * (3 + 1)


FEWER = {
    "methods": {"ProgNet": METHODS["ProgNet"]},
    "sources": {"gender": GENDER, "ge2e": LayerSource("ge2e")},
}


def test_it_does_not_depend_on_the_workers(scores):
    with joblib.parallel_config("threading"):
        threads = run(n_jobs=2, **FEWER).drop(columns=["seconds", "baseline"])
    chosen = (scores["method"] == "ProgNet") & ~scores["source"].str.contains("speaker")
    chosen = scores.loc[chosen, list(threads)].reset_index(drop=True)
    pd.testing.assert_frame_equal(threads, chosen, check_exact=True)


def test_a_run_that_stopped_goes_on(tmp_path):
    unbroken = run(checkpoint=tmp_path, **FEWER)
    finished = sorted(tmp_path.glob("repeat-*.json"))
    names = {re.sub(r"repeat-1-fold-\d-source-|-[0-9a-f]+\.json$", "", f.name) for f in finished}
    # What is read together is one job, so that nothing is trained twice.
    assert names == {
        "gender-ge2e-gender-ge2e",
        "placebo-of-gender-placebo-of-ge2e-placebo-of-gender-ge2e",
    }
    for path in finished[::2]:
        path.unlink()
    same(run(checkpoint=tmp_path, **FEWER), unbroken)
    with pytest.raises(ValueError, match=r"got one that differs in placebo \(then \("):
        run(checkpoint=tmp_path, **FEWER, placebo=["gender"])


class Rows(Source):
    """Its layer is the number of the row, which stands in the first column of X."""

    def layer_sizes(self):
        return [(1,)]

    def hidden(self, X):
        return [[torch.tensor(X[:, :1])]]

    def digest(self):
        return "rows"


class Keeps(ProgressiveClassifier):
    """Keeps what was fitted."""

    kept = []

    def fit(self, X, y, *, X_val=None, y_val=None):
        super().fit(X, y, X_val=X_val, y_val=y_val)
        self.kept.append((self, X, X_val))
        return self


def layers_read(numbers):
    """Return what each fit read, as pairs of rows: the row, and that whose layers it got."""
    Keeps.kept.clear()
    run(
        data=numbers,
        methods={"ProgNet": Keeps(**OPTIONS)},
        sources={"rows": Rows()},
        combined_sources=None,
        source_estimator=None,
        normalisation="none",
    )
    found = []
    for clf, train, validation in Keeps.kept:
        if type(clf.source).__name__ != "PlaceboSource":
            continue
        ((_, source),) = clf.sources_
        parts = []
        for rows in (train, validation):
            ((layer,),) = source.hidden(np.asarray(rows))
            parts.append((np.asarray(rows)[:, 0], layer[:, 0].numpy()))
        found.append((clf, source, parts))
    return found


def test_layers_are_permuted_within_training_validation_and_test_rows():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    found = layers_read(numbers)
    assert len(found) == len(SPLITS)
    for (_, source, parts), split in zip(found, SPLITS, strict=True):
        parts += [(split[2], source.hidden(numbers[split[2]])[0][0][:, 0].numpy())]
        for (rows, got), expected in zip(parts, split, strict=True):
            assert rows.tolist() == expected.tolist()
            assert sorted(got) == sorted(expected)  # the same numbers ...
            assert (got != rows).mean() > 0.5  # ... at other places
    orders = {tuple(parts[0][1]) for _, _, parts in found}
    assert len(orders) == 3


def test_smaller_training_sets_are_permuted_within_themselves():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    cv = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
    Keeps.kept.clear()
    run(
        data=numbers,
        cv=cv,
        methods={"ProgNet": Keeps(**OPTIONS)},
        sources={"rows": Rows()},
        combined_sources=None,
        normalisation="none",
        train_folds=(1, 2),
    )
    sizes = set()
    for clf, train, _ in Keeps.kept:
        ((_, source),) = clf.sources_
        assert sorted(source.hidden(train)[0][0][:, 0].tolist()) == sorted(train[:, 0])
        sizes.add(len(train))
    assert len(sizes) > 1


def test_a_placebo_has_as_many_weights_and_its_own_digest():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    found = layers_read(numbers)
    of_source = [clf for clf, _, _ in Keeps.kept if isinstance(clf.source, Rows)]
    for (placebo, source, _), clf in zip(found, of_source, strict=True):
        shapes = [
            [tuple(p.shape) for p in each.net_.module_.parameters()] for each in (placebo, clf)
        ]
        assert shapes[0] == shapes[1]
        assert source.digest() != clf.sources_[0][1].digest()
    assert len({source.digest() for _, source, _ in found}) == 3
    assert all(source.own_features == () for _, source, _ in found)


def test_rows_that_are_equal_in_what_the_source_reads():
    """The other columns tell them apart: the layers of every row of the set are given once."""
    numbers = np.column_stack([np.repeat(np.arange(30.0), 2), np.arange(60.0)])
    for _, _, ((rows, got), _) in layers_read(numbers):
        assert sorted(rows) == sorted(got)


def test_rows_that_are_equal_in_all_columns_have_equal_layers():
    numbers = np.column_stack([np.repeat(np.arange(30.0), 2), np.zeros(60)])
    for _, _, ((rows, got), _) in layers_read(numbers):
        assert pd.Series(got).groupby(rows).nunique().max() == 1


def test_a_placebo_is_no_model_to_deploy():
    numbers = np.column_stack([np.arange(60.0), np.zeros(60)])
    clf, _, _ = layers_read(numbers)[0]
    sentence = (
        "A placebo source must get rows from the table of its study; got 2 of 3 rows that are not "
        "in it. Do not deploy this control of a study."
    )
    with pytest.raises(ValueError, match=re.escape(sentence)):
        clf.predict(np.array([[5.0, 0.0], [5.5, 0.0], [-1.0, 0.0]]))


class Learns(DNNClassifier):
    """Notes the labels that it learns."""

    given = []

    def fit(self, X, y, *, X_val=None, y_val=None):
        self.given.append((X, y, X_val, y_val))
        return super().fit(X, y, X_val=X_val, y_val=y_val)


def learned(**changes):
    Learns.given.clear()
    changes = {
        "methods": {"ProgNet": METHODS["ProgNet"]},
        "combined_sources": None,
        "source_estimator": Learns(**OPTIONS),
        "normalisation": "none",
        "data": X[NAMES[:2]].to_numpy(),
        **changes,
    }
    return run(**changes), list(Learns.given)


def test_a_task_is_learned_with_labels_shuffled_within_each_set():
    scores, given = learned(sources={"gender": GENDER})
    placebo = scores[is_placebo(scores)]
    for (_, row), split, (rows, labels, val_rows, val_labels) in zip(
        placebo.iterrows(), SPLITS, given[1::2], strict=True
    ):
        train, validation, test = split
        for got, where in ((labels, train), (val_labels, validation)):
            assert sorted(got) == sorted(GENDER[where])
            assert (got != GENDER[where]).any()
        # Its score is that against the labels as they are, and the fit can be done by hand.
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


def test_another_corpus_is_learned_with_labels_shuffled_within_each_set():
    theirs = np.random.default_rng(7).normal(size=(60, 2))
    labels = np.random.default_rng(8).choice(["x", "y", "z"], 60)
    scores, given = learned(sources={"other": SourceCorpus(theirs, labels, SPEAKER)})
    splits = CV.split_with_validation(theirs, labels, SPEAKER)
    for (train, validation, _), (_, got, _, val_got) in zip(splits, given[1::2], strict=True):
        for shuffled, where in ((got, train), (val_got, validation)):
            assert sorted(shuffled) == sorted(labels[where])
            assert (shuffled != labels[where]).any()
    assert scores.loc[is_placebo(scores), "source_score"].notna().all()


def test_a_network_that_came_fitted_is_permuted_too():
    Z = StandardScaler().fit_transform(X[NAMES[:2]])
    elsewhere = np.random.default_rng(3).normal(size=(60, 2))
    network = DNNClassifier(**OPTIONS, random_state=0).fit(elsewhere, GENDER)
    changes = {
        "data": X[NAMES[:2]].to_numpy(),
        "sources": {"net": network},
        "combined_sources": None,
        "methods": {"ProgNet": METHODS["ProgNet"]},
    }
    scores = run(**changes)
    assert is_placebo(scores).sum() == 3
    assert (audit(scores)["n_seen_by_source"] == 0).all()
    knows = DNNClassifier(**OPTIONS, random_state=0).fit(Z, GENDER)
    leaks = run(**{**changes, "sources": {"net": knows}})
    with pytest.raises(ValueError, match="the source of ProgNet from placebo of net in repeat 1"):
        audit(leaks[is_placebo(leaks)])


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
            "The placebo of 'gender' needs a ProgressiveClassifier, which keeps its number of "
            "weights with it; got the methods 'PT/FT'. Add a ProgressiveClassifier, or leave "
            "placebo out.",
        ),
    ],
)
def test_placebos_that_cannot_be_are_refused(changes, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        run(**changes)


def test_no_placebo_is_asked_for_by_an_empty_list():
    assert count_fits(X, EMOTION, **options(placebo=())) == count_fits(
        X, EMOTION, **options(placebo=False)
    )
