"""The paper's Table 2 from the scores of every fold."""

import numpy as np
import pandas as pd

from skprognet._checks import check_choice
from skprognet._scores import (
    ENTRY,
    NO_SOURCE,
    as_frame,
    check_columns,
    check_scores,
    entries,
    rows_of,
    score_table,
    settings,
)
from skprognet._wording import first_few
from skprognet.results._pairs import PAPER_TRANSFER, plain_networks
from skprognet.results._verdicts import evidence

BETTER_THAN_PLAIN = "*"
BETTER_THAN_BOTH = "†"
HURTS = "↓"
SPREAD = {"paper": "uar_std", "folds": "uar_std_folds"}
NEEDED = (*ENTRY, "against", "against_source", "difference", "pvalue", "alpha")


def paper_mean_and_std(table):
    """Return mean and spread by the paper's rule (section 3).

    For each repeat the mean and the standard deviation (ddof 1) over its folds are taken, then the
    mean of each over the repeats.

    Parameters
    ----------
    table : ndarray of shape (n_repeats, n_folds)
        Scores.

    Returns
    -------
    mean, std : float
        In the unit of the scores; std is NaN for a single fold.
    """
    std = table.std(axis=1, ddof=1).mean() if table.shape[1] > 1 else np.nan
    return table.mean(axis=1).mean(), std


def folds_mean_and_std(table):
    """Return mean and standard deviation (ddof 1) over all folds of all repeats.

    Parameters
    ----------
    table : ndarray of shape (n_repeats, n_folds)
        Scores.

    Returns
    -------
    mean, std : float
        In the unit of the scores; std is NaN for a single score.
    """
    return table.mean(), table.std(ddof=1) if table.size > 1 else np.nan


def _won(found, winner, loser):
    """Return whether one is better than the other in any of the comparisons, all evidence."""
    sides = (winner, loser), (loser, winner)
    for (first, second), sign in zip(sides, (1, -1), strict=True):
        rows = rows_of(found, first)
        rows = rows[(rows["against"] == second[0]) & (rows["against_source"] == second[1])]
        if (sign * rows["difference"] > 0).any():
            return True
    return False


def _marks(found, entry, network):
    """Return the mark that a method with a source has earned, the paper's or that of harm.

    The cross says that it is better than the same network without a source and than the paper's
    other way to use this source; no asterisk stands beside it, since it says the half of that.
    """
    if network is None:
        return ""
    plain = (network, NO_SOURCE)
    better = _won(found, entry, plain)
    others = [(name, entry[1]) for name in PAPER_TRANSFER if name != entry[0]]
    if better and len(others) == 1 and _won(found, entry, others[0]):
        return BETTER_THAN_BOTH
    return BETTER_THAN_PLAIN * better + HURTS * _won(found, plain, entry)


def _p_columns(comparisons):
    """Return (method, has a source) for each column of p-values, by the column's name.

    There is one for each method without a source, and one for each that others of its source are
    compared with.
    """
    plain = comparisons.loc[comparisons["against_source"] == NO_SOURCE, "against"].unique()
    same = comparisons["against_source"] == comparisons["source"]
    shared = comparisons.loc[same & (comparisons["source"] != NO_SOURCE), "against"].unique()
    columns = {f"p ({name})": (name, False) for name in plain}
    for name in shared:
        ending = ", same source" if name in plain else ""
        columns[f"p ({name}{ending})"] = (name, True)
    return columns


def _p_values(comparisons, entry, columns):
    """Return the p-value of a method in each column, NaN where there is no comparison."""
    own = rows_of(comparisons, entry)
    told = {}
    for column, (name, has_source) in columns.items():
        source = entry[1] if has_source else NO_SOURCE
        rows = own[(own["against"] == name) & (own["against_source"] == source)]
        told[column] = rows["pvalue"].iloc[0] if len(rows) else np.nan
    return told


def _p_of_chance(comparisons, entry):
    """Return the p-value of a method against chance, NaN if it is not known."""
    if not {"p_chance", "against_p_chance"} <= set(comparisons):
        return np.nan
    first = rows_of(comparisons, entry)["p_chance"]
    is_second = (comparisons["against"] == entry[0]) & (comparisons["against_source"] == entry[1])
    second = comparisons.loc[is_second, "against_p_chance"]
    return next(iter([*first, *second]), np.nan)


