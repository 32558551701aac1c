"""Write tables and pictures of Figure 4 from stored scores: figure_4.py SCORES.csv docs/results.

SCORES.csv is the results.csv of `skprognet corpora` on two corpora. The files are

- figure_4.csv: the score of each method by number of training folds;
- figure_4_gains.csv: the significant gains of the paper's Figure 4 beside our differences;
- figure_4_CORPUS.png: the curves of each target.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from make_pictures import save

from skprognet.displays import TrainingSizeDisplay
from skprognet.results import compare_methods, read_scores

METHOD = ["corpus", "method", "source"]
SIZE = "n_train_folds"
MARKS = {True: r" \*", False: " ↓"}


def main(scores, folder):
    scores, folder = read_scores(scores), Path(folder)
    comparisons = compare_methods(scores)
    means = _means(scores).rename_axis(["target", "method", "source"])
    _write(means, folder / "figure_4.csv")
    gains = pd.concat([_gains_of_paper(folder), _our_gains(comparisons)])
    _write(_a_row_for_each_size(gains), folder / "figure_4_gains.csv")
    mpl.use("agg")
    for corpus, part in scores.groupby("corpus"):
        display = TrainingSizeDisplay.from_scores(part, comparisons)
        save(display, folder / f"figure_4_{corpus.lower()}.png")


def _means(scores):
    """Return the mean score of each method on each target, by number of training folds."""
    return _by_size(scores.groupby([*METHOD, SIZE])["score"].mean().map("{:.3f}".format))


def _our_gains(comparisons):
    """Return each method's difference to the DNN, its p-value, and a mark if it is significant."""
    against_dnn = comparisons[comparisons["kind"] == "transfer"].set_index([*METHOD, SIZE])
    return _by_size(against_dnn.apply(_gain, axis=1))


def _gain(row):
    mark = MARKS[row["difference"] > 0] if row["pvalue"] < row["alpha"] else ""
    pvalue = "< 0.001" if row["pvalue"] < 0.001 else f"{row['pvalue']:.3f}"
    return f"{row['difference']:+.3f} ({pvalue}){mark}"


def _gains_of_paper(folder):
    """Return the p-values of the circles of the paper's Figure 4."""
    table = pd.read_csv(folder / "paper" / "figure_4.csv", dtype=str, keep_default_na=False)
    pvalues = table.set_index(METHOD)
    return pvalues.where(pvalues == "", r"\* (" + pvalues + ")")


def _a_row_for_each_size(gains):
    """Return a row for each method and number of training folds, a column for each transfer."""
    cells = gains.stack().rename("gain").rename_axis([*METHOD, SIZE]).reset_index()
    cells["transfer"] = cells["source"] + " to " + cells["corpus"]
    table = cells.pivot(index=["method", SIZE], columns="transfer", values="gain")
    table.index = [f"{name}, {size}" for name, size in table.index]
    return table[cells["transfer"].unique()].rename_axis("method")


def _by_size(cells):
    """Return a row for each method and target, and a column for each number of training folds."""
    folds = {1: "1 fold", 2: "2 folds", 4: "4 folds", 8: "8 folds"}
    return cells.unstack(SIZE).rename(columns=folds)


def _write(table, path):
    path.write_text(table.to_csv(), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
