"""Draw a grid of small panels instead of a single axes."""

from skprognet.displays._style import verbatim

COLUMNS = 2
TITLE_WIDTH = 30  # characters in a line above a panel 2 inches wide
# In inches.
HEIGHT, LINE, GAP = 1.15, 0.15, 0.12


def panels_height(titles):
    """Return the height in inches that panels with these titles need."""
    return _rows(titles) * _step(titles)


def draw_panels(ax, titles):
    """Make a grid of axes with the same scales, one for each title, and return them.

    Parameters
    ----------
    ax : matplotlib Axes
        The axes in whose space the panels are drawn. It becomes invisible, except for its legend.
    titles : sequence of str
        The title of each panel.

    Returns
    -------
    list of matplotlib Axes
        The panels, row by row. They are children of `ax`, so a layout moves them with it.
    """
    ax.set_axis_off()
    row_share, width = 1 / _rows(titles), (1 - 0.06 * (COLUMNS - 1)) / COLUMNS
    height = HEIGHT / _step(titles) * row_share
    panels = []
    for position, title in enumerate(titles):
        row, column = divmod(position, COLUMNS)
        corner = (column * (width + 0.06), 1 - (row + 1) * row_share)
        shared = {"sharex": panels[0], "sharey": panels[0]} if panels else {}
        panel = ax.inset_axes((*corner, width, height), **shared)
        panel.set_title(verbatim(title, TITLE_WIDTH), fontsize="small", loc="left", pad=3)
        nothing_below = position + COLUMNS >= len(titles)
        panel.tick_params(labelsize="small", labelbottom=nothing_below, labelleft=column == 0)
        panels.append(panel)
    return panels


def label_panels(panels, xlabel, ylabel):
    """Label the axes of the panels at the left and at the bottom of the grid."""
    for position, panel in enumerate(panels):
        if position + COLUMNS >= len(panels):
            panel.set_xlabel(xlabel, fontsize="small")
        if position % COLUMNS == 0:
            panel.set_ylabel(ylabel, fontsize="small")


def _rows(titles):
    return -(-len(titles) // COLUMNS)


def _step(titles):
    """Return the inches from one row of panels to the next."""
    lines = max(verbatim(title, TITLE_WIDTH).count("\n") + 1 for title in titles)
    return HEIGHT + LINE * lines + GAP
