"""What the report says of predictions: sentences checked against scikit-learn's numbers."""

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
    """Give the displays that would be drawn: drawing takes longer than all else."""
    displays = []

    def draw(display, suffixes):
        displays.append(display)
        return dict.fromkeys(suffixes, b"<svg/>")

    monkeypatch.setattr("skprognet.experiments._tested.pictures", draw)
    monkeypatch.setattr("skprognet.experiments._write_study.draw_figures", lambda study: [])
    return displays


@pytest.fixture
def page_of(tmp_path, drawn):
    """Give a function that writes a study, and returns its page in one line."""

    def page(study):
        write_study(study, tmp_path / "results")
        return " ".join((tmp_path / "results" / "report.html").read_text("utf-8").split())

    return page


def changed(study, predictions=None, labels=None):
    """Return the study with other predictions or labels."""
    predictions = study.predictions if predictions is None else predictions
    labels = study.labels if labels is None else {"corpus": labels}
    return Study(study.scores, study.curves, study.design, predictions=predictions, labels=labels)


def test_each_question_has_a_section_in_order(study, page_of):
    page = page_of(study)
    places = [page.find(f"<h2>{each}</h2>") for each in ["Results", *HEADINGS, "Design"]]
    assert -1 not in places
    assert places == sorted(places)


def test_each_figure_is_a_file_of_its_corpus(corpora, tmp_path, drawn):
    files = {path.name for path in write_study(corpora, tmp_path / "results")}
    names = ["confusion", "class_recall", "group_scores", "calibration", "disagreement"]
    expected = {f"{name}_{n}.{end}" for name in names for n in (1, 2) for end in ("png", "pdf")}
    assert expected <= files
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    for corpus in corpora.labels:
        assert f"{corpus}: DNN recognises" in page


def test_the_recalls_are_those_of_scikit_learn(study, page_of):
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


def test_a_source_that_mends_a_speaker_is_said_to_do_more_for_that_speaker(study, page_of):
    labels = study.labels["corpus"]
    is_last = labels["speaker"] == "s3"
    rows = study.predictions.assign(prediction=study.predictions["truth"])
    wrong = (rows["method"] == "DNN") & rows["row"].map(is_last)
    other = rows["truth"].map({"angry": "sad", "sad": "angry"})
    wrong &= rows["row"] % 3 > 0
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, other))))
    assert "and worst for s3" in page
    assert re.search(
        r"Compared with DNN, ProgNet from speaker helps s3 more than s\d \(change -0", page
    )


def test_why_a_change_of_a_gap_cannot_be_tested_is_said(study, page_of):
    labels = study.labels["corpus"]
    page = page_of(changed(study, labels=labels.assign(alone=labels["speaker"] == "s3")))
    assert (
        "Whether transfer changes it cannot be tested: a group has a single speaker, or all "
        "speakers change by the same amount."
    ) in page


def test_a_change_that_turns_a_gap_round_has_a_sign(study, page_of):
    labels, rows = study.labels["corpus"], study.predictions
    for_last = rows["row"].map(labels["speaker"] == "s3")
    other = rows["truth"].map({"angry": "sad", "sad": "angry"})
    is_plain = rows["method"] == "DNN"
    wrong = (is_plain & for_last) | (~is_plain & ~for_last & (rows["row"] % 5 == 0))
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, other))))
    cells = r"<td>s3 \(1.000\)</td> <td>s\d \(0.\d+\)</td> <td>0.\d+</td>"
    assert re.search(rf"<td>ProgNet from speaker</td> {cells} <td>s\d minus s3</td> <td>-", page)


def test_an_svm_is_not_the_network_without_a_source(study, page_of):
    rows = study.predictions.replace({"method": {"DNN": "SVM"}, "baseline": {"DNN": "none"}})
    page = page_of(changed(study, rows))
    sentence = "No method without a source is the same network as one with a source, so"
    for ending in ("recalls are not compared", "gaps are not compared", "the effect of transfer"):
        assert f"{sentence} {ending}" in page
    for word in ("Compared with", "with a source is right", "changes most"):
        assert word not in page


def test_the_network_is_compared_wherever_it_is_listed(study, page_of):
    svm = study.predictions[study.predictions["method"] == "DNN"]
    svm = svm.assign(method="SVM", prediction=svm["truth"])
    page = page_of(changed(study, pd.concat([svm, study.predictions])))
    alone = page_of(changed(study))
    sentence = re.search(r"With a source, the recall of [^.]+\.\d+ for [^.]+\.", alone).group()
    assert sentence in page
    assert "DNN recognises" in page


def test_methods_without_probabilities_have_no_calibration(study, page_of):
    page = page_of(changed(study, study.predictions.assign(p_angry=np.nan, p_sad=np.nan)))
    assert "How sure" not in page
    assert "Which emotions" in page


@pytest.mark.filterwarnings("error")
def test_one_method_without_probabilities_is_left_out_of_calibration(study, page_of, drawn):
    probabilities = study.predictions[["p_angry", "p_sad"]]
    without = (study.predictions["method"] == "DNN").to_numpy()
    page = page_of(
        changed(study, study.predictions.assign(**probabilities.mask(np.c_[without, without])))
    )
    assert "PT/FT from speaker is " in page.split("How sure")[1]


def test_a_study_without_predictions_has_no_such_section(study, page_of):
    page = page_of(Study(study.scores, study.curves, study.design))
    assert not [heading for heading in HEADINGS if heading in page]


def test_groups_are_columns_with_a_few_values(study, page_of, drawn):
    labels = study.labels["corpus"].assign(
        session=np.arange(80) % 5 + 1,
        rating=np.linspace(0, 1, 80),
        file=[f"{i % 3}.wav" for i in range(80)],
        same="one",
        own=range(80),
        unknown=[None, *["a", "b"] * 39, "a"],
        copy=study.labels["corpus"]["emotion"],
    )
    page_of(changed(study, labels=labels))
    (groups,) = [each.frame() for each in drawn if isinstance(each, GroupScoresDisplay)]
    assert list(groups["column"].unique()) == ["speaker", "gender", "session"]


def test_placebos_have_no_part_in_the_sections(study, page_of):
    placebo = study.predictions[study.predictions["source"] == "gender"]
    placebo = placebo.assign(source="placebo of gender")
    page = page_of(changed(study, pd.concat([study.predictions, placebo])))
    assert "placebo of gender" not in page


def test_wrong_labels_are_marked_and_names_are_escaped(study, page_of):
    rows = study.predictions.assign(prediction=study.predictions["truth"], file="<b>.wav")
    wrong = (rows["method"] == "DNN") & (rows["row"] == 7)
    truth = rows.loc[rows["row"] == 7, "truth"].iloc[0]
    other = {"angry": "sad", "sad": "angry"}[truth]
    page = page_of(changed(study, rows.assign(prediction=rows["truth"].mask(wrong, other))))
    assert f'<td>&lt;b&gt;.wav</td> <td>{truth}</td> <td class="marked">{other}</td>' in page
    assert page.count('class="marked"') == 1
