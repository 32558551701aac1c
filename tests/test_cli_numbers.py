"""Numbers on the command line: how they are recognised, and from speech to a report."""

import io
import tomllib

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet import DNNRegressor, ProgressiveRegressor
from skprognet.cli import main
from skprognet.metrics import ccc_score
from skprognet.persistence import load_model, read_model_info
from skprognet.results import (
    agreement_by_method,
    most_disputed,
    read_predictions,
    read_scores,
)

NETWORK = ["--hidden-layers", "6", "--max-epochs", "4", "--lr", "0.01"]
TINY = [*NETWORK, "--n-jobs", "1", "--folds", "3", "--repeats", "1"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def frame_of(seed):
    """Return 48 utterances of six speakers: the first feature tells arousal."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"file": [f"{seed}-{i:02}.wav" for i in range(48)]})
    frame["speaker"] = [f"0{i % 6}" for i in range(48)]
    frame["gender"] = np.where(frame["speaker"] < "03", "female", "male")
    frame["arousal"] = (3 + np.linspace(-1.5, 1.5, 48)).round(2)
    frame["age"] = rng.integers(20, 70, size=48)
    frame["naturalness"] = rng.integers(1, 6, size=48)
    frame["a"] = frame["arousal"] + 0.3 * rng.normal(size=48)
    return frame.assign(b=rng.normal(size=48), c=rng.normal(size=48))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Give two tables of features and labels, one with text columns and one with typed ones."""
    folder = tmp_path_factory.mktemp("data")
    paths = folder / "first.csv", folder / "second.parquet"
    frame_of(0).to_csv(paths[0], index=False)
    frame_of(1).to_parquet(paths[1])
    return paths


# Classes or numbers


@pytest.mark.parametrize("place", [0, 1])
def test_ratings_are_predicted_as_numbers_and_the_command_says_so(tables, place, tmp_path):
    table, model = tables[place], tmp_path / "model"
    result = done("train", table, "--target", "arousal", *NETWORK, "-o", model)
    assert (
        "arousal: 48 numbers from 1.5 to 4.5, so numbers are predicted. To take each number "
        "as a class, add --classes.\n"
    ) in result.stderr
    assert isinstance(load_model(model)[-1], DNNRegressor)
    assert "DNNRegressor of arousal (numbers of mean " in result.stdout
    assert "by the CCC on speakers that did not train" in result.stdout
    assert "This CCC chose the epoch" in result.stdout


def test_whole_numbers_are_classes_unless_they_are_said_to_be_numbers(tables, tmp_path):
    n_ages = frame_of(1)["age"].nunique()
    result = run("train", tables[1], "--target", "age", *NETWORK, "-o", tmp_path / "ages")
    line = f"age: {n_ages} different whole numbers are taken as classes. To predict numbers, add "
    assert line in result.stderr
    few = done("train", tables[1], "--target", "naturalness", *NETWORK, "-o", tmp_path / "few")
    assert (
        "naturalness: 5 different whole numbers are taken as classes. To predict numbers, add "
        "--numbers.\n"
    ) in few.stderr
    options = ["--target", "age", "--numbers", *NETWORK]
    result = done("train", tables[1], *options, "-o", tmp_path / "age")
    assert "age: 48 numbers from 2" in result.stderr
    assert "are predicted, as asked." in result.stderr
    assert isinstance(load_model(tmp_path / "age")[-1], DNNRegressor)
    assert "--target age --sources COLUMN --numbers --hidden-layers 6" in result.stdout


def test_ratings_are_classes_if_they_are_said_to_be(tmp_path):
    frame = frame_of(0).assign(arousal=lambda frame: np.where(frame["a"] > 3, 4.5, 1.5))
    frame.to_parquet(tmp_path / "t.parquet")
    options = ["--target", "arousal", "--classes", *NETWORK, "-o", tmp_path / "model"]
    result = done("train", tmp_path / "t.parquet", *options)
    assert "arousal: 2 different numbers are taken as classes, as asked." in result.stderr
    assert load_model(tmp_path / "model").classes_.tolist() == ["1.5", "4.5"]


@pytest.mark.parametrize("verb", ["train", "tasks", "corpora"])
def test_both_flags_exclude_each_other(tables, verb, tmp_path):
    given = tables if verb == "corpora" else tables[:1]
    result = run(verb, *given, "--numbers", "--classes", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "--numbers and --classes exclude each other. Give one." in result.stderr


# A model


def test_a_model_of_numbers_says_what_it_is_and_predicts(tables, tmp_path):
    options = ["--target", "arousal", "--method", "progressive", "--source", "gender", "age"]
    frame = frame_of(1).assign(age=lambda frame: frame["age"] + 0.5)
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = done("train", tmp_path / "t.csv", *options, *NETWORK, "-o", tmp_path / "model")
    assert "age: 48 numbers from 2" in result.stderr
    assert "so this source predicts numbers." in result.stderr
    assert isinstance(load_model(tmp_path / "model")[-1], ProgressiveRegressor)
    assert read_model_info(tmp_path / "model")["metadata"]["target"] == "arousal"
    said = done("inspect", tmp_path / "model").stdout
    assert "Predicts       1 number (regression)" in said
    assert "age (column age): DNNRegressor" in said
    assert "validation CCC" in said
    answers = pd.read_csv(io.StringIO(done("predict", tmp_path / "model", tables[1]).stdout))
    expected = load_model(tmp_path / "model").predict(frame[["a", "b", "c"]])
    np.testing.assert_allclose(answers["predicted"], expected, rtol=1e-6)


# Studies


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Give the folder of a study from invented speech, and what the commands said."""
    pytest.importorskip("opensmile")
    folder = tmp_path_factory.mktemp("study")
    few = ["--speakers", 4, "--utterances", 2, "--sampling-rate", 8000]
    few += ["--emotions", "sad", "angry"]
    done("read", "invented", folder / "wav", *few, "--arousal", "-o", folder / "u.csv")
    done("extract", folder / "u.csv", "-o", folder / "f.parquet", "--n-jobs", 1)
    question = ["--target", "arousal", "--sources", "emotion"]
    with pytest.MonkeyPatch.context() as patch:
        for module in ("_figures", "_tested"):
            patch.setattr(
                f"skprognet.experiments.{module}.pictures",
                lambda display, suffixes: dict.fromkeys(suffixes, b"<svg/>"),
            )
        result = done("tasks", folder / "f.parquet", *question, *TINY, "-o", folder / "out")
    return folder, result


def test_from_invented_speech_to_a_report_of_numbers(study):
    folder, result = study
    assert "arousal: 16 numbers from 1." in result.stderr
    assert result.stdout.startswith("# Arousal prediction with transfer from emotion")
    assert "| CCC  " in result.stdout
    assert "difference in UAR" not in result.stdout
    assert "UAR 0." in result.stdout  # of the source alone, which tells emotions
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert "concordance correlation coefficient" in page
    assert "recall" not in page
    scores = read_scores(folder / "out")
    assert set(scores["metric"]) == {"ccc"}
    predictions = read_predictions(folder / "out")
    truth = pd.read_csv(folder / "u.csv")["arousal"]
    np.testing.assert_allclose(predictions["truth"], truth[predictions["row"]])
    one = predictions[(predictions["method"] == "ProgNet") & (predictions["fold"] == 1)]
    stored = scores[(scores["method"] == "ProgNet") & (scores["fold"] == 1)]["score"].item()
    assert ccc_score(one["truth"], one["prediction"]) == pytest.approx(stored, abs=1e-12)
    design = tomllib.loads((folder / "out" / "design.toml").read_text("utf-8"))
    assert design["scoring"] == "ccc"


def test_results_of_numbers_are_looked_at_again(study, tmp_path):
    folder = study[0] / "out"
    said = done("compare", folder).stdout
    assert "| CCC  " in said
    assert "recall" not in said
    output = tmp_path / "agreement.csv"
    done("details", folder, "--kind", "agreement", "-o", output)
    expected = agreement_by_method(read_predictions(folder))
    assert pd.read_csv(output)["ccc"].tolist() == pytest.approx(expected["ccc"].tolist())
    labels = ["--by", "gender", "--labels", study[0] / "f.parquet"]
    assert "CCC" in done("details", folder, "--kind", "gaps", *labels).stdout
    disputed = done("details", folder, "--kind", "disputed", "-n", 3).stdout
    assert "| closer" in disputed
    paths = most_disputed(read_predictions(folder), 3)["file"]
    assert all(f"| {path} " in disputed for path in paths)  # as they are, to be pasted
    picture = tmp_path / "scatter.png"
    done("plot", folder, "--kind", "predictions", "-o", picture)
    assert picture.stat().st_size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["details", "--kind", "confusion"],
            "--kind confusion needs predictions of classes; these are of numbers. Choose another "
            "kind: agreement, groups, gaps, disputed.",
        ),
        (
            ["compare", "--recall-of", "sad"],
            "--recall-of needs predictions of classes; those beside",
        ),
        (
            ["plot", "--kind", "sizes", "-o", "x.png"],
            "--kind sizes needs results of several sizes of the training set",
        ),
        (
            ["details", "--kind", "groups", "--by", "arousal", "--labels", "f.parquet"],
            "--by must be a column of groups, such as speaker; got 'arousal', which has ",
        ),
    ],
)
def test_what_is_not_for_numbers_refuses_them(study, monkeypatch, arguments, message):
    monkeypatch.chdir(study[0])
    verb, *options = arguments
    result = run(verb, study[0] / "out", *options)
    assert result.exit_code == 1
    assert message in result.stderr


def test_the_plan_of_a_study_of_numbers(tables, tmp_path):
    question = ["tasks", tables[0], "--target", "arousal", "--sources", "gender", *TINY]
    question += ["--methods", "dnn", "progressive", "--scoring", "ccc"]
    planned = done(*question, "-o", tmp_path / "out", "--plan").stdout
    assert planned.startswith("Arousal prediction with transfer from gender")
    assert not (tmp_path / "out").exists()
    refused = run(*question, "--classes", "-o", tmp_path / "out")
    assert refused.exit_code == 1
    assert "scoring must be a score of classes" in refused.stderr


def test_corpora_come_on_one_scale(tables, tmp_path):
    options = [*TINY, "--train-folds", 1, "--targets", "second"]
    options += ["--methods", "dnn", "progressive"]
    question, out = ["corpora", *tables, "--emotion", "arousal", *options], tmp_path / "out"
    scale = ["--scale", "first=1:5", "second=0:6"]
    part = done(*question, *scale, "-o", out, "--only", "fold=1")
    assert "arousal: 96 numbers from 1.5 to 4.5, so numbers are predicted" in part.stderr
    design = tomllib.loads((out / "design.toml").read_text("utf-8"))
    assert (design["kind"], design["scale"]) == ("numbers", {"first": [1, 5], "second": [0, 6]})
    # The design says the same to another process, which goes on in the same folder.
    again = done(
        "corpora", "--design", out / "design.toml", "-o", out, "--only", "fold=2", "--n-jobs", 1
    )
    assert "The part fold=2 is done." in again.stdout
    out = tmp_path / "other"
    for words, message in [
        (["first"], "must be z-scores, none, or NAME=LOW:HIGH once for each corpus"),
        (["first=1:x"], "such as iemocap=1:5; got 'first=1:x'."),
        (["first=1:5", "first=1:7"], "got 'first=1:7'."),
    ]:
        refused = run(*question, "--scale", *words, "-o", out)
        assert refused.exit_code == 2
        assert message in refused.stderr
    refused = run(*question, "--scale", "first=1:5", "-o", out)
    assert refused.exit_code == 1
    assert "scale must have the lowest and highest possible number of each corpus" in (
        refused.stderr
    )
