"""The commands train, predict and inspect: files, tables and messages."""

import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.cli import main
from skprognet.datasets import load_emodb
from skprognet.estimators import explain
from skprognet.features import OpenSmileFeatures
from skprognet.persistence import load_model, read_model_info, save_model

TINY = ["--hidden-layers", "4", "--max-epochs", "3", "--lr", "0.01"]
PARAMS = {"hidden_layer_sizes": (4,), "max_epochs": 3, "lr": 0.01}


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)


def run_ok(*arguments, **options):
    result = run(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result


def table_of(result):
    """Return what a command wrote to standard output as a table."""
    return pd.read_csv(io.StringIO(result.stdout))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Return a table of 40 rows of four speakers. Nothing tells the origin of its features."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"file": [f"{i:02}.wav" for i in range(40)]})
    frame["speaker"] = [f"0{i % 4}" for i in range(40)]
    frame["gender"] = np.where(frame["speaker"] < "02", "female", "male")
    frame["emotion"] = ["angry", "sad", "sad", "happy", "angry"] * 8
    for name, scale in zip("abc", (1, 1000, 1e-6), strict=True):
        frame[name] = scale * (rng.normal(size=40) + 2 * (frame["emotion"] == "sad") + 5)
    path = tmp_path_factory.mktemp("data") / "features.parquet"
    frame.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def model(table):
    """Return the file of a progressive model and the result of the command."""
    path = table.parent / "model"
    options = ["--method", "progressive", "--source", "speaker", *TINY, "--seed", 3]
    return path, run_ok("train", table, *options, "-o", path)


def test_train_describes_the_model_and_says_what_its_score_is_not(model, table):
    path, result = model
    network = load_model(path)[-1]
    best = network.history_["valid_score"].max()
    assert result.stdout == (
        "ProgressiveClassifier of emotion (angry, happy, sad) from speaker, trained on 40 rows, "
        "features of unknown origin.\n"
        f"Best epoch {network.best_epoch_} of 3, by the UAR on other speakers: "
        f"{best:.3f}.\n"
        f"Wrote {path} (0.0 MB).\n"
        "This UAR chose the epoch, so it does not estimate the score on new speakers. For "
        "an estimate, run:\n"
        f"  skprognet tasks {table} --target emotion --sources speaker {' '.join(TINY)} "
        "--folds-by speaker-independent --output results\n"
    )
    assert result.stderr == (
        f"{table}: 40 rows of 3 features: 'a', 'b', 'c'; not features: 'file', 'speaker', "
        "'gender', 'emotion'.\n"
    )


def test_train_prints_the_command_of_a_study_with_all_options_that_it_needs(table, tmp_path):
    path = tmp_path / "my calls.csv"
    pd.read_parquet(table).rename(columns={"speaker": "agent"}).to_csv(path, index=False)
    options = ["--method", "side-by-side", "--source", "gender"]
    data = ["--speaker", "agent", "--features", "a", "b"]
    result = run_ok("train", path, *options, *data, *TINY, "-o", tmp_path / "model")
    command = re.search("skprognet tasks (.*)\n", result.stdout)[1]
    assert shlex.split(command) == [
        *(str(path), "--target", "emotion", "--sources", "gender"),
        *("--methods", "dnn", "side-by-side", *data, *TINY),
        *("--folds-by", "speaker-independent", "--output", "results"),
    ]


def test_train_fits_the_same_model_as_python(model, table):
    frame = pd.read_parquet(table)
    X = frame[["a", "b", "c"]]
    network = ProgressiveClassifier(
        [("speaker", DNNClassifier(**PARAMS))], random_state=3, **PARAMS
    )
    Z = pd.DataFrame(StandardScaler().fit_transform(X), columns=X.columns)
    network.fit(Z, frame["emotion"], groups=frame["speaker"], source_y=frame[["speaker"]])
    np.testing.assert_array_equal(load_model(model[0]).predict_proba(X), network.predict_proba(Z))
    # One speaker is held out for early stopping, so the source has learned three of the four.
    assert len(load_model(model[0])[-1].sources_[0][1].classes_) == 3


def test_the_model_file_records_its_table_validation_and_sources(model, table):
    assert read_model_info(model[0])["metadata"] == {
        "target": "emotion",
        "method": "ProgNet",
        "features": None,
        "table": {
            "name": "features.parquet",
            "sha256": hashlib.sha256(table.read_bytes()).hexdigest(),
            "rows": 40,
        },
        "counts": {"classes": {"angry": 16, "happy": 8, "sad": 16}, "speakers": 4},
        "validation": "speaker-independent",
        "sources": {"speaker": {"column": "speaker"}},
    }


@pytest.mark.parametrize("method", ["fine-tuned", "progressive"])
def test_a_source_model_reads_rows_in_the_normalisation_of_the_new_table(method, table, tmp_path):
    frame = pd.read_parquet(table)
    source = tmp_path / "gender.safetensors"
    run_ok("train", table, "--target", "gender", "--validation", "stratified", *TINY, "-o", source)
    out, shifted = tmp_path / "model", tmp_path / "shifted.csv"
    # Other units and another order of columns. Normalised, the rows equal those of the source.
    other = frame[["file", "emotion", "c", "b", "a"]].assign(a=frame["a"] * 7 - 100)
    other.to_csv(shifted, index=False)
    result = run_ok("train", shifted, "--method", method, "--source", source, *TINY, "-o", out)
    assert "from gender, trained on 40 rows" in result.stdout
    assert "by the UAR on a tenth of each class" in result.stdout
    study = re.search("skprognet tasks .* --folds-by", result.stdout)[0]
    assert "--sources COLUMN --hidden-layers 4 --max-epochs 3 --lr 0.01 " in study
    model = load_model(out)
    (name, source_network), *other_sources = model[-1].sources_
    assert (name, other_sources) == ("gender", [])
    X = frame[["a", "b", "c"]]
    Z = model[:-1].transform(other[["c", "b", "a"]])
    np.testing.assert_allclose(
        source_network.predict_proba(Z[["a", "b", "c"]]),
        load_model(source).predict_proba(X),
        rtol=1e-4,
    )
    assert read_model_info(out)["metadata"]["sources"]["gender"] == {
        "model": "gender.safetensors",
        "sha256": read_model_info(source)["sha256"],
    }
    classes = {"fine-tuned": FineTunedClassifier, "progressive": ProgressiveClassifier}
    assert isinstance(model[-1], classes[method])


def test_a_column_and_a_model_can_be_sources_together(model, table, tmp_path):
    out = tmp_path / "out"
    run_ok(
        "train", table, "--method", "progressive", "--source", "gender", model[0], *TINY, "-o", out
    )
    description = json.loads(run_ok("inspect", out, "--json").stdout)["model"]
    assert list(description["sources"]) == ["gender", "model"]
    assert list(description["sources"]["model"]["sources"]) == ["speaker"]
    page = run_ok("inspect", out).stdout
    names = re.findall(r"^Source         ( *\w+)", page, flags=re.MULTILINE)
    assert names == ["gender", "model", "  speaker"]


def test_the_same_seed_gives_the_same_network(table, tmp_path):
    descriptions = []
    for name, seed in [("a", 1), ("b", 1), ("c", 2)]:
        run_ok("train", table, *TINY, "--seed", seed, "-o", tmp_path / name)
        descriptions.append(
            json.loads(run_ok("inspect", tmp_path / name, "--json").stdout)["model"]
        )
    assert descriptions[0]["sha256"] == descriptions[1]["sha256"] != descriptions[2]["sha256"]
    assert [description["random_state"] for description in descriptions] == [1, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--method dnn --source speaker", "--method dnn takes no --source; got 1. Add --method "),
        ("--method fine-tuned", "--method fine-tuned takes one --source; got 0. Add"),
        (
            "--method fine-tuned --source a b",
            "--method fine-tuned takes one --source; got 2. Leave",
        ),
        ("--method progressive", "--method progressive takes a --source; got 0. Add -"),
        (
            "--method progressive --source emotion",
            "--source must not be the --target; both are 'emotion'.",
        ),
        ("--method svm", "Invalid value for '--method'"),
        ("--max-epochs 0", "Invalid value for '--max-epochs'"),
    ],
)
def test_wrong_usage_of_train_exits_with_2(arguments, message, table, tmp_path):
    result = run("train", table, *arguments.split(), "-o", tmp_path / "m")
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--method progressive --source genders",
            "--source must be a column of '{table}' or the file of a model; got 'genders'.",
        ),
        (
            "--speaker voice",
            "'{table}' must have the column 'voice'; it has 7 others. Those without numbers are ",
        ),
        (
            "--target file",
            "The column 'file' must have at least two classes of at least two rows each; got ",
        ),
        ("--target mood", "'{table}' must have the column 'mood'; it has 7 others"),
    ],
)
def test_a_table_that_cannot_be_trained_on_gives_an_error_and_no_file(
    arguments, message, table, tmp_path
):
    result = run("train", table, *arguments.split(), *TINY, "-o", tmp_path / "m")
    assert result.exit_code == 1
    assert f"Error: {message.format(table=table)}" in result.stderr
    assert not (tmp_path / "m").exists()


