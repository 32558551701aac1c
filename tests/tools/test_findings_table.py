"""The tables of "What we found" are what the stored scores give."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_tables_of_findings_are_those_of_the_stored_scores(tmp_path):
    main = runpy.run_path(ROOT / "tools" / "findings_table.py")["main"]
    results = ROOT / "docs" / "results"
    main(results / "scores", tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"ge2e.csv", "rivals_emodb.csv"} <= written.keys()
    assert written == {name: (results / name).read_bytes() for name in written}
