"""A study as Markdown and as files: their contents equal those of the frames."""

import hashlib
import json
import os
import re
import sys
import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import image
from sklearn.base import clone

from skprognet.experiments import (
    Study,
    format_study,
    transfer_between_tasks,
    write_study,
)
from skprognet.metrics import uar_score
from skprognet.results import format_table, read_predictions, read_scores


@pytest.fixture(scope="module")
def folder(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "new" / "folder"
    write_study(study, folder)
    return folder


def test_text_has_title_design_audit_test_and_verdicts(study):
    text = format_study(study)
    assert text.startswith("# Emotion recognition with transfer from speaker and gender\n")
    assert "2 x 4 folds stratified by speaker (about 40 rows train, 20 choose" in text
    assert "up to 3 epochs, features normalised over all rows of a corpus, seed 0." in text
    assert study.audit_verdict in text
    assert "Test: corrected paired t-test for repeated CV, two-sided" in text
    assert "the paper's own test is defined only for 10 repeats of 10 folds" in text
    assert "7 degrees of freedom, ratio of test rows to training rows" in text
    assert "(including validation rows that were used) 0.333" in text
    for verdict in study.comparisons["verdict"]:
        assert f"- {verdict}" in text
    assert text.count("\n| ") == 6


def test_text_of_corpora_has_directions_and_training_sizes(corpora):
    text = format_study(corpora)
    title = "# Emotion recognition with transfer between first half and first-half\n"
    assert text.startswith(title)
    assert (
        "1 x 4 folds stratified by speaker (at most about 20 rows train, from 1 or 2 folds of "
        "the target, 10 choose the epoch, 10 test), up to 3 epochs"
    ) in text
    one_way = Study(corpora.scores, corpora.curves, replace(corpora.design, targets="first-half"))
    assert "transfer from first half to first-half\n" in format_study(one_way)


def test_text_has_the_smallest_and_largest_number_of_rows_of_corpora(corpora):
    scores = corpora.scores[corpora.scores["n_train_folds"] == 2].copy()
    scores.loc[scores["corpus"] == "first-half", ["n_train", "n_test"]] = 13, 7
    text = format_study(Study(scores, corpora.curves, replace(corpora.design, train_folds=(2,))))
    assert "(about 13 to 20 rows train, from 2 folds of the target, 10 choose the epoch, " in text
    assert "epoch, 7 to 10 test), up to 3 epochs" in text


def test_text_lists_the_numbers_of_training_folds(corpora):
    study = Study(corpora.scores, corpora.curves, replace(corpora.design, train_folds=(1, 2, 4)))
    assert ", from 1, 2 or 4 folds of the target, " in format_study(study)


def test_text_has_the_patience(study):
    network = clone(study.design.estimator).set_params(patience=7)
    patient_study = Study(study.scores, study.curves, replace(study.design, estimator=network))
    assert "up to 3 epochs, stopping after 7 epochs without improvement" in format_study(
        patient_study
    )


def headline(study):
    """Return the paragraph below the title, without the backslashes of Markdown."""
    return format_study(study).split("\n\n")[1].replace("\\", "")


def test_headline_counts_what_helps_and_what_hurts(study, with_scores):
    assert headline(with_scores(study, {})) == (
        "No method is significantly better than chance, so perhaps nothing was "
        "learned. No evidence that transfer helps or hurts in any of 4 comparisons with DNN."
    )
    shifted = with_scores(study, {"ProgNet": 0.1, "PT/FT": -0.2})
    assert headline(shifted) == (
        "Not significantly better than chance: DNN; PT/FT from speaker; PT/FT from gender. "
        "Transfer helps in 2 of 4 comparisons with DNN (after Holm's correction: "
        "all): ProgNet from speaker +0.100; ProgNet from gender +0.100. Transfer hurts in "
        "2 of 4 comparisons with DNN (after Holm's correction: all): PT/FT from "
        "speaker -0.200; PT/FT from gender -0.200."
    )
    shifted.comparisons["pvalue_holm"] = [1, 0.001, 1, 1, 1, 1]
    assert "with DNN (after Holm's correction: 1): ProgNet" in headline(shifted)
    assert "with DNN (after Holm's correction: none): PT/FT" in headline(shifted)


def test_table_has_the_numbers_of_the_frame(study):
    lines = [line for line in format_table(study.table).splitlines() if line.startswith("|")]
    for line, row in zip(lines[2:], study.table.itertuples(), strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:2] == [row.method, row.source]
        assert cells[2].startswith(f"{row.score_mean:.3f} ± {row.score_std:.3f}")


OF_PREDICTIONS = ("confusion", "class_recall", "group_scores", "calibration", "disagreement")


def test_study_writes_exactly_these_files(folder):
    assert sorted(os.listdir(folder)) == [
        "calibration.pdf",
        "calibration.png",
        "class_recall.pdf",
        "class_recall.png",
        "comparisons.csv",
        "confusion.pdf",
        "confusion.png",
        "curves.csv.gz",
        "design.toml",
        "disagreement.pdf",
        "disagreement.png",
        "group_scores.pdf",
        "group_scores.png",
        "learning_curves.pdf",
        "learning_curves.png",
        "manifest.json",
        "predictions.parquet",
        "report.html",
        "results.csv",
        "rows.csv.gz",
        "scores.pdf",
        "scores.png",
        "significance.pdf",
        "significance.png",
        "table.md",
        "table.tex",
        "timings.csv",
    ]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("results.csv", "scores"), ("curves.csv.gz", "curves"), ("comparisons.csv", "comparisons")],
)
def test_stored_frames_are_exact(study, folder, name, attribute):
    frame = getattr(study, attribute)
    if name == "results.csv":
        stored_elsewhere = ["seconds", "rows_seen", "rows_seen_by_source", "rows_tested"]
        frame = frame.drop(columns=stored_elsewhere)
    # As text, since some versions of pandas read numbers inexactly.
    stored = pd.read_csv(folder / name, dtype=str)
    assert list(stored) == list(frame)
    for column in frame:
        if frame[column].dtype == float:
            np.testing.assert_array_equal(stored[column].map(float), frame[column])
    assert stored["source"].tolist() == frame["source"].tolist()