def test_without_speakers_validation_is_stratified(table, tmp_path):
    pd.read_parquet(table).drop(columns="speaker").to_csv(tmp_path / "t.csv", index=False)
    options = ("train", tmp_path / "t.csv", *TINY, "-o", tmp_path / "m")
    assert "by the UAR on a tenth of each class: " in run_ok(*options).stdout
    result = run(*options, "--validation", "speaker-independent")
    assert result.exit_code == 1
    assert "for validation with other speakers; got no such column." in result.stderr


def test_no_command_overwrites_a_file_that_it_reads(model, table, tmp_path):
    frame = pd.read_parquet(table)
    features, labels, utterances = (tmp_path / f"{name}.csv" for name in "flu")
    frame.to_csv(features, index=False)
    frame[["file", "emotion", "speaker", "gender"]].to_csv(labels, index=False)
    frame[["file"]].to_csv(utterances, index=False)
    source, link = tmp_path / "source", tmp_path / "link.csv"
    source.write_bytes(model[0].read_bytes())
    link.symlink_to(features)
    before = {path: path.read_bytes() for path in (features, labels, utterances, source)}
    for command in [
        ("train", features, *TINY, "-o", features),
        ("train", features, *TINY, "-o", link),
        ("train", features, *TINY, "--method", "fine-tuned", "--source", source, "-o", source),
        ("predict", source, features, "-o", features),
        ("extract", utterances, "-o", utterances, "--on-error", "skip"),
        ("read", "table", labels, "-o", labels),
    ]:
        result = run(*command)
        assert result.exit_code == 2, result.output
        assert "Error: --output must not be a file that is read; " in result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_source_that_learned_from_features_of_another_origin_is_refused(table, tmp_path):
    frame = pd.read_parquet(table)
    for rate in (8_000, 16_000):
        origin = {"feature_set": "eGeMAPSv02", "sampling_rate": rate, "extractor": "opensmile 2"}
        labels = frame.drop(columns=["a", "b", "c"]).assign(**origin)
        of_rate = pd.concat([labels, frame[["a", "b", "c"]]], axis=1)
        of_rate.to_csv(tmp_path / f"{rate}.csv", index=False)
    run_ok("train", tmp_path / "16000.csv", *TINY, "-o", tmp_path / "source")
    options = ("--method", "fine-tuned", "--source", tmp_path / "source", *TINY)
    run_ok("train", tmp_path / "16000.csv", *options, "--target", "gender", "-o", tmp_path / "m")
    refused = run("train", tmp_path / "8000.csv", *options, "-o", tmp_path / "n")
    assert refused.exit_code == 1
    assert "eGeMAPSv02 at 16000 Hz" in refused.stderr
    assert "eGeMAPSv02 at 8000 Hz" in refused.stderr
    assert not (tmp_path / "n").exists()


