"""What a study says about corpora in general: ranks of the methods over its targets."""

from typing import NamedTuple

from skprognet._scores import NO_SOURCE, label, methods_in
from skprognet.experiments._corpora_design import ALL_OTHERS
from skprognet.results import (
    average_over_sources,
    compare_over_corpora,
    corpora_needed,
    plain_networks,
)


class RanksInWords(NamedTuple):
    """What ranks over corpora say: of all methods, and whether transfer helps."""

    sentences: list
    answer: str  # empty where nothing was tested


def largest_training_set(table):
    """Return the rows of the largest number of training folds, where there are several."""
    if "n_train_folds" not in table:
        return table
    return table[table["n_train_folds"] == table["n_train_folds"].max()]


def ranks_in_words(study):
    """Return sentences about ranks over corpora; none where one corpus is the only target.

    They are the verdict of Friedman's test, the mean ranks, and each pair that differs. The answer
    has the pairs of a network with a source and the same network without one.

    The sources differ from target to target. So the single ones are averaged, and stand for "other
    corpora"; that of all others together has one name already.
    """
    scores = largest_training_set(study.scores)
    n_corpora = scores["corpus"].nunique()
    if n_corpora < 2:
        return RanksInWords([], "")
    names = study.design.source_corpora
    scores = scores[scores["source"].isin([NO_SOURCE, ALL_OTHERS, *names])]
    if not scores["source"].isin(names).any():
        return RanksInWords([], "")
    scores = average_over_sources(scores, names)
    n_methods = len(methods_in(scores))
    if n_methods < 3:
        few = f"Ranks over corpora need at least 3 methods; there are {n_methods}."
        return RanksInWords([few], "")
    needed = corpora_needed(n_methods)
    if n_corpora < needed:
        few = (
            f"Nothing is said about corpora in general: ranks of {n_methods} methods need at "
            f"least {needed} target corpora; there are {n_corpora}."
        )
        return RanksInWords([few], "")
    result = compare_over_corpora(scores)
    pairs = result.comparisons
    found = pairs[pairs["pvalue"] < result.alpha]
    ranks = [
        f"{label(row['method'], row['source'])} {row['mean_rank']:.2f}"
        for _, row in result.ranks.sort_values("mean_rank").iterrows()
    ]
    ranked = f"Mean ranks, 1 is best: {'; '.join(ranks)}."
    answer = _answer(found, plain_networks(scores), n_corpora)
    return RanksInWords([result.verdict, ranked, *found["verdict"]], answer)


def _answer(found, networks, n_corpora):
    """Return whether transfer helps over corpora; nothing where no network could tell."""
    if not networks:
        return ""
    told = [
        row["verdict"]
        for _, row in found.iterrows()
        if row["against_source"] == NO_SOURCE
        and networks.get((row["method"], row["source"])) == row["against"]
    ]
    return " ".join(told) or f"No evidence over {n_corpora} corpora that transfer helps or hurts."
