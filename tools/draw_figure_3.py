"""Draw the training curves of the paper's Figure 3: draw_figure_3.py STUDY FILE.

STUDY is the output of `skprognet tasks` with the source speaker; FILE is such as
docs/results/ravdess_curves.png. The curves are those of the DNN, and of PT/FT and ProgNet from
speaker.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from make_pictures import save

from skprognet.displays import TrainingCurveDisplay


def main(study, target):
    mpl.use("agg")
    curves = pd.read_csv(Path(study, "curves.csv.gz"), keep_default_na=False, na_values=[""])
    shown = curves["source"].isin(["none", "speaker"]) & curves["method"].isin(
        ["DNN", "PT/FT", "ProgNet"]
    )
    save(TrainingCurveDisplay.from_curves(curves[shown]), target)


if __name__ == "__main__":
    main(*sys.argv[1:])
