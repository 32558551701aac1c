"""`audit` finds every way in which a fit could have seen what it was tested on."""

import re
from base64 import b64decode, b64encode

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold, RepeatedStratifiedGroupKFold

OPTIONS = {"hidden_layer_sizes": (4,), "max_epochs": 1}
SPEAKER = np.array([f"s{i % 6}" for i in range(60)])


class Leaky:
    """Speaker folds in which two test rows are also in the training or the validation set."""

    n_repeats = 1

    def __init__(self, part):
        self.part = part

    def split_with_validation(self, X, y, groups):
        honest = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
        for train, validation, test in honest.split_with_validation(X, y, groups):
            if self.part == "train":
                train = np.r_[train, test[:2]]
            else:
                validation = np.r_[validation, test[:2]]
            yield train, validation, test


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 3)), np.array(["a", "b"] * 30)


def run(corpus, **options):
    X, y = corpus
    options = {
        "methods": {"ProgNet": ProgressiveClassifier(**OPTIONS)},
        "sources": {"speaker": SPEAKER},
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, y, **options)


def mask_of(text):
    """Decode a recorded set of rows: their number, and a bit for each row in base 64."""
    n_rows, bits = text.split(":")
    return np.unpackbits(np.frombuffer(b64decode(bits), dtype=np.uint8), count=int(n_rows))


def test_recorded_rows_are_those_of_the_folds(corpus):
    X, y = corpus
    scores = run(corpus, methods={"DNN": DNNClassifier(**OPTIONS), "svm": LinearSVC()}, sources={})
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
    for fold, (train, validation, test) in enumerate(cv.split_with_validation(X, y, SPEAKER), 1):
        rows = scores[scores["fold"] == fold].set_index("method")
        network, svm = rows.loc["DNN"], rows.loc["svm"]
        seen = np.sort(np.r_[train, validation])
        np.testing.assert_array_equal(np.flatnonzero(mask_of(network["rows_seen"])), seen)
        np.testing.assert_array_equal(np.flatnonzero(mask_of(svm["rows_seen"])), train)
        np.testing.assert_array_equal(np.flatnonzero(mask_of(svm["rows_tested"])), test)


@pytest.mark.parametrize("normalisation", ["corpus", "training", "none"])
def test_run_without_leaks_passes_from_memory_and_from_a_file(corpus, normalisation, tmp_path):
    scores = run(corpus, normalisation=normalisation)
    scores.to_csv(tmp_path / "results.csv", index=False)
    for audited in (audit(scores), audit(pd.read_csv(tmp_path / "results.csv"))):
        assert audited["n_tested"].tolist() == [20, 20, 20]
        assert not audited[["n_seen", "n_seen_by_source"]].any(axis=None)


@pytest.mark.parametrize("part", ["train", "validation"])
@pytest.mark.parametrize("method", ["network", "svm"])
def test_audit_finds_test_rows_in_the_training_or_validation_set(corpus, part, method):
    if method == "svm" and part == "validation":
        scores = run(corpus, cv=Leaky(part), methods={"svm": LinearSVC()}, sources={})
        assert not audit(scores)["n_seen"].any()  # the SVM never gets the validation rows
        return
    methods = {"network": ProgressiveClassifier(**OPTIONS), "svm": LinearSVC()}
    sources = {"speaker": SPEAKER} if method == "network" else {}
    scores = run(corpus, cv=Leaky(part), methods={method: methods[method]}, sources=sources)
    with pytest.raises(
        ValueError,
        match="of network from speaker in repeat 1, fold 1 had seen rows"
        if method == "network"
        else "of svm in repeat 1, fold 1 had seen rows",
    ):
        audit(scores)


def test_error_names_the_fit_and_the_leaked_rows(corpus):
    scores = run(corpus, cv=Leaky("train"))
    test = np.flatnonzero(mask_of(scores.loc[0, "rows_tested"]))
    seen = np.flatnonzero(mask_of(scores.loc[0, "rows_seen"]))
    leaked = np.intersect1d(test, seen).tolist()
    assert len(leaked) == 2
    with pytest.raises(ValueError, match="got 6 leaks: ") as raised:
        audit(scores)
    assert str(raised.value).startswith(
        "A fit and its source must not see rows or groups that the fit is tested on; got 6 leaks: "
        f"the fit of ProgNet from speaker in repeat 1, fold 1 had seen rows {leaked}; the source "
        f"of ProgNet from speaker in repeat 1, fold 1 had seen rows {leaked};"
    )


