"""Targets that are numbers on the command line: recognition, models, studies and results."""

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


def run_ok(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def make_frame(seed):
    """Return 48 utterances of six speakers. Feature a follows arousal."""
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
    """Return two tables of features and labels: CSV has text only, Parquet has types."""
    folder = tmp_path_factory.mktemp("data")
    paths = folder / "first.csv", folder / "second.parquet"
    make_frame(0).to_csv(paths[0], index=False)
    make_frame(1).to_parquet(paths[1])
    return paths


# Classes or numbers


@pytest.mark.parametrize("index", [0, 1])
def test_train_predicts_ratings_as_numbers_and_says_so(tables, index, tmp_path):
    table, model = tables[index], tmp_path / "model"
    result = run_ok("train", table, "--target", "arousal", *NETWORK, "-o", model)
    assert (
        "arousal: 48 numbers from 1.5 to 4.5, so numbers are predicted. To take each number "
        "as a class, add --classes.\n"
    ) in result.stderr
    assert isinstance(load_model(model)[-1], DNNRegressor)
    assert "DNNRegressor of arousal (numbers of mean " in result.stdout
    assert "by the CCC on other speakers" in result.stdout
    assert "This CCC chose the epoch" in result.stdout


def test_whole_numbers_are_classes_unless_numbers_is_passed(tables, tmp_path):
    n_ages = make_frame(1)["age"].nunique()
    result = run("train", tables[1], "--target", "age", *NETWORK, "-o", tmp_path / "ages")
    message = (
        f"age: {n_ages} different whole numbers are taken as classes. To predict numbers, add "
    )
    assert message in result.stderr
    of_ratings = run_ok(
        "train", tables[1], "--target", "naturalness", *NETWORK, "-o", tmp_path / "few"
    )
    assert (
        "naturalness: 5 different whole numbers are taken as classes. To predict numbers, add "
        "--numbers.\n"
    ) in of_ratings.stderr
    options = ["--target", "age", "--numbers", *NETWORK]
    result = run_ok("train", tables[1], *options, "-o", tmp_path / "age")
    assert "age: 48 numbers from 2" in result.stderr
    assert "are predicted, as asked." in result.stderr
    assert isinstance(load_model(tmp_path / "age")[-1], DNNRegressor)
    assert "--target age --sources COLUMN --numbers --hidden-layers 6" in result.stdout


def test_ratings_are_classes_if_classes_is_passed(tmp_path):
    frame = make_frame(0).assign(arousal=lambda frame: np.where(frame["a"] > 3, 4.5, 1.5))
    frame.to_parquet(tmp_path / "t.parquet")
    options = ["--target", "arousal", "--classes", *NETWORK, "-o", tmp_path / "model"]
    result = run_ok("train", tmp_path / "t.parquet", *options)
    assert "arousal: 2 different numbers are taken as classes, as asked." in result.stderr
    assert load_model(tmp_path / "model").classes_.tolist() == ["1.5", "4.5"]


@pytest.mark.parametrize("command", ["train", "tasks", "corpora"])
def test_numbers_and_classes_exclude_each_other(tables, command, tmp_path):
    paths = tables if command == "corpora" else tables[:1]
    result = run(command, *paths, "--numbers", "--classes", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "--numbers and --classes exclude each other. Give one." in result.stderr


# A model


def test_a_model_of_numbers_can_be_trained_inspected_and_applied(tables, tmp_path):
    options = ["--target", "arousal", "--method", "progressive", "--source", "gender", "age"]
    frame = make_frame(1).assign(age=lambda frame: frame["age"] + 0.5)
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = run_ok("train", tmp_path / "t.csv", *options, *NETWORK, "-o", tmp_path / "model")
    assert "age: 48 numbers from 2" in result.stderr
    assert "so this source predicts numbers." in result.stderr
    assert isinstance(load_model(tmp_path / "model")[-1], ProgressiveRegressor)
    assert read_model_info(tmp_path / "model")["metadata"]["target"] == "arousal"
    page = run_ok("inspect", tmp_path / "model").stdout
    assert "Predicts       1 number (regression)" in page
    assert "age (column age): DNNRegressor" in page
    assert "validation CCC" in page
    predictions = pd.read_csv(io.StringIO(run_ok("predict", tmp_path / "model", tables[1]).stdout))
    expected = load_model(tmp_path / "model").predict(frame[["a", "b", "c"]])
    np.testing.assert_allclose(predictions["predicted"], expected, rtol=1e-6)


# Studies


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return the folder of a study on invented speech, and the result of its command."""
    pytest.importorskip("opensmile")
    folder = tmp_path_factory.mktemp("study")
    small_corpus = ["--speakers", 4, "--utterances", 2, "--sampling-rate", 8000]
    small_corpus += ["--emotions", "sad", "angry"]
    run_ok("read", "invented", folder / "wav", *small_corpus, "--arousal", "-o", folder / "u.csv")
    run_ok("extract", folder / "u.csv", "-o", folder / "f.parquet", "--n-jobs", 1)
    question = ["--target", "arousal", "--sources", "emotion"]
    with pytest.MonkeyPatch.context() as patch:
        for module in ("_figures", "_tested"):
            patch.setattr(
                f"skprognet.experiments.{module}.pictures",
                lambda display, suffixes: dict.fromkeys(suffixes, b"<svg/>"),
            )
        result = run_ok("tasks", folder / "f.parquet", *question, *TINY, "-o", folder / "out")
    return folder, result


def test_a_study_of_numbers_reports_ccc_and_no_recall(study):
    folder, result = study
    assert "arousal: 16 numbers from 1." in result.stderr
    assert result.stdout.startswith("# Arousal prediction with transfer from emotion")
    assert "| CCC  " in result.stdout
    assert "| UAR  " not in result.stdout
    assert "UAR 0." in result.stdout  # of the source alone, which predicts emotions
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert "concordance correlation coefficient" in page
    assert "recall" not in page
    scores = read_scores(folder / "out")
    assert set(scores["metric"]) == {"ccc"}
    predictions = read_predictions(folder / "out")
    truth = pd.read_csv(folder / "u.csv")["arousal"]
    np.testing.assert_allclose(predictions["truth"], truth[predictions["row"]])
    fold_1 = predictions[(predictions["method"] == "ProgNet") & (predictions["fold"] == 1)]
    stored = scores[(scores["method"] == "ProgNet") & (scores["fold"] == 1)]["score"].item()
    assert ccc_score(fold_1["truth"], fold_1["prediction"]) == pytest.approx(stored, abs=1e-12)
    design = tomllib.loads((folder / "out" / "design.toml").read_text("utf-8"))
    assert design["scoring"] == "ccc"


def test_compare_details_and_plot_read_results_of_numbers(study, tmp_path):
    folder = study[0] / "out"
    output_of_compare = run_ok("compare", folder).stdout
    assert "| CCC  " in output_of_compare
    assert "recall" not in output_of_compare
    output = tmp_path / "agreement.csv"
    run_ok("details", folder, "--kind", "agreement", "-o", output)
    expected = agreement_by_method(read_predictions(folder))
    assert pd.read_csv(output)["ccc"].tolist() == pytest.approx(expected["ccc"].tolist())
    labels = ["--by", "gender", "--labels", study[0] / "f.parquet"]
    assert "CCC" in run_ok("details", folder, "--kind", "gaps", *labels).stdout
    disputed = run_ok("details", folder, "--kind", "disputed", "-n", 3).stdout
    assert "| closer" in disputed
    paths = most_disputed(read_predictions(folder), 3)["file"]
    # Paths are printed unescaped, so that users can paste them.
    assert all(f"| {path} " in disputed for path in paths)
    picture = tmp_path / "scatter.png"
    run_ok("plot", folder, "--kind", "predictions", "-o", picture)
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
def test_options_for_classes_refuse_results_of_numbers(study, monkeypatch, arguments, message):
    monkeypatch.chdir(study[0])
    command, *options = arguments
    result = run(command, study[0] / "out", *options)
    assert result.exit_code == 1
    assert message in result.stderr


def test_a_study_of_numbers_has_a_plan_and_refuses_classes(tables, tmp_path):
    question = ["tasks", tables[0], "--target", "arousal", "--sources", "gender", *TINY]
    question += ["--methods", "dnn", "progressive", "--scoring", "ccc"]
    planned = run_ok(*question, "-o", tmp_path / "out", "--plan").stdout
    assert planned.startswith("Arousal prediction with transfer from gender")
    assert not (tmp_path / "out").exists()
    refused = run(*question, "--classes", "-o", tmp_path / "out")
    assert refused.exit_code == 1
    assert "scoring must be a score of classes" in refused.stderr


def test_corpora_records_the_scale_of_each_corpus_and_refuses_wrong_ones(tables, tmp_path):
    options = [*TINY, "--train-folds", 1, "--targets", "second"]
    options += ["--methods", "dnn", "progressive"]
    question, out = ["corpora", *tables, "--emotion", "arousal", *options], tmp_path / "out"
    scale = ["--scale", "first=1:5", "second=0:6"]
    first = run_ok(*question, *scale, "-o", out, "--only", "fold=1")
    assert "arousal: 96 numbers from 1.5 to 4.5, so numbers are predicted" in first.stderr
    design = tomllib.loads((out / "design.toml").read_text("utf-8"))
    assert (design["kind"], design["scale"]) == ("numbers", {"first": [1, 5], "second": [0, 6]})
    # Another process can continue in the same folder with the design alone.
    again = run_ok(
        "corpora", "--design", out / "design.toml", "-o", out, "--only", "fold=2", "--n-jobs", 1
    )
    assert "The part fold=2 is done." in again.stdout
    out = tmp_path / "other"
    for wrong_scale, message in [
        (["first"], "must be z-scores, none, or NAME=LOW:HIGH once for each corpus"),
        (["first=1:x"], "such as iemocap=1:5; got 'first=1:x'."),
        (["first=1:5", "first=1:7"], "got 'first=1:7'."),
    ]:
        refused = run(*question, "--scale", *wrong_scale, "-o", out)
        assert refused.exit_code == 2
        assert message in refused.stderr
    refused = run(*question, "--scale", "first=1:5", "-o", out)
    assert refused.exit_code == 1
    assert "scale must have the lowest and highest possible number of each corpus" in (
        refused.stderr
    )
