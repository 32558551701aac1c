"""Write the table of a study as CSV, for the documentation: results_table.py FOLDER FILE.

A mark such as * is escaped, since reStructuredText would read it as emphasis.

FOLDER is the output of `skprognet tasks`; FILE is such as
docs/results/emodb_speaker_stratified.csv.
"""

import csv
import sys
from pathlib import Path


def cells(line):
    return [cell.strip().replace("*", r"\*") for cell in line.strip().strip("|").split("|")]


def main(folder, target):
    lines = Path(folder, "table.md").read_text("utf-8").splitlines()
    header, _, *rows = [cells(line) for line in lines if line.startswith("|")]
    Path(target).parent.mkdir(exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main(*sys.argv[1:])
