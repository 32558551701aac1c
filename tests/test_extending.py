"""Users can extend the package with public names only. The guide shows these examples."""

import copy
import hashlib
import pickle
import re

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure
from scipy import stats
from scipy.io import wavfile
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.datasets import NamedFiles, check_corpus, load_emodb
from skprognet.displays import SourceImportanceDisplay
from skprognet.estimators import (
    check_laterals_alive,
    check_source_survives_clone,
    check_source_untouched,
    source_importances,
    source_overlap,
)
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.experiments import transfer_between_tasks, write_study
from skprognet.features import FeatureExtractor, FeatureFunction
from skprognet.metrics import Score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.persistence import save_model
from skprognet.results import compare_methods, summary_table
from skprognet.significance import SignificanceTest
from skprognet.sources import Source

# === a new kind of source ===


class ForestSource(Source):
    """A fitted random forest: in which leaf of each tree a row falls is its one layer."""

    def __init__(self, forest):
        self.forest = forest
        self.n_features_in_ = forest.n_features_in_
        trees = [tree.tree_ for tree in forest.estimators_]
        self.leaves = [np.flatnonzero(tree.children_left == -1) for tree in trees]

    def layer_sizes(self):
        return [(sum(map(len, self.leaves)),)]

    def hidden(self, X):
        encoder = OneHotEncoder(categories=self.leaves, sparse_output=False, dtype=np.float32)
        return [[torch.from_numpy(encoder.fit_transform(self.forest.apply(X)))]]

    def digest(self):
        trees = [tree.tree_ for tree in self.forest.estimators_]
        arrays = [array for t in trees for array in (t.children_left, t.feature, t.threshold)]
        return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


# --- end of the example ---

SMALL = {"hidden_layer_sizes": (8, 6), "max_epochs": 3, "lr": 0.01, "random_state": 0}


@pytest.fixture(scope="module")
def emodb():
    data = load_emodb()
    return StandardScaler().fit_transform(data.data), data.target, data.gender


@pytest.fixture(scope="module")
def forest_source(emodb):
    X, _, gender = emodb
    forest = RandomForestClassifier(4, max_leaf_nodes=6, random_state=0).fit(X, gender)
    return ForestSource(forest)


def test_a_forest_can_be_a_source_of_a_network(emodb, forest_source):
    X, y, _ = emodb
    before = forest_source.digest()
    clf = ProgressiveClassifier([("forest", forest_source)], **SMALL).fit(X, y)
    assert clf.source_digest_ == {"forest": before}
    assert clf.net_.module_.source_sizes == ((24,),)
    for check in (check_laterals_alive, check_source_untouched, check_source_survives_clone):
        check(ProgressiveClassifier(forest_source, **SMALL), X, y)
    importances = source_importances(clf, X, y, random_state=0)
    display = SourceImportanceDisplay.from_estimator(clf, X, y, random_state=0)
    display.plot(Figure().subplots())  # a figure of pyplot would stay open
    assert display.frame()["source"].tolist() == list(importances.index) == ["forest"]
    overlap = source_overlap(clf, X)
    assert overlap["own"] == 1
    assert np.isnan(overlap["forest"])  # the forest does not record its training rows
    for copied in (clone(clf), copy.deepcopy(clf), pickle.loads(pickle.dumps(clf))):
        refitted = copied.fit(X, y)
        np.testing.assert_array_equal(refitted.predict_proba(X), clf.predict_proba(X))
        assert refitted.source_digest_ == {"forest": before}
    with_chain = ProgressiveClassifier([("chain", clf), ("forest", forest_source)], **SMALL)
    assert with_chain.fit(X, y).net_.module_.source_sizes == ((24,), (8, 6), (24,))
    with pytest.raises(ValueError, match=r"^X must have the 88 features of the source; got 9"):
        with_chain.fit(X[:, :9], y)


def test_a_forest_can_be_a_source_of_a_study(emodb, forest_source, tmp_path):
    X, y, _ = emodb
    options = {
        "methods": {"DNN": DNNClassifier(**SMALL), "ProgNet": ProgressiveClassifier(**SMALL)},
        "sources": {"forest": forest_source},
        "normalisation": "none",
        "groups": load_emodb().speaker,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        "checkpoint": tmp_path,
        "n_jobs": 1,
    }
    scores = cross_validate_transfer(X, y, **options)
    of_forest = scores["source"] == "forest"
    assert set(scores.loc[~of_forest, "source"]) == {"none"}
    assert of_forest.sum() == 3
    assert scores.loc[of_forest, "source_overlap"].isna().all()
    unknown = audit(scores)["n_seen_by_source"].isna()
    assert unknown.equals(of_forest)  # nobody knows the training rows of the forest
    # A resumed study accepts the same forest, and refuses another.
    assert cross_validate_transfer(X, y, **options)["seconds"].equals(scores["seconds"])
    another_forest = copy.deepcopy(forest_source)
    another_forest.forest.estimators_.reverse()
    with pytest.raises(ValueError, match="forest"):
        cross_validate_transfer(X, y, **{**options, "sources": {"forest": another_forest}})


