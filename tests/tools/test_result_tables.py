"""The result tables of the documentation follow from the stored scores."""

import runpy
import shutil
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"


def run_tool(name, *arguments):
    runpy.run_path(str(ROOT / "tools" / name))["main"](*arguments)  # str, as in sys.argv


def written_and_stored(folder, names):
    return [
        {name: Path(place, name).read_bytes() for name in names} for place in (folder, RESULTS)
    ]


def test_the_tables_of_findings_follow_from_the_stored_scores(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")  # as when the tool runs as a script
    for folds in ("speaker_stratified", "speaker_independent"):
        shutil.copy(RESULTS / f"emodb_{folds}.csv", tmp_path)  # their scores are not stored
    run_tool("findings_table.py", RESULTS / "scores", tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"ge2e.csv", "rivals_emodb.csv", "rivals_ravdess.csv", "both_answers.csv"} < names
    assert {"ravdess_speaker_stratified.csv", "small_sources.csv"} < names
    written, stored = written_and_stored(tmp_path, names)
    assert written == stored


def test_the_tables_beside_the_paper_follow_from_the_tables_of_each_corpus(tmp_path):
    shutil.copytree(RESULTS, tmp_path, dirs_exist_ok=True)
    names = ["table2.csv", "table2_pvalues.csv"]
    for name in names:
        (tmp_path / name).unlink()
    run_tool("paper_tables.py", tmp_path)
    written, stored = written_and_stored(tmp_path, names)
    assert written == stored


def test_the_tables_of_figure_4_follow_from_the_stored_scores(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    shutil.copytree(RESULTS / "paper", tmp_path / "paper")
    run_tool("figure_4.py", RESULTS / "scores" / "figure_4.csv", tmp_path)
    written, stored = written_and_stored(tmp_path, ["figure_4.csv", "figure_4_gains.csv"])
    assert written == stored
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "figure_4_emodb.png",
        "figure_4_ravdess.png",
    }


@pytest.mark.parametrize(
    ("shift", "cell"), [(0.2, r"+0.198 (< 0.001) \*"), (-0.2, "-0.202 (< 0.001) ↓")]
)
def test_significant_differences_of_figure_4_are_marked(shift, cell, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    shutil.copytree(RESULTS / "paper", tmp_path / "paper")
    scores = pd.read_csv(RESULTS / "scores" / "figure_4.csv", keep_default_na=False)
    scores = scores[scores["n_train_folds"] <= 2]
    # Every fold of ProgNet gets one score, so that the difference is clear.
    progressive = (scores["method"] == "ProgNet") & (scores["corpus"] == "EmoDB")
    progressive &= scores["n_train_folds"] == 1
    scores.loc[progressive, "score"] = scores.loc[progressive, "score"].mean() + shift
    scores.to_csv(tmp_path / "scores.csv", index=False)
    run_tool("figure_4.py", tmp_path / "scores.csv", tmp_path)
    gains = pd.read_csv(tmp_path / "figure_4_gains.csv", index_col="method")
    assert gains.loc["ProgNet, 1 fold", "RAVDESS to EmoDB"] == cell
