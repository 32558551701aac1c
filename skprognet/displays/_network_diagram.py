"""Draw the columns and laterals of a fitted network: Figures 1 and 2 of the paper."""

import pandas as pd

from skprognet.displays._columns import check_network, columns_of, connections_of
from skprognet.displays._display import Display
from skprognet.displays._style import GREY, verbatim

HALF_HEIGHT = 0.25
BOXES = {
    "frozen": {"facecolor": "#EDEDED", "edgecolor": "#9A9A9A", "hatch": "////"},
    "copied": {"facecolor": "#FBE7BF", "edgecolor": "#A87400", "hatch": ".."},
    "trained": {"facecolor": "#CFE5F2", "edgecolor": "#0072B2"},
}
STATES = {
    "frozen": "frozen",
    "copied": "copied, then trained",
    "trained": "trained from random weights",
}
LATERAL = "#B04A00"
NAMES_SHOWN = 8
LETTERS_SHOWN = 12


def _listed(classes):
    """Return the names of the classes as text; if there are many, only the first of them."""
    names = [str(name) for name in classes]
    if len(names) > NAMES_SHOWN:
        names = [*names[: NAMES_SHOWN - 1], f"and {len(names) - NAMES_SHOWN + 1} more"]
    return verbatim(", ".join(names), 24)


def _in_box(units, name):
    """Return the text of a layer, with only the end of a long name, where names differ."""
    short = name if len(name) <= LETTERS_SHOWN else "…" + name[1 - LETTERS_SHOWN :]
    return f"{verbatim(short)}\n{units}" if name else str(units)


