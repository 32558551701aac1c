"""The table of "What we found" is what the stored scores give."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_table_of_findings_is_that_of_the_stored_scores(tmp_path):
    main = runpy.run_path(ROOT / "tools" / "findings_table.py")["main"]
    results = ROOT / "docs" / "results"
    main(results / "scores", tmp_path / "ge2e.csv")
    assert (tmp_path / "ge2e.csv").read_bytes() == (results / "ge2e.csv").read_bytes()
