"""The Python of the README runs, and its table and links are right."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.M)
    assert blocks, "README.md shows no Python"
    exec(compile("\n".join(blocks), "README.md", "exec"), {"__name__": "README"})


def test_the_table_has_the_stored_results_of_the_demo():
    with open(ROOT / "docs" / "results" / "demo.csv", encoding="utf-8", newline="") as file:
        measured = [[cell.replace(r"\*", "*") for cell in row] for row in csv.reader(file)]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines()]
    start = rows.index(measured[0])
    assert rows[start + 2 : start + 1 + len(measured)] == measured[1:]


def test_linked_files_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert "docs/results/demo.png" in targets
    assert not [target for target in targets if not (ROOT / target).is_file()]