class NetworkDisplay(Display):
    """Show the columns of a fitted network side by side, and which layer reads which.

    A box is a layer with its number of units, from the features at the bottom to the outputs at
    the top. An arrow is a matrix of weights. If the layers of a source were computed elsewhere (as
    of a :class:`~skprognet.sources.LayerSource`), they show their names, if any, and no arrows
    lead to them. Frozen layers are grey and hatched, copied layers dotted. Laterals lead from
    frozen layer k to layer k + 1 of a later column; their width grows with the Frobenius norm of
    their matrix. An A is an adapter.

    Parameters
    ----------
    connections : DataFrame
        One row per arrow, as `frame` returns.
    classes : list of list of str
        For each column the names of its outputs: its classes, "number" (or "number 0", "number 1"
        and so on) for a regressor, or the kind of a source that is not a network.

    Attributes
    ----------
    ax_ : matplotlib Axes
        After `plot`: the axes.
    figure_ : matplotlib Figure
        After `plot`: the figure.
    boxes_ : dict of (int, int) to matplotlib Rectangle
        After `plot`: the box of each column and layer; the features are ``(-1, 0)``.
    laterals_ : list of matplotlib FancyArrowPatch
        After `plot`: the laterals, in the order of `frame`.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; Figures 1 and 2.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, ProgressiveClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.displays import NetworkDisplay
    >>> emodb = load_emodb()
    >>> X = StandardScaler().fit_transform(emodb.data)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=2, random_state=0)
    >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    >>> clf = ProgressiveClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
    >>> display = NetworkDisplay.from_estimator(clf, name="emotion")
    >>> display.frame()[["name", "layer", "units", "state", "reads_column", "reads_layer"]]
          name  layer  units    state  reads_column  reads_layer
    0  speaker      1     32   frozen             0            0
    1  speaker      2     10   frozen             0            1
    2  emotion      1     32  trained             1            0
    3  emotion      2      4  trained             1            1
    4  emotion      2      4  trained             0            1
    """

    def __init__(self, connections, *, classes):
        self.connections = connections
        self.classes = classes

    @classmethod
    def from_estimator(cls, estimator, *, name=None):
        """Read the columns of a fitted network.

        Parameters
        ----------
        estimator : classifier or regressor
            A fitted network of this package, such as a ProgressiveClassifier, or scikit-learn's
            MLPClassifier or MLPRegressor; or a pipeline, FrozenEstimator or search around one.
        name : str, default=None
            Name of its own column, such as the task. None means "new column" for a network that
            reads sources, "copy of" and the name of the source for a fine-tuned network, and
            "network" for any other.

        Returns
        -------
        NetworkDisplay
            The display, not yet drawn.

        Raises
        ------
        TypeError
            If the estimator is another object, or reads the outputs of a source that has no known
            outputs.
        NotFittedError
            If it has not been fitted.
        """
        check_network(estimator)
        columns = columns_of(estimator, name)
        last = columns[-1]
        if name is None:
            last.name = "new column" if last.reads else "network"
            if last.source.copied:
                last.name = f"copy of {last.source.sources[0][0]}"
        return cls(connections_of(columns), classes=[column.classes() for column in columns])

    def _levels(self):
        """Return the height of each layer of each column, with the features at 0.

        If a column has L hidden layers and the deepest column H, layer k has the height
        1 + (k - 1) H / L. So every lateral leads upwards, whatever the depths.
        """
        layers = self.connections.groupby("column").agg({"layer": "max", "reads_column": "max"})
        # Layers that were computed elsewhere read nothing and have no output layer.
        depths = layers["layer"] - (layers["reads_column"] >= 0)
        highest = depths.max()
        return {
            (column, layer): highest + 1
            if layer > depths[column]
            else 1 + (layer - 1) * highest / depths[column]
            for column, last in layers["layer"].items()
            for layer in range(1, last + 1)
        }

    def _figure_size(self):
        return max(3.4, 0.6 + 1.65 * len(self.classes)), 1.9 + 0.62 * max(self._levels().values())

    def _draw(self, ax):
        levels = self._levels()
        self._draw_boxes(ax, levels)
        self._draw_arrows(ax)
        top = max(levels.values())
        for column, (classes, name) in enumerate(zip(self.classes, self._names(), strict=True)):
            above = {"ha": "center", "va": "bottom", "annotation_clip": False}
            ax.annotate(
                _listed(classes),
                (column, top + HALF_HEIGHT),
                xytext=(0, 2),
                textcoords="offset points",
                fontsize="x-small",
                **above,
            )
            ax.annotate(
                verbatim(name, 16),
                (column, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                fontweight="bold",
                **above,
            )
        lines = max(_listed(classes).count("\n") + 1 for classes in self.classes)
        ax.set_xlim(-0.6, len(self.classes) - 0.4)
        ax.set_ylim(-HALF_HEIGHT - 0.05, top + HALF_HEIGHT + 0.1 + 0.24 * lines)
        ax.set_axis_off()
        self._add_legend(ax)

    def _names(self):
        return self.connections.groupby("column")["name"].first()

    def _draw_boxes(self, ax, levels):
        from matplotlib.patches import Rectangle

        def box(middle, y, width, text, **style):
            corner = (middle - width / 2, y - HALF_HEIGHT)
            patch = ax.add_patch(Rectangle(corner, width, 2 * HALF_HEIGHT, zorder=2, **style))
            plate = {"facecolor": style["facecolor"], "edgecolor": "none", "pad": 1}
            size = "x-small" if "\n" in text else "small"
            ax.text(middle, y, text, ha="center", va="center", bbox=plate, fontsize=size)
            return patch

        frame, last = self.connections, len(self.classes) - 1
        features = frame.loc[frame["reads_layer"] == 0, "reads_units"].max()
        plain = {"facecolor": "white", "edgecolor": "black"}
        self.boxes_ = {(-1, 0): box(last / 2, 0, last + 0.9, f"{features} features", **plain)}
        widest = frame["units"].max()
        for row in frame.drop_duplicates(["column", "layer"]).itertuples():
            width = 0.36 + 0.3 * (row.units / widest) ** 0.5
            self.boxes_[row.column, row.layer] = box(
                row.column,
                levels[row.column, row.layer],
                width,
                _in_box(row.units, getattr(row, "layer_name", "")),
                **BOXES[row.state],
            )

    def _draw_arrows(self, ax):
        strongest = self.connections["norm"].max()
        self.laterals_ = []
        for row in self.connections.query("reads_column >= 0").itertuples():
            box = self.boxes_[row.column, row.layer]
            if pd.isna(row.norm):
                read = self.boxes_.get((row.column, row.reads_layer), self.boxes_[-1, 0])
                start = (row.column, read.get_y() + read.get_height())
                _arrow(ax, start, (row.column, box.get_y()), color="black", linewidth=1)
                continue
            read = self.boxes_[row.reads_column, row.reads_layer]
            start = (read.get_x() + read.get_width(), read.get_y() + HALF_HEIGHT)
            end = (box.get_x(), box.get_y() + HALF_HEIGHT)
            color = GREY if row.state == "frozen" else LATERAL
            if row.adapter:
                end = _draw_adapter(ax, end, color)
            width = 0.6 + 2.4 * row.norm / strongest if strongest else 0.6
            self.laterals_.append(_arrow(ax, start, end, color=color, linewidth=width))

    def _add_legend(self, ax):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        frame = self.connections
        handles = [
            Patch(label=text, **BOXES[state])
            for state, text in STATES.items()
            if (frame["state"] == state).any()
        ]
        norms = frame["norm"].dropna()
        if len(norms):
            text = f"lateral, width by norm ({norms.min():.2g} to {norms.max():.2g})"
            handles.append(Line2D([], [], color=LATERAL, linewidth=2, label=text))
        for adapter in frame.loc[frame["adapter"] != "", "adapter"].unique():
            handles.append(
                Line2D(
                    [],
                    [],
                    linestyle="none",
                    marker=r"$\mathrm{A}$",
                    color="black",
                    label=f"adapter ({adapter})",
                )
            )
        ax.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            frameon=False,
            fontsize="small",
            handleheight=1.2,
        )

    def frame(self):
        """Return the plotted numbers.

        Returns
        -------
        DataFrame
            One row per arrow, with these columns:

            - column: position of the network that it leads to, from 0, oldest first. name: its
              name.
            - layer: the layer that it leads to, from 1; the output is the last. layer_name: if it
              has one. units. state: "frozen", "copied" or "trained".
            - reads_column, reads_layer, reads_units: the layer that it comes from; layer 0 is
              the input.
            - adapter: "linear", "mlp" or "".
            - norm: Frobenius norm of a lateral matrix, with an adapter as in
              :meth:`~skprognet.ProgressiveClassifier.lateral_norms`; NaN within a column.

            A layer that was computed elsewhere has no arrow, and one row with -1, -1 and 0 for
            what it reads.
        """
        return self.connections.copy()


def _arrow(ax, start, end, **style):
    """Draw an arrow behind the boxes and return it."""
    from matplotlib.patches import FancyArrowPatch

    head = {"arrowstyle": "-|>", "mutation_scale": 8, "shrinkA": 0, "shrinkB": 0}
    return ax.add_patch(FancyArrowPatch(start, end, zorder=1, **head, **style))


def _draw_adapter(ax, end, color):
    """Draw an adapter before a layer and return where the laterals meet it."""
    x, y = end[0] - 0.13, end[1]
    _arrow(ax, (x, y), end, color=color, linewidth=1.5)
    ax.plot(x, y, "o", markersize=9, markerfacecolor="white", markeredgecolor=color, zorder=3)
    ax.text(x, y, "A", ha="center", va="center_baseline", fontsize="x-small", zorder=4)
    return x, y
