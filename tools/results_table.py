"""Write the table of a study as CSV, for the documentation: results_table.py FOLDER FILE.

A mark such as * is escaped, since reStructuredText would read it as emphasis.

FOLDER is the output of `skprognet tasks`; FILE is such as docs/results/demo.csv.
"""

import csv
import sys
from pathlib import Path


def main(folder, target):
    Path(target).parent.mkdir(exist_ok=True)
    write_markdown_table(Path(folder, "table.md").read_text("utf-8"), target)


def write_markdown_table(text, target):
    """Write the table in a Markdown text as CSV."""
    header, _, *rows = [_cells(line) for line in text.splitlines() if line.startswith("|")]
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _cells(line):
    return [cell.strip().replace("*", r"\*") for cell in line.strip().strip("|").split("|")]


if __name__ == "__main__":
    main(*sys.argv[1:])
