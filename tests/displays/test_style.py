"""Every figure has one style per method and source, and shows names unchanged."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from skprognet.displays import SignificanceDisplay, TrainingCurveDisplay
from skprognet.results import compare_methods

PAPER = [("DNN", "none"), ("PT/FT", "speaker"), ("ProgNet", "speaker"), ("ProgNet", "gender")]

# What the three kinds of dichromat see of linear RGB. Protanopes and deuteranopes: Viénot, Brettel
# and Mollon (1999). Tritanopes: Brettel, Viénot and Mollon (1997), who use two half planes; here
# is the usual single one.
DICHROMATS = {
    "protanope": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranope": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "tritanope": [[1, 0.14461, -0.14461], [0, 0.85924, 0.14076], [0, 0.85924, 0.14076]],
}


def draw(pairs):
    """Return a drawing with a line for each method and source."""
    epochs = pd.DataFrame({"epoch": [1, 2], "valid_score": [0.3, 0.5]})
    curves = [epochs.assign(method=method, source=source) for method, source in pairs]
    display = TrainingCurveDisplay.from_curves(pd.concat(curves), panels=False)
    return display.plot(Figure().subplots())


def looks(pairs):
    """Return how the line of each method and source looks."""
    display = draw(pairs)
    pairs_drawn = display.frame()[["method", "source"]].drop_duplicates()
    pairs_drawn = pairs_drawn.itertuples(index=False, name=None)
    return {
        pair: {
            "color": line.get_color(),
            "marker": line.get_marker(),
            "linestyle": str(line._unscaled_dash_pattern),
        }
        for pair, line in zip(pairs_drawn, display.lines_, strict=True)
    }


def palette(n_methods=7):
    """Return the colours of the paper's methods and of others, in order."""
    others = [(f"method {i}", "speaker") for i in range(3, n_methods)]
    return [look["color"] for look in looks([*PAPER[:3], *others]).values()]


def legend_texts(pairs):
    """Return the lines of each name in the legend, as they are shown."""
    texts = draw(pairs).ax_.get_legend().get_texts()
    shown = [text._preprocess_math(text.get_text()) for text in texts]
    assert not any(is_math for _, is_math in shown)
    return [text.split("\n") for text, _ in shown]


def linear(colour):
    rgb = np.array(colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.clip(to_xyz @ rgb, 0, None) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", list(DICHROMATS))
def test_colour_blind_readers_can_tell_the_papers_methods_apart(kind):
    seen = [lab(DICHROMATS[kind] @ linear(look["color"])) for look in looks(PAPER[:3]).values()]
    distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > 25


def test_the_papers_methods_differ_in_grey():
    lightness = [lab(linear(look["color"]))[0] for look in looks(PAPER[:3]).values()]
    assert min(abs(a - b) for i, a in enumerate(lightness) for b in lightness[:i]) > 20


def test_every_colour_is_dark_enough_for_white_paper():
    assert len(set(palette())) == 7
    assert set(palette(12)) == set(palette())
    assert all(lab(linear(colour))[0] < 75 for colour in palette())


def test_colour_and_marker_show_the_method_and_dashes_the_source():
    styles = looks(PAPER)
    speaker, gender = styles["ProgNet", "speaker"], styles["ProgNet", "gender"]
    assert (speaker["color"], speaker["marker"]) == (gender["color"], gender["marker"])
    assert speaker["linestyle"] != gender["linestyle"]
    assert styles["PT/FT", "speaker"]["linestyle"] == speaker["linestyle"]
    assert styles["DNN", "none"]["linestyle"] == str((0, None))  # solid


def test_papers_methods_look_the_same_whatever_else_is_drawn():
    for pair in PAPER:
        assert looks([pair])[pair] == looks([("mine", "corpus"), *PAPER])[pair]


def test_many_methods_and_sources_differ_even_without_colour():
    pairs = [(f"method {i}", f"source {j}") for i in range(9) for j in range(4)]
    grey = {(look["marker"], look["linestyle"]) for look in looks(pairs).values()}
    assert len(grey) == 36
    sources = ["none", "speaker", "gender", *(f"source {j}" for j in range(4))]
    of_one = looks([("ProgNet", source) for source in sources])
    assert len({look["linestyle"] for look in of_one.values()}) == 7


@pytest.mark.parametrize(
    "pairs",
    [
        [("A", "none"), ("B", "x"), ("C", "x"), ("B", "y"), ("C", "y")],
        [("B", "x"), ("C", "x"), ("A", "none"), ("B", "y"), ("C", "y")],
        [("A", "none"), ("B", "none"), ("C", "none")],
        [("B", "x"), ("C", "x"), ("D", "x")],
    ],
)
def test_curves_and_comparisons_use_the_same_styles(make_scores, pairs):
    comparisons = compare_methods(make_scores(pairs))
    display = SignificanceDisplay.from_comparisons(comparisons).plot(Figure().subplots())
    expected = looks(pairs)
    rows = display.frame()[["method", "source"]].itertuples(index=False, name=None)
    for pair, marker in zip(rows, display.markers_, strict=True):
        assert marker.get_color() == expected[pair]["color"]
        assert marker.get_marker() == expected[pair]["marker"]


def test_legend_names_the_method_and_its_source():
    texts = legend_texts([("DNN", "none"), ("P", "speaker + gender")])
    assert texts == [["DNN"], ["P from speaker + gender"]]


def test_a_legend_keeps_every_character_and_breaks_lines():
    names = [r"a_$x$ \$ of $y$ $", "_mine", "$a$ and $b$", "one rather long name of a method"]
    texts = legend_texts([(name, "none") for name in [*names, "a" * 60]])
    assert texts[:3] == [[name] for name in names[:3]]
    assert texts[3] == ["one rather long name of", "a method"]
    assert texts[4] == ["a" * 24, "a" * 24, "a" * 12]


def test_legend_title_says_that_a_curve_is_one_fit():
    assert draw(PAPER).ax_.get_legend().get_title().get_text() == "one fit"


def test_neighbouring_colours_differ_in_grey():
    lightness = [lab(linear(colour))[0] for colour in palette()]
    assert min(abs(a - b) for a, b in pairwise(lightness)) > 6


def test_a_placebo_looks_like_its_method_and_source_in_grey():
    placebos = [("ProgNet", "placebo of gender"), ("ProgNet", "placebo of speaker")]
    with_placebos = looks([*PAPER, *placebos])
    # The other methods look as they do without placebos. Each placebo follows its source.
    without_placebos = looks(PAPER)
    assert {pair: with_placebos[pair] for pair in PAPER} == without_placebos
    assert list(with_placebos) == [*PAPER[:3], placebos[1], PAPER[3], placebos[0]]
    greys = {with_placebos[pair]["color"] for pair in placebos}
    assert len(greys) == 1
    assert np.ptp(colors.to_rgb(greys.pop())) == 0
    for method, source in placebos:
        look_of_source = without_placebos[method, source.removeprefix("placebo of ")]
        look_of_placebo = with_placebos[method, source]
        assert (look_of_placebo["marker"], look_of_placebo["linestyle"]) == (
            look_of_source["marker"],
            look_of_source["linestyle"],
        )
