"""Errors for predictions and labels that cannot be used."""

import numpy as np
import pandas as pd
import pytest

from skprognet.results import (
    calibration_by_method,
    confusion_by_method,
    gaps_between_groups,
    most_disputed,
    recall_by_class,
    recall_scores,
    scores_by_group,
)


def check_error(message, function, *arguments, **options):
    with pytest.raises(ValueError, match="must") as caught:
        function(*arguments, **options)
    assert message in str(caught.value)


def test_predictions_of_two_studies_are_refused(invent_predictions):
    predictions, of_another_study = invent_predictions(0), invent_predictions(1)
    check_error(
        "twice. Pass the predictions of one",
        confusion_by_method,
        pd.concat([predictions, of_another_study]),
    )
    contradictory = predictions.copy()
    contradictory.loc[contradictory["row"].eq(7) & contradictory["repeat"].eq(1), "truth"] = "sad"
    check_error(
        "the truth of each row; got 'sad', 'happy' for row 7", confusion_by_method, contradictory
    )
    check_error("got 179 rows of 'DNN' and 180 of", confusion_by_method, predictions.drop(index=3))
    other_rows = predictions.copy()
    other_rows.loc[0, "row"] = 100
    check_error("same repeats, folds and rows for every method", confusion_by_method, other_rows)
    first = f"row {predictions.loc[0, 'row']} in repeat 1, fold 1"
    check_error(f"got {first} of some methods only.", confusion_by_method, other_rows)
    check_error(
        "label as 'prediction'",
        confusion_by_method,
        predictions.assign(prediction=[None] * len(predictions)),
    )


def test_unusable_probabilities_are_refused(invent_predictions):
    predictions = invent_predictions()
    check_error("must sum to 1", calibration_by_method, predictions.assign(p_sad=0.9))
    check_error("from 0 to 1; got -0.2", calibration_by_method, predictions.assign(p_sad=-0.2))
    check_error(
        "at least one method",
        calibration_by_method,
        predictions.drop(columns=probability_columns(predictions)),
    )
    incomplete = predictions.copy()
    incomplete.loc[0, probability_columns(incomplete)] = np.nan
    check_error("got none for 1 rows of 'DNN'", calibration_by_method, incomplete)
    renamed = predictions.rename(columns={"p_sad": "p_glad"})
    check_error("each predicted class", calibration_by_method, renamed)
    check_error("n_bins", calibration_by_method, predictions, n_bins=0)


def probability_columns(predictions):
    return [name for name in predictions if name.startswith("p_")]


def test_unusable_labels_are_refused(invent_predictions):
    predictions = invent_predictions()
    labels = pd.DataFrame({"gender": ["f", "m"] * 30})
    for function in (scores_by_group, gaps_between_groups):
        check_error("Did you mean 'gender'?", function, predictions, labels, "gendre")
        check_error("got none for 58, 59.", function, predictions, labels.iloc[:58], "gender")
        check_error(
            "none for 0, 1, 2, 3, 4 and 5 more.", function, predictions, labels[10:], "gender"
        )
        check_error(
            "0 twice", function, predictions, pd.concat([labels, labels.iloc[:1]]), "gender"
        )
        incomplete = labels.drop(index=5)
        check_error("got none for 5.", function, predictions, incomplete, "gender")
        two_corpora = pd.concat([predictions.assign(corpus="A"), predictions.assign(corpus="B")])
        check_error("each of the corpora 'A', 'B'", function, two_corpora, labels, "gender")
        check_error("got 'A' without 'B'", function, two_corpora, {"A": labels}, "gender")
    single_group = labels.assign(gender="f")
    check_error("at least two groups", gaps_between_groups, predictions, single_group, "gender")
    check_error(
        "Did you mean 'DNN'?", gaps_between_groups, predictions, labels, "gender", against="DN"
    )
    check_error(
        "Did you mean 'gender'?", gaps_between_groups, predictions, labels, "gender", unit="gend"
    )
    check_error("alpha", gaps_between_groups, predictions, labels, "gender", alpha=2)
    with pytest.raises(TypeError, match="labels must be a DataFrame"):
        scores_by_group(predictions, ["f"] * 60, "gender")


def test_unknown_classes_and_missing_methods_are_refused(invent_predictions):
    predictions = invent_predictions()
    check_error("Did you mean 'angry'?", recall_scores, predictions, "angri")
    check_error("The classes are 'angry', 'happy', 'sad'.", recall_scores, predictions, "zzz")
    fold_without_sad = predictions[(predictions["fold"] != 2) | (predictions["truth"] != "sad")]
    check_error(
        "got 3 without one, the first in repeat 1, fold 2", recall_scores, fold_without_sad, "sad"
    )
    keys = ["method", "source", "repeat", "fold"]
    scores = predictions[keys].drop_duplicates().assign(score=0.5)
    check_error("got none for 1", recall_scores, predictions, "sad", scores.iloc[1:])
    check_error("twice", recall_scores, predictions, "sad", pd.concat([scores, scores.iloc[:1]]))
    dnn_only = predictions[predictions["method"] == "DNN"]
    check_error("got only 'DNN'", most_disputed, dnn_only)
    check_error("only must be one of", most_disputed, predictions, only="better")
    check_error("a method without a source", most_disputed, predictions, against="ProgNet")
    only_transfer = predictions[predictions["source"] != "none"]
    check_error(
        "got 'DNN'. Add the rows of such a method.", most_disputed, only_transfer, against="DNN"
    )


@pytest.mark.parametrize("function", [confusion_by_method, recall_by_class, most_disputed])
def test_integer_labels_beside_text_are_refused(function, invent_predictions):
    predictions = invent_predictions(methods=[("DNN", "none")])
    codes = {"angry": 1, "happy": 2, "sad": 3}
    predictions["truth"] = predictions["truth"].map(codes)
    predictions["prediction"] = predictions["prediction"].map(codes).astype(str)
    predictions = predictions.drop(columns=probability_columns(predictions))
    check_error("truth and prediction must hold labels of one kind; got ", function, predictions)


def test_targets_of_classes_and_of_numbers_in_one_table_are_refused(invent_predictions):
    classes = invent_predictions().assign(target="emotion")
    rng = np.random.default_rng(0)
    numbers = classes.drop(columns=probability_columns(classes)).assign(
        target="valence", truth=classes["row"] + 0.5, prediction=rng.normal(size=len(classes))
    )
    message = "got classes of 'emotion' and numbers of 'valence'. Select the rows of one target."
    for both in (pd.concat([classes, numbers]), pd.concat([numbers, classes])):
        check_error(message, recall_by_class, both)
    # Two targets of classes remain possible, even if one of them has integers.
    ages = classes.assign(target="age", truth=1, prediction=2)
    ages = ages.drop(columns=probability_columns(ages))
    assert set(recall_by_class(pd.concat([classes, ages]))["target"]) == {"emotion", "age"}


@pytest.mark.parametrize("column", ["repeat", "fold"])
def test_rows_without_a_fold_are_refused(column, invent_predictions):
    predictions = invent_predictions()
    predictions.loc[0, column] = np.nan
    check_error("must have repeat and fold in every row; 1 of 540", recall_by_class, predictions)


def test_rows_without_a_corpus_beside_others_are_refused(invent_predictions):
    predictions = invent_predictions(corpus="EmoDB")
    predictions.loc[predictions["method"] == "PT/FT", "corpus"] = None
    message = "corpus in every row or in none; 180 of 540 rows lack one, such as those of 'PT/FT"
    check_error(message, recall_by_class, predictions)