def test_a_source_with_steps_other_than_a_scaler_is_refused(table, tmp_path):
    frame = pd.read_parquet(table)
    model = make_pipeline(PCA(2), DNNClassifier(**PARAMS)).fit(frame[["a", "b"]], frame["gender"])
    save_model(model, tmp_path / "pca")
    result = run(
        *("train", table, "--method", "progressive", "--source", tmp_path / "pca"),
        *(*TINY, "-o", tmp_path / "m"),
    )
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: --source must be a model of 'skprognet train': a network, alone or behind a "
        f"StandardScaler; got '{tmp_path / 'pca'}' with PCA, DNNClassifier.\n"
    )


@pytest.fixture
def table_of_speakers(tmp_path, rng):
    """Return a table for the rule that validation needs several speakers in each class.

    Each class of y has two speakers. Class b of y2 has only one. The column gap lacks speakers.
    """
    columns = {"y": "ababa", "speaker": "kkllm", "y2": "aaaab", "gap": ["k", "k", "l", "l", None]}
    frame = pd.DataFrame({name: list(values) * 8 for name, values in columns.items()})
    frame[["f1", "f2"]] = rng.normal(size=(40, 2))
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


def test_validation_uses_other_speakers_if_each_class_has_several(table_of_speakers, tmp_path):
    options = ("train", table_of_speakers, "--target", "y", *TINY, "-o", tmp_path / "m")
    other_speakers, stratified = "other speakers", "a tenth of each class"
    assert f"by the UAR on {other_speakers}: " in run_ok(*options).stdout
    assert f"by the UAR on {stratified}: " in run_ok(*options, "--validation", "stratified").stdout


@pytest.mark.parametrize(
    ("target", "column", "reason"),
    [
        ("y", "gap", "8 of 40 rows without a speaker"),
        ("y2", "speaker", "only one for 'b' of 'y2'"),
        ("speaker", "speaker", "only one for 'k' of 'speaker'"),
    ],
)
def test_validation_is_stratified_if_speakers_cannot_be_kept_apart(
    table_of_speakers, tmp_path, target, column, reason
):
    options = ("train", table_of_speakers, "--target", target, "--speaker", column, *TINY)
    options += ("-o", tmp_path / "m")
    result = run(*options, "--validation", "speaker-independent")
    assert result.exit_code == 1
    assert result.stderr.endswith(
        f"Error: The column {column!r} must have at least two speakers in each class for "
        f"validation with other speakers; got {reason}. Name another column as speaker "
        "(--speaker), or choose the validation 'stratified' (--validation stratified).\n"
    )
    assert "by the UAR on a tenth of each class: " in run_ok(*options).stdout


def test_speakers_can_be_the_target(table, tmp_path):
    result = run_ok("train", table, "--target", "speaker", *TINY, "-o", tmp_path / "m")
    assert "DNNClassifier of speaker (00, 01, 02, 03), trained on 40 rows" in result.stdout
    assert "by the UAR on a tenth of each class" in result.stdout


