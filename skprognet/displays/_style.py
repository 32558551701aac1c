"""Colours, markers and labels of methods and sources, the same in every figure."""

import textwrap
from itertools import count

from skprognet._scores import NO_SOURCE, placebo_of
from skprognet._wording import printable_lines

# Okabe and Ito (2008), told apart by colour-blind readers, without their yellow, which is too pale
# for a line on paper. Neighbours also differ in lightness, so they differ in grey as well.
COLOURS = ("#000000", "#E69F00", "#0072B2", "#009E73", "#56B4E9", "#D55E00", "#CC79A7")
# There are more markers than colours, so that a repeated colour has another marker.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
DASHES = (
    "solid",
    (0, (4, 2)),
    (0, (1, 0.8)),
    (0, (6, 1.2, 1, 1.2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (9, 2)),
    (0, (2, 2)),
)
GREY = "#737373"
PLACEBO_GREY = "#999999"  # paler than the lines of zero and of chance
# Characters in a line: two columns then fit above the axes of a figure 4.8 inches wide.
LEGEND_WIDTH = 24

# The paper's methods and sources look the same even in a figure that shows only some of them.
METHODS = {"DNN": 0, "PT/FT": 1, "ProgNet": 2}
SOURCES = {NO_SOURCE: 0, "speaker": 1, "gender": 2}


def _style_numbers(names, reserved):
    """Return the number of each name's style: a reserved one, or the next free one in order."""
    free = (number for number in count() if number not in reserved.values())
    new = [name for name in dict.fromkeys(names) if name not in reserved]
    return {**reserved, **dict(zip(new, free, strict=False))}


def looks(methods):
    """Return the style of each method and source.

    Colour and marker show the method, and the dashes show the source. The paper's methods, and the
    sources speaker and gender, always look the same. Others get styles in order of appearance,
    those without a source first. Therefore figures of the same scores, curves or comparisons
    agree. A placebo has the marker of its method and the dashes of its source, in grey.

    Parameters
    ----------
    methods : iterable of (str, str)
        Pairs of method and source; repetitions do no harm.

    Returns
    -------
    dict of (str, str) to dict
        For each pair color, marker and linestyle, as matplotlib's ``plot`` takes them.
    """
    pairs = sorted(dict.fromkeys(methods), key=lambda pair: pair[1] != NO_SOURCE)
    of_method = _style_numbers([method for method, _ in pairs], METHODS)
    real = {source: placebo_of(source) or source for _, source in pairs}
    of_source = _style_numbers([real[source] for _, source in pairs], SOURCES)
    return {
        (method, source): {
            "color": COLOURS[of_method[method] % len(COLOURS)]
            if real[source] == source
            else PLACEBO_GREY,
            "marker": MARKERS[of_method[method] % len(MARKERS)],
            "linestyle": DASHES[of_source[real[source]] % len(DASHES)],
        }
        for method, source in pairs
    }


def verbatim(text, width=None):
    """Return text that matplotlib shows unchanged, in lines of at most `width` characters.

    Text between two dollar signs would become a formula, and fonts lack control characters.
    """
    text = str(text) if width is None else textwrap.fill(str(text), width)
    return printable_lines(text).replace("$", r"\$")


def row_height(names):
    """Return the height in inches of a row that has room for the longest of `names`."""
    return max(0.42, 0.1 + 0.17 * max(name.count("\n") + 1 for name in names))


def legend_height(labels):
    """Return the height in inches of the legend of :func:`legend_above` with these labels."""
    lines = [verbatim(label, LEGEND_WIDTH).count("\n") + 1 for label in labels]
    left = lines[: -(-len(lines) // 2)] if len(lines) > 1 else lines
    return 0.25 + 0.17 * max(sum(left), sum(lines[len(left) :]))


def legend_above(ax, handles, labels, note):
    """Put a legend above the axes, so that it hides nothing, with a note as its title."""
    # matplotlib before 3.10 drops a label that begins with an underscore, so set labels later.
    legend = ax.legend(
        handles,
        ["label"] * len(handles),
        title=verbatim(note),
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=min(2, max(1, len(handles))),
        frameon=False,
        handlelength=3,
        columnspacing=1,
        fontsize="small",
        title_fontsize="small",
    )
    for text, shown in zip(legend.get_texts(), labels, strict=True):
        text.set_text(verbatim(shown, LEGEND_WIDTH))
