"""The command details, and compare with the recall of one class."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.datasets import load_emodb
from skprognet.results import (
    compare_methods,
    confusion_by_method,
    expected_calibration_error,
    gaps_between_groups,
    most_disputed,
    recall_scores,
    scores_by_group,
)

N_ROWS, N_FOLDS = 24, 3


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    rows = np.arange(N_ROWS)
    frames = []
    for method, source, accuracy in (("DNN", "none", 0.5), ("ProgNet", "gender", 0.8)):
        truth = np.array(["angry", "sad"])[rows // N_FOLDS % 2]
        other = np.where(truth == "angry", "sad", "angry")
        prediction = np.where(rng.random(N_ROWS) < accuracy, truth, other)
        frame = pd.DataFrame({"method": method, "source": source, "repeat": 1}, index=rows)
        frame = frame.assign(fold=rows % N_FOLDS + 1, row=rows, file=[f"{r}.wav" for r in rows])
        frames.append(frame.assign(truth=truth, prediction=prediction, p_angry=0.5, p_sad=0.5))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture
def folder(predictions, tmp_path):
    """Return a folder of scores and predictions; labels.csv beside it has its rows reversed."""
    folder = tmp_path / "study"
    folder.mkdir()
    predictions.to_csv(folder / "predictions.csv.gz", index=False)
    keys = ["method", "source", "repeat", "fold"]
    scores = predictions[keys].drop_duplicates().assign(score=0.5, n_train=16, n_test=8)
    scores.to_csv(folder / "results.csv", index=False)
    labels = pd.DataFrame({"speaker": [f"0{row % 8}" for row in range(N_ROWS)]})
    labels = labels.assign(gender=["f", "m"] * 12, file=[f"{row}.wav" for row in range(N_ROWS)])
    labels[::-1].to_csv(tmp_path / "labels.csv", index=False)
    return folder


def test_compare_can_compare_the_recall_of_one_class(folder, predictions):
    result = run("compare", folder, "--recall-of", "angry")
    assert result.exit_code == 0, result.output
    scores = pd.read_csv(folder / "results.csv")
    table = recall_scores(predictions, "angry", scores)
    assert f"- {compare_methods(table)['verdict'][0]}" in result.stdout
    assert "| recall of angry" in result.stdout
    assert run("compare", folder / "results.csv", "--recall-of", "angry").stdout == result.stdout
    wrong = run("compare", folder, "--recall-of", "angri")
    assert wrong.exit_code == 1
    assert "Did you mean 'angry'?" in wrong.stderr


def test_details_writes_the_same_tables_as_the_python_functions(folder, predictions, tmp_path):
    result = run("details", folder, "--kind", "confusion")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 2 + len(confusion_by_method(predictions))
    for kind, frame in (
        ("confusion", confusion_by_method(predictions)),
        ("disputed", most_disputed(predictions)),
    ):
        output = tmp_path / f"{kind}.csv"
        assert run("details", folder, "--kind", kind, "-o", output).exit_code == 0
        pd.testing.assert_frame_equal(pd.read_csv(output, na_values=[""]), frame.replace("", None),
                                      check_dtype=False)  # fmt: skip
    for kind in ("recall", "calibration", "calibration-error"):
        assert run("details", folder, "--kind", kind).exit_code == 0


def test_placebos_do_not_change_disputed_rows_and_gaps(folder, predictions, tmp_path):
    analyses = (["disputed"], ["gaps", "--by", "gender", "--labels", tmp_path / "labels.csv"])
    expected = [run("details", folder, "--kind", *analysis).stdout for analysis in analyses]
    placebo = predictions[predictions["source"] == "gender"].assign(source="placebo of gender")
    placebo["prediction"] = "angry"
    with_placebo = pd.concat([predictions, placebo])
    with_placebo.to_csv(folder / "predictions.csv.gz", index=False)
    for analysis, stdout in zip(analyses, expected, strict=True):
        result = run("details", folder, "--kind", *analysis)
        assert result.stdout == stdout
        assert "Placebos are left out, as in the report: 'placebo of gender'.\n" in result.stderr
    result = run("details", folder, "--kind", "recall")
    assert "placebo of gender" in result.stdout
    assert not result.stderr


def test_predictions_that_differ_from_the_manifest_give_a_warning(folder, predictions):
    path = folder / "predictions.csv.gz"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {"complete": True, "files": {path.name: [digest]}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert not run("details", folder, "--kind", "recall").stderr
    predictions[::-1].to_csv(path, index=False)
    for argument in (folder, path):
        result = run("details", argument, "--kind", "recall")
        assert result.exit_code == 0
        assert result.stderr.startswith("Warning: predictions.csv.gz in ")
        assert "is not the file that the study wrote there" in result.stderr


def test_labels_are_matched_to_predictions_by_file_name(folder, predictions, tmp_path):
    labels = pd.read_csv(tmp_path / "labels.csv", dtype=str)[::-1].reset_index(drop=True)
    by_gender = ["--by", "gender", "--labels", tmp_path / "labels.csv"]
    output = tmp_path / "groups.csv"
    assert run("details", folder, "--kind", "groups", *by_gender, "-o", output).exit_code == 0
    expected = scores_by_group(predictions, labels, "gender")
    assert pd.read_csv(output)["score"].tolist() == pytest.approx(expected["score"].tolist())
    result = run("details", folder, "--kind", "gaps", *by_gender)
    verdicts = gaps_between_groups(predictions, labels, "gender")["verdict"]
    assert result.stdout.endswith("\n\n" + "".join(f"- {verdict}\n" for verdict in verdicts))


def test_labels_without_files_in_another_order_are_refused(folder, predictions, tmp_path):
    predictions.assign(target="emotion").drop(columns="file").to_csv(
        folder / "predictions.csv.gz", index=False
    )
    rows = predictions[predictions["method"] == "DNN"]
    labels = rows[["row", "truth"]].set_axis(["id", "emotion"], axis=1)
    labels = labels.assign(emotion=labels["emotion"].str.title(), gender=["f", "m"] * 12)
    labels.to_csv(tmp_path / "in_order.csv", index=False)
    labels[::-1].to_csv(tmp_path / "reversed.csv", index=False)
    command = ("details", folder, "--kind", "groups", "--by", "gender", "--labels")
    in_order = run(*command, tmp_path / "in_order.csv")
    assert in_order.exit_code == 0, in_order.output
    refused = run(*command, tmp_path / "reversed.csv")
    assert refused.exit_code == 1
    assert "must have the rows of the study in the same order" in refused.stderr
    assert "got a different 'emotion' in 24 rows" in refused.stderr


def test_labels_of_several_segments_of_a_file_are_matched_by_position(
    folder, predictions, tmp_path
):
    predictions["file"] = [f"{row // 2}.wav" for row in predictions["row"]]
    predictions.to_csv(folder / "predictions.csv.gz", index=False)
    labels = pd.DataFrame({"file": [f"{row // 2}.wav" for row in range(N_ROWS)]})
    labels["gender"] = ["f", "m"] * 12
    labels.to_csv(tmp_path / "segments.csv", index=False)
    by_gender = ["--kind", "groups", "--by", "gender", "--labels", tmp_path / "segments.csv"]
    result = run("details", folder, *by_gender, "-o", tmp_path / "groups.csv")
    assert result.exit_code == 0, result.output
    expected = scores_by_group(predictions, labels, "gender")
    scores = pd.read_csv(tmp_path / "groups.csv")["score"]
    assert scores.tolist() == pytest.approx(expected["score"].tolist())
    labels[::-1].to_csv(tmp_path / "segments.csv", index=False)
    refused = run("details", folder, *by_gender)
    assert refused.exit_code == 1
    assert "got 24 rows of another file, the first as data row 1. Give the" in refused.stderr


def test_the_shipped_emodb_data_can_serve_as_labels(folder, predictions, tmp_path):
    output = tmp_path / "groups.csv"
    by_gender = ["--kind", "groups", "--by", "gender", "--labels", "emodb", "-o", output]
    predictions.drop(columns="file").to_csv(folder / "predictions.csv.gz", index=False)
    result = run("details", folder, *by_gender)
    assert result.exit_code == 0, result.output
    labels = load_emodb(as_frame=True).frame
    expected = scores_by_group(predictions, labels, "gender")
    assert pd.read_csv(output)["score"].tolist() == pytest.approx(expected["score"].tolist())


def test_printed_column_names_are_those_of_the_data_frame(folder, predictions):
    header = run("details", folder, "--kind", "calibration-error").stdout.splitlines()[0]
    names = [name.strip() for name in header.strip("|").split("|")]
    assert names == list(expected_calibration_error(predictions))
    assert any("_" in name for name in names)


def test_underscores_in_file_names_are_printed_unescaped(folder, predictions):
    predictions["file"] = [f"a_b/{row}_x.wav" for row in predictions["row"]]
    predictions.to_csv(folder / "predictions.csv.gz", index=False)
    assert "_x.wav |" in run("details", folder, "--kind", "disputed", "-n", 1).stdout
    assert "\\_" not in run("details", folder, "--kind", "disputed").stdout


def test_a_table_without_the_columns_of_predictions_is_refused(folder, tmp_path):
    refused = run("details", tmp_path / "labels.csv", "--kind", "recall")
    assert refused.exit_code == 1
    assert "'prediction']; all are missing among ['speaker', 'gender'" in refused.stderr


def test_each_corpus_can_have_its_own_table_of_labels(predictions, tmp_path):
    predictions_of_both = [
        predictions.assign(corpus=corpus).drop(columns="file") for corpus in "AB"
    ]
    pd.concat(predictions_of_both).to_csv(tmp_path / "predictions.csv", index=False)
    for corpus in "AB":
        labels = pd.DataFrame({"gender": [f"{corpus} f", f"{corpus} m"] * 12})
        labels.to_csv(tmp_path / f"{corpus}.csv", index=False)
    label_options = [f"--labels={corpus}={tmp_path / corpus}.csv" for corpus in "AB"]
    result = run(
        "details",
        tmp_path / "predictions.csv",
        "--kind",
        "groups",
        "--by",
        "gender",
        *label_options,
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.count("A f") == result.stdout.count("B m") == 2
    groups = ["--kind", "groups", "--by", "gender", *label_options, label_options[0]]
    twice = run("details", tmp_path / "predictions.csv", *groups)
    assert twice.exit_code == 2
    assert "once for each of 'A', 'B'; got 'A=" in twice.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--kind", "groups"], 2, "--kind groups needs --by and --labels."),
        (
            ["--kind", "recall", "--by", "x"],
            2,
            "--by and --labels are for --kind groups and gaps.",
        ),
        (["--kind", "recall", "-n", 3], 2, "-n is for --kind disputed."),
        (["--kind", "gaps", "--by", "gendr", "--labels", "labels.csv"], 1, "mean 'gender'?"),
        (["--kind", "gaps", "--by", "x", "--labels", "a", "--labels", "b"], 2, "CORPUS=TABLE"),
    ],
)
def test_wrong_options_are_refused_with_a_message(folder, monkeypatch, arguments, code, message):
    monkeypatch.chdir(folder.parent)
    result = run("details", folder, *arguments)
    assert (result.exit_code, message in result.stderr) == (code, True), result.stderr


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["details", "study", "--kind", "recall"], "results.csv"),
        (["plot", "study", "--kind", "scores"], "scores.png"),
        (["predict", "model", "a.wav"], "results.csv"),
        (["extract", "a.wav"], "results.csv"),
        (["read", "emodb", "wav"], "results.csv"),
        (["train", "emodb"], "scores.png"),
        (["export", "model"], "manifest.json"),
    ],
)
def test_no_command_overwrites_a_file_of_a_study(folder, monkeypatch, command, name):
    monkeypatch.chdir(folder.parent)
    (folder / "scores.png").write_bytes(b"drawn")
    files = {"results.csv": ["0"], "scores.png": ["1"], "gone.csv": ["2"]}
    (folder / "manifest.json").write_text(json.dumps({"complete": True, "files": files}))
    (folder.parent / "model").touch()
    before = (folder / name).read_bytes()
    (folder.parent / "link").symlink_to(folder / name)
    for output in (f"study/{name}", "link"):
        if command[0] in ("export", "train") or output != "link":
            result = run(*command, "-o", output)
            assert (result.exit_code, result.stdout) == (1, "")
            assert f"replace a file of a study; got '{output}' of " in result.stderr
    assert (folder / name).read_bytes() == before
    assert run("details", "study", "--kind", "recall", "-o", "study/mine.csv").exit_code == 0


def test_a_folder_without_predictions_is_refused(tmp_path):
    result = run("details", tmp_path, "--kind", "recall")
    assert result.exit_code == 1
    assert "must hold predictions.parquet or predictions.csv.gz" in result.stderr


def test_segments_whose_labels_are_exchanged_are_refused(folder, predictions, tmp_path):
    files = [f"{row // 2}.wav" for row in predictions["row"]]
    predictions = predictions.assign(file=files, target="emotion")
    predictions.to_csv(folder / "predictions.csv.gz", index=False)
    rows = predictions[predictions["method"] == "DNN"]
    labels = rows[["file", "truth"]].set_axis(["file", "emotion"], axis=1)
    labels.assign(gender=["f", "m"] * 12).to_csv(tmp_path / "l.csv", index=False)
    command = ("details", folder, "--kind", "groups", "--by", "gender", "--labels")
    assert run(*command, tmp_path / "l.csv").exit_code == 0
    order = np.arange(N_ROWS)
    order[[2, 3]] = [3, 2]
    changed = labels["emotion"].iloc[order].to_numpy() != labels["emotion"].to_numpy()
    assert changed.sum() == 2
    labels.iloc[order].assign(gender=["f", "m"] * 12).to_csv(tmp_path / "l.csv", index=False)
    refused = run(*command, tmp_path / "l.csv")
    assert refused.exit_code == 1
    assert "got a different 'emotion' in 2 rows" in refused.stderr


def test_labels_of_numbers_in_another_order_are_refused(folder, tmp_path):
    rng = np.random.default_rng(0)
    rating = rng.normal(3, 1, N_ROWS).round(2)
    rows = pd.DataFrame({"row": np.arange(N_ROWS), "truth": (rating - 3) / 2})
    rows = rows.assign(method="DNN", source="none", target="arousal", repeat=1, fold=1)
    rows.assign(prediction=rng.normal(size=N_ROWS)).to_csv(
        folder / "predictions.csv.gz", index=False
    )
    labels = pd.DataFrame({"id": np.arange(N_ROWS), "arousal": rating})
    command = ("details", folder, "--kind", "groups", "--by", "gender", "--labels")
    path = tmp_path / "l.csv"
    labels.assign(gender=["f", "m"] * 12).to_csv(path, index=False)
    assert run(*command, path).exit_code == 0
    for others in (labels[::-1], labels.assign(arousal=-rating)):
        others.assign(gender=["f", "m"] * 12).to_csv(path, index=False)
        refused = run(*command, path)
        assert refused.exit_code == 1
        assert "got a different 'arousal' in some rows" in refused.stderr
