"""Transfer is judged by the same network without a source, and by nothing where there is none."""

import re

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


def test_a_network_of_another_name_is_found(invented):
    predictions = invented(methods=[SVM, NET, TRANSFER])
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


@pytest.mark.parametrize("known", [{}, {"baseline": "none"}])
def test_an_svm_alone_judges_nothing(invented, known):
    predictions = invented(methods=[SVM, TRANSFER], **known)
    gaps = gaps_between_groups(predictions, LABELS, "gender")
    assert gaps["against"].isna().all()
    assert gaps["pvalue"].isna().all()
    sentence = "not compared, because the same network was not run without a source"
    assert [sentence in each for each in gaps["verdict"]] == [False, True]
    disputed = most_disputed(predictions)
    assert disputed[["wrong_to_right", "right_to_wrong"]].isna().all(axis=None)
    with pytest.raises(ValueError, match=re.escape(f"{NO_NETWORK}. Name a method")):
        most_disputed(predictions, only="wrong to right")
    assert len(most_disputed(predictions, only="wrong to right", against="SVM"))


def test_the_command_says_so(invented, tmp_path):
    invented(methods=[SVM, TRANSFER]).to_csv(tmp_path / "p.csv", index=False)
    result = CliRunner().invoke(main, ["details", str(tmp_path / "p.csv"), "--kind", "disputed"])
    assert f"- {NO_NETWORK}, so the changes by transfer are not listed." in result.stdout


def test_a_file_keeps_it(invented, tmp_path):
    predictions = invented(baseline="none")
    predictions.to_csv(tmp_path / "p.csv.gz", index=False)
    assert (read_predictions(tmp_path / "p.csv.gz")["baseline"] == "none").all()
