"""Scores to draw, and checks of what every drawing must leave unchanged."""

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt

METHODS = [
    ("DNN", "none"),
    ("PT/FT", "speaker"),
    ("ProgNet", "speaker"),
    ("PT/FT", "gender"),
    ("ProgNet", "gender"),
]


@pytest.fixture(autouse=True)
def _pyplot_unchanged():
    """Fail a test that leaves a figure open, or changes a setting of matplotlib."""
    before = dict(mpl.rcParams)
    yield
    numbers = plt.get_fignums()
    plt.close("all")
    assert numbers == []
    assert dict(mpl.rcParams) == before


@pytest.fixture
def make_scores(rng):
    """Give a function that makes a table of scores for pairs (method, source)."""

    def make(methods=METHODS, n_repeats=2, n_folds=5, **columns):
        places = pd.MultiIndex.from_product(
            [range(1, n_repeats + 1), range(1, n_folds + 1)], names=["repeat", "fold"]
        ).to_frame(index=False)
        parts = [
            places.assign(method=method, source=source, score=rng.uniform(0.3, 0.7, len(places)))
            for method, source in methods
        ]
        return pd.concat(parts, ignore_index=True).assign(**columns)

    return make
