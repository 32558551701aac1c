"""The first sentence of a report: what it counts and says about chance, and the counts of fits."""

import re

import pandas as pd
import pytest

from skprognet.experiments import Study, format_study, transfer_between_tasks, write_study


def answer(study):
    """Return the first sentence after the title."""
    return format_study(study).split("\n\n")[1]


def test_answer_does_not_count_a_classifier_that_is_no_network(study, with_scores):
    without_svm = with_scores(study, {"DNN": 0.3, "PT/FT": 0.3, "ProgNet": 0.3})
    svm = without_svm.scores[without_svm.scores["method"] == "DNN"].assign(method="SVM")
    svm["score"] = 0.95 + 0.001 * svm["fold"]
    with_svm = Study(pd.concat([without_svm.scores, svm]), study.curves, study.design)
    rows_against_svm = with_svm.comparisons[with_svm.comparisons["against"] == "SVM"]
    assert len(rows_against_svm) == 4
    assert (rows_against_svm["pvalue"] < 1e-6).all()
    assert answer(with_svm) == answer(without_svm)
    assert "helps or hurts in any of 4 comparisons with DNN." in answer(without_svm)
    assert "SVM is better than DNN" in format_study(with_svm)


def test_answer_begins_with_the_methods_that_are_not_better_than_chance(study, with_scores):
    assert answer(with_scores(study, {})).startswith(
        "No method is significantly better than chance, so perhaps nothing was "
        "learned. No evidence that transfer helps"
    )
    # The chance level is 1/2, since there are two emotions.
    learned = with_scores(study, {"DNN": 0.2, "PT/FT": 0.2, "ProgNet": 0.2})
    assert "chance" not in format_study(learned)
    text = answer(with_scores(study, {"DNN": 0.2, "PT/FT": 0.2}))
    assert text.startswith(
        "Not significantly better than chance: ProgNet from speaker; ProgNet from gender. "
    )


@pytest.mark.usefixtures("no_figures")
def test_progress_bar_audit_and_report_count_the_same_fits(
    corpus, network, corpora, capsys, tmp_path
):
    study = transfer_between_tasks(
        *corpus,
        sources=["gender"],
        estimator=network,
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
        verbose=1,
    )
    # Each of 3 splits has a network alone, a source, and two networks that use it.
    assert re.findall(r"(\d+)/(\d+) ", capsys.readouterr().err)[-1] == ("12", "12")
    n_fits = "12 fits (9 of methods, 3 of sources)"
    assert f"tested on. It checked {n_fits} with " in study.audit_verdict
    page = write_study(study, tmp_path)[-1].read_text("utf-8")
    assert page.count(n_fits) == 2
    # Each of 2 targets has 4 splits, each with a source, and 3 networks for each of 2 sizes.
    assert "checked 56 fits (48 of methods, 8 of sources) with" in corpora.audit_verdict


def test_report_uses_the_singular_for_one_fold_and_one_repeat(corpora, tmp_path, empty_pictures):
    single = corpora.scores["n_train_folds"] == 1
    curves = corpora.curves[corpora.curves["n_train_folds"] == 1]
    write_study(Study(corpora.scores[single], curves, corpora.design), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Scores, first half, 1 training fold</h3>" in page
    assert "the standard deviation over the folds, since there is one repeat" in page