def test_predict_with_explain_adds_the_columns_of_explain(model, table, tmp_path):
    frame = pd.read_parquet(table)
    path = tmp_path / "features.csv"
    frame.to_csv(path, index=False)
    explained = table_of(run_ok("predict", model[0], path, "--explain"))
    plain = table_of(run_ok("predict", model[0], path))
    pd.testing.assert_frame_equal(explained[list(plain)], plain)
    expected = explain(load_model(model[0]), frame[["a", "b", "c"]])
    columns = ["source_speaker", "features_a", "features_b", "features_c"]
    assert list(explained)[len(plain.columns) :] == columns
    np.testing.assert_allclose(explained[columns], expected[columns], atol=1e-6)


def test_predict_reads_a_table_of_features(model, table, tmp_path):
    frame = pd.read_parquet(table)
    path = tmp_path / "rows.csv"
    frame[["c", "a", "file", "b"]].to_csv(path, index=False)
    predictions = table_of(run_ok("predict", model[0], path))
    expected = load_model(model[0]).predict_proba(frame[["a", "b", "c"]])
    assert list(predictions) == ["file", "label", "p_angry", "p_happy", "p_sad"]
    assert predictions["file"].tolist() == frame["file"].tolist()
    np.testing.assert_allclose(predictions.iloc[:, 2:].to_numpy(), expected, rtol=1e-6)
    classes = np.array(["angry", "happy", "sad"])
    assert predictions["label"].tolist() == classes[expected.argmax(axis=1)].tolist()
    result = run_ok("predict", model[0], path, "-o", tmp_path / "p.parquet")
    assert result.stdout == f"Wrote 40 rows to {tmp_path / 'p.parquet'}.\n"
    written = pd.read_parquet(tmp_path / "p.parquet")
    pd.testing.assert_frame_equal(written, predictions, check_dtype=False, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda frame: frame.drop(columns=["a", "c"]),
            "The table must have the 3 features of the model; 2 are missing: 'a', 'c'. Extract "
            "the features that the model learned from.",
        ),
        (
            lambda frame: frame.assign(b=np.nan),
            "Features must be finite numbers; 'b' have missing or infinite values in 40 of 40 "
            "rows. The first is data row 1. Leave these rows out.",
        ),
    ],
)
def test_predict_refuses_missing_columns_and_missing_values(
    model, table, tmp_path, change, message
):
    change(pd.read_parquet(table)).to_csv(tmp_path / "rows.csv", index=False)
    result = run("predict", model[0], tmp_path / "rows.csv")
    assert (result.exit_code, result.stderr) == (1, f"Error: {message}\n")


def test_a_model_without_a_record_of_its_features_refuses_audio(model):
    result = run("predict", model[0], "a.wav")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: The file of a model must record how its features were computed, to predict from "
        "audio; got no such record. Pass a table of features to 'skprognet predict', or its rows "
        "to load_model(path).\n"
    )


def test_standard_input_must_hold_names_of_files(model):
    result = run("predict", model[0], input="\n\n")
    assert result.exit_code == 2
    assert "Standard input must hold one file name per line; got none." in result.stderr


def test_a_file_that_is_not_a_model_gives_a_one_line_error(table):
    for command in (["predict", table, "a.wav"], ["inspect", table]):
        result = run(*command)
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "Error: A model must be a complete, unaltered file of save_model"
        )
        assert result.stderr.count("\n") == 1


def test_inspect_describes_the_whole_model(model, table):
    path, _ = model
    description = json.loads(run_ok("inspect", path, "--json").stdout)
    network = load_model(path)[-1]
    assert description["model"]["class"] == "ProgressiveClassifier"
    assert description["model"]["classes"] == ["angry", "happy", "sad"]
    assert description["model"]["layers"] == [3, 4, 3]
    assert description["model"]["best_epoch"] == network.best_epoch_
    assert description["model"]["validation_score"] == network.history_["valid_score"].max()
    source = description["model"]["sources"]["speaker"]
    assert source["sha256"] == network.source_digest_["speaker"]
    assert source["layers"] == [3, 4, 3]
    assert source["sources"] == {}
    assert description["features"] == {"number": 3, "names": ["a", "b", "c"], "origin": None}
    assert description["normalisation"] == [{"class": "StandardScaler", "rows": 40}]
    assert description["versions"]["torch"] == {
        "written": version("torch"),
        "here": version("torch"),
    }
    assert description["bytes"] == path.stat().st_size

    page = run_ok("inspect", path).stdout
    for line in (
        "Model          ProgressiveClassifier of emotion",
        "Classes        angry, happy, sad",
        "Layers         3 - 4 - 3 (sigmoid)",
        "Source         speaker (column speaker): DNNClassifier, 3 classes, 3 - 4 - 3 (sigmoid)",
        f"  SHA-256      {source['sha256']} (weights)",
        f"  SHA-256      {description['model']['sha256']} (weights)",
        f"  SHA-256      {read_model_info(path)['sha256']} (content)",
        "Features       3, of unknown origin",
        "               from 'a' to 'c'",
        "Normalisation  StandardScaler of 40 training rows",
    ):
        assert f"{line}\n" in page
    assert re.search(
        r"Training       40 rows of features.parquet, seed 3, best epoch \d of 3, validation UAR "
        r"0\.\d{3} \(speaker-independent\)\n",
        page,
    )


