"""The tables of "What we found" follow from the stored scores."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_stored_tables_of_findings_follow_from_the_stored_scores(tmp_path):
    main = runpy.run_path(ROOT / "tools" / "findings_table.py")["main"]
    results = ROOT / "docs" / "results"
    main(results / "scores", tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"ge2e.csv", "rivals_emodb.csv"} <= written.keys()
    assert written == {name: (results / name).read_bytes() for name in written}