def test_a_forest_can_be_neither_fine_tuned_nor_stored(emodb, forest_source, tmp_path):
    X, y, _ = emodb
    message = (
        "The source of FineTunedClassifier must have layers to copy; got 'source', which has "
        "none to copy. Read it with ProgressiveClassifier."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FineTunedClassifier(forest_source, **SMALL).fit(X, y)
    clf = ProgressiveClassifier(forest_source, **SMALL).fit(X, y)
    with pytest.raises(TypeError, match=r"^A stored model must .*; got ForestSource in 'source"):
        save_model(clf, tmp_path / "model.safetensors")


# === a new score ===


def macro_f1(y_true, y_pred, sample_weight=None):
    return f1_score(y_true, y_pred, average="macro", sample_weight=sample_weight)


def test_a_new_score(tmp_path):
    score = Score("macro_f1", macro_f1, label="macro F1", range=(0, 1))
    emodb = load_emodb(as_frame=True)
    study = transfer_between_tasks(
        emodb.data,
        emodb.frame[["emotion", "speaker", "gender"]],
        sources=["gender"],
        scoring=score,
        estimator=DNNClassifier(hidden_layer_sizes=(16,), max_epochs=3, monitor=score),
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
    )
    assert set(study.scores["metric"]) == set(study.curves["metric"]) == {"macro_f1"}
    assert study.comparisons["verdict"].str.contains("macro F1 0.").all()
    write_study(study, tmp_path)
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "macro F1" in report
    # Groups are always scored by UAR. No part of the report before them mentions it.
    assert "UAR" not in report.partition("Which speakers")[0]


# === a new significance test ===


def test_a_new_significance_test():
    def wilcoxon(a, b, alternative="two-sided"):
        return stats.wilcoxon(a, b, axis=None, alternative=alternative)

    test = SignificanceTest(
        "wilcoxon",
        "Wilcoxon signed-rank test over folds",
        wilcoxon,
        fits=lambda n_repeats, n_folds, has_row_counts: n_repeats == 1 and n_folds > 5,
        one_sided=True,
    )
    folds = pd.DataFrame({"repeat": 1, "fold": np.arange(1, 9), "chance": 1 / 2})
    plain = 0.6 + 0.01 * np.array([1, -2, 4, 0, -3, 2, 5, -1])
    gain = 0.001 * np.arange(1, 9)
    dnn = folds.assign(method="DNN", source="none", score=plain)
    scores = pd.concat([dnn, folds.assign(method="ProgNet", source="gender", score=plain + gain)])

    comparisons = compare_methods(scores, test=test)
    assert comparisons.loc[0, "test"] == "Wilcoxon signed-rank test over folds"
    assert comparisons.loc[0, "pvalue"] == 2 / 2**8  # ahead in all of eight folds
    assert comparisons.loc[0, "p_chance"] == 1 / 2**8
    assert "ProgNet from gender is better than DNN" in comparisons.loc[0, "verdict"]
    assert summary_table(scores, comparisons)["marks"].tolist() == ["", "*"]
    with pytest.raises(ValueError, match="test must fit 1 x 5 folds; got 'wilcoxon'"):
        compare_methods(scores[scores["fold"] <= 5], test=test)


# === a new corpus ===


def test_a_new_corpus(tmp_path):
    names = NamedFiles(
        corpus="calls",
        example="kim_f_anger_1.wav",
        pattern=r"(?P<speaker>[a-z]+)_(?P<gender>[fm])_(?P<emotion>anger|grief)_(?P<take>\d)",
        words={
            "gender": {"f": "female", "m": "male"},
            "emotion": {"anger": "angry", "grief": "sad"},
        },
        licence="CC0-1.0",
    )

    def read_calls(root, *, emotions="all", duplicates="keep"):
        frame = names.read(root, emotions=emotions, duplicates=duplicates)
        return check_corpus(frame, duplicates=duplicates)

    for name in ["kim_f_anger_1", "kim_f_grief_1", "lee_m_anger_2", "lee_m_grief_2"]:
        (tmp_path / f"{name}.wav").write_text(name)
    calls = read_calls(tmp_path)
    assert calls["emotion"].tolist() == ["angry", "sad", "angry", "sad"]
    assert calls["gender"].tolist() == ["female", "female", "male", "male"]
    assert calls["take"].tolist() == ["1", "1", "2", "2"]
    assert calls.attrs == {"licence": "CC0-1.0"}
    (tmp_path / "holidays.wav").write_text("not of the corpus")
    with pytest.raises(ValueError, match=r"must have names like kim_f_anger_1\.wav; got 1 file"):
        read_calls(tmp_path)


# === a new feature extractor ===


def test_a_new_feature_extractor(tmp_path):
    class LoudnessFeatures(FeatureExtractor):
        def feature_function(self):
            def compute(signal, sampling_rate):
                (tmp_path / "computed").open("a").write("x")  # so that the test can count
                crossings = np.count_nonzero(np.diff(np.signbit(signal)))
                return np.sqrt(np.mean(signal**2)), crossings / len(signal) * sampling_rate

            return FeatureFunction(["rms", "crossings_per_s"], compute, {"version": 1})

    files = [tmp_path / name for name in ("low.wav", "broken.wav", "high.wav")]
    for hertz, path in zip((100, 0, 400), files, strict=True):
        tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(8_000) / 8_000)
        wavfile.write(path, 8_000, tone.astype(np.float32))
    files[1].write_bytes(b"no audio")
    extractor = LoudnessFeatures(sampling_rate=8_000, n_jobs=2, cache=tmp_path, on_error="skip")
    for _ in range(2):  # the second time, the cache has the rows
        with pytest.warns(UserWarning, match=r"1 of 3 cannot be used (.*\n)*.*broken\.wav"):
            features = extractor.transform(files)
        np.testing.assert_allclose(features, [[0.354, 199], [0.354, 799]], atol=0.001)
        assert (tmp_path / "computed").stat().st_size == 2
