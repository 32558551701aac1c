"""How often transfer is found to change a gap between groups, where it does and does not.

The predictions are invented: some speakers are recognised better than others, each method has
speakers of its own that it does better with, and the same rows are tested in every repeat. Where
transfer changes nothing, it should be found to in 5 % of the trials. Transfer that helps both
groups alike changes nothing either. Rows as units, which take the rows of a speaker for
independent of each other, show why speakers are the default.
"""

import argparse

import numpy as np
import pandas as pd
from _report import publish
from scipy.stats import binomtest

from skprognet.results import gaps_between_groups

ALPHA = 0.05
N_SPEAKERS, N_ROWS_EACH, N_REPEATS, N_CLASSES = 10, 24, 3, 4
ACCURACY, GAP = 0.5, 0.2  # of all rows, and between the two genders
# Standard deviations of the probability to be right: of speakers, and of speakers by method.
SPEAKERS, BY_METHOD = 0.05, 0.08
# By how much transfer widens the gap, and by how much it helps all rows.
CASES = {
    "nothing differs": (0.0, 0.0),
    "helps both alike": (0.0, 0.2),
    "widens the gap by 0.2": (0.2, 0.0),
}
METHODS = {"none": "DNN", "speaker": "ProgNet"}


def invented(widening, rng, helps=0.0):
    """Return predictions of a network without a source and of one with it, and labels."""
    speaker = np.repeat(np.arange(N_SPEAKERS), N_ROWS_EACH)
    side = np.where(speaker % 2, 0.5, -0.5)
    truth = rng.integers(N_CLASSES, size=len(speaker))
    of_speaker = rng.normal(0, SPEAKERS, N_SPEAKERS)
    frames = []
    for source, method in METHODS.items():
        own = of_speaker + rng.normal(0, BY_METHOD, N_SPEAKERS)
        gap, accuracy = GAP, ACCURACY
        if source != "none":
            gap, accuracy = gap + widening, accuracy + helps
        chance = accuracy + gap * side + own[speaker]
        for repeat in range(1, N_REPEATS + 1):
            other = (truth + rng.integers(1, N_CLASSES, size=len(truth))) % N_CLASSES
            right = rng.random(len(truth)) < chance
            frame = pd.DataFrame({"truth": truth, "prediction": np.where(right, truth, other)})
            names = {"method": method, "source": source, "repeat": repeat, "fold": 1}
            frames.append(frame.assign(row=np.arange(len(truth)), **names))
    labels = pd.DataFrame({"speaker": speaker, "gender": side, "row": np.arange(len(truth))})
    return pd.concat(frames, ignore_index=True), labels


def trial(case, unit, seed):
    """Return the row of the network with a source, for one random state."""
    widening, helps = CASES[case]
    predictions, labels = invented(widening, np.random.default_rng(seed), helps)
    return gaps_between_groups(predictions, labels, "gender", unit=unit, alpha=ALPHA).iloc[1]


def summary(n_seeds):
    """Return a row for each case and unit: how often transfer is found to change the gap."""
    rows = []
    for case, (widening, _) in CASES.items():
        for unit in ("speaker", "row"):
            found = pd.DataFrame([trial(case, unit, seed) for seed in range(n_seeds)])
            changed = found["pvalue"] < ALPHA
            low, high = binomtest(int(changed.sum()), n_seeds).proportion_ci(0.95, "exact")
            within = found["low"].le(widening) & found["high"].ge(widening)
            rows.append(
                {
                    "case": case,
                    "unit": unit,
                    "trials": n_seeds,
                    "mean widening": found["change"].mean(),
                    "found to change (%)": 100 * changed.mean(),
                    "95 % interval": f"{100 * low:.1f} to {100 * high:.1f}",
                    "true value in the interval (%)": 100 * within.mean(),
                }
            )
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400, help="random states (default: 400)")
    notes = (
        f"{N_SPEAKERS} speakers of two genders, {N_ROWS_EACH} rows each, {N_CLASSES} classes, "
        f"{N_REPEATS} repeats; two-sided at {ALPHA:g}."
    )
    publish("gaps", summary(parser.parse_args().seeds), notes)


if __name__ == "__main__":
    main()
