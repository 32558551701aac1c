"""Make the paper's Table 2 from the scores of every fold."""

import numpy as np
import pandas as pd

from skprognet._checks import check_choice
from skprognet._comparisons import find_gain, of_condition, of_scores
from skprognet._controls import has_placebos, in_table_order, with_placebo
from skprognet._scores import (
    METHOD,
    NO_SOURCE,
    SOURCE_METRIC,
    SOURCE_SCORE,
    as_frame,
    by_condition,
    check_columns,
    check_scores,
    condition_in_words,
    folds_mean_and_std,
    methods_in,
    paper_mean_and_std,
    placebo_of,
    rows_of,
    score_table,
    with_plain_text,
)
from skprognet._table_metric import metric_columns, metric_of
from skprognet._wording import first_few
from skprognet.results._pairs import PAPER_TRANSFER, choose_pairs, plain_networks

BETTER_THAN_PLAIN = "*"
BETTER_THAN_BOTH = "†"
BETTER_THAN_PLACEBO = "‡"
HURTS = "↓"
MEAN = "score_mean"
SPREAD = {"paper": "score_std", "folds": "score_std_folds"}
NEEDED = (*METHOD, "against", "against_source", "difference", "pvalue", "alpha")


def _won(comparisons, winner, loser):
    """Return whether the comparison found the winner to be better than the loser."""
    gain = find_gain(comparisons, winner, loser)
    return gain is not None and gain.is_better


def marks_of(comparisons, method, network):
    """Return the marks of a method with a source.

    A placebo has no marks, since it has nothing to transfer.
    """
    if placebo_of(method[1]) is not None:
        return ""
    placebo_mark = BETTER_THAN_PLACEBO * _won(comparisons, method, with_placebo(method))
    return _paper_mark(comparisons, method, network) + placebo_mark


def _paper_mark(comparisons, method, network):
    """Return the mark of the paper, or the mark of harm.

    The cross means that the method is better than the same network without a source, and better
    than the paper's other way to use this source. It includes the meaning of the asterisk, so the
    asterisk is left out.
    """
    if network is None:
        return ""
    plain = (network, NO_SOURCE)
    better = _won(comparisons, method, plain)
    others = [(name, method[1]) for name in PAPER_TRANSFER if name != method[0]]
    if better and len(others) == 1 and _won(comparisons, method, others[0]):
        return BETTER_THAN_BOTH
    return BETTER_THAN_PLAIN * better + HURTS * _won(comparisons, plain, method)


def p_column(name, same_source=False):
    """Return the name of the column of p-values against a method."""
    return f"p ({name}, same source)" if same_source else f"p ({name})"


P_PLACEBO = p_column("placebo")


def _p_columns(comparisons):
    """Return (method, whether it has a source) for each column of p-values, by column name.

    There is a column for each method without a source, and one for each method that others with
    the same source are compared with. The column of the placebo is added elsewhere.
    """
    plain = comparisons.loc[comparisons["against_source"] == NO_SOURCE, "against"].unique()
    same = comparisons["against_source"] == comparisons["source"]
    shared = comparisons.loc[same & (comparisons["source"] != NO_SOURCE), "against"].unique()
    columns = {p_column(name): (name, False) for name in plain}
    return columns | {p_column(name, name in plain): (name, True) for name in shared}


def _p_values(comparisons, method, columns):
    """Return the p-value of a method for each column; NaN if there is no comparison."""
    own = rows_of(comparisons, method)
    values = {}
    for column, (name, has_source) in columns.items():
        source = method[1] if has_source else NO_SOURCE
        rows = own[(own["against"] == name) & (own["against_source"] == source)]
        values[column] = rows["pvalue"].iloc[0] if len(rows) else np.nan
    return values


def _p_placebo(in_condition, method, comparisons):
    """Return the p-value of a method against its placebo, if any comparison has a placebo."""
    against = comparisons[["against_source"]].rename(columns={"against_source": "source"})
    if not (has_placebos(comparisons) or has_placebos(against)):
        return {}
    gain = find_gain(in_condition, method, with_placebo(method))
    return {P_PLACEBO: np.nan if gain is None else gain.pvalue}


def _p_of_chance(comparisons, method):
    """Return the p-value of a method against chance; NaN if it is unknown."""
    if not {"p_chance", "against_p_chance"} <= set(comparisons):
        return np.nan
    first = rows_of(comparisons, method)["p_chance"]
    is_second = (comparisons["against"] == method[0]) & (
        comparisons["against_source"] == method[1]
    )
    second = comparisons.loc[is_second, "against_p_chance"]
    return next(iter([*first, *second]), np.nan)


