"""Predictions and labels that cannot be used are refused in a sentence."""

import numpy as np
import pandas as pd
import pytest

from skprognet.results import (
    calibration_by_method,
    confusion_by_method,
    gaps_between_groups,
    most_disputed,
    recall_scores,
    scores_by_group,
)


def check(message, function, *arguments, **options):
    with pytest.raises(ValueError, match="must") as caught:
        function(*arguments, **options)
    assert message in str(caught.value)


def test_predictions_of_two_studies(invented):
    one, other = invented(0), invented(1)
    check("twice. Pass the predictions of one", confusion_by_method, pd.concat([one, other]))
    wrong = one.copy()
    wrong.loc[wrong["row"].eq(7) & wrong["repeat"].eq(1), "truth"] = "sad"
    check("the truth of each row; got 'sad', 'happy' for row 7", confusion_by_method, wrong)
    check("got 179 rows of 'DNN' and 180 of", confusion_by_method, one.drop(index=3))
    other_rows = one.copy()
    other_rows.loc[0, "row"] = 100
    check("same repeats, folds and rows for every method", confusion_by_method, other_rows)
    check("label as 'prediction'", confusion_by_method, one.assign(prediction=[None] * len(one)))


def test_probabilities(invented):
    predictions = invented()
    check("must sum to 1", calibration_by_method, predictions.assign(p_sad=0.9))
    check("from 0 to 1; got -0.2", calibration_by_method, predictions.assign(p_sad=-0.2))
    check("at least one method", calibration_by_method, predictions.drop(columns=_p(predictions)))
    some = predictions.copy()
    some.loc[0, _p(some)] = np.nan
    check("got none for 1 rows of 'DNN'", calibration_by_method, some)
    renamed = predictions.rename(columns={"p_sad": "p_glad"})
    check("each predicted class", calibration_by_method, renamed)
    check("n_bins", calibration_by_method, predictions, n_bins=0)


def _p(predictions):
    return [name for name in predictions if name.startswith("p_")]


def test_labels(invented):
    predictions = invented()
    labels = pd.DataFrame({"gender": ["f", "m"] * 30})
    for function in (scores_by_group, gaps_between_groups):
        check("Did you mean 'gender'?", function, predictions, labels, "gendre")
        check("got none for 58, 59.", function, predictions, labels.iloc[:58], "gender")
        check("none for 0, 1, 2, 3, 4 and 5 more.", function, predictions, labels[10:], "gender")
        check("0 twice", function, predictions, pd.concat([labels, labels.iloc[:1]]), "gender")
        some = labels.drop(index=5)
        check("got none for 5.", function, predictions, some, "gender")
        both = pd.concat([predictions.assign(corpus="A"), predictions.assign(corpus="B")])
        check("each of the corpora 'A', 'B'", function, both, labels, "gender")
        check("got 'A' without 'B'", function, both, {"A": labels}, "gender")
    one = labels.assign(gender="f")
    check("at least two groups", gaps_between_groups, predictions, one, "gender")
    check("Did you mean 'DNN'?", gaps_between_groups, predictions, labels, "gender", against="DN")
    check(
        "Did you mean 'gender'?", gaps_between_groups, predictions, labels, "gender", unit="gend"
    )
    check("alpha", gaps_between_groups, predictions, labels, "gender", alpha=2)
    with pytest.raises(TypeError, match="labels must be a DataFrame"):
        scores_by_group(predictions, ["f"] * 60, "gender")


def test_classes_and_methods(invented):
    predictions = invented()
    check("Did you mean 'angry'?", recall_scores, predictions, "angri")
    check("The classes are 'angry', 'happy', 'sad'.", recall_scores, predictions, "zzz")
    without = predictions[(predictions["fold"] != 2) | (predictions["truth"] != "sad")]
    check("got 3 without, first repeat 1, fold 2", recall_scores, without, "sad")
    keys = ["method", "source", "repeat", "fold"]
    scores = predictions[keys].drop_duplicates().assign(score=0.5)
    check("got none for 1", recall_scores, predictions, "sad", scores.iloc[1:])
    check("twice", recall_scores, predictions, "sad", pd.concat([scores, scores.iloc[:1]]))
    alone = predictions[predictions["method"] == "DNN"]
    check("got only 'DNN'", most_disputed, alone)
    check("only must be one of", most_disputed, predictions, only="better")
    check("a method without a source", most_disputed, predictions, against="ProgNet")