def test_inspect_reports_the_share_of_rows_that_were_in_the_training(model, table, tmp_path):
    frame = pd.read_parquet(table)
    other = frame.assign(a=frame["a"] + 1, b=frame["b"] * 1.1)
    rows = tmp_path / "rows.csv"
    pd.concat([frame[:10], other[:30]]).to_csv(rows, index=False)
    description = json.loads(run_ok("inspect", model[0], "--rows", rows, "--json").stdout)
    network = load_model(model[0])[-1]
    # A model knows its validation rows too, since they chose its epoch.
    held_out = ~network.sources_[0][1].source_overlap(
        load_model(model[0])[:-1].transform(frame[["a", "b", "c"]]), per_row=True
    )["own"]
    share = 0.25 - held_out[:10].sum() / 40
    known = {"own": 0.25, "speaker": pytest.approx(share)}
    assert description["rows"] == {"file": str(rows), "number": 40, "known": known}
    page = run_ok("inspect", model[0], "--rows", rows).stdout
    assert (
        f"Rows           40 of {rows}; share that was in the training:\n"
        "               of the model itself: 25 %\n"
        f"               of source speaker: {100 * share:.3g} %\n"
    ) in page
    assert "rows" not in json.loads(run_ok("inspect", model[0], "--json").stdout)


def test_inspect_warns_of_rows_on_another_scale(model, table, tmp_path):
    frame = pd.read_parquet(table)
    frame[["a", "b", "c"]] *= 1000
    frame.to_csv(tmp_path / "rows.csv", index=False)
    result = run_ok("inspect", model[0], "--rows", tmp_path / "rows.csv")
    assert result.stderr.startswith(
        "Warning: X should be on the scale of the rows that the model was trained on; got 3 of 3 "
    )


def test_inspect_refuses_rows_without_the_features_of_the_model(model, table, tmp_path):
    pd.read_parquet(table).drop(columns="b").to_csv(tmp_path / "rows.csv", index=False)
    result = run("inspect", model[0], "--rows", tmp_path / "rows.csv")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: The table must have the 3 features of the model; 1 are missing: 'b'. Extract "
        "the features that the model learned from.\n",
    )
    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    nameless = DNNClassifier(**PARAMS).fit(X, y)
    save_model(nameless, tmp_path / "m")
    result = run("inspect", tmp_path / "m", "--rows", table)
    assert result.stderr == (
        "Error: The model must know the names of its features to find them in a table; got a "
        "model that was trained on an array. Call skprognet.estimators.source_overlap in Python.\n"
    )


def test_inspect_shows_the_validation_score_of_the_epoch_that_was_kept(tmp_path):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(60, 3)), rng.choice(["a", "b", "c"], 60)
    # Class weights make the kept epoch another than the one with the best UAR.
    options = {"hidden_layer_sizes": (8,), "max_epochs": 15, "lr": 0.1, "dropout": 0}
    options |= {"class_weight": {"a": 1.3}, "validation_fraction": 0.3}
    network = DNNClassifier(**options, random_state=2).fit(X, y)
    scores = network.history_["valid_score"].tolist()
    expected = scores[network.best_epoch_ - 1]
    assert expected not in (scores[0], scores[-1], max(scores), min(scores))
    save_model(network, tmp_path / "m")
    description = json.loads(run_ok("inspect", tmp_path / "m", "--json").stdout)
    assert description["model"]["validation_score"] == expected
    save_model(network.set_params(early_stopping=False).fit(X, y), tmp_path / "m")
    description = json.loads(run_ok("inspect", tmp_path / "m", "--json").stdout)
    assert description["model"]["validation_score"] is None


def test_inspect_shows_installed_versions_that_differ(model, tmp_path, monkeypatch):
    recorded = {name: version(name) for name in ("torch", "skorch", "numpy")}
    metadata_of_numpy = tmp_path / "numpy-9.9.dist-info" / "METADATA"
    metadata_of_numpy.parent.mkdir()
    metadata_of_numpy.write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 9.9\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    page = run_ok("inspect", model[0]).stdout
    assert (
        f"torch {recorded['torch']}, skorch {recorded['skorch']}, numpy {recorded['numpy']} "
        in page
    )
    assert f"numpy {recorded['numpy']} (here 9.9)\n" in page


def test_inspect_describes_a_model_that_was_saved_from_python(table, tmp_path):
    frame = pd.read_parquet(table)
    model = DNNClassifier(**PARAMS, early_stopping=False, random_state=np.random.RandomState(0))
    save_model(model.fit(frame[["a", "b", "c"]].to_numpy(), frame["emotion"]), tmp_path / "m")
    page = run_ok("inspect", tmp_path / "m").stdout
    assert "Model          DNNClassifier\n" in page
    assert "Normalisation  none in the model\n" in page
    assert "Training       best epoch 3 of 3\n" in page


@pytest.mark.parametrize("sources", [["speaker"], {"speaker": "a column"}])
def test_inspect_leaves_out_metadata_of_another_form(model, tmp_path, sources):
    metadata = {"table": "features.parquet", "sources": sources}
    save_model(load_model(model[0]), tmp_path / "m", metadata=metadata)
    page = run_ok("inspect", tmp_path / "m").stdout
    assert "Source         speaker: DNNClassifier, 3 classes, " in page
    assert "features.parquet" not in page


