"""The report of predictions: its sentences agree with numbers of scikit-learn."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score

from skprognet.displays import GroupScoresDisplay
from skprognet.experiments import Study, write_study

HEADINGS = ["Which emotions", "Which speakers", "How sure", "Where methods disagree"]


@pytest.fixture
def drawn(monkeypatch):
    """Give a list of the displays, without drawing, which would take longer than the rest."""
    displays = []

    def draw(display, suffixes):
        displays.append(display)
        return dict.fromkeys(suffixes, b"<svg/>")

    monkeypatch.setattr("skprognet.experiments._tested.pictures", draw)
    monkeypatch.setattr("skprognet.experiments._write_study.draw_figures", lambda study: [])
    return displays


@pytest.fixture
def page_of(tmp_path, drawn):
    """Give a function that writes a study and returns its page as one line."""

    def write_page(study):
        write_study(study, tmp_path / "results")
        return " ".join((tmp_path / "results" / "report.html").read_text("utf-8").split())

    return write_page


def changed(study, predictions=None, labels=None):
    """Return the study with other predictions or labels."""
    predictions = study.predictions if predictions is None else predictions
    labels = study.labels if labels is None else {"corpus": labels}
    return Study(study.scores, study.curves, study.design, predictions=predictions, labels=labels)


def test_page_has_a_section_for_each_question_in_order(study, page_of):
    page = page_of(study)
    places = [page.find(f"<h2>{heading}</h2>") for heading in ["Results", *HEADINGS, "Design"]]
    assert -1 not in places
    assert places == sorted(places)


def test_each_corpus_has_files_of_all_figures(corpora, tmp_path, drawn):
    files = {path.name for path in write_study(corpora, tmp_path / "results")}
    names = ["confusion", "class_recall", "group_scores", "calibration", "disagreement"]
    expected = {f"{name}_{n}.{end}" for name in names for n in (1, 2) for end in ("png", "pdf")}
    assert expected <= files
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    for corpus in corpora.labels:
        assert f"{corpus}: DNN recognises" in page


def test_page_has_the_recalls_of_scikit_learn(study, page_of):
    rows = study.predictions[study.predictions["method"] == "DNN"]
    folds = [
        recall_score(fold["truth"], fold["prediction"], labels=["angry", "sad"], average=None)
        for _, fold in rows.groupby(["repeat", "fold"])
    ]
    (low, high), names = sorted(np.mean(folds, axis=0)), ["angry", "sad"]
    best = names[np.mean(folds, axis=0).argmax()]
    assert f"DNN recognises {best} best (recall {high:.3f})" in page_of(study)
    assert f" worst ({low:.3f})" in page_of(study)


def test_perfect_predictions_are_described_as_such(study, page_of):
    perfect = study.predictions.assign(prediction=study.predictions["truth"])
    for label in ("angry", "sad"):
        perfect[f"p_{label}"] = (perfect["truth"] == label).astype(float)
    page = page_of(changed(study, perfect))
    assert "DNN recognises all classes alike (recall 1.000). No source changes any" in page
    assert "All methods give the same label to 80 of 80 rows; this label is right for 80" in page
    assert "should be, on average: its mean confidence is 100 %, and 100 %" in page
    assert "Most disputed rows" not in page


def test_disputed_rows_without_files_have_their_numbers(study, page_of):
    # If only another corpus of the study has files, the column exists here, too.
    page = page_of(changed(study, study.predictions.assign(file=np.nan)))
    assert '<th scope="col">row</th> <th scope="col">truth</th>' in page
    assert "<td>nan</td>" not in page


def test_page_names_the_speaker_that_gains_more_with_a_source(study, page_of):
    labels = study.labels["corpus"]
    is_last = labels["speaker"] == "s3"
    rows = study.predictions.assign(prediction=study.predictions["truth"])
    wrong = (rows["method"] == "DNN") & rows["row"].map(is_last)
    wrong_labels = rows["truth"].map({"angry": "sad", "sad": "angry"})
    wrong &= rows["row"] % 3 > 0
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, wrong_labels))))
    assert "and worst for s3" in page
    assert re.search(
        r"With ProgNet from speaker in place of DNN, s3 gains more, or loses less, than s\d "
        r"\(change -0",
        page,
    )


def test_page_says_why_a_change_of_a_gap_cannot_be_tested(study, page_of):
    labels = study.labels["corpus"]
    page = page_of(changed(study, labels=labels.assign(alone=labels["speaker"] == "s3")))
    assert (
        "Whether transfer changes it cannot be tested: a group has a single speaker, or all "
        "speakers change by the same amount."
    ) in page


def test_page_has_a_negative_change_if_transfer_reverses_a_gap(study, page_of):
    labels, rows = study.labels["corpus"], study.predictions
    for_last = rows["row"].map(labels["speaker"] == "s3")
    wrong_labels = rows["truth"].map({"angry": "sad", "sad": "angry"})
    is_plain = rows["method"] == "DNN"
    wrong = (is_plain & for_last) | (~is_plain & ~for_last & (rows["row"] % 5 == 0))
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, wrong_labels))))
    cells = r"<td>s3 \(1.000\)</td> <td>s\d \(0.\d+\)</td> <td>0.\d+</td>"
    assert re.search(rf"<td>ProgNet from speaker</td> {cells} <td>s\d minus s3</td> <td>-", page)


def test_page_does_not_compare_networks_with_an_svm(study, page_of):
    rows = study.predictions.replace({"method": {"DNN": "SVM"}, "baseline": {"DNN": "none"}})
    page = page_of(changed(study, rows))
    sentence = "No method without a source is the same network as one with a source, so"
    for ending in ("recalls are not compared", "gaps are not compared", "the effect of transfer"):
        assert f"{sentence} {ending}" in page
    for word in ("in place of", "with a source is right", "changes most"):
        assert word not in page


def test_page_compares_with_the_network_even_if_another_method_is_first(study, page_of):
    svm = study.predictions[study.predictions["method"] == "DNN"]
    svm = svm.assign(method="SVM", prediction=svm["truth"])
    page = page_of(changed(study, pd.concat([svm, study.predictions])))
    page_without_svm = page_of(changed(study))
    sentence = re.search(
        r"With a source, the recall of [^.]+\.\d+ for [^.]+\.", page_without_svm
    ).group()
    assert sentence in page
    assert "DNN recognises" in page


def test_page_has_no_calibration_without_probabilities(study, page_of):
    page = page_of(changed(study, study.predictions.assign(p_angry=np.nan, p_sad=np.nan)))
    assert "How sure" not in page
    assert "Which emotions" in page


@pytest.mark.filterwarnings("error")
def test_calibration_leaves_out_a_method_without_probabilities(study, page_of, drawn):
    probabilities = study.predictions[["p_angry", "p_sad"]]
    is_dnn = (study.predictions["method"] == "DNN").to_numpy()
    page = page_of(
        changed(study, study.predictions.assign(**probabilities.mask(np.c_[is_dnn, is_dnn])))
    )
    assert "PT/FT from speaker is " in page.split("How sure")[1]


def test_page_has_no_sections_of_predictions_without_them(study, page_of):
    page = page_of(Study(study.scores, study.curves, study.design))
    assert not [heading for heading in HEADINGS if heading in page]


def test_groups_are_label_columns_with_a_few_values(study, page_of, drawn):
    labels = study.labels["corpus"].assign(
        session=np.arange(80) % 5 + 1,
        rating=np.linspace(0, 1, 80),
        file=[f"{i % 3}.wav" for i in range(80)],
        same="one",
        own=range(80),
        unknown=[None, *["a", "b"] * 39, "a"],
        copy=study.labels["corpus"]["emotion"],
        words=pd.Series([["a", "b"]] * 80),
    )
    page_of(changed(study, labels=labels))
    (groups,) = [display.frame() for display in drawn if isinstance(display, GroupScoresDisplay)]
    assert list(groups["column"].unique()) == ["speaker", "gender", "session"]


def test_sections_of_predictions_leave_out_placebos(study, page_of):
    placebo = study.predictions[study.predictions["source"] == "gender"]
    placebo = placebo.assign(source="placebo of gender")
    page = page_of(changed(study, pd.concat([study.predictions, placebo])))
    assert "placebo of gender" not in page


def test_table_of_disputed_rows_marks_wrong_labels_and_escapes_names(study, page_of):
    rows = study.predictions.assign(prediction=study.predictions["truth"], file="<b>.wav")
    wrong = (rows["method"] == "DNN") & (rows["row"] == 7)
    truth = rows.loc[rows["row"] == 7, "truth"].iloc[0]
    wrong_label = {"angry": "sad", "sad": "angry"}[truth]
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, wrong_label))))
    assert f'<td>&lt;b&gt;.wav</td> <td>{truth}</td> <td class="marked">{wrong_label}</td>' in page
    assert page.count('class="marked"') == 1
