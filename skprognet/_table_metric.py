"""What the scores in a table are of: two columns say it, and a `Score` is made of them.

A table has the name of its metric and whether greater is better, so that it can be read in another
process. Label, range and description of a score of the user's own are looked up by its name.
"""

import pandas as pd

from skprognet.metrics import Score, get_score, get_score_names

METRIC = ("metric", "greater_is_better")
DEFAULT_METRIC = "uar"  # of tables that do not say theirs

RECALL_OF = "recall of "  # how the name of the recall of one class begins

_used = {}  # scores of the user's own, by name


def remember_score(score):
    """Let tables of this score be told with its label, description and range."""
    if isinstance(score, Score) and score.name not in get_score_names():
        _used[score.name] = score


def metric_name(scoring):
    """Return what the column metric says of a score, or of a scorer of scikit-learn."""
    if isinstance(scoring, Score):
        return scoring.name
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", repr(scoring))


def metric_columns(score):
    """Return what every table says of its score: name and direction, by column."""
    return dict(zip(METRIC, (score.name, score.greater_is_better), strict=True))


def metric_of(table):
    """Return the Score whose values a table holds.

    Parameters
    ----------
    table : DataFrame
        With the columns metric and greater_is_better; without them it is taken as one of UAR.

    Returns
    -------
    Score
        Of a metric that is not known in this process the name and the direction, no more.
    """
    name, greater = (table[column].iloc[0] if column in table else None for column in METRIC)
    return score_named(*_given(name, greater))


def _given(name, greater_is_better):
    """Return name and direction as a table has them; missing values say nothing."""
    name = DEFAULT_METRIC if pd.isna(name) else name
    return name, None if pd.isna(greater_is_better) else greater_is_better


def metric_of_row(row):
    """Return the Score that a row of a table is about, as `metric_of` does for a table."""
    name, greater = (row.get(column) for column in METRIC)
    return score_named(*_given(name, greater))


def score_named(name, greater_is_better=None):
    """Return the Score of a name, also where no more is known of it than the direction."""
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
    """Return what tables of the recall of one class say of their score."""
    description = f"share of the rows of {label} that are recognised"
    return Score(f"{RECALL_OF}{label}", _not_computed, description=description, range=(0.0, 1.0))


def nothing_learned(score):
    """Return what it means that no method is better than chance, by this score."""
    of_class = score.name.removeprefix(RECALL_OF)
    return "nothing was learned" + ("" if of_class == score.name else f" about {of_class}")


def monitor_label(metric):
    """Return what an axis or a sentence calls the values of a `monitor`, by its name."""
    # Greater is better: what `monitor="loss"` records is minus the loss.
    if metric == "loss":
        return "score (minus the loss)"
    score = score_named(metric)
    return score.label + ("" if score.greater_is_better else " (lower is better)")


def loss_label(loss):
    """Return what a sentence calls the `loss` of a regressor, by its name."""
    return "1 - CCC" if loss == "ccc" else loss.replace("_", " ")


def monitor_is_greater_better(curves):
    """Return whether greater is better in curves; it is in those of a metric that is not known."""
    name = curves["metric"].iloc[0] if "metric" in curves else DEFAULT_METRIC
    return score_named(name).greater_is_better


def _not_computed(y_true, y_pred):
    raise NotImplementedError(
        "A score that was read from a table has a name and a direction, but no function. Make it "
        "with skprognet.metrics.Score to compute it."
    )
