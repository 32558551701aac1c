"""A source that is columns of X: only its methods read them, and the audit proves that."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, cross_validate_transfer
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.results import read_scores, score_files
from skprognet.sources import LayerSource, TorchSource

OPTIONS = {"hidden_layer_sizes": (4, 3), "max_epochs": 2, "lr": 0.01}
METHODS = {
    "DNN": DNNClassifier(**OPTIONS),
    "PT/FT": FineTunedClassifier(**OPTIONS),
    "ProgNet": ProgressiveClassifier(**OPTIONS),
    "LR": LogisticRegression(),
}
SPEAKER = np.array([f"s{i % 4}" for i in range(60)])
GENDER = np.where(np.isin(SPEAKER, ["s0", "s1"]), "female", "male")
CV = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
FEATURES = ["pitch", "energy", "rate"]
LAYERS = ["ge2e.layer1.0", "ge2e.layer1.1", "ge2e.layer2.0", "ge2e.layer2.1"]


@pytest.fixture(scope="module")
def emotion():
    return np.random.default_rng(1).choice(["angry", "sad"], 60)


@pytest.fixture(scope="module")
def features():
    return pd.DataFrame(np.random.default_rng(2).normal(size=(60, 3)), columns=FEATURES)


@pytest.fixture(scope="module")
def table(features, emotion):
    """Put the columns of the speech model before the features."""
    layers = np.random.default_rng(3).normal(size=(60, 4)) + (emotion == "sad")[:, None]
    return pd.concat([pd.DataFrame(layers, columns=LAYERS), features], axis=1)


def run(X, y, **options):
    options = {
        "methods": METHODS,
        "sources": {"gender": GENDER, "ge2e": LayerSource("ge2e")},
        "source_estimator": DNNClassifier(**OPTIONS),
        "groups": SPEAKER,
        "cv": CV,
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, y, **options)


@pytest.fixture(scope="module")
def scores(table, emotion):
    return run(table, emotion, combined_sources=[("gender", "ge2e")])


def assert_same_rows(scores, expected):
    """Check that rows are equal, without the seconds and the record of further columns of X."""
    kept = [name for name in expected if name != "seconds" and not name.startswith("columns_")]
    scores, expected = scores[kept].reset_index(drop=True), expected[kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(scores, expected, check_exact=True)


def test_methods_without_the_layer_source_do_not_depend_on_its_columns(scores, features, emotion):
    for X in (features, features.to_numpy()):
        without = run(X, emotion, sources={"gender": GENDER})
        assert_same_rows(scores[~scores["source"].str.contains("ge2e")], without)
        assert "columns_seen" not in without


@pytest.mark.parametrize("normalisation", ["training", "speaker", "none"])
def test_other_methods_do_not_depend_on_the_columns_whatever_the_normalisation(
    table, features, emotion, normalisation
):
    options = {"methods": {"DNN": METHODS["DNN"], "ProgNet": METHODS["ProgNet"]}}
    options["normalisation"] = normalisation
    whole = run(table, emotion, **options)
    assert_same_rows(
        whole[whole["source"] != "ge2e"],
        run(features, emotion, sources={"gender": GENDER}, **options),
    )


@pytest.mark.parametrize("normalisation", ["corpus", "training"])
def test_score_with_a_layer_source_equals_that_of_a_fit_by_hand(table, emotion, normalisation):
    methods = {"ProgNet": METHODS["ProgNet"]}
    sources = {"ge2e": LayerSource("ge2e")}
    scores = run(table, emotion, methods=methods, sources=sources, normalisation=normalisation)
    splits = CV.split_with_validation(table, emotion, SPEAKER)
    for (_, row), (train, validation, test) in zip(scores.iterrows(), splits, strict=True):
        rows = table if normalisation == "corpus" else table.iloc[train]
        X = StandardScaler().set_output(transform="pandas").fit(rows).transform(table)
        clf = clone(METHODS["ProgNet"]).set_params(source=LayerSource("ge2e"))
        clf.set_params(random_state=int(row["seed"])).fit(
            X.iloc[train], emotion[train], X_val=X.iloc[validation], y_val=emotion[validation]
        )
        assert row["score"] == uar_score(emotion[test], clf.predict(X.iloc[test]))
        assert clf.features_read_.tolist() == [4, 5, 6]


def test_score_with_a_task_and_a_layer_source_equals_that_of_a_fit_by_hand(scores, table, emotion):
    row = scores[scores["source"] == "gender + ge2e"].iloc[0]
    X = StandardScaler().set_output(transform="pandas").fit_transform(table)
    train, validation, test = next(CV.split_with_validation(X, emotion, SPEAKER))
    seed = scores.loc[scores["source"] == "gender", "source_seed"].iloc[0]
    gender = DNNClassifier(**OPTIONS, random_state=int(seed)).fit(
        X[FEATURES].iloc[train],
        GENDER[train],
        X_val=X[FEATURES].iloc[validation],
        y_val=GENDER[validation],
    )
    clf = clone(METHODS["ProgNet"]).set_params(random_state=int(row["seed"]))
    clf.set_params(source=[("gender", gender), ("ge2e", LayerSource("ge2e"))])
    clf.fit(X.iloc[train], emotion[train], X_val=X.iloc[validation], y_val=emotion[validation])
    assert row["score"] == uar_score(emotion[test], clf.predict(X.iloc[test]))


def test_audit_counts_withheld_columns_and_leaves_unknown_rows_empty(scores):
    audited = audit(scores)
    reads = scores["source"].str.contains("ge2e")
    assert audited["n_seen_by_source"].isna().equals(reads)
    assert (audited.loc[~reads, "n_seen_by_source"] == 0).all()
    assert audited["n_withheld"].tolist() == np.where(reads, 0, 4).tolist()
    assert (audited["n_withheld_seen"] == 0).all()


def test_scores_read_from_files_give_the_same_audit(scores, tmp_path):
    for name, content in score_files(scores).items():
        (tmp_path / name).write_bytes(content)
    assert "columns_seen" not in (tmp_path / "results.csv").read_text()
    pd.testing.assert_frame_equal(audit(read_scores(tmp_path)), audit(scores), check_dtype=False)


@pytest.mark.parametrize("copy_of_column", ["as it is", "in another unit"])
def test_audit_finds_a_copy_of_a_withheld_column_under_another_name(
    table, emotion, copy_of_column
):
    """After normalisation, a column in another unit equals the original."""
    copied = table["ge2e.layer2.0"] * (1 if copy_of_column == "as it is" else 8)
    leaking = table.assign(loudness=copied)
    scores = run(leaking, emotion, methods={n: METHODS[n] for n in ("DNN", "ProgNet")})
    with pytest.raises(ValueError, match=r"^A fit must not see the columns of a source") as raised:
        audit(scores)
    assert "; got 6 leaks: the fit of DNN in repeat 1, fold 1, or a source" in str(raised.value)
    assert "had seen columns [2] of X" in str(raised.value)
    audit(scores[scores["source"] == "ge2e"])  # methods with this source may read it


class Peeps(LogisticRegression):
    """Reports one more feature than it was given."""

    def fit(self, X, y):
        super().fit(X, y)
        self.feature_names_in_ = np.array([*X.columns, "ge2e.layer1.1"], dtype=object)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


def test_audit_trusts_the_feature_names_that_a_classifier_reports(table, emotion):
    methods = {"peeps": Peeps(), "ProgNet": METHODS["ProgNet"]}
    with pytest.raises(ValueError, match=re.escape("the fit of peeps in repeat 1, fold 1")):
        audit(run(table, emotion, methods=methods))


def test_audit_ignores_constant_columns_that_are_equal(table, emotion):
    """A hidden unit that is always zero equals any constant feature by chance."""
    constant = table.assign(**{"ge2e.layer1.1": 0.0, "rate": 0.0})
    audit(run(constant, emotion, methods={n: METHODS[n] for n in ("DNN", "ProgNet")}))


def test_two_layer_sources_do_not_see_each_others_columns(table, emotion):
    renamed = {name: name.replace("ge2e", "wavlm") for name in LAYERS}
    both = pd.concat([table, table[LAYERS].rename(columns=renamed) ** 2], axis=1)
    methods = {"ProgNet": METHODS["ProgNet"]}
    sources = {"ge2e": LayerSource("ge2e"), "wavlm": LayerSource("wavlm")}
    scores = run(
        both, emotion, methods=methods, sources=sources, combined_sources=[("ge2e", "wavlm")]
    )
    audited = audit(scores)
    together = audited["source"] == "ge2e + wavlm"
    assert audited["n_withheld"].tolist() == np.where(together, 0, 4).tolist()
    alone = run(table, emotion, methods=methods, sources={"ge2e": LayerSource("ge2e")})
    assert_same_rows(scores[scores["source"] == "ge2e"], alone)


def test_option_features_chooses_the_columns_of_all_methods(table, features, emotion):
    options = {"methods": {"DNN": METHODS["DNN"], "ProgNet": METHODS["ProgNet"]}}
    chosen = run(table, emotion, features=["pitch", "energy"], **options)
    assert_same_rows(chosen, run(table.drop(columns="rate"), emotion, **options))
    # Without a layer source, this equals a run on X with these columns only.
    options["sources"] = {"gender": GENDER}
    without = run(table, emotion, features=FEATURES, **options)
    assert_same_rows(without, run(features, emotion, **options))


def test_source_corpus_is_matched_to_the_features_of_x_by_name(table, emotion):
    rng = np.random.default_rng(5)
    other_features = pd.DataFrame(
        rng.normal(size=(60, 4)), columns=["rate", "pitch", "more", "energy"]
    )
    options = {"methods": {"ProgNet": METHODS["ProgNet"]}}
    layers = {"ge2e": LayerSource("ge2e")}
    named = SourceCorpus(other_features, emotion, SPEAKER)
    in_order = SourceCorpus(other_features[FEATURES].to_numpy(), emotion, SPEAKER)
    by_name, by_position = (
        run(table, emotion, sources={"other": other} | layers, **options)
        for other in (named, in_order)
    )
    assert_same_rows(by_name, by_position)
    audit(by_name)
    incomplete = SourceCorpus(other_features.drop(columns="rate"), emotion, SPEAKER)
    with pytest.raises(ValueError, match="features of X; got one without 1 of them: 'rate'"):
        run(table, emotion, sources={"other": incomplete} | layers, **options)


def test_source_corpus_is_matched_by_name_without_a_layer_source(features, emotion):
    other = pd.DataFrame(np.random.default_rng(5).normal(size=(60, 3)), columns=FEATURES)
    options = {"methods": {"ProgNet": METHODS["ProgNet"]}}
    in_order, reversed_order = (
        run(features, emotion, sources={"other": SourceCorpus(X, emotion, SPEAKER)}, **options)
        for X in (other, other[FEATURES[::-1]])
    )
    assert_same_rows(reversed_order, in_order)
    renamed = SourceCorpus(other.rename(columns={"rate": "speed"}), emotion, SPEAKER)
    with pytest.raises(ValueError, match="features of X; got one without 1 of them: 'rate'"):
        run(features, emotion, sources={"other": renamed}, **options)
    with pytest.raises(ValueError, match="must have its own name; got 'pitch' twice"):
        SourceCorpus(other.set_axis(["pitch", "pitch", "rate"], axis=1), emotion)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"X": "array"},
            "The source 'ge2e' cannot read X. X must be a DataFrame with text as names",
        ),
        (
            {"sources": {"w": LayerSource("wavlm")}},
            "The source 'w' cannot read X. layers must name",
        ),
        ({"features": "loud"}, "features must name columns of X"),
        (
            {"features": ["pitch", "ge2e.layer1"]},
            "features must not include columns of a source, since every method would read them; "
            "got 'ge2e.layer1.0', 'ge2e.layer1.1' of the sources 'ge2e'.",
        ),
        ({"X": "layers"}, "X must have more columns than those of the sources 'ge2e'; got no"),
        (
            {"X": "array", "features": "pitch", "sources": {"gender": GENDER}},
            "X must be a DataFrame whose column names are text, to choose columns by features='p",
        ),
    ],
)
def test_invalid_columns_are_refused(table, emotion, changes, sentence):
    shapes = {"array": table.to_numpy(), "layers": table[LAYERS]}
    X = shapes.get(changes.pop("X", None), table)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        run(X, emotion, **changes)


def test_fitted_network_reads_its_features_beside_a_layer_source(table, emotion):
    X = StandardScaler().set_output(transform="pandas").fit_transform(table)[FEATURES]
    options = {
        "methods": {"ProgNet": METHODS["ProgNet"]},
        "combined_sources": [("net", "ge2e")],
        "normalisation": "none",
    }
    named = DNNClassifier(**OPTIONS, random_state=0).fit(X, GENDER)
    sources = {"net": named, "ge2e": LayerSource("ge2e")}
    by_name = run(table, emotion, sources=sources, **options)
    assert len(by_name) == 9
    # A network without feature names gets the columns of no layer source: the same features.
    by_position = DNNClassifier(**OPTIONS, random_state=0).fit(X.to_numpy(), GENDER)
    pd.testing.assert_series_equal(
        run(table, emotion, sources={**sources, "net": by_position}, **options)["score"],
        by_name["score"],
    )


def test_torch_module_reads_the_features_beside_a_layer_source(table, emotion):
    """The module does not get the columns of the layer source."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(len(FEATURES), 3), torch.nn.Tanh())
    sources = {"module": TorchSource(module, ["1"]), "ge2e": LayerSource("ge2e")}
    options = {"methods": {"ProgNet": METHODS["ProgNet"]}, "source_estimator": None}
    both = run(table, emotion, sources=sources, combined_sources=[("module", "ge2e")], **options)
    assert len(both) == 9
    alone = run(table[FEATURES], emotion, sources={"module": sources["module"]}, **options)
    assert both.loc[both["source"] == "module", "score"].tolist() == alone["score"].tolist()

    model = ProgressiveClassifier(list(sources.items()), **OPTIONS, random_state=0)
    model.fit(table, emotion)
    without_layers = table.assign(**dict.fromkeys(LAYERS, 0.0))
    hidden = dict(model.sources_)["module"].hidden(table[FEATURES].to_numpy())[0][0]
    expected = module(torch.tensor(table[FEATURES].to_numpy(), dtype=torch.float32))
    torch.testing.assert_close(hidden, expected.detach())
    assert (model.predict_proba(without_layers) != model.predict_proba(table)).any()


