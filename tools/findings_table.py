"""Write the tables of "What we found" from stored scores: findings_table.py SCORES TABLES.

SCORES is the folder docs/results/scores, TABLES the folder docs/results. The tables are ge2e.csv
and, for each corpus with scores of the rivals, rivals_CORPUS.csv.
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


def main(scores, tables):
    scores, tables = Path(scores), Path(tables)
    _write(_ge2e_table(scores), tables / "ge2e.csv")
    for corpus in ("emodb", "ravdess"):
        parts = {
            speakers: scores / f"rivals_{corpus}_{folds}.csv"
            for folds, speakers in SPEAKERS.items()
        }
        if all(path.exists() for path in parts.values()):
            _write(_rivals_table(parts), tables / f"rivals_{corpus}.csv")


def _write(table, path):
    path.write_text(table.to_csv(index=False), "utf-8")


def _ge2e_table(scores):
    """Return a column for each corpus and kind of folds."""
    columns = {}
    for corpus in ("emodb", "ravdess"):
        for folds, speakers in SPEAKERS.items():
            of_folds = read_scores(scores / f"ge2e_{corpus}_{folds}.csv")
            columns[f"{of_folds['corpus'].iloc[0]}, {speakers}"] = _ge2e_column(of_folds)
    return pd.DataFrame(columns).rename_axis("UAR").reset_index()


def _ge2e_column(scores):
    """Return the means of the methods, and the tests of ProgNet from GE2E."""
    means = scores.groupby(["method", "source"])["score"].mean()
    column = {name: f"{means[key]:.3f}" for name, key in METHODS.items()}
    comparisons = compare_methods(scores)
    for against in ("DNN", "side by side", "placebo"):
        column[f"p ({against})"] = _pvalue(comparisons, METHODS["ProgNet"], METHODS[against])
    return column


def _pvalue(comparisons, one, other):
    """Return the p-value of the comparison of two methods, whichever of them comes first."""
    first = list(zip(comparisons["method"], comparisons["source"], strict=True))
    second = list(zip(comparisons["against"], comparisons["against_source"], strict=True))
    pairs = [{a, b} for a, b in zip(first, second, strict=True)]
    return _in_words(comparisons["pvalue"].iloc[pairs.index({one, other})])


def _in_words(pvalue):
    return "< 0.0001" if pvalue < 0.0001 else f"{pvalue:.4f}"


def _rivals_table(parts):
    """Return a row for each method and source, with score and p-value for each kind of folds."""
    columns = [_scores_and_pvalues(read_scores(path), name) for name, path in parts.items()]
    return pd.concat(columns, axis=1).rename_axis(["method", "source"]).reset_index()


def _scores_and_pvalues(scores, name):
    """Return the mean score of each method, and its p-value against the DNN."""
    means = scores.groupby(["method", "source"], sort=False)["score"].mean().map("{:.3f}".format)
    tests = compare_methods(scores, against="DNN").set_index(["method", "source"])
    columns = {name: means, "p (DNN)": tests["pvalue"].map(_in_words)}
    return pd.DataFrame(columns).reindex(means.index).fillna("")


if __name__ == "__main__":
    main(*sys.argv[1:])
