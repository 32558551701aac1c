"""What all displays share: where they are drawn, and how the figure is forgotten."""

from skprognet._extras import import_extra


class Display:
    """Numbers that can be drawn.

    A subclass keeps its numbers in ``__init__``, returns them from ``frame`` and draws them in
    ``_draw(ax)``. Its ``_figure_size()`` returns width and height, in inches, of the figure that
    `plot` makes; about 4.8 wide, the text can still be read when it is printed in a column of
    8.5 cm.
    """

    def plot(self, ax=None):
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to; None makes a figure with pyplot, as scikit-learn's displays do. Legends and
            long names stand outside the axes, so give a figure of your own
            ``layout="constrained"``, or save it with ``bbox_inches="tight"``.

        Returns
        -------
        self : Display
            This one, with `ax_` and `figure_`.

        Raises
        ------
        ImportError
            If matplotlib is missing: ``pip install 'skprognet[report]'``.
        """
        made = ax is None
        if made:
            plt = import_extra("matplotlib.pyplot", "report")
            _, ax = plt.subplots(figsize=self._figure_size(), layout="constrained")
        self._draw(ax)
        self.ax_, self.figure_, self._made_figure = ax, ax.figure, made
        return self

    def close(self):
        """Forget the figure that `plot` made with pyplot; one that you gave stays."""
        if getattr(self, "_made_figure", False):
            import matplotlib.pyplot as plt

            plt.close(self.figure_)
