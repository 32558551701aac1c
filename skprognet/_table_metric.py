"""The metric of the scores in a table: recorded in two columns, and read as a `Score`.

A table holds the name of its metric and whether greater is better, so that another process can
read it. Label, range and description of a user's own score are looked up by its name.
"""

import pandas as pd

from skprognet.metrics import Score, get_score, get_score_names

METRIC = ("metric", "greater_is_better")
DEFAULT_METRIC = "uar"  # the metric of tables without these columns

RECALL_OF = "recall of "  # start of the name of the recall of one class

_used = {}  # the user's own scores, by name


def remember_score(score):
    """Remember a user's score, so that its tables get its label, description and range."""
    if isinstance(score, Score) and score.name not in get_score_names():
        _used[score.name] = score


def metric_name(scoring):
    """Return the value of the column metric for a score, or a scorer of scikit-learn."""
    if isinstance(scoring, Score):
        return scoring.name
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", repr(scoring))


def metric_columns(score):
    """Return the columns that record a score in a table: its name and its direction."""
    return dict(zip(METRIC, (score.name, score.greater_is_better), strict=True))


def metric_of(table):
    """Return the Score whose values a table holds.

    Parameters
    ----------
    table : DataFrame
        Table with the columns metric and greater_is_better. Without them, the metric is UAR.

    Returns
    -------
    Score
        If this process does not know the metric, only its name and its direction.
    """
    return metric_of_row(table.iloc[0])


def metric_of_row(row):
    """Return the Score of a row of a table, like `metric_of` for a table."""
    name, greater = (None if pd.isna(row.get(column)) else row[column] for column in METRIC)
    return score_named(DEFAULT_METRIC if name is None else name, greater)


def score_named(name, greater_is_better=None):
    """Return the Score with a name, even if only its direction is known."""
    if name in get_score_names():
        return get_score(name)
    greater = greater_is_better in (None, True, "True")
    known = _used.get(name)
    if known is not None and (greater_is_better is None or known.greater_is_better == greater):
        return known
    if str(name).startswith(RECALL_OF) and greater:
        return recall_of(str(name).removeprefix(RECALL_OF))
    return Score(str(name), _not_computed, greater_is_better=greater)


def recall_of(label):
    """Return the Score of tables with the recall of one class."""
    description = f"share of the rows of {label} that are recognised"
    return Score(f"{RECALL_OF}{label}", _not_computed, description=description, range=(0.0, 1.0))


def perhaps_nothing_learned(score):
    """Return what it means that no method is significantly better than chance by this score."""
    of_class = score.name.removeprefix(RECALL_OF)
    about = "" if of_class == score.name else f" about {of_class}"
    return f"perhaps nothing was learned{about}"


def if_lower_is_better(score):
    """Return what follows the label of a score whose lower values are better; else no text."""
    return "" if score.greater_is_better else " (lower is better)"


def monitor_label(score):
    """Return the label of the values of a `monitor`, given as a Score, for an axis or a text."""
    # Greater is better: what `monitor="loss"` records is minus the loss.
    if score.name == "loss":
        return "score (minus the loss)"
    return score.label + if_lower_is_better(score)


def loss_label(loss):
    """Return the label of the `loss` of a regressor, for a sentence."""
    return "1 - CCC" if loss == "ccc" else loss.replace("_", " ")


def _not_computed(y_true, y_pred):
    raise NotImplementedError(
        "A score that was read from a table has a name and a direction, but no function. To "
        "compute it, make it with skprognet.metrics.Score."
    )