def summary_table(scores, comparisons=None, *, spread="paper"):
    """Summarise the scores in the form of Table 2 of Gideon et al. 2017.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold, score and, if known, source_score, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns; of pandas, polars or
        pyarrow.
    comparisons : DataFrame, default=None
        What :func:`compare_methods` returns for these scores. Without it the table has no marks
        and no p-values. Comparisons of other corpora, targets or numbers of training folds are
        ignored.
    spread : {"paper", "folds"}, default="paper"
        "paper" takes mean and standard deviation (ddof 1) over the folds of each repeat, and
        averages both over the repeats. "folds" takes them over all folds of all repeats.

    Returns
    -------
    DataFrame
        A row per method and source, with each placebo below the rows of its source. The columns
        are:

        - corpus, target, n_train_folds: only those that have several values.
        - method, source, metric, greater_is_better.
        - score_mean, and score_std (for ``spread="folds"`` score_std_folds).
        - source_score: mean score of the source on its own task. source_metric: its metric, only
          if some tasks have classes and others numbers.

        With `comparisons` it also has these columns:

        - baseline: the same network without a source; "none" if it was not run, or not compared
          with this method.
        - marks: "*" better than the baseline; "†" better than the baseline and than the other
          method (PT/FT or ProgNet) from the same source; "↓" worse than the baseline, so the
          transfer hurts; "‡" better than the same method with a placebo. The level is the `alpha`
          of the comparisons, unadjusted as in the paper. Placebos have no marks.
        - "p (DNN)" and the like: the p-value against each method without a source, and against
          each other method from the same source; NaN if the two were not compared.
        - "p (placebo)": the p-value against the same method with a placebo; only if there are
          placebos.
        - p_chance: see `compare_methods`.
        - alpha: as in `comparisons`.

    Raises
    ------
    TypeError
        If `scores` or `comparisons` is not a table.
    ValueError
        If a column, a fold, or the name of a method or source is missing, a score is outside the
        range of its metric, a method, corpus, target or number of training folds of `scores` is
        not in `comparisons`, or `spread` is unknown.

    See Also
    --------
    format_table : Formats this table as Markdown, LaTeX or HTML.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; Table 2.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import summary_table
    >>> folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2]})
    >>> scores = folds.assign(method="DNN", source="none", score=[0.5, 0.7, 0.6, 0.6])
    >>> summary_table(scores).drop(columns="greater_is_better").round(3)
      method source metric  score_mean  score_std
    0    DNN   none    uar         0.6      0.071
    >>> summary_table(scores, spread="folds")["score_std_folds"].round(3).tolist()
    [0.082]
    """
    check_choice("spread", spread, tuple(SPREAD))
    scores = with_plain_text(check_scores(scores))
    if comparisons is not None:
        comparisons = with_plain_text(as_frame("comparisons", comparisons))
        check_columns("comparisons", comparisons, NEEDED, "Take what compare_methods returns.")
        comparisons = of_scores(comparisons, scores)
        _check_same_methods(scores, comparisons)
        check_all_conditions(scores, comparisons)
    summarise = paper_mean_and_std if spread == "paper" else folds_mean_and_std
    metric, rows = metric_columns(metric_of(scores)), []
    for condition, part in by_condition(scores):
        networks = plain_networks(part)
        for method in in_table_order(methods_in(part)):
            mean, std = summarise(score_table(part, *method))
            row = {**condition, **dict(zip(METHOD, method, strict=True)), **metric}
            row |= {MEAN: mean, SPREAD[spread]: std}
            if SOURCE_SCORE in scores:
                row[SOURCE_SCORE] = rows_of(part, method)[SOURCE_SCORE].mean()
            if SOURCE_METRIC in scores:
                row[SOURCE_METRIC] = rows_of(part, method)[SOURCE_METRIC].iloc[0]
            if comparisons is not None:
                in_condition, network = of_condition(comparisons, condition), networks.get(method)
                row |= _compared(in_condition, method, network, comparisons)
            rows.append(row)
    return pd.DataFrame(rows)


def _check_same_methods(scores, comparisons):
    """Raise if a method is not in the comparisons, so that its row would wrongly have no mark."""
    against = comparisons[["against", "against_source"]].set_axis(list(METHOD), axis=1)
    compared = methods_in(pd.concat([comparisons[list(METHOD)], against]))
    others = [method for method in methods_in(scores) if method not in compared]
    if others:
        raise ValueError(
            f"comparisons must have each method in scores; got none of {first_few(others)}. Pass "
            "what compare_methods returns for these scores."
        )


def check_all_conditions(scores, comparisons):
    """Raise if methods of a condition can be compared, but the comparisons lack the condition."""
    for condition, part in by_condition(scores):
        pairs = choose_pairs(methods_in(part), "paper", None, plain_networks(part))
        if pairs and not len(of_condition(comparisons, condition)):
            where = condition_in_words(condition) or "the methods in scores"
            raise ValueError(
                "comparisons must be of each corpus, target and number of training folds in "
                f"scores; got none of {where}. Pass what compare_methods returns for these scores."
            )


def _compared(in_condition, method, network, comparisons):
    """Return the columns of one method that come from the comparisons of its condition."""
    is_compared = find_gain(in_condition, method, (network, NO_SOURCE)) is not None
    return {
        "baseline": network if is_compared else NO_SOURCE,
        "marks": marks_of(in_condition, method, network),
        **_p_values(in_condition, method, _p_columns(comparisons)),
        **_p_placebo(in_condition, method, comparisons),
        "p_chance": _p_of_chance(in_condition, method),
        "alpha": comparisons["alpha"].iloc[0],
    }