def test_audit_finds_a_duplicate_row_in_another_fold(corpus):
    X, y = corpus
    X = X.copy()
    X[6] = X[40]  # these rows are in different folds
    with pytest.raises(ValueError, match="remove duplicate rows"):
        audit(run((X, y)))


def test_audit_finds_a_fitted_source_trained_on_the_test_rows(corpus):
    X, _ = corpus
    scaled = StandardScaler().fit_transform(X)
    network = DNNClassifier(**OPTIONS).fit(scaled, SPEAKER)
    scores = run(corpus, sources={"pretrained": network}, source_estimator=None)
    assert (scores["source_overlap"] == 1).all()
    with pytest.raises(ValueError, match=r"the source of ProgNet from .* had seen rows"):
        audit(scores)
    rng = np.random.default_rng(1)
    unrelated = DNNClassifier(**OPTIONS).fit(rng.normal(size=(60, 3)), SPEAKER)
    scores = run(corpus, sources={"elsewhere": unrelated}, source_estimator=None)
    assert (scores["source_overlap"] == 0).all()
    assert not audit(scores)["n_seen_by_source"].any()


def test_audit_finds_a_source_corpus_with_the_same_recordings(corpus):
    X, y = corpus
    rng = np.random.default_rng(2)
    other = rng.normal(5, 3, size=(60, 3))
    clean = SourceCorpus(other, y, SPEAKER)
    assert not audit(run(corpus, sources={"other": clean}))["n_seen_by_source"].any()
    other = other.copy()
    other[30:] = X[:30]  # the same rows look different after normalisation
    mixed = SourceCorpus(other, y, SPEAKER)
    scores = run(corpus, sources={"other": mixed})
    assert (scores["source_overlap"] > 0).all()
    with pytest.raises(ValueError, match=r"the source of ProgNet from .* had seen rows"):
        audit(scores)


def test_rows_seen_by_a_source_that_keeps_no_record_are_unknown(corpus):
    X, _ = corpus
    mlp = MLPClassifier((4,), max_iter=1000, tol=1).fit(X, SPEAKER)
    scores = run(corpus, sources={"mlp": mlp}, source_estimator=None)
    audited = audit(scores)
    assert audited["n_seen"].tolist() == [0, 0, 0]
    assert audited["n_seen_by_source"].isna().all()
    assert scores["source_overlap"].isna().all()


def test_audit_finds_shared_speakers_only_if_groups_are_passed(corpus):
    shared = run(corpus)
    audit(shared)
    with pytest.raises(ValueError, match="got 6 leaks: ") as raised:
        audit(shared, groups=SPEAKER)
    for fit_or_source in ("fit", "source"):
        assert (
            f"the {fit_or_source} of ProgNet from speaker in repeat 1, fold 1 had seen groups "
            "['s0', 's1', 's2', 's3', 's4'] and 1 more; "
        ) in str(raised.value)
    cv = RepeatedStratifiedGroupKFold(3, n_repeats=1, random_state=0)
    separate = run(corpus, cv=cv, methods={"FT": FineTunedClassifier(**OPTIONS)})
    assert not audit(separate, groups=SPEAKER)[["n_seen", "n_seen_by_source"]].any(axis=None)


def record(n_rows, **rows):
    """Return the scores of one fit, with the rows encoded here and not by the package."""
    bits = {name: np.packbits(np.isin(np.arange(n_rows), rows[name])) for name in rows}
    columns = {name: f"{n_rows}:{b64encode(packed).decode()}" for name, packed in bits.items()}
    return pd.DataFrame([{"method": "P", "source": "x", "repeat": 1, "fold": 1} | columns])