@pytest.fixture(scope="module")
def speech_folder(tmp_path_factory):
    """Return a folder with invented speech, its features, and a model that was trained on them."""
    pytest.importorskip("opensmile")
    folder = tmp_path_factory.mktemp("spoken")
    run_ok(
        *("read", "invented", folder / "speech", "--speakers", 2, "--utterances", 4),
        *("--emotions", "sad", "angry", "-o", folder / "utterances.csv"),
    )
    run_ok("extract", folder / "utterances.csv", "-o", folder / "features.parquet", "--n-jobs", 1)
    run_ok(
        *("train", folder / "features.parquet", "--method", "progressive", "--source", "speaker"),
        *("--validation", "stratified", "--hidden-layers", 16, "--max-epochs", 40, "--lr", 0.01),
        *("-o", folder / "model"),
    )
    return folder


def test_predict_reads_audio_files_and_standard_input(speech_folder, monkeypatch):
    monkeypatch.chdir(speech_folder)
    names = [f"speech/{name}" for name in sorted(os.listdir("speech"))]
    predictions = table_of(run_ok("predict", "model", *names))
    assert list(predictions) == ["file", "label", "p_angry", "p_sad"]
    assert predictions["file"].tolist() == names
    truth = ["angry" if "angry" in name else "sad" for name in names]
    assert (predictions["label"] == truth).mean() > 0.8  # the model was trained on these files
    estimator = load_model("model")
    expected = estimator.predict_proba(OpenSmileFeatures().fit_transform(names))
    np.testing.assert_allclose(predictions[["p_angry", "p_sad"]].to_numpy(), expected, rtol=1e-6)
    three_names = names[:3]
    from_input = run_ok("predict", "model", input="\n".join([*three_names, ""]))
    assert (
        from_input.stdout == run_ok("predict", "model", "-", input="\n".join(three_names)).stdout
    )
    pd.testing.assert_frame_equal(table_of(from_input), predictions[:3])
    on_windows = "\r\n".join([*three_names, ""])
    for content in (on_windows.encode(), f"\ufeff{on_windows}".encode("utf-16-le")):
        assert run_ok("predict", "model", input=content).stdout == from_input.stdout
    refused = run("predict", "model", names[0], "--max-duration", 0.1)
    assert "longer than the limit of 0.1 s" in refused.stderr


def test_predict_reads_tables_of_utterances_of_segments_and_of_features(
    speech_folder, monkeypatch
):
    monkeypatch.chdir(speech_folder)
    from_audio = table_of(run_ok("predict", "model", "utterances.csv", "--cache", "cache"))
    from_features = table_of(run_ok("predict", "model", "features.parquet"))
    pd.testing.assert_frame_equal(from_audio, from_features)
    assert os.path.isabs(from_audio["file"][0])
    segments = pd.DataFrame({"file": ["speech/F01_sad_01.wav"] * 2, "start": [0, 0.3]})
    segments.assign(end=[0.5, 0.8]).to_csv("segments.csv", index=False)
    predictions = table_of(run_ok("predict", "model", "segments.csv"))
    assert list(predictions)[:4] == ["file", "start", "end", "label"]
    assert predictions["start"].tolist() == [0, 0.3]
    assert predictions["p_sad"].nunique() == 2


def test_bad_files_are_named_and_the_others_predicted(speech_folder, monkeypatch):
    monkeypatch.chdir(speech_folder)
    (speech_folder / "no audio.wav").write_text("no audio")
    names = ["gone.wav", "speech/F01_sad_01.wav", "no audio.wav"]
    result = run("predict", "model", *names)
    assert result.exit_code == 1
    assert table_of(result)["file"].tolist() == names[1:2]
    lines = result.stderr.splitlines()
    assert lines[0] == "'gone.wav': cannot be opened (No such file or directory)"
    assert lines[1].startswith("'no audio.wav': ")
    assert lines[2:] == ["Error: 2 of 3 utterances could not be used. They are named above."]
    odd_names = ["line\nbreak \U0001f600,.wav", os.fsdecode(b"\xff.wav")]
    for name in odd_names:
        os.symlink("speech/F01_sad_01.wav", name)
    predictions = table_of(run_ok("predict", "model", *odd_names))
    assert predictions["file"].tolist() == [odd_names[0], "\\udcff.wav"]
    assert table_of(run_ok("predict", "model", input=os.fsencode(odd_names[1]))).shape == (1, 4)
    refused = run("predict", "model", os.fsdecode(b"\xfe.wav"), odd_names[1])
    assert refused.exit_code == 1
    assert refused.stderr.startswith(r"'\udcfe.wav': cannot be opened")
    no_good_file = run("predict", "model", "gone.wav")
    assert no_good_file.exit_code == 1
    assert no_good_file.stdout == "file,label,p_angry,p_sad\n"


