"""What the predictions show of the rows on which the methods disagree."""

from typing import NamedTuple

from skprognet._predictions import FILE, ROW, TRUTH
from skprognet._scores import methods_in
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.displays import DisagreementDisplay
from skprognet.experiments._findings import describe_disputes
from skprognet.experiments._number_findings import describe_distances
from skprognet.experiments._page_section import Table
from skprognet.experiments._tested import figure_of
from skprognet.results import most_disputed

MOST_DISPUTED = 15
FACTS = 4  # columns of `most_disputed` between the truth and the labels of the methods


class _Words(NamedTuple):
    """How disputes about labels, or about numbers, are told."""

    caption: str
    note: str


_WORDS = {
    CLASSES: _Words(
        "The label of each method; bold on orange where it is wrong.",
        "The label that a method gives in most repeats; wrong ones are marked. At the top are the "
        "rows on which the votes of the methods differ most (Jensen-Shannon divergence).",
    ),
    NUMBERS: _Words(
        "The number of each method, mean over the repeats; the farther from the truth, the more "
        "orange.",
        "The number of a method is its mean over the repeats; the one farthest from the truth is "
        "marked. At the top are the rows on which these numbers differ most (standard deviation "
        "over the methods).",
    ),
}


def show_disputes(tested):
    """Return finding, figures and tables about the rows on which the methods disagree."""
    if len(methods_in(tested.predictions)) < 2:
        return [], [], []
    disputed = most_disputed(tested.predictions, n=None)
    methods = list(disputed.columns[disputed.columns.get_loc(TRUTH) + FACTS + 1 :])
    finding = _FINDINGS[tested.kind](disputed, methods, tested.networks)
    disputed = disputed[disputed["disagreement"] > 0].head(MOST_DISPUTED)
    if not len(disputed):
        return [finding], [], []
    figure = figure_of(
        tested,
        DisagreementDisplay(disputed),
        "disagreement",
        "Most disputed rows",
        _WORDS[tested.kind].caption,
        "Truth and the prediction of each method for the most disputed rows.",
        ("png", "pdf"),  # the page has the table
    )
    name = FILE if FILE in disputed else ROW
    cells = _CELLS[tested.kind]
    table = Table(
        f"Most disputed rows{tested.where}",
        _WORDS[tested.kind].note,
        [name, "truth", *methods],
        [[(row[name], False), *cells(row, methods)] for _, row in disputed.iterrows()],
    )
    return [finding], [figure], [table]


def _labels(row, methods):
    """Return the truth and the label of each method, and whether it is wrong."""
    return [(row[TRUTH], False), *((row[m], row[m] != row[TRUTH]) for m in methods)]


def _numbers(row, methods):
    """Return the truth and the number of each method, and whether it is the farthest."""
    farthest = max(methods, key=lambda m: abs(row[m] - row[TRUTH]))
    return [(f"{row[name]:.3g}", name == farthest) for name in (TRUTH, *methods)]


_FINDINGS = {
    CLASSES: lambda disputed, methods, networks: describe_disputes(disputed, methods),
    NUMBERS: lambda disputed, methods, networks: describe_distances(disputed, networks),
}
_CELLS = {CLASSES: _labels, NUMBERS: _numbers}