def test_stored_texts_and_figures_show_the_study(study, folder):
    assert (folder / "table.md").read_text("utf-8") == format_study(study) + "\n"
    assert (folder / "table.tex").read_text("utf-8") == format_table(study.table, "latex")
    assert (folder / "learning_curves.pdf").read_bytes().startswith(b"%PDF")
    for name in ("learning_curves", "scores", "significance"):
        picture = image.imread(folder / f"{name}.png")
        assert picture.shape[1] > 600
        assert picture.std() > 0.05


def test_study_written_twice_gives_the_same_bytes(study, folder, tmp_path):
    for path in write_study(study, tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_each_target_corpus_has_its_own_figures(corpora, tmp_path, empty_pictures):
    names = {path.name for path in write_study(corpora, tmp_path)}
    # Both corpora would give the same file name, so the files are numbered.
    kinds = ("training_size", "scores", "learning_curves", *OF_PREDICTIONS)
    expected = {f"{kind}_{number}.png" for kind in kinds for number in (1, 2)}
    expected |= {"significance.png", "corpora_matrix.png"}
    assert {name for name in names if name.endswith(".png")} == expected
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Score by size of the training set, first-half</h3>" in page
    assert "Scores, first half, 2 training folds</h3>" in page


def test_study_without_curves_writes_no_curves(study, tmp_path, empty_pictures):
    without_curves = Study(study.scores, pd.DataFrame(), study.design)
    assert not [path for path in write_study(without_curves, tmp_path) if "curves" in path.name]
    assert "Training curves" not in (tmp_path / "report.html").read_text("utf-8")


def test_design_file_has_every_parameter_of_the_network(network, folder):
    design = tomllib.loads((folder / "design.toml").read_text("utf-8"))
    assert design["random_state"] == 0
    assert design["sources"] == ["speaker", "gender"]
    parameters = network.get_params()
    del parameters["random_state"]
    for name, value in parameters.items():
        written = design["network"].pop(name)
        assert written == {None: "none", (8,): [8]}.get(value, value), name
    assert design["network"] == {}
    assert {"python", "platform", "skprognet", "torch", "numpy"} <= set(design["versions"])


def test_file_of_the_user_is_neither_replaced_nor_removed(study, tmp_path, no_figures):
    (tmp_path / "table.md").write_text("mine")
    (tmp_path / "report.html").mkdir()
    message = (
        f"The folder '{tmp_path}' must not have files of yours where results will be written; got "
        "files that no run wrote, or that were changed since: 'table.md', 'report.html'. Move "
        "them elsewhere, or choose another folder."
    )
    with pytest.raises(FileExistsError, match=f"^{re.escape(message)}$"):
        write_study(study, tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["report.html", "table.md"]
    assert (tmp_path / "table.md").read_text() == "mine"


@pytest.mark.parametrize("content", ["mine", "[]", '{"files": 3}', '{"files": {"a": 1}}'])
def test_invalid_manifest_is_kept_as_a_file_of_the_user(content, study, tmp_path, no_figures):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(FileExistsError, match=r"changed since: 'manifest\.json'\. Move"):
        write_study(study, tmp_path)
    assert os.listdir(tmp_path) == ["manifest.json"]
    assert (tmp_path / "manifest.json").read_text() == content


def test_stored_predictions_are_exact_and_give_the_scores(study, folder):
    predictions, fit = read_predictions(folder), ["method", "source", "repeat", "fold"]
    pd.testing.assert_frame_equal(predictions, study.predictions, check_exact=True)
    fits = predictions.groupby(fit, sort=False)[["truth", "prediction"]]
    scores = [uar_score(rows["truth"], rows["prediction"]) for _, rows in fits]
    assert scores == read_scores(folder)["score"].tolist()
    emotion = study.labels["corpus"]["emotion"]
    assert predictions["truth"].tolist() == emotion[predictions["row"]].tolist()


def test_predictions_are_stored_as_csv_without_pyarrow(study, tmp_path, no_figures, monkeypatch):
    def write():
        without_curves = replace(study, curves=pd.DataFrame())
        written = [
            path for path in write_study(without_curves, tmp_path) if "predictions" in path.name
        ]
        # The file of the other format is removed.
        assert written == list(tmp_path.glob("predictions*"))
        return written[0].name, written[0].read_bytes()

    name, content = write()
    assert name == "predictions.parquet"
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow.parquet", None)
        name, as_csv = write()
        assert (name, as_csv) == write()
        assert name == "predictions.csv.gz"
        read = read_predictions(tmp_path)
        pd.testing.assert_frame_equal(read, study.predictions, check_exact=True)
    assert write() == ("predictions.parquet", content)


def test_manifest_has_the_digest_of_every_file(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["complete"] is True
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    del contents["manifest.json"]
    # The digests leave out durations.
    timings = re.sub(rb",[\d.e-]+\n", b",\n", contents["timings.csv"])
    page = re.sub(rb"(methods took )[\d.]+ (s|min)", rb"\1", contents["report.html"])
    contents |= {"timings.csv": timings, "report.html": page}
    assert manifest["files"] == {
        name: [hashlib.sha256(content).hexdigest()] for name, content in contents.items()
    }


def test_second_study_in_a_folder_replaces_only_files_of_the_first(study, tmp_path, no_figures):
    write_study(study, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    without_curves = Study(study.scores, pd.DataFrame(), study.design)
    write_study(without_curves, tmp_path)
    names = set(os.listdir(tmp_path))
    assert "curves.csv.gz" not in names  # it would be taken for a file of the second study
    assert "notes.txt" in names
    write_study(study, tmp_path)
    (tmp_path / "curves.csv.gz").write_text("changed")
    write_study(without_curves, tmp_path)
    assert (tmp_path / "curves.csv.gz").read_text() == "changed"


def test_figures_of_any_name_stay_in_the_folder(corpora, tmp_path, empty_pictures):
    names = {"first half": "../" + "é" * 300, "first-half": "/etc/é"}
    scores = corpora.scores[corpora.scores["n_train_folds"] == 1]
    scores = scores.assign(corpus=scores["corpus"].map(names))
    folder = tmp_path / "out"
    written = {
        path.name for path in write_study(Study(scores, pd.DataFrame(), corpora.design), folder)
    }
    assert set(os.listdir(folder)) == {*written, "manifest.json"}
    assert len([name for name in written if name.endswith(".png")]) == 4
    assert os.listdir(tmp_path) == ["out"]


def test_text_says_so_if_no_rows_choose_the_epoch(corpus, network):
    fixed = clone(network).set_params(early_stopping=False)
    study = transfer_between_tasks(
        *corpus, sources=["gender"], estimator=fixed, n_splits=4, n_repeats=1, n_jobs=1
    )
    assert (study.scores["n_validation"] == 0).all()
    text = format_study(study)
    assert "(about 40 rows train, 20 test), 3 epochs, features normalised over" in text
    assert "choose the epoch" not in text