def test_features_at_another_sampling_rate_are_refused(speech_folder, tmp_path):
    table = pd.read_parquet(speech_folder / "features.parquet").assign(sampling_rate=8000)
    table.to_parquet(tmp_path / "t.parquet")
    result = run("predict", speech_folder / "model", tmp_path / "t.parquet")
    opensmile = f"opensmile {version('opensmile')}"
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: Features must be those that the model learned from, eGeMAPSv02 at 16000 "
        f"Hz by {opensmile}; got eGeMAPSv02 at 8000 Hz by {opensmile} in "
        f"'{tmp_path / 't.parquet'}'. Extract them again.\n",
    )


def test_predict_warns_of_another_version_of_the_extractor(speech_folder, tmp_path):
    table = pd.read_parquet(speech_folder / "features.parquet").assign(extractor="opensmile 1.0.0")
    table.to_parquet(tmp_path / "t.parquet")
    run_ok("train", tmp_path / "t.parquet", *TINY, "-o", tmp_path / "m")
    result = run_ok("predict", tmp_path / "m", speech_folder / "speech" / "F01_sad_01.wav")
    assert result.stderr == (
        "Warning: The model learned from features eGeMAPSv02 at 16000 Hz by opensmile 1.0.0; here "
        f"they are eGeMAPSv02 at 16000 Hz by opensmile {version('opensmile')}, so the numbers "
        "may differ.\n"
    )


# This configuration computes the mean energy, and writes a table that shows that it was run.
CONFIGURATION = r"""
[componentInstances:cComponentManager]
instance[dataMemory].type=cDataMemory
\{\cm[source{?}:include external source]}
[componentInstances:cComponentManager]
instance[frame].type=cFramer
instance[energy].type=cEnergy
instance[func].type=cFunctionals
instance[table].type=cCsvSink
[frame:cFramer]
reader.dmLevel = wave
writer.dmLevel = frames
frameSize = 0.025
frameStep = 0.010
[energy:cEnergy]
reader.dmLevel = frames
writer.dmLevel = energy
[func:cFunctionals]
reader.dmLevel = energy
writer.dmLevel = func
frameMode = full
functionalsEnabled = Means
Means.amean = 1
[table:cCsvSink]
reader.dmLevel = func
filename = FILE
\{\cm[sink{?}:include external sink]}
"""


@pytest.fixture
def custom_configuration(speech_folder, tmp_path):
    """Return a model trained with a configuration file, that file, its output, and recordings."""
    config, output = tmp_path / "set.conf", tmp_path / "written.csv"
    config.write_text(CONFIGURATION.replace("FILE", str(output)))
    wavs = sorted(str(path) for path in (speech_folder / "speech").iterdir())
    run_ok("extract", *wavs, "--feature-set", config, "--n-jobs", 1, "-o", tmp_path / "t.csv")
    table = pd.read_csv(tmp_path / "t.csv").assign(emotion=["angry", "sad"] * (len(wavs) // 2))
    table.to_csv(tmp_path / "t.csv", index=False)
    run_ok("train", tmp_path / "t.csv", *TINY, "-o", tmp_path / "model")
    output.unlink()
    return tmp_path / "model", config, output, wavs


def test_a_configuration_that_only_the_model_names_is_not_run(custom_configuration):
    model, config, output, wavs = custom_configuration
    result = run("predict", model, wavs[0])
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: The model learned from features of the openSMILE configuration "
        f"'{config}'. A configuration that only a model names is never run. If you trust the "
        "file, pass it as configuration (--configuration), or predict from a table of its "
        "features.\n",
    )
    assert not output.exists()


def test_a_configuration_that_the_user_names_is_run_only_if_unchanged(
    custom_configuration, tmp_path
):
    model, config, output, wavs = custom_configuration
    moved = config.rename(tmp_path / "moved.conf")
    predictions = table_of(run_ok("predict", model, *wavs, "--configuration", moved))
    assert output.exists()
    expected = load_model(model).predict_proba(OpenSmileFeatures(moved).fit_transform(wavs))
    np.testing.assert_allclose(predictions[["p_angry", "p_sad"]].to_numpy(), expected, rtol=1e-6)
    output.unlink()

    moved.write_text(moved.read_text() + "\n// another one\n")
    result = run("predict", model, *wavs, "--configuration", moved)
    assert result.exit_code == 1
    assert re.fullmatch(
        r"Error: The openSMILE configuration must be the one that the model learned from, with "
        r"SHA-256 [0-9a-f]{64}; got '.*moved.conf' with [0-9a-f]{64}\. Look for the original file "
        r"and those that it includes\.\n",
        result.stderr,
    )
    assert not output.exists()


def test_features_must_come_from_the_same_configuration_in_any_place(
    custom_configuration, tmp_path
):
    model, config, _, wavs = custom_configuration
    moved = config.rename(tmp_path / "moved.conf")
    features = tmp_path / "again.csv"
    run_ok("extract", *wavs, "--feature-set", moved, "--n-jobs", 1, "-o", features)
    assert (
        run_ok("predict", model, features).stdout
        == run_ok("predict", model, tmp_path / "t.csv").stdout
    )
    config.write_text(moved.read_text() + "\n// another one\n")
    run_ok("extract", *wavs, "--feature-set", config, "--n-jobs", 1, "-o", features)
    assert "Extract them again" in run("predict", model, features).stderr


def test_a_configuration_is_refused_if_opensmile_has_the_feature_set(
    speech_folder, custom_configuration
):
    _, config, output, wavs = custom_configuration
    result = run("predict", speech_folder / "model", wavs[0], "--configuration", config)
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: configuration must be None, since the model learned from eGeMAPSv02, which "
        f"openSMILE has; got '{config}'. Leave it out (--configuration).\n",
    )
    assert not output.exists()


