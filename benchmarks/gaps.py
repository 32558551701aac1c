"""How often a test finds that transfer changes a gap between groups, if it does and if not.

The predictions are invented. Some speakers are recognised better than others, each method
recognises other speakers better, and the same rows are tested in every repeat. The predictions are
classes with the score UAR, or numbers with the score CCC. If transfer does not change the gap, the
test should find a change in 5 % of the trials, even if transfer helps both groups alike. The rows
with the unit "row" treat the rows of a speaker as independent. They show why speakers are the
better units.
"""

import argparse
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from _report import publish
from scipy.stats import binomtest

from skprognet.results import gaps_between_groups

ALPHA = 0.05
N_SPEAKERS, N_ROWS_EACH, N_REPEATS, N_CLASSES = 10, 24, 3, 4
SCORE, GAP = 0.5, 0.2  # of all rows, and between the two genders
# How much transfer widens the gap, and how much it helps all rows.
CASES = {
    "nothing differs": (0.0, 0.0),
    "helps both alike": (0.0, 0.2),
    "widens the gap by 0.2": (0.2, 0.0),
}
METHODS = {"none": "DNN", "speaker": "ProgNet"}
SLOPE = 0.7  # rise of the predicted number per unit of the truth


class Kind(NamedTuple):
    """How to draw truth and predictions, and the standard deviations of the speaker effects."""

    truth: object  # function of the generator and the number of rows
    predict: object  # function of the generator, the truth, the score and the speaker effects
    speakers: float
    by_method: float  # of speakers by method


def predict_labels(rng, truth, score, effect):
    """Return predicted labels; each is right with probability `score + effect`."""
    other = (truth + rng.integers(1, N_CLASSES, size=len(truth))) % N_CLASSES
    return np.where(rng.random(len(truth)) < score + effect, truth, other)


def predict_numbers(rng, truth, score, effect):
    """Return numbers that are off by `effect`, with the noise for which the CCC is `score`.

    The truth has mean 0 and variance 1, so CCC = 2 SLOPE / (1 + SLOPE^2 + effect^2 + noise^2).
    """
    of_effects = NUMBERS.speakers**2 + NUMBERS.by_method**2
    noise = np.sqrt(2 * SLOPE / score - 1 - SLOPE**2 - of_effects)
    return SLOPE * truth + effect + noise * rng.normal(size=len(truth))


LABELS = Kind(lambda rng, n: rng.integers(N_CLASSES, size=n), predict_labels, 0.05, 0.08)
NUMBERS = Kind(lambda rng, n: rng.normal(size=n), predict_numbers, 0.2, 0.2)
KINDS = {"UAR": LABELS, "CCC": NUMBERS}


def invented(widening, rng, helps=0.0, kind=LABELS):
    """Return predictions of a network without a source and of one with a source, and labels."""
    speaker = np.repeat(np.arange(N_SPEAKERS), N_ROWS_EACH)
    side = np.where(speaker % 2, 0.5, -0.5)
    truth = kind.truth(rng, len(speaker))
    of_speaker = rng.normal(0, kind.speakers, N_SPEAKERS)
    frames = []
    for source, method in METHODS.items():
        effects = of_speaker + rng.normal(0, kind.by_method, N_SPEAKERS)
        gap, score = GAP, SCORE
        if source != "none":
            gap, score = gap + widening, score + helps
        for repeat in range(1, N_REPEATS + 1):
            predicted = kind.predict(rng, truth, score + gap * side, effects[speaker])
            frame = pd.DataFrame({"truth": truth, "prediction": predicted})
            names = {"method": method, "source": source, "repeat": repeat, "fold": 1}
            frames.append(frame.assign(row=np.arange(len(truth)), **names))
    labels = pd.DataFrame({"speaker": speaker, "gender": side, "row": np.arange(len(truth))})
    return pd.concat(frames, ignore_index=True), labels


def trial(case, unit, seed, kind=LABELS):
    """Return the row of the network with a source, for one random state."""
    widening, helps = CASES[case]
    predictions, labels = invented(widening, np.random.default_rng(seed), helps, kind)
    return gaps_between_groups(predictions, labels, "gender", unit=unit, alpha=ALPHA).iloc[1]


def summary(n_seeds):
    """Return for each case and unit how often the test finds that transfer changes the gap."""
    rows = []
    for metric, case in product(KINDS, CASES):
        widening, _ = CASES[case]
        for unit in ("speaker", "row"):
            trials = [trial(case, unit, seed, KINDS[metric]) for seed in range(n_seeds)]
            results = pd.DataFrame(trials)
            changed = results["pvalue"] < ALPHA
            low, high = binomtest(int(changed.sum()), n_seeds).proportion_ci(0.95, "exact")
            within = results["low"].le(widening) & results["high"].ge(widening)
            rows.append(
                {
                    "gap in": metric,
                    "case": case,
                    "unit": unit,
                    "trials": n_seeds,
                    "mean widening": results["change"].mean(),
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
