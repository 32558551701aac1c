"""Confusion, recalls, groups and calibration of predictions, checked against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, recall_score

from skprognet.metrics import Score, uar_score
from skprognet.results import (
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    most_disputed,
    recall_by_class,
    scores_by_group,
)

CLASSES = ["angry", "happy", "sad"]


def rows_of(frame, method):
    return frame[frame["method"] == method]


def test_confusion_agrees_with_scikit_learn_averaged_over_repeats(invent_predictions):
    predictions = invent_predictions()
    confusion = confusion_by_method(predictions)
    assert confusion["method"].drop_duplicates().tolist() == ["DNN", "PT/FT", "ProgNet"]
    for method in ("DNN", "ProgNet"):
        of_method = rows_of(confusion, method)
        repeats = [r for _, r in rows_of(predictions, method).groupby("repeat")]
        counts = [confusion_matrix(r["truth"], r["prediction"]) for r in repeats]
        recalls = [
            confusion_matrix(r["truth"], r["prediction"], normalize="true") for r in repeats
        ]
        table = of_method.pivot(index="truth", columns="prediction", values="count")
        assert table.index.tolist() == table.columns.tolist() == CLASSES
        np.testing.assert_allclose(table, np.mean(counts, axis=0))
        assert of_method["count"].sum() == pytest.approx(60)
        np.testing.assert_allclose(of_method["recall"], np.mean(recalls, axis=0).ravel())
        np.testing.assert_allclose(
            of_method["recall_std"], np.std(recalls, axis=0, ddof=1).ravel()
        )


def test_class_that_is_only_predicted_has_no_recall(invent_predictions):
    predictions = invent_predictions(n_repeats=1)
    predictions.loc[0, "prediction"] = "bored"
    bored = confusion_by_method(predictions).query("truth == 'bored'")
    assert (bored["count"] == 0).all()
    assert bored["recall"].isna().all()
    assert "bored" not in recall_by_class(predictions)["label"].tolist()


def test_repeat_without_rows_of_a_class_is_left_out_of_its_recall():
    predictions = pd.DataFrame(
        {
            "repeat": [1, 1, 1, 2],
            "row": range(4),
            "truth": ["angry", "sad", "sad", "angry"],
            "prediction": ["angry", "sad", "angry", "sad"],
        }
    ).assign(method="DNN", source="none", fold=1)
    recall = confusion_by_method(predictions).set_index(["truth", "prediction"])["recall"]
    assert recall.tolist() == [0.5, 0.5, 0.5, 0.5]


def test_columns_of_categories_are_read_as_their_values(invent_predictions):
    predictions = invent_predictions()
    predictions.loc[predictions["prediction"] == "sad", "prediction"] = "happy"
    text = ["method", "source", "truth", "prediction"]
    categories = predictions.astype(dict.fromkeys(text, "category"))
    pd.testing.assert_frame_equal(recall_by_class(categories), recall_by_class(predictions))


def test_recall_follows_the_papers_rule(invent_predictions):
    predictions = invent_predictions()
    recalls = recall_by_class(predictions)
    of_prognet = rows_of(predictions, "ProgNet")
    for place, label in enumerate(CLASSES):
        by_repeat = [
            [
                recall_score(fold["truth"], fold["prediction"], labels=CLASSES, average=None)[
                    place
                ]
                for _, fold in repeat.groupby("fold")
            ]
            for _, repeat in of_prognet.groupby("repeat")
        ]
        row = rows_of(recalls, "ProgNet").set_index("label").loc[label]
        assert row["recall_mean"] == pytest.approx(np.mean(by_repeat))
        assert row["recall_std"] == pytest.approx(np.std(by_repeat, axis=1, ddof=1).mean())
        assert (row["n_rows"], row["n_folds"]) == (20, 9)


def test_a_fold_without_the_class_is_left_out_of_its_recall():
    predictions = pd.DataFrame(
        {
            "fold": [1, 1, 2, 2, 3, 3],
            "row": range(6),
            "truth": ["angry", "sad", "angry", "sad", "sad", "sad"],
            "prediction": ["angry", "sad", "sad", "sad", "sad", "angry"],
        }
    ).assign(method="DNN", source="none", repeat=1)
    angry, sad = (row for _, row in recall_by_class(predictions).iterrows())
    assert (angry["recall_mean"], angry["n_folds"]) == (0.5, 2)
    assert angry["recall_std"] == pytest.approx(np.std([1, 0], ddof=1))
    assert (sad["recall_mean"], sad["n_folds"]) == (pytest.approx(2.5 / 3), 3)


def test_groups_are_scored_over_all_their_rows_in_a_repeat(invent_predictions):
    predictions = invent_predictions()
    labels = pd.DataFrame({"speaker": np.arange(60) % 4, "gender": np.arange(60) % 2})
    groups = scores_by_group(predictions, labels, "speaker")
    for speaker in range(4):
        of_speaker = rows_of(predictions, "PT/FT").query("row % 4 == @speaker")
        scores = [uar_score(r["truth"], r["prediction"]) for _, r in of_speaker.groupby("repeat")]
        row = rows_of(groups, "PT/FT").set_index("group").loc[speaker]
        assert row["score"] == pytest.approx(np.mean(scores))
        assert row["score_std"] == pytest.approx(np.std(scores, ddof=1))
        assert (row["n_rows"], row["n_classes"]) == (15, 3)
    errors = Score("errors", lambda y, p: float(np.mean(y != p)), greater_is_better=False)
    groups = scores_by_group(predictions, labels, "gender", errors)
    assert groups["metric"].eq("errors").all()
    assert not groups["greater_is_better"].any()


def test_each_corpus_has_its_own_rows_and_labels(invent_predictions):
    two_corpora = pd.concat([invent_predictions(0, corpus="A"), invent_predictions(1, corpus="B")])
    labels = {name: pd.DataFrame({"speaker": [name] * 60}) for name in "AB"}
    groups = scores_by_group(two_corpora, labels, "speaker")
    assert groups["corpus"].tolist() == groups["group"].tolist() == ["A"] * 3 + ["B"] * 3
    alone = scores_by_group(invent_predictions(1, corpus="B"), labels["B"], "speaker")
    assert groups["score"].tolist()[3:] == alone["score"].tolist()
    assert len(confusion_by_method(two_corpora)) == 2 * 3 * 9
    # The tables may be joined in any order, and their index is then not unique.
    turned = pd.concat([part for _, part in two_corpora.groupby("corpus")][::-1])
    groups = scores_by_group(turned, labels, "speaker")
    assert groups["corpus"].tolist() == groups["group"].tolist() == ["B"] * 3 + ["A"] * 3


def test_calibration_agrees_with_scikit_learns_curve(invent_predictions):
    predictions = invent_predictions(n_rows=300)
    curve = rows_of(calibration_by_method(predictions), "ProgNet")
    of_prognet = rows_of(predictions, "ProgNet")
    confidence = np.array([row[f"p_{row['prediction']}"] for _, row in of_prognet.iterrows()])
    correct = of_prognet["truth"] == of_prognet["prediction"]
    accuracy, mean = calibration_curve(correct, confidence, n_bins=10)
    filled = curve[curve["count"] > 0]
    np.testing.assert_allclose(filled["accuracy"], accuracy)
    np.testing.assert_allclose(filled["confidence"], mean, rtol=1e-6)
    assert curve["count"].sum() == pytest.approx(300)


def test_calibration_error_is_the_mean_distance_of_the_bins(invent_predictions):
    predictions = invent_predictions(n_rows=90)
    error = rows_of(expected_calibration_error(predictions, n_bins=5), "DNN").iloc[0]
    by_repeat = []
    for _, repeat in rows_of(predictions, "DNN").groupby("repeat"):
        rows = [(row[f"p_{row['prediction']}"], row["truth"] == row["prediction"])
                for _, row in repeat.iterrows()]  # fmt: skip
        total = 0
        for low in (0.0, 0.2, 0.4, 0.6, 0.8):
            inside = [(p, hit) for p, hit in rows if low < p <= low + 0.2]
            if inside:
                p, hit = np.mean(inside, axis=0)
                total += len(inside) / len(rows) * abs(p - hit)
        by_repeat.append(total)
    assert error["ece"] == pytest.approx(np.mean(by_repeat), rel=1e-5)
    assert error["ece_std"] == pytest.approx(np.std(by_repeat, ddof=1), rel=1e-4)


def test_warning_names_a_method_without_probabilities(invent_predictions):
    predictions = invent_predictions()
    columns = [f"p_{label}" for label in CLASSES]
    predictions.loc[predictions["method"] == "PT/FT", columns] = np.nan
    with pytest.warns(UserWarning, match=r"^The calibration of PT/FT from gender is NaN, because"):
        errors = expected_calibration_error(predictions)
    assert errors["ece"].isna().tolist() == [False, True, False]
    with pytest.warns(UserWarning, match="no probabilities"):
        curve = calibration_by_method(predictions)
    assert rows_of(curve, "PT/FT")[["count", "accuracy"]].isna().all(axis=None)
    assert len(curve) == 30


def test_calibration_ignores_classes_that_a_corpus_lacks(invent_predictions):
    first, second = invent_predictions(0, corpus="A"), invent_predictions(1, corpus="B")
    second = second.rename(columns={"p_sad": "p_calm"}).replace({"sad": "calm"})
    alone = expected_calibration_error(second)["ece"].tolist()
    together = expected_calibration_error(pd.concat([first, second]))
    assert together.query("corpus == 'B'")["ece"].tolist() == alone


def votes(*labels_of_methods, truth="angry"):
    """Return predictions of one row: for each method the labels that its repeats give."""
    return pd.DataFrame(
        [
            {"method": f"M{number}", "source": "x" if number else "none", "repeat": repeat,
             "fold": 1, "row": 0, "truth": truth, "prediction": label, "baseline": "M0"}
            for number, labels in enumerate(labels_of_methods)
            for repeat, label in enumerate(labels)
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("methods", "bits"),
    [
        ((["sad", "sad"], ["sad", "sad"]), 0),
        ((["sad", "sad"], ["angry", "angry"]), 1),
        ((["sad"], ["angry"], ["happy"], ["bored"]), 2),
        # Each method's repeats disagree, but the methods agree with each other.
        ((["sad", "angry"], ["angry", "sad"]), 0),
        # H(3/4, 1/4) - (0 + 1) / 2
        ((["sad", "sad"], ["angry", "sad"]), 0.8112781 - 0.5),
    ],
)
def test_disagreement_is_between_methods(methods, bits):
    row = most_disputed(votes(*methods)).iloc[0]
    assert row["disagreement"] == pytest.approx(bits, abs=1e-6)


def test_method_votes_by_majority_of_its_repeats_or_by_the_first():
    row = most_disputed(votes(["sad", "angry", "angry"], ["sad", "angry", "happy"])).iloc[0]
    assert (row["M0"], row["M1 from x"]) == ("angry", "sad")
    assert (row["methods_right"], row["wrong_to_right"]) == (0.5, "")
    assert row["right_to_wrong"] == "M1 from x"


def test_disputes_list_what_transfer_corrects_and_spoils(invent_predictions):
    predictions = invent_predictions(n_repeats=1)
    disputed = most_disputed(predictions, n=None)
    assert len(disputed) == 60
    assert disputed["disagreement"].is_monotonic_decreasing
    truth, plain = disputed["truth"], disputed["DNN"]
    for method in ("PT/FT from gender", "ProgNet from gender"):
        corrected = disputed["wrong_to_right"].str.contains(method)
        assert (corrected == ((plain != truth) & (disputed[method] == truth))).all()
        spoilt = disputed["right_to_wrong"].str.contains(method)
        assert (spoilt == ((plain == truth) & (disputed[method] != truth))).all()
    selected = most_disputed(predictions, n=3, only="wrong to right")
    assert len(selected) == 3
    assert (selected["wrong_to_right"] != "").all()
    assert (selected["file"] == selected["row"].astype(str) + ".wav").all()
    # Transfer may be judged by another method without a source.
    with_svm = predictions.replace({"method": {"PT/FT": "SVM"}, "source": {"gender": "none"}})
    with_svm.loc[with_svm["method"] == "ProgNet", "source"] = "gender"
    by_svm = most_disputed(with_svm, n=None, against="SVM")
    assert (by_svm["wrong_to_right"] != "").equals(
        (by_svm["SVM"] != by_svm["truth"]) & (by_svm["ProgNet from gender"] == by_svm["truth"])
    )


@pytest.mark.parametrize("against", [None, "DNN"])
def test_placebos_are_not_listed_among_the_changes(invent_predictions, against):
    methods = [("DNN", "none"), ("ProgNet", "gender"), ("ProgNet", "placebo of gender")]
    predictions = invent_predictions(methods=methods, n_repeats=1)
    predictions["baseline"] = np.where(predictions["source"] == "none", "none", "DNN")
    disputed = most_disputed(predictions, n=None, against=against)
    assert "ProgNet from placebo of gender" in disputed
    for column in ("wrong_to_right", "right_to_wrong"):
        assert set(disputed[column]) == {"", "ProgNet from gender"}


def test_a_bin_of_confidence_includes_its_upper_end():
    predictions = votes(["angry"]).assign(p_angry=0.5, p_sad=0.5)
    assert calibration_by_method(predictions, n_bins=2)["count"].tolist() == [1, 0]


def test_each_corpus_has_its_own_disputed_rows(invent_predictions):
    parts = {name: invent_predictions(seed, corpus=name) for seed, name in enumerate("AB")}
    both = most_disputed(pd.concat(parts.values()), n=5)
    assert both["corpus"].tolist() == ["A"] * 5 + ["B"] * 5
    for name, part in parts.items():
        rows = both[both["corpus"] == name].drop(columns="corpus").reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, most_disputed(part, n=5))
