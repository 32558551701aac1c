"""What a frame has to be before it can be drawn."""

from skprognet.evaluation._comparison import score_table
from skprognet.evaluation._design import NO_SOURCE
from skprognet.evaluation._tables import paper_mean_and_std


def check_columns(name, frame, needed):
    """Raise a ValueError unless the frame has rows, and all columns that are needed.

    Parameters
    ----------
    name : str
        What the frame is called, for the message.
    frame : DataFrame
        Anyone's.
    needed : sequence of str
        Columns, method and source among them.
    """
    missing = [column for column in needed if column not in frame]
    if missing:
        raise ValueError(
            f"{name} must have the columns {', '.join(needed[:-1])} and {needed[-1]}; {missing} "
            f"are missing among {list(frame.columns)}."
        )
    if not len(frame):
        raise ValueError(f"{name} must have at least one row; got an empty table.")
    nameless = frame[["method", "source"]].isna().any(axis=1).sum()
    if nameless:
        raise ValueError(
            f"{name} must name method and source in every row, the source {NO_SOURCE!r} where "
            f"there is none; {nameless} of {len(frame)} rows lack one."
        )


def by_entry(frame):
    """Return the rows of each (method, source), in order of appearance."""
    return dict(iter(frame.groupby(["method", "source"], sort=False)))


def check_one_study(name, frame, columns):
    """Raise a ValueError if a column that is there has several values: a mean would mix them.

    Parameters
    ----------
    name : str
        What the frame is called, for the message.
    frame : DataFrame
        Anyone's.
    columns : sequence of str
        Columns that tell studies apart; each may be absent.
    """
    for column in columns:
        values = [] if column not in frame else frame[column].unique().tolist()
        if len(values) > 1:
            raise ValueError(
                f"{name} must be of one {column}; got {values}. Draw each by itself, "
                f"{name}[{name}[{column!r}] == {values[0]!r}] first, in axes of its own."
            )


def paper_spread(scores, method, source):
    """Return mean and standard deviation of the UAR by the paper's rule.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold and uar, of one corpus and one number of folds.
    method, source : str
        Whose.

    Returns
    -------
    mean, std : float
        Over the folds of each repeat (std with ddof 1), then averaged over the repeats. std is
        NaN for a single fold; both are NaN where a fold has no score, since a mean over the
        others would be of other folds than those of the other methods.
    """
    return paper_mean_and_std(score_table(scores, method, source))
