"""The paper's Table 2 from the scores of every fold."""

import pandas as pd

from skprognet.evaluation._comparison import score_table
from skprognet.evaluation._design import NO_SOURCE

BETTER_THAN_PLAIN = "*"
BETTER_THAN_OTHER = "†"


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
        In the unit of the scores.
    """
    return table.mean(axis=1).mean(), table.std(axis=1, ddof=1).mean()


def _marks(comparisons, method, source, alpha):
    """Return the two marks that a method with a source has earned."""
    won = comparisons[
        (comparisons["method"] == method)
        & (comparisons["source"] == source)
        & (comparisons["pvalue"] < alpha)
        & (comparisons["difference"] > 0)
    ]
    over_plain = NO_SOURCE in set(won["against_source"])
    over_other = source != NO_SOURCE and source in set(won["against_source"])
    return BETTER_THAN_PLAIN * over_plain + BETTER_THAN_OTHER * over_other


def summary_table(scores, comparisons=None, *, alpha=0.05):
    """Summarise the scores as Table 2 of Gideon et al. 2017 does.

    Parameters
    ----------
    scores : DataFrame
        Columns method, source, repeat, fold, uar and, if known, source_uar, as
        :func:`cross_validate_transfer` returns.
    comparisons : DataFrame, default=None
        What :func:`compare_methods` returns for these scores; without it there are no marks and
        p-values.
    alpha : float, default=0.05
        Level below which a p-value earns a mark.

    Returns
    -------
    DataFrame
        A row per method and source: method, source, uar_mean, uar_std (by the paper's rule: mean
        and standard deviation over the folds of a repeat, both averaged over the repeats),
        source_uar (mean UAR of the source on its own task), and with `comparisons` marks
        ("*" better than the method without a source, "†" better than the other method from the
        same source, both at `alpha`, unadjusted as in the paper), p_plain and p_other.

    Raises
    ------
    ValueError
        If a fold is missing.

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
    """
    rows = []
    entries = scores[["method", "source"]].drop_duplicates().itertuples(index=False, name=None)
    for method, source in entries:
        mean, std = paper_mean_and_std(score_table(scores, method, source))
        row = {"method": method, "source": source, "uar_mean": mean, "uar_std": std}
        if "source_uar" in scores:
            of_source = scores[(scores["source"] == source) & (scores["method"] == method)]
            row["source_uar"] = of_source["source_uar"].mean()
        if comparisons is not None:
            row["marks"] = _marks(comparisons, method, source, alpha)
            own = comparisons[
                (comparisons["method"] == method) & (comparisons["source"] == source)
            ]
            plain = own["against_source"] == NO_SOURCE
            row["p_plain"] = own.loc[plain, "pvalue"].min()
            row["p_other"] = own.loc[~plain, "pvalue"].min()
        rows.append(row)
    return pd.DataFrame(rows)
