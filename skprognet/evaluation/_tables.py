"""The paper's Table 2 from the scores of every fold."""

import numpy as np
import pandas as pd

from skprognet._validation import check_choice, check_number
from skprognet.evaluation._comparison import check_scores, entries, rows_of, score_table, settings
from skprognet.evaluation._design import NO_SOURCE

BETTER_THAN_PLAIN = "*"
BETTER_THAN_OTHER = "†"
HURTS = "↓"
SPREAD = {"paper": "uar_std", "folds": "uar_std_folds"}


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


def _wins(comparisons, entry, alpha):
    """Return the sources of the methods that this one beats, and of those that beat it."""
    evidence = comparisons[comparisons["pvalue"] < alpha]
    better = evidence["difference"] > 0
    first = (evidence["method"] == entry[0]) & (evidence["source"] == entry[1])
    second = (evidence["against"] == entry[0]) & (evidence["against_source"] == entry[1])
    own, others = evidence["source"], evidence["against_source"]
    beaten = {*others[first & better], *own[second & ~better]}
    beaten_by = {*others[first & ~better], *own[second & better]}
    return beaten, beaten_by


def _marks(comparisons, entry, alpha):
    """Return the marks that a method with a source has earned; without one it earns none."""
    source = entry[1]
    if source == NO_SOURCE:
        return ""
    beaten, beaten_by = _wins(comparisons, entry, alpha)
    return (
        BETTER_THAN_PLAIN * (NO_SOURCE in beaten)
        + BETTER_THAN_OTHER * (source in beaten)
        + HURTS * (NO_SOURCE in beaten_by)
    )


def _p_values(comparisons, entry):
    """Return the lowest p-values of a method's comparisons without a source, and with its own."""
    own = rows_of(comparisons, entry)
    return {
        "p_plain": own.loc[own["against_source"] == NO_SOURCE, "pvalue"].min(),
        "p_other": own.loc[
            (own["against_source"] == entry[1]) & (entry[1] != NO_SOURCE), "pvalue"
        ].min(),
    }


def _of_setting(comparisons, setting):
    """Return the comparisons made within a setting."""
    for name, value in setting.items():
        column = comparisons[name]
        comparisons = comparisons[column.isna() if pd.isna(value) else column == value]
    return comparisons


def summary_table(scores, comparisons=None, *, spread="paper", alpha=0.05):
    """Summarise the scores as Table 2 of Gideon et al. 2017 does.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold, uar and, if known, source_uar, as
        :func:`cross_validate_transfer` returns.
    comparisons : DataFrame, default=None
        What :func:`compare_methods` returns for these scores; without it there are no marks and
        p-values.
    spread : {"paper", "folds"}, default="paper"
        "paper": mean and standard deviation (ddof 1) over the folds of a repeat, both averaged
        over the repeats. "folds": over all folds of all repeats.
    alpha : float, default=0.05
        Level below which a p-value earns a mark.

    Returns
    -------
    DataFrame
        A row per method and source: corpus, target, n_train_folds (those with several values),
        method, source, uar_mean, uar_std (or uar_std_folds, for ``spread="folds"``), source_uar
        (mean UAR of the source on its own task), and with `comparisons` marks ("*" better than a
        method without a source, "†" better than another method from the same source, "↓" worse
        than a method without a source: the transfer hurts; all at `alpha`, unadjusted as in the
        paper), p_plain and p_other (lowest p-value of its comparisons of either kind, NaN if
        there is none).

    Raises
    ------
    TypeError
        If `alpha` is not a number.
    ValueError
        If a column or a fold is missing, `spread` is unknown, or `alpha` is not between 0 and 1.

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
    >>> from skprognet.evaluation import summary_table
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
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    check_scores(scores)
    summarise = paper_mean_and_std if spread == "paper" else folds_mean_and_std
    rows = []
    for setting, part in settings(scores):
        for entry in entries(part):
            mean, std = summarise(score_table(part, *entry))
            row = {
                **setting,
                "method": entry[0],
                "source": entry[1],
                "uar_mean": mean,
                SPREAD[spread]: std,
            }
            if "source_uar" in scores:
                row["source_uar"] = rows_of(part, entry)["source_uar"].mean()
            if comparisons is not None:
                made = _of_setting(comparisons, setting)
                row |= {"marks": _marks(made, entry, alpha), **_p_values(made, entry)}
            rows.append(row)
    return pd.DataFrame(rows)
