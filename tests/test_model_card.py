"""The card of a model shows only what its file records, with names as plain text."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.cli import main
from skprognet.features import FeatureOrigin
from skprognet.persistence import load_model, model_card, read_model_info, save_model

SMALL = {"hidden_layer_sizes": (3,), "max_epochs": 1, "random_state": 0}
HOSTILE = "<b>![x](https://e.org/x)\n# a | b\n---\n```\n**c** \x1b[31m"
RECORDED = {
    "target": "emotion",
    "features": {
        "feature_set": "eGeMAPSv02 + ge2e[layer1;mean]",
        "sampling_rate": 16000,
        "extractor": f"opensmile 2.6.0 + ge2e sha256:{'0' * 64}",
    },
    "table": {"name": "calls.csv", "sha256": "abc", "rows": 20, "dropped_rows": [3]},
    "counts": {
        "classes": {"angry": 8, "sad": 12},
        "speakers": 4,
        "corpora": {"emodb": 12, "mine": 8},
    },
    "validation": "speaker-independent",
    "sources": {"gender": {"column": "gender"}},
}


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def make_model(names=("f0", "f1"), labels=("angry", "sad"), source_name="gender"):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(20, 2)), columns=list(names))
    y = np.array(labels)[np.arange(20) % 2]
    scaler = StandardScaler().set_output(transform="pandas")
    source_network = DNNClassifier(**SMALL).fit(X, y)
    return make_pipeline(
        scaler, ProgressiveClassifier([(source_name, source_network)], **SMALL)
    ).fit(X, y)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("cards") / "emotion.model"
    save_model(make_model(), path, metadata=RECORDED, card=True)
    return path


def test_the_card_shows_what_the_file_records(path):
    card = model_card(path)
    for text in (
        "# ProgressiveClassifier of emotion",
        "layers 2 - 3 - 2, sigmoid",
        "- gender: DNNClassifier, angry, sad;",
        "column gender",
        read_model_info(path)["sha256"],
        "Table:** calls.csv, SHA-256 abc",
        "Rows:** 20; 1 more were left out as copies of others",
        "8 angry, 12 sad",
        "Speakers:** 4",
        "emodb, 12 rows; licence of the recordings: CC0-1.0; cite F. Burkhardt",
        "mine, 8 rows; licence of the recordings: not recorded",
        "Licence of openSMILE:** free for research and education only",
        "Licence of the speech model ge2e:** Apache-2.0",
        "license: other\nlicense_name: opensmile-research-only\nlicense_link: https://github.com/",
        "rows of speakers that are not in the training rows",
        "Article 5(1)(f)",
        "Scores on rows that did not take part in training: not recorded.",
        "predictor = load_predictor('emotion.model')\npredictor.predict(",
    ):
        assert text in card
    assert "load_model" not in card
    score = load_model(path)[-1].history_["valid_score"].iloc[0]
    assert f"was {score:.3f}. These rows chose" in card


def make_rows():
    X = np.random.default_rng(0).normal(size=(20, 2))
    return pd.DataFrame(X, columns=["f0", "f1"]), np.array(["angry", "sad"])[np.arange(20) % 2]


def test_the_card_of_a_pipeline_that_begins_with_passthrough_names_its_features(tmp_path):
    model = make_pipeline("passthrough", DNNClassifier(**SMALL)).fit(*make_rows())
    save_model(model, tmp_path / "m", card=True)
    assert "**Number:** 2, from f0 to f1\n" in (tmp_path / "m.md").read_text()


def test_no_score_is_shown_for_an_epoch_without_validation_rows(tmp_path):
    X, y = make_rows()
    save_model(DNNClassifier(**SMALL).fit(X, y).partial_fit(X, y), tmp_path / "m")
    card = model_card(tmp_path / "m")
    assert "**Epoch:** 2 of 2\n" in card
    assert "on the rows that chose the epoch was" not in card


def test_the_card_is_saved_beside_the_model_if_asked_for(path, tmp_path):
    assert (path.parent / "emotion.model.md").read_text() == model_card(path) == model_card(path)
    save_model(make_model(), tmp_path / "plain")
    assert [file.name for file in tmp_path.iterdir()] == ["plain"]
    with pytest.raises(TypeError, match="metadata must be a dict"):
        save_model(make_model(), tmp_path / "other", metadata=[], card=True)
    assert [file.name for file in tmp_path.iterdir()] == ["plain"]


def test_the_card_of_an_earlier_model_causes_a_warning(tmp_path):
    save_model(make_model(), tmp_path / "m", card=True)
    with pytest.warns(UserWarning, match=r"^The card '.*m\.md' describes an earlier model\. "):
        save_model(make_model(), tmp_path / "m")
    save_model(make_model(), tmp_path / "m", card=True)
    (tmp_path / "m.md").write_text("Notes of the user.")
    save_model(make_model(), tmp_path / "m")


def test_the_card_of_a_model_without_validation_says_that_no_rows_chose_the_epoch(tmp_path):
    save_model(make_model(), tmp_path / "model", metadata={"validation": "none"})
    card = model_card(tmp_path / "model")
    assert "Rows that chose it:** none, all epochs were trained" in card
    assert "no rows chose the epoch" in card


@pytest.mark.parametrize(
    "metadata", [None, {"table": 3, "counts": [1], "validation": [], "sources": {"gender": 1}}]
)
def test_missing_information_is_shown_as_not_recorded(metadata, tmp_path):
    save_model(make_model(), tmp_path / "model", metadata=metadata)
    card = model_card(tmp_path / "model")
    assert "# ProgressiveClassifier of an unnamed label" in card
    assert "license: unknown\npipeline_tag" in card
    for name in ("Table and rows", "Rows of each class", "Computed as", "Licence of the features"):
        assert f"**{name}:** not recorded" in card
    assert "licence of its recordings:** not recorded" in card
    assert "Rows that chose it:** not recorded" in card
    assert "where it comes from: not recorded" in card
    assert "model = load_model('model')\nmodel.predict_proba(X)  # X: 2 features" in card


def header_and_tags(markdown):
    """Return the header of a card and the HTML tags of its rendered body."""
    header, _, body = markdown.removeprefix("---\n").partition("\n---\n")
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    return header, re.findall(r"<(\w+)", page)


def test_names_with_markup_do_not_change_the_markup_of_the_card(path, tmp_path):
    metadata = {
        "target": HOSTILE,
        "features": {**RECORDED["features"], "feature_set": HOSTILE, "extractor": HOSTILE},
        "table": {"name": HOSTILE, "sha256": HOSTILE, "rows": HOSTILE},
        "counts": {
            "classes": {HOSTILE: HOSTILE, "b": 1},
            "speakers": HOSTILE,
            "corpora": {HOSTILE: HOSTILE, f"{HOSTILE}2": 1},
        },
        "validation": HOSTILE,
        "sources": {HOSTILE: {HOSTILE: HOSTILE}},
    }
    model = make_model((f"{HOSTILE}1", HOSTILE), (f"{HOSTILE}1", HOSTILE), HOSTILE)
    hostile = tmp_path / f"{HOSTILE.replace('/', '')}.model"
    save_model(model, hostile, metadata=metadata)
    plain_metadata = {
        **RECORDED,
        "features": {**RECORDED["features"], "feature_set": "a", "extractor": "b"},
    }
    save_model(make_model(), tmp_path / "plain", metadata=plain_metadata)
    actual, expected = (
        header_and_tags(model_card(hostile)),
        header_and_tags(model_card(tmp_path / "plain")),
    )
    assert actual == expected
    assert "\x1b" not in model_card(hostile)


def test_the_card_shows_scores_of_a_study_with_their_spread(path, tmp_path):
    folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2]})
    scores = folds.assign(
        method="ProgNet", source="gender", score=[0.5, 0.7, 0.6, 0.6], normalisation="training"
    )
    card = model_card(path, scores=scores)
    assert "(target: not recorded; corpus: not recorded) measured ProgNet from gender in " in card
    assert "in 2 repeats of 2 folds; normalisation: training. These are scores of" in card
    assert "| ProgNet  | gender   | 0.600 ± 0.071 |" in card
    scores.to_csv(tmp_path / "results.csv", index=False)
    result = run("inspect", path, "--card", "--scores", tmp_path / "results.csv")
    assert result.stdout == card


def scores_of_study(**changes):
    """Return the scores of three methods on two folds."""
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2], "score": [0.5, 0.7], "chance": 0.5})
    folds = folds.assign(target="emotion", corpus="mine")
    methods = [("DNN", "none"), ("PT/FT", "gender"), ("ProgNet", "gender"), ("ProgNet", "age")]
    rows = [folds.assign(method=method, source=source) for method, source in methods]
    return pd.concat(rows).assign(**changes)


def test_the_card_shows_scores_of_the_recorded_method_and_source_only(path, tmp_path):
    card = model_card(path, scores=scores_of_study())
    assert (
        "(target: emotion; corpus: mine) measured PT/FT from gender, ProgNet from gender" in card
    )
    assert "| age" not in card
    save_model(make_model(), tmp_path / "m", metadata={**RECORDED, "method": "ProgNet"})
    section = model_card(tmp_path / "m", scores=scores_of_study()).split("## Evaluation")[1]
    assert "measured ProgNet from gender in 1 repeat of 2 folds" in section
    assert "PT/FT" not in section


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "gender"}, "the target that the file records, 'emotion'; got 'gender'."),
        (
            {"chance": 0.25},
            "the 2 classes of the model, 'angry', 'sad'; got the chance level of",
        ),
        ({"source": "age"}, "what the file records, a method from gender; got 'DNN from age', "),
    ],
)
def test_scores_of_other_networks_are_refused(path, changes, sentence):
    with pytest.raises(ValueError, match=f"^scores must (be of|have) {sentence}"):
        model_card(path, scores=scores_of_study(**changes))


def test_train_writes_the_card_and_inspect_prints_it(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"speaker": list("abcd") * 10, "corpus": "mine", "f0": range(40)})
    frame["emotion"] = rng.permutation(["angry", "sad"] * 20)
    frame["f1"] = rng.normal(size=40)
    frame.to_csv(tmp_path / "t.csv", index=False)
    options = ["--hidden-layers", "2", "--max-epochs", "1", "--card", "-o", tmp_path / "m"]
    assert run("train", tmp_path / "t.csv", *options).exit_code == 0
    card = (tmp_path / "m.md").read_text()
    assert run("inspect", tmp_path / "m", "--card").stdout == card
    assert "20 angry, 20 sad" in card
    assert "Speakers:** 4" in card
    assert "**Corpus:** mine, 40 rows" in card
    for wrong in (["--card", "--json"], ["--scores", tmp_path / "t.csv"]):
        assert run("inspect", tmp_path / "m", *wrong).exit_code == 2
    exported = run("export", tmp_path / "m", "-o", tmp_path / "m.onnx")
    assert exported.stdout.startswith(f"Wrote {tmp_path / 'm.onnx'} (")
    assert run("export", tmp_path / "m", "-o", tmp_path / "m").exit_code == 2


def test_licences_depend_on_the_extractor_of_the_features():
    origin = FeatureOrigin("a[x;mean]", 16000, f"a sha256:{'0' * 64}")
    assert origin.licences == {"the speech model a": None}
    assert list(FeatureOrigin("eGeMAPSv02", 16000, "opensmile 2.6.0").licences) == ["openSMILE"]
