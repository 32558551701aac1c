"""The section of the page about groups of rows, such as speakers."""

import pandas as pd
from pandas.api.types import is_float_dtype

from skprognet._predictions import FILE, ROW, TRUTH
from skprognet._table_metric import metric_of
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.displays import GroupScoresDisplay
from skprognet.experiments._findings import describe_gaps, list_gaps
from skprognet.experiments._page_section import Table
from skprognet.experiments._tested import figure_of
from skprognet.results import gaps_between_groups, scores_by_group

MOST_GROUPS, MOST_COLUMNS = 30, 4
_WITHIN = {
    CLASSES: "The UAR of a group is the mean over the classes that it has.",
    NUMBERS: "With equal errors, the CCC of a group is lower if its truth varies less.",
}
# In how many groups the truth must vary.
_VARYING = {CLASSES: 1, NUMBERS: 2}


def choose_columns(tested, speaker):
    """Return the columns of the labels whose groups are compared, with the speaker's first.

    Each has 2 to 30 groups and a value for each tested row. At least one group must have several
    classes, or two groups several numbers. Ratings, files and the target itself are left out.
    """
    truth = tested.predictions.drop_duplicates(ROW).set_index(ROW)[TRUTH]
    labels = tested.labels.reindex(truth.index)
    names = sorted(labels.columns, key=lambda name: name != speaker)
    not_groups = (FILE, tested.predictions["target"].iloc[0])
    fewest = _VARYING[tested.kind]
    columns = [n for n in names if n not in not_groups and _is_group(labels[n], truth, fewest)]
    return columns[:MOST_COLUMNS]


def _is_group(column, truth, fewest):
    """Return whether each row has one of a few values, which do not determine the truth."""
    if is_float_dtype(column) or column.isna().any():
        return False
    try:
        n_groups = column.nunique()
    except TypeError:  # lists, for example, which cannot be groups
        return False
    if not 2 <= n_groups <= MOST_GROUPS:
        return False
    return (truth.groupby(column).nunique() > 1).sum() >= fewest


def show_groups(tested, speaker):
    """Return findings, figures and tables about groups of rows, such as speakers."""
    columns = choose_columns(tested, speaker)
    if not columns:
        return [], [], []
    tables = tested.predictions, tested.labels
    groups = pd.concat([scores_by_group(*tables, column) for column in columns], ignore_index=True)
    gaps = [_gaps(tested, column, speaker) for column in columns]
    figure = figure_of(
        tested,
        GroupScoresDisplay(groups),
        "group_scores",
        "Score within each group",
        "Each mark is a group. The lowest and the highest group are named, and the range is the "
        f"difference of the two. {_WITHIN[tested.kind]} Small groups may differ by luck alone.",
        "Score of each method within each group.",
    )
    table = Table(
        f"Gaps between groups{tested.where}",
        f"The gap is the {metric_of(groups).label} of a method's best group minus that of its "
        "worst group. A method with a source is compared with the same network without a source, "
        "on the two groups that are best and worst by the mean of both methods. The column "
        "“change” says how much more the first group gains from the source than the second. The "
        "p-value comes from Welch's t-test over speakers, or from a paired t-test if the same "
        "speakers are in both groups. If the groups are speakers, or the speaker of a row is not "
        "known, the test is over rows. The last p-value is adjusted for all comparisons of the "
        "column.",
        ["groups of", "method", "best", "worst", "gap", "compared", "change", "p", "p (Holm)"],
        [[(cell, False) for cell in row] for each in gaps for row in list_gaps(each)],
    )
    return [describe_gaps(each, tested.networks) for each in gaps], [figure], [table]


def _gaps(tested, column, speaker):
    """Return the gaps between groups, with speakers as the units of the test."""
    is_known = speaker in tested.labels and tested.labels[speaker].notna().all()
    unit = speaker if is_known else column  # the column itself means single rows
    return gaps_between_groups(tested.predictions, tested.labels, column, unit=unit)
