"""The base class of all displays."""

from skprognet._extras import import_extra


class Display:
    """Keep numbers and draw them.

    A subclass keeps its numbers in ``__init__``, returns them from ``frame`` and draws them in
    ``_draw(ax)``. Its ``_figure_size()`` returns width and height, in inches, of the figure that
    `plot` makes. At a width of about 4.8, text stays readable in a printed column of 8.5 cm.
    """

    def plot(self, ax=None):
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw into; None makes a figure with pyplot, as scikit-learn's displays do.
            Legends and long names are outside the axes, so give your own figure
            ``layout="constrained"``, or save it with ``bbox_inches="tight"``.

        Returns
        -------
        self : Display
            The display itself, with `ax_` and `figure_`.

        Raises
        ------
        ImportError
            If matplotlib is missing: ``pip install 'skprognet[report]'``.
        """
        is_new_figure = ax is None
        if is_new_figure:
            plt = import_extra("matplotlib.pyplot", "report")
            _, ax = plt.subplots(figsize=self._figure_size(), layout="constrained")
        self._draw(ax)
        self.ax_, self.figure_, self._is_new_figure = ax, ax.figure, is_new_figure
        return self

    def close(self):
        """Close the figure that `plot` made with pyplot; your own figure stays open."""
        if getattr(self, "_is_new_figure", False):
            import matplotlib.pyplot as plt

            plt.close(self.figure_)
