"""Compare scores with both kinds of dropout masks, over 20 seeds.

Networks that train together compute their masks from their seed, the step and the unit. A single
fit on the CPU draws its masks from a generator. This script runs the same study in both ways, on
the same folds, with the seeds 0 to 19 for the networks. Each seed gives the mean score of a method
over the folds. The 90 % interval of the mean difference over the seeds should lie within 0.01 of
zero.
"""

import argparse

import pandas as pd
from _report import publish
from scipy.stats import ttest_1samp

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.evaluation import cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

FOLDS = 3
MARGIN = 0.01


def scores(seed, epochs, n_together):
    """Return the mean UAR of each method over the folds, for one seed of the networks."""
    emodb, options = load_emodb(), {"max_epochs": epochs}
    results = cross_validate_transfer(
        emodb.data,
        emodb.target,
        methods={"DNN": DNNClassifier(**options), "ProgNet": ProgressiveClassifier(**options)},
        sources={"gender": emodb.gender},
        source_estimator=DNNClassifier(**options),
        groups=emodb.speaker,
        cv=RepeatedSpeakerStratifiedKFold(FOLDS, n_repeats=1, random_state=0),
        random_state=seed,
        n_jobs=1,
        n_together=n_together,
    )
    return results.groupby("method")["score"].mean()


def summary(n_seeds, epochs):
    """Return a row for each method: scores with both kinds of masks, and their difference."""
    drawn = pd.DataFrame([scores(seed, epochs, 1) for seed in range(n_seeds)])
    counted = pd.DataFrame([scores(seed, epochs, 2 * FOLDS) for seed in range(n_seeds)])
    rows = []
    for method in drawn:
        difference = counted[method] - drawn[method]
        low, high = ttest_1samp(difference, 0).confidence_interval(0.9)
        rows.append(
            {
                "method": method,
                "seeds": n_seeds,
                "UAR, from a generator": drawn[method].mean(),
                "UAR, counted": counted[method].mean(),
                "mean difference": difference.mean(),
                "90 % interval": f"{low:+.4f} to {high:+.4f}",
                "within": "yes" if low > -MARGIN and high < MARGIN else "no",
            }
        )
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="number of seeds (default: 20)")
    parser.add_argument("--epochs", type=int, default=200, help="in each fit (default: 200)")
    given = parser.parse_args()
    notes = (
        f"EmoDB as it comes with the package, {FOLDS} folds stratified by speaker, the paper's "
        f"network, {given.epochs} epochs; within: the interval lies within {MARGIN} of zero."
    )
    publish("mask_schemes", summary(given.seeds, given.epochs), notes)


if __name__ == "__main__":
    main()
