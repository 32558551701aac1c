"""Draw the pictures of README and documentation: make_pictures.py FOLDER_OF_THE_DEMO docs/results.

Scores, curves and comparisons are those of `skprognet demo`. The picture of a network shows a
network of speakers as the source of a network of emotions.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.displays import (
    NetworkDisplay,
    ScoresDisplay,
    SignificanceDisplay,
    TrainingCurveDisplay,
)


def save(display, path):
    display.plot()
    display.figure_.savefig(path, dpi=150, metadata={"Software": None})
    display.close()


def main(demo, folder):
    mpl.use("agg")
    scores, curves, comparisons = (
        pd.read_csv(Path(demo, name), keep_default_na=False, na_values=[""])
        for name in ("results.csv", "curves.csv.gz", "comparisons.csv")
    )
    save(ScoresDisplay.from_scores(scores), Path(folder, "demo.png"))
    save(TrainingCurveDisplay.from_curves(curves), Path(folder, "curves.png"))
    save(SignificanceDisplay.from_comparisons(comparisons), Path(folder, "significance.png"))

    emodb = load_emodb()
    X = StandardScaler().fit_transform(emodb.data)
    options = {"max_epochs": 20, "random_state": 0}
    speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    emotion = ProgressiveClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
    network = NetworkDisplay.from_estimator(emotion, name="emotion")
    save(network, Path(folder, "network.png"))


if __name__ == "__main__":
    main(*sys.argv[1:])
