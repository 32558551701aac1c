"""Write the table of "What we found" from stored scores: findings_table.py SCORES_FOLDER FILE.

The folder is docs/results/scores, the file docs/results/ge2e.csv.
"""

import sys
from pathlib import Path

import pandas as pd

from skprognet.results import compare_methods, read_scores

SPEAKERS = {"speaker_stratified": "known", "speaker_independent": "new"}
METHODS = {
    "DNN": ("DNN", "none"),
    "side by side": ("side by side", "ge2e"),
    "ProgNet": ("ProgNet", "ge2e"),
    "placebo": ("ProgNet", "placebo of ge2e"),
}


def main(folder, target):
    rows = [
        _row(read_scores(Path(folder, f"ge2e_{corpus}_{folds}.csv")), speakers)
        for corpus in ("emodb", "ravdess")
        for folds, speakers in SPEAKERS.items()
    ]
    Path(target).write_text(pd.DataFrame(rows).to_csv(index=False), "utf-8")


def _row(scores, speakers):
    """Return the means of one corpus and kind of folds, and the tests of ProgNet from GE2E."""
    means = scores.groupby(["method", "source"])["score"].mean()
    row = {"corpus": scores["corpus"].iloc[0], "speakers": speakers}
    row |= {name: f"{means[key]:.3f}" for name, key in METHODS.items()}
    comparisons = compare_methods(scores)
    for against in ("DNN", "side by side", "placebo"):
        row[f"p ({against})"] = _pvalue(comparisons, METHODS["ProgNet"], METHODS[against])
    return row


def _pvalue(comparisons, one, other):
    """Return the p-value of the comparison of two methods, whichever of them comes first."""
    first = list(zip(comparisons["method"], comparisons["source"], strict=True))
    second = list(zip(comparisons["against"], comparisons["against_source"], strict=True))
    pairs = [{a, b} for a, b in zip(first, second, strict=True)]
    pvalue = comparisons["pvalue"].iloc[pairs.index({one, other})]
    return "< 0.0001" if pvalue < 0.0001 else f"{pvalue:.4f}"


if __name__ == "__main__":
    main(*sys.argv[1:])