@pytest.mark.parametrize(
    "features", ["eGeMAPSv02", {"feature_set": "eGeMAPSv02"}, {"feature_set": ["a.conf"]}]
)
def test_feature_metadata_of_another_form_are_refused(speech_folder, features, tmp_path):
    model = load_model(speech_folder / "model")
    save_model(model, tmp_path / "m", metadata={"features": features})
    result = run("predict", tmp_path / "m", speech_folder / "speech" / "F01_sad_01.wav")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: The features in the metadata of a model must be feature_set, sampling_rate, "
        f"extractor, or None; got {features!r}. Train the model again.\n",
    )


def test_predict_extracts_at_the_sampling_rate_of_the_training(speech_folder, tmp_path):
    names = [
        f"{speech_folder}/speech/{name}" for name in sorted(os.listdir(speech_folder / "speech"))
    ]
    run_ok(
        *("extract", speech_folder / "utterances.csv", "--sampling-rate", 8000, "--n-jobs", 1),
        *("-o", tmp_path / "t.csv"),
    )
    run_ok("train", tmp_path / "t.csv", *TINY, "-o", tmp_path / "m")
    predictions = table_of(run_ok("predict", tmp_path / "m", *names[:2]))
    features = OpenSmileFeatures(sampling_rate=8000).fit_transform(names[:2])
    expected = load_model(tmp_path / "m").predict_proba(features)
    np.testing.assert_allclose(predictions[["p_angry", "p_sad"]].to_numpy(), expected, rtol=1e-5)


def test_train_accepts_the_name_of_the_shipped_data(tmp_path):
    run_ok("train", "emodb", *TINY, "-o", tmp_path / "m")
    page = run_ok("inspect", tmp_path / "m").stdout
    assert "Features       88, eGeMAPSv02 at 16000 Hz by opensmile 2.6.0\n" in page
    assert "339 rows of emodb" in page


def test_the_commands_lead_from_emodb_files_to_predictions(corpora, tmp_path, monkeypatch):
    """One predict runs in a new process, as in a shell, which knows nothing but the model."""
    wavs = tmp_path / "wav"
    wavs.mkdir()
    chosen = load_emodb(as_frame=True).frame.groupby(["speaker", "emotion"]).head(2)
    chosen = chosen[chosen["speaker"].isin(["03", "08", "09"])]
    for name in chosen["file"]:
        (wavs / name).symlink_to(corpora / "emodb" / "wav" / name)

    monkeypatch.chdir(tmp_path)
    run_ok("read", "emodb", "wav", "-o", "utterances.csv")
    run_ok("extract", "utterances.csv", "-o", "features.parquet", "--n-jobs", "1")
    options = ["--method", "progressive", "--source", "speaker", *TINY, "-o", "model"]
    run_ok("train", "features.parquet", *options)
    first_file = chosen["file"].iloc[0]
    output = subprocess.run(
        [sys.executable, "-m", "skprognet", "predict", "model"],
        input=f"wav/{first_file}\n",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert output.startswith("file,label,p_angry,p_happy,p_neutral,p_sad\n")
    assert output.splitlines()[1].startswith(f"wav/{first_file},")
    assert run("predict", "model", f"wav/{first_file}").stdout == output
    assert f"{len(chosen)} rows of features.parquet" in run("inspect", "model").stdout


def test_a_column_has_priority_over_a_model_file_of_its_name(model, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("gender").write_bytes(Path(model[0]).read_bytes())
    for source, origin in (("gender", "column"), ("./gender", "model")):
        run_ok("train", table, "--method", "progressive", "--source", source, *TINY, "-o", "out")
        assert origin in read_model_info("out")["metadata"]["sources"]["gender"]


@pytest.mark.parametrize("verb", [("extract",), ("predict", "model")], ids=lambda words: words[0])
def test_the_timeout_reaches_the_extractor(verb, speech_folder, tmp_path, monkeypatch):
    def refuse(*args, timeout, **options):
        raise ValueError(f"the timeout is {timeout}")

    monkeypatch.chdir(speech_folder)
    monkeypatch.setattr(f"skprognet.cli._{verb[0]}.make_extractor", refuse)
    result = run(*verb, "speech/F01_sad_01.wav", "--timeout", 7, "-o", tmp_path / "t.csv")
    assert (result.exit_code, result.stderr) == (1, "Error: the timeout is 7.0\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--card", "--json"], "--card excludes --json and --rows. Leave them out."),
        (["--scores", "r.csv"], "--scores is for the model card. Add --card."),
    ],
)
def test_options_of_inspect_that_exclude_each_other(model, options, message):
    result = run("inspect", model[0], *options)
    assert result.exit_code == 2
    assert message in result.stderr
