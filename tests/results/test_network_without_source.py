"""Transfer is judged only by the same network without a source."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet.cli import main
from skprognet.results import (
    compare_methods,
    gaps_between_groups,
    most_disputed,
    read_predictions,
    recall_scores,
)

LABELS = pd.DataFrame({"gender": np.where(np.arange(60) % 4 < 2, "f", "m")})
SVM, NET, TRANSFER = ("SVM", "none"), ("net", "none"), ("ProgNet", "gender")
NO_NETWORK = "No method without a source is the same network as one with a source"


def test_baseline_column_names_the_network_without_a_source(invent_predictions):
    predictions = invent_predictions(methods=[SVM, NET, TRANSFER])
    predictions["baseline"] = predictions["source"].map({"none": "none", "gender": "net"})
    gaps = gaps_between_groups(predictions, LABELS, "gender")
    assert gaps["against"].isna().tolist() == [True, True, False]
    assert gaps["against"][2] == "net"
    named = most_disputed(predictions, n=None, against="net")
    pd.testing.assert_frame_equal(most_disputed(predictions, n=None), named)
    assert (named["wrong_to_right"] != "").any()
    (row,) = (row for _, row in compare_methods(recall_scores(predictions, "sad")).iterrows()
              if row["kind"] == "transfer")  # fmt: skip
    assert (row["method"], row["against"]) == ("ProgNet", "net")


@pytest.mark.parametrize("columns", [{}, {"baseline": "none"}])
def test_transfer_is_not_judged_by_an_svm(invent_predictions, columns):
    predictions = invent_predictions(methods=[SVM, TRANSFER], **columns)
    gaps = gaps_between_groups(predictions, LABELS, "gender")
    assert gaps["against"].isna().all()
    assert gaps["pvalue"].isna().all()
    sentence = "not compared, because the same network was not run without a source"
    assert [sentence in verdict for verdict in gaps["verdict"]] == [False, True]
    disputed = most_disputed(predictions)
    assert disputed[["wrong_to_right", "right_to_wrong"]].isna().all(axis=None)
    message = "must have the same network without a source for only=.*; got none. Name a method"
    with pytest.raises(ValueError, match=message):
        most_disputed(predictions, only="wrong to right")
    assert len(most_disputed(predictions, only="wrong to right", against="SVM"))


def test_details_command_says_that_changes_are_not_listed(invent_predictions, tmp_path):
    invent_predictions(methods=[SVM, TRANSFER]).to_csv(tmp_path / "p.csv", index=False)
    result = CliRunner().invoke(main, ["details", str(tmp_path / "p.csv"), "--kind", "disputed"])
    assert f"- {NO_NETWORK}, so the changes by transfer are not listed." in result.stdout


def test_file_of_predictions_keeps_the_baseline_column(invent_predictions, tmp_path):
    predictions = invent_predictions(baseline="none")
    predictions.to_csv(tmp_path / "p.csv.gz", index=False)
    assert (read_predictions(tmp_path / "p.csv.gz")["baseline"] == "none").all()