def _of_setting(comparisons, setting):
    """Return the comparisons made within a setting."""
    for name, value in setting.items():
        column = comparisons[name]
        comparisons = comparisons[column.isna() if pd.isna(value) else column == value]
    return comparisons


def summary_table(scores, comparisons=None, *, spread="paper"):
    """Summarise the scores as Table 2 of Gideon et al. 2017 does.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold, uar and, if known, source_uar, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns; of pandas, polars or
        pyarrow.
    comparisons : DataFrame, default=None
        What :func:`compare_methods` returns for these scores; without it there are no marks and
        p-values.
    spread : {"paper", "folds"}, default="paper"
        "paper": mean and standard deviation (ddof 1) over the folds of a repeat, both averaged
        over the repeats. "folds": over all folds of all repeats.

    Returns
    -------
    DataFrame
        A row per method and source: corpus, target, n_train_folds (those with several values),
        method, source, uar_mean, uar_std (or uar_std_folds, for ``spread="folds"``), source_uar
        (mean UAR of the source on its own task), and with `comparisons` baseline (what the same
        network without a source is called, "none" where it was not run), marks ("*" better than
        that network, "†" better than it and than the other of PT/FT and ProgNet from the same
        source, "↓" worse than that network: the transfer hurts; at the `alpha` of the
        comparisons, unadjusted as in the paper), "p (DNN)" and the like (p-value against each
        method without a source, and against each other one from the same source; NaN where two
        were not compared), p_chance (see `compare_methods`) and alpha.

    Raises
    ------
    TypeError
        If `scores` or `comparisons` is no table.
    ValueError
        If a column, a fold, or the name of a method or source is missing, a score is not from 0
        to 1, a method of `scores` is not in `comparisons`, or `spread` is unknown.

    See Also
    --------
    format_table : The same as Markdown, LaTeX or HTML.

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
    >>> scores = folds.assign(method="DNN", source="none", uar=[0.5, 0.7, 0.6, 0.6])
    >>> summary_table(scores).round(3)
      method source  uar_mean  uar_std
    0    DNN   none       0.6    0.071
    >>> summary_table(scores, spread="folds").round(3)
      method source  uar_mean  uar_std_folds
    0    DNN   none       0.6          0.082
    """
    check_choice("spread", spread, tuple(SPREAD))
    scores = check_scores(scores)
    if comparisons is not None:
        comparisons = as_frame("comparisons", comparisons)
        check_columns("comparisons", comparisons, NEEDED, "Take what compare_methods returns.")
        _check_same_methods(scores, comparisons)
    summarise = paper_mean_and_std if spread == "paper" else folds_mean_and_std
    rows = []
    for setting, part in settings(scores):
        for entry in entries(part):
            mean, std = summarise(score_table(part, *entry))
            row = {**setting, **dict(zip(ENTRY, entry, strict=True))}
            row |= {"uar_mean": mean, SPREAD[spread]: std}
            if "source_uar" in scores:
                row["source_uar"] = rows_of(part, entry)["source_uar"].mean()
            if comparisons is not None:
                row |= _compared(part, _of_setting(comparisons, setting), entry, comparisons)
            rows.append(row)
    return pd.DataFrame(rows)


def _check_same_methods(scores, comparisons):
    """Raise if a method was not compared with any: the table would say that nothing is marked."""
    against = comparisons[["against", "against_source"]].set_axis(list(ENTRY), axis=1)
    compared = entries(pd.concat([comparisons[list(ENTRY)], against]))
    others = [entry for entry in entries(scores) if entry not in compared]
    if others:
        raise ValueError(
            f"comparisons must have each method in scores; got none of {first_few(others)}. Take "
            "what compare_methods returns for these scores."
        )


def _compared(scores, made, entry, comparisons):
    """Return what the comparisons of a setting say of one method."""
    network = plain_networks(scores).get(entry)
    return {
        "baseline": NO_SOURCE if network is None else network,
        "marks": _marks(made[evidence(made)], entry, network),
        **_p_values(made, entry, _p_columns(comparisons)),
        "p_chance": _p_of_chance(made, entry),
        "alpha": comparisons["alpha"].iloc[0],
    }
