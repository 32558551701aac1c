"""Draw bars to both sides of zero, with a hatch that shows the side without colour."""

from skprognet.displays._style import COLOURS


def draw_signed_bars(ax, heights, values, names, spread=None):
    """Draw a bar for each value, from top to bottom; those below zero are hatched.

    Parameters
    ----------
    ax : matplotlib Axes
        Axes to draw into.
    heights : array-like of shape (n_bars,)
        Positions of the bars, from the top down.
    values, spread : array-like of shape (n_bars,)
        Lengths of the bars, and of the lines at their ends to each side; None draws no lines.
    names : list of str
        The text beside each bar.

    Returns
    -------
    BarContainer
        The bars.
    """
    bars = ax.barh(
        heights,
        values,
        height=0.6,
        xerr=spread,
        capsize=4,
        color=COLOURS[4],
        edgecolor="black",
        linewidth=0.8,
    )
    for bar, value in zip(bars, values, strict=True):
        if value < 0:
            bar.set(hatch="////", facecolor="white")
    ax.axvline(0, color="black", linewidth=1)
    ax.set_yticks(heights, names)
    ax.set_ylim(heights[-1] + 0.6, -0.6)
    ax.grid(alpha=0.3, axis="x")
    ax.set_axisbelow(True)
    return bars
