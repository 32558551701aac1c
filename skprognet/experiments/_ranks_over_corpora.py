"""What a study says about corpora in general: ranks of the methods over its targets."""

from skprognet._scores import NO_SOURCE, label, methods_in
from skprognet.experiments._corpora_design import ALL_OTHERS
from skprognet.results import average_over_sources, compare_over_corpora, corpora_needed


def largest_training_set(table):
    """Return the rows of the largest number of training folds, where there are several."""
    if "n_train_folds" not in table:
        return table
    return table[table["n_train_folds"] == table["n_train_folds"].max()]


def ranks_in_words(study):
    """Return sentences about ranks over corpora; none where one corpus is the only target.

    They are the verdict of Friedman's test, the mean ranks, and each pair that differs.

    The sources differ from target to target. So the single ones are averaged, and stand for "other
    corpora"; that of all others together has one name already.
    """
    scores = largest_training_set(study.scores)
    n_corpora = scores["corpus"].nunique()
    if n_corpora < 2:
        return []
    names = study.design.source_corpora
    scores = scores[scores["source"].isin([NO_SOURCE, ALL_OTHERS, *names])]
    if not scores["source"].isin(names).any():
        return []
    scores = average_over_sources(scores, names)
    n_methods = len(methods_in(scores))
    if n_methods < 3:
        return [f"Ranks over corpora need at least 3 methods; there are {n_methods}."]
    needed = corpora_needed(n_methods)
    if n_corpora < needed:
        return [
            f"Nothing is said about corpora in general: ranks of {n_methods} methods need at "
            f"least {needed} target corpora; there are {n_corpora}."
        ]
    result = compare_over_corpora(scores)
    pairs = result.comparisons
    found = pairs.loc[pairs["pvalue"] < result.alpha, "verdict"]
    ranks = [
        f"{label(row['method'], row['source'])} {row['mean_rank']:.2f}"
        for _, row in result.ranks.sort_values("mean_rank").iterrows()
    ]
    return [result.verdict, f"Mean ranks, 1 is best: {'; '.join(ranks)}.", *found]
