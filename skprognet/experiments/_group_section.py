"""What the predictions show of groups of rows, such as speakers."""

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
    NUMBERS: "The CCC of a group is the lower the less its truth varies, with equal errors.",
}
# Of how many groups the truth has to vary.
_VARYING = {CLASSES: 1, NUMBERS: 2}


def choose_columns(tested, speaker):
    """Return the columns of the labels whose groups are compared, the speaker's first.

    They have 2 to 30 groups, a value for each row that was tested, and groups of more than one
    class, or two groups of more than one number. Ratings, files and the target itself are no
    groups.
    """
    truth = tested.predictions.drop_duplicates(ROW).set_index(ROW)[TRUTH]
    labels = tested.labels.reindex(truth.index)
    names = sorted(labels.columns, key=lambda name: name != speaker)
    no_groups = (FILE, tested.predictions["target"].iloc[0])
    fewest = _VARYING[tested.kind]
    found = [n for n in names if n not in no_groups and _is_group(labels[n], truth, fewest)]
    return found[:MOST_COLUMNS]


def _is_group(column, truth, fewest):
    """Return whether each row has one of a few values, which do not say the truth."""
    if is_float_dtype(column) or column.isna().any():
        return False
    if not 2 <= column.nunique() <= MOST_GROUPS:
        return False
    return (truth.groupby(column).nunique() > 1).sum() >= fewest


def show_groups(tested, speaker):
    """Return findings, figures and tables about groups of rows, such as speakers."""
    columns = choose_columns(tested, speaker)
    if not columns:
        return [], [], []
    given = tested.predictions, tested.labels
    groups = pd.concat([scores_by_group(*given, column) for column in columns], ignore_index=True)
    gaps = [_gaps(tested, column, speaker) for column in columns]
    figure = figure_of(
        tested,
        GroupScoresDisplay(groups),
        "group_scores",
        "Score within each group",
        "Each mark is a group; the lowest and the highest are named, and the range is the "
        f"difference of the two. {_WITHIN[tested.kind]} Groups of few rows differ by luck alone.",
        "Score of each method within each group.",
    )
    table = Table(
        f"Gaps between groups{tested.where}",
        f"The gap is the {metric_of(groups).label} of a method's best group minus that of its "
        "worst. A method with a source is compared with the same network without one on the two "
        "groups that are best and worst by the mean of both: the change is how much more the "
        "source does for the first of them. The p-value is that of Welch's t-test over speakers, "
        "or over rows where the groups are speakers; the last one is adjusted for all comparisons "
        "of the column.",
        ["groups of", "method", "best", "worst", "gap", "compared", "change", "p", "p (Holm)"],
        [[(cell, False) for cell in row] for each in gaps for row in list_gaps(each)],
    )
    return [describe_gaps(each, tested.networks) for each in gaps], [figure], [table]


def _gaps(tested, column, speaker):
    """Return the gaps between groups; speakers are the units that the test is about."""
    unit = speaker if speaker in tested.labels and column != speaker else None
    return gaps_between_groups(tested.predictions, tested.labels, column, unit=unit)