def test_audit_reads_records_of_any_number_of_rows(rng):
    for n_rows in range(2, 51):
        half = np.sort(rng.permutation(n_rows)[: n_rows // 2])
        other = np.setdiff1d(np.arange(n_rows), half)
        scores = record(n_rows, rows_tested=half, rows_seen=other, rows_seen_by_source=other)
        assert audit(scores)["n_tested"].tolist() == [len(half)]
        leaking = record(n_rows, rows_tested=half, rows_seen=half[-1:], rows_seen_by_source=[])
        with pytest.raises(ValueError, match=rf"had seen rows \[{half[-1]}\]\."):
            audit(leaking)


@pytest.mark.parametrize(
    ("fit_or_source", "rows"),
    [
        ("fit", {"rows_seen": [1], "rows_seen_by_source": [2, 3]}),
        ("source", {"rows_seen": [2, 3], "rows_seen_by_source": [1]}),
    ],
)
def test_audit_finds_a_test_speaker_seen_only_by_the_fit_or_by_the_source(fit_or_source, rows):
    scores = record(4, rows_tested=[0], **rows)
    assert audit(scores)["n_tested"].tolist() == [1]
    message = (
        f"1 leak: the {fit_or_source} of P from x in repeat 1, fold 1 had seen groups ['Kim']. Do"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        audit(scores, groups=["Kim", "Kim", "Lee", "Mo"])
    audit(scores, groups=["Kim", "Lee", "Lee", "Mo"])


def network_trained_on(X, y, n_rows):
    """Return a network trained on the first rows of X, normalised over the whole of X."""
    scaled = StandardScaler().fit_transform(X)
    return DNNClassifier(**OPTIONS).fit(scaled[:n_rows], y[:n_rows])


@pytest.mark.parametrize("order", [("clean", "knows"), ("knows", "clean")])
def test_audit_checks_every_source_of_a_combination(corpus, order):
    X, y = corpus
    rng = np.random.default_rng(1)
    clean = DNNClassifier(**OPTIONS).fit(rng.normal(size=(60, 3)), y)
    sources = {"clean": clean, "knows": network_trained_on(X, y, 60)}
    scores = run(corpus, sources=sources, combined_sources=[order], source_estimator=None)
    both = scores[scores["source"] == " + ".join(order)]
    assert (both["source_overlap"] == 1).all()
    message = f"the source of ProgNet from {' + '.join(order)} in repeat 1, fold 1 had seen rows"
    with pytest.raises(ValueError, match=re.escape(message)):
        audit(both)
    audit(scores[scores["source"] == "clean"])


def test_source_overlap_is_the_share_of_test_rows_that_the_source_saw(corpus):
    X, y = corpus
    scores = run(corpus, sources={"knows": network_trained_on(X, y, 25)}, source_estimator=None)
    cv = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
    shares = [np.mean(test < 25) for _, test in cv.split(X, y, SPEAKER)]
    np.testing.assert_allclose(scores["source_overlap"], shares)
    assert 0 < min(shares) < max(shares) < 1


def test_audit_refuses_scores_with_missing_or_broken_records(corpus):
    scores = run(corpus)
    with pytest.raises(ValueError, match="got a table without 'rows_seen'"):
        audit(scores.drop(columns="rows_seen"))
    with pytest.raises(ValueError, match=re.escape("got '60:gA'")):
        audit(scores.assign(rows_seen="60:gA"))
    for column in ("rows_seen", "rows_seen_by_source"):
        with pytest.raises(ValueError, match=r"^A set of rows must be text .* got nan\."):
            audit(scores.assign(**{column: np.nan}))
    with pytest.raises(ValueError, match=r"^scores must have one row for each fit; got none\."):
        audit(scores[:0])


def test_groups_are_refused_for_scores_of_several_corpora_of_one_size():
    rows = {"rows_tested": [0], "rows_seen": [1], "rows_seen_by_source": [1]}
    parts = [record(4, **rows).assign(corpus=name) for name in ("a", "b")]
    scores = pd.concat(parts, ignore_index=True)
    assert audit(scores)["n_seen"].tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"of one corpus .* got the corpora 'a', 'b'\. Call"):
        audit(scores, groups=["Kim", "Lee", "Lee", "Mo"])
    audit(scores[:1], groups=["Kim", "Lee", "Lee", "Mo"])


def test_a_tuple_of_scores_and_curves_is_refused():
    with pytest.raises(TypeError, match=r"^scores must be a DataFrame .*; got tuple\."):
        audit((pd.DataFrame(), pd.DataFrame()))


def test_groups_are_refused_for_scores_of_corpora_of_different_sizes():
    parts = [record(n, rows_tested=[0], rows_seen=[1], rows_seen_by_source=[1]) for n in (4, 5)]
    scores = pd.concat(parts, ignore_index=True)
    assert audit(scores)["n_seen"].tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"of one corpus .* got corpora of 4, 5 rows\. Call"):
        audit(scores, groups=["Kim", "Lee", "Lee", "Mo"])


def test_a_method_that_uses_no_validation_rows_has_none(corpus):
    methods = {"SVM": LinearSVC(), "DNN": DNNClassifier(**OPTIONS)}
    scores = run(corpus, methods=methods, sources={})
    sizes = scores.groupby("method")[["n_train", "n_validation", "n_test"]].first()
    assert sizes.loc["SVM"].tolist() == [20, 0, 20]
    assert sizes.loc["DNN"].tolist() == [20, 20, 20]
