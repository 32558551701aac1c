"""One look per method and source in every figure, and text that is shown as it is."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from skprognet.displays._style import (
    COLOURS,
    DASHES,
    label,
    legend_above,
    looks,
    verbatim,
)
from skprognet.evaluation import compare_methods

PAPER = [("DNN", "none"), ("PT/FT", "speaker"), ("ProgNet", "speaker"), ("ProgNet", "gender")]

# What the three kinds of dichromat see of linear RGB: Viénot, Brettel and Mollon (1999) for
# protanopes and deuteranopes; Brettel, Viénot and Mollon (1997) has a tritanope's two half planes,
# of which this is the usual single one.
DICHROMATS = {
    "protanope": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranope": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "tritanope": [[1, 0.14461, -0.14461], [0, 0.85924, 0.14076], [0, 0.85924, 0.14076]],
}


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
def test_the_colours_of_the_papers_methods_are_told_apart_by_the_colour_blind(kind):
    seen = [lab(DICHROMATS[kind] @ linear(look["color"])) for look in looks(PAPER[:3]).values()]
    distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > 25


def test_the_papers_methods_differ_in_grey():
    lightness = [lab(linear(look["color"]))[0] for look in looks(PAPER[:3]).values()]
    assert min(abs(a - b) for i, a in enumerate(lightness) for b in lightness[:i]) > 20


def test_every_colour_stands_out_from_paper():
    assert all(lab(linear(colour))[0] < 75 for colour in COLOURS)


def test_colour_and_marker_say_which_method_and_dashes_which_source():
    styles = looks(PAPER)
    speaker, gender = styles["ProgNet", "speaker"], styles["ProgNet", "gender"]
    assert (speaker["color"], speaker["marker"]) == (gender["color"], gender["marker"])
    assert speaker["linestyle"] != gender["linestyle"]
    assert styles["PT/FT", "speaker"]["linestyle"] == speaker["linestyle"]
    assert styles["DNN", "none"]["linestyle"] == "solid"


def test_the_papers_methods_look_the_same_in_part_of_a_study():
    for entry in PAPER:
        assert looks([entry])[entry] == looks([("mine", "corpus"), *PAPER])[entry]


def test_many_methods_and_sources_all_look_different_without_colour():
    entries = [(f"method {i}", f"source {j}") for i in range(9) for j in range(4)]
    grey = {(look["marker"], str(look["linestyle"])) for look in looks(entries).values()}
    assert len(grey) == 36
    assert len(set(map(str, DASHES))) == len(DASHES)


@pytest.mark.parametrize(
    "entries",
    [
        [("A", "none"), ("B", "x"), ("C", "x"), ("B", "y"), ("C", "y")],
        [("B", "x"), ("C", "x"), ("A", "none"), ("B", "y"), ("C", "y")],
        [("A", "none"), ("B", "none"), ("C", "none")],
        [("B", "x"), ("C", "x"), ("D", "x")],
    ],
)
def test_scores_and_their_comparisons_agree(make_scores, entries):
    comparisons = compare_methods(make_scores(entries))
    sides = [("against", "against_source"), ("method", "source")]
    compared = [
        entry
        for side in sides
        for entry in comparisons[list(side)].itertuples(index=False, name=None)
    ]
    assert looks(compared) == looks(entries)


def test_what_a_method_is_called():
    assert label("DNN", "none") == "DNN"
    assert label("ProgNet", "speaker + gender") == "ProgNet from speaker + gender"


def test_verbatim_keeps_every_character_and_breaks_lines():
    text = Figure().text(0, 0, verbatim(r"a_$x$ \$ of $y$ $"))
    shown, is_math = text._preprocess_math(text.get_text())
    assert (shown, is_math) == (r"a_$x$ \$ of $y$ $", False)
    lines = verbatim("one rather long name", 8).split("\n")
    assert lines == ["one", "rather", "long", "name"]
    assert verbatim("a" * 20, 8).split("\n") == ["a" * 8, "a" * 8, "a" * 4]


def test_a_legend_shows_names_that_begin_with_an_underscore():
    ax = Figure().subplots()
    lines = ax.plot([1, 2]) + ax.plot([2, 1])
    legend_above(ax, lines, ["_mine", "$a$ and $b$"], "note")
    texts = [text._preprocess_math(text.get_text()) for text in ax.get_legend().get_texts()]
    assert texts == [("_mine", False), ("$a$ and $b$", False)]
    assert ax.get_legend().get_title().get_text() == "note"


def test_neighbouring_colours_differ_in_grey():
    lightness = [lab(linear(colour))[0] for colour in COLOURS]
    assert min(abs(a - b) for a, b in pairwise(lightness)) > 6
