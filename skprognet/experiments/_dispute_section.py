"""The section of the page about rows on which the methods disagree."""

from typing import NamedTuple

from skprognet._digits import shared_digits
from skprognet._predictions import FILE, ROW, TRUTH
from skprognet._scores import label, methods_in
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.displays import DisagreementDisplay
from skprognet.experiments._findings import describe_disputes
from skprognet.experiments._number_findings import describe_distances
from skprognet.experiments._page_section import Table
from skprognet.experiments._tested import figure_of
from skprognet.results import most_disputed

MOST_DISPUTED = 15


class _Words(NamedTuple):
    """The texts on disputes about labels, or about numbers."""

    caption: str
    note: str


_WORDS = {
    CLASSES: _Words(
        "The label of each method; wrong labels are bold on orange.",
        "The label of a method is the one that it predicts in most repeats; wrong labels are "
        "marked. The rows on which the votes of the methods differ most (Jensen-Shannon "
        "divergence) come first.",
    ),
    NUMBERS: _Words(
        "The number of each method, averaged over the repeats. Numbers farther from the truth "
        "are a deeper orange.",
        "The number of a method is its mean over the repeats; the number farthest from the truth "
        "is marked. The rows on which these numbers differ most (standard deviation over the "
        "methods) come first.",
    ),
}


def show_disputes(tested):
    """Return finding, figures and tables about the rows on which the methods disagree."""
    if len(methods_in(tested.predictions)) < 2:
        return [], [], []
    disputed = most_disputed(tested.predictions, n=None)
    methods = [label(*method) for method in methods_in(tested.predictions)]
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
    name = FILE if FILE in disputed and disputed[FILE].notna().all() else ROW
    rows = zip(disputed[name], _CELLS[tested.kind](disputed, methods), strict=True)
    table = Table(
        f"Most disputed rows{tested.where}",
        _WORDS[tested.kind].note,
        [name, "truth", *methods],
        [[(which, False), *cells] for which, cells in rows],
    )
    return [finding], [figure], [table]


def _labels(disputed, methods):
    """Yield, for each row, the truth and the label of each method, and whether it is wrong."""
    for _, row in disputed.iterrows():
        yield [(row[TRUTH], False), *((row[m], row[m] != row[TRUTH]) for m in methods)]


def _numbers(disputed, methods):
    """Yield, for each row, the truth and the number of each method, and whether it is farthest."""
    numbers = disputed[[TRUTH, *methods]]
    shown = shared_digits(numbers)
    for _, row in numbers.iterrows():
        farthest = row[methods].sub(row[TRUTH]).abs().idxmax()
        yield [(f"{number:{shown}}", name == farthest) for name, number in row.items()]


_FINDINGS = {
    CLASSES: lambda disputed, methods, networks: describe_disputes(disputed, methods),
    NUMBERS: lambda disputed, methods, networks: describe_distances(disputed, networks),
}
_CELLS = {CLASSES: _labels, NUMBERS: _numbers}