def test_checkpoint_recognises_a_torch_module_by_its_weights(table, emotion, tmp_path):
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    changes = {"methods": {n: METHODS[n] for n in ("DNN", "PT/FT", "ProgNet")}}
    changes |= {"checkpoint": tmp_path, "source_estimator": None}

    def study(module):
        sources = {"module": TorchSource(module, ["1"], columns="ge2e.")}
        return run(table, emotion, sources=sources, **changes)

    scores = study(module)
    audited = audit(scores)
    assert audited["n_withheld"].tolist() == np.where(scores["source"] == "none", 4, 0).tolist()
    assert study(copy.deepcopy(module))["seconds"].equals(scores["seconds"])  # nothing is trained
    with torch.no_grad():
        module[0].weight += 1
    with pytest.raises(ValueError, match=r"of this run; got one that differs in sources\.module"):
        study(module)


@pytest.mark.parametrize(("n_values", "is_found"), [(2, False), (3, True)])
def test_audit_recognises_copies_of_three_numbers_but_not_of_two(
    n_values, is_found, table, emotion
):
    column = np.arange(60) % n_values * 1.0
    copied = table.assign(**{"ge2e.layer2.0": column, "loudness": column})
    scores = run(copied, emotion, methods={n: METHODS[n] for n in ("DNN", "ProgNet")})
    if is_found:
        with pytest.raises(ValueError, match="must not see the columns of a source"):
            audit(scores)
    else:
        audit(scores)


def test_a_checkpoint_of_other_features_is_refused(table, emotion, tmp_path):
    methods = {name: METHODS[name] for name in ("LR", "ProgNet")}
    options = {"methods": methods, "checkpoint": tmp_path}
    first = run(table, emotion, features=["pitch", "energy"], **options)
    pd.testing.assert_frame_equal(
        run(table, emotion, features=["pitch", "energy"], **options), first
    )
    with pytest.raises(ValueError, match="differs in columns"):
        run(table, emotion, features=["pitch", "rate"], **options)
