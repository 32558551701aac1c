"""How often a source beats its placebo, if the source is useless and if it is helpful.

`make_transfer_problem` invents both. The labels of the useless source say nothing about the
target, and those of the helpful one say everything. Each source is trained on many rows of
another corpus, and its placebo on the same rows with shuffled labels. The target has few rows. The
test is two-sided, so by luck alone it should find a useless source better in at most alpha / 2 of
the trials.

Each trial is one random state, and its result is written at once. If the script is stopped, the
same command continues.
"""

import argparse
import csv
from pathlib import Path

import pandas as pd
from _report import publish
from scipy.stats import binomtest

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import make_transfer_problem
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.results import compare_methods

ALPHA = 0.05
TRANSFER = {"useless": 0.0, "helpful": 1.0}
N_SOURCE, N_TARGET, N_FEATURES = 2000, 200, 60
N_FOLDS, N_REPEATS = 5, 2
# Narrow and deep, with few epochs, so that there is much to gain from a source.
NETWORK = {"hidden_layer_sizes": (16,) * 4, "dropout": 0.0, "lr": 0.01, "max_epochs": 15}
SOURCE = NETWORK | {"batch_size": 64, "max_epochs": 25}
FIRST_SEED = 10  # the sizes above were chosen with the seeds below 10
COLUMNS = ("case", "seed", "gain", "p_placebo", "gain_over_dnn", "p_dnn")


def trial(case, seed):
    """Return the result of one random state: gains of the source over its placebo and the DNN."""
    problem = make_transfer_problem(
        N_SOURCE + N_TARGET, N_FEATURES, transfer=TRANSFER[case], random_state=seed
    )
    own, other = slice(N_SOURCE, None), slice(N_SOURCE)
    scores = cross_validate_transfer(
        problem.data[own],
        problem.target[own],
        methods={"DNN": DNNClassifier(**NETWORK), "ProgNet": ProgressiveClassifier(**NETWORK)},
        sources={
            "other": SourceCorpus(
                problem.data[other], problem.source[other], problem.speaker[other]
            )
        },
        source_estimator=DNNClassifier(**SOURCE),
        placebo=True,
        groups=problem.speaker[own],
        cv=RepeatedSpeakerStratifiedKFold(N_FOLDS, n_repeats=N_REPEATS, random_state=seed),
        random_state=seed,
        n_jobs=1,
    )
    comparisons = compare_methods(scores, alpha=ALPHA).set_index("kind")
    placebo, transfer = comparisons.loc["placebo"], comparisons.loc["transfer"]
    numbers = [placebo["difference"], placebo["pvalue"]]
    numbers += [transfer["difference"], transfer["pvalue"]]
    return dict(zip(COLUMNS, [case, seed, *numbers], strict=True))


def run(path, n_seeds):
    """Run the trials that the file lacks, and add a line to it after each."""
    done = set()
    if path.exists():
        done = set(pd.read_csv(path)[["case", "seed"]].itertuples(index=False, name=None))
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(",".join(COLUMNS) + "\n")
    for seed in range(FIRST_SEED, FIRST_SEED + n_seeds):
        for case in TRANSFER:
            if (case, seed) not in done:
                with path.open("a", newline="") as file:
                    csv.DictWriter(file, COLUMNS).writerow(trial(case, seed))


def summary(trials):
    """Return a row for each case: how often its source beats the placebo, and by how much."""
    rows = []
    for case, own in trials.groupby("case", sort=False):
        better = (own["p_placebo"] < ALPHA) & (own["gain"] > 0)
        both = better & (own["p_dnn"] < ALPHA) & (own["gain_over_dnn"] > 0)
        low, high = binomtest(int(better.sum()), len(own)).proportion_ci(0.95, "exact")
        rows.append(
            {
                "source": case,
                "trials": len(own),
                "gain over the placebo": own["gain"].mean(),
                "gain over the DNN": own["gain_over_dnn"].mean(),
                "better than the placebo (%)": 100 * better.mean(),
                "95 % interval": f"{100 * low:.1f} to {100 * high:.1f}",
                "better than the DNN, too (%)": 100 * both.mean(),
            }
        )
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="random states (default: 200)")
    parser.add_argument("--trials", type=Path, default=Path("placebo-trials.csv"))
    arguments = parser.parse_args()
    run(arguments.trials, arguments.seeds)
    notes = (
        f"{N_REPEATS} x {N_FOLDS} folds of {N_TARGET} rows, {N_SOURCE} rows of the source, "
        f"{N_FEATURES} features; two-sided corrected t-test at {ALPHA:g}: by luck "
        "alone, a source should be found better than its placebo in at most "
        f"{100 * ALPHA / 2:g} % of the trials."
    )
    publish("placebo", summary(pd.read_csv(arguments.trials)), notes)


if __name__ == "__main__":
    main()
