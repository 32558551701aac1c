"""Describe what a study says about corpora in general, by ranks of methods over its targets."""

from typing import NamedTuple

from skprognet._scores import NO_SOURCE, label, methods_in
from skprognet.experiments._corpora_design import ALL_OTHERS
from skprognet.experiments._largest_training_set import largest_training_set
from skprognet.results import (
    average_over_sources,
    compare_over_corpora,
    corpora_needed,
    plain_networks,
)


class RanksInWords(NamedTuple):
    """Sentences about ranks over corpora, and the answer to whether transfer helps."""

    sentences: list
    answer: str  # empty if nothing was tested


def ranks_in_words(study):
    """Return sentences about ranks over corpora; none if there is only one target.

    They are the verdict of Friedman's test, the mean ranks, and the verdict of each pair that
    differs. The answer covers the pairs of a network with a source and the same network without.

    The single sources differ from target to target, so they are averaged as "other corpora". The
    source of all other corpora together has the same name for all targets.
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
            f"This study says nothing about corpora in general: ranks of {n_methods} methods need "
            f"at least {needed} target corpora; there are {n_corpora}."
        )
        return RanksInWords([few], "")
    result = compare_over_corpora(scores)
    pairs = result.comparisons
    different = pairs[pairs["pvalue"] < result.alpha]
    ranks = [
        f"{label(row['method'], row['source'])} {row['mean_rank']:.2f}"
        for _, row in result.ranks.sort_values("mean_rank").iterrows()
    ]
    ranked = f"Mean ranks, 1 is best: {'; '.join(ranks)}."
    answer = _answer(different, plain_networks(scores), n_corpora)
    return RanksInWords([result.verdict, ranked, *different["verdict"]], answer)


def _answer(different, networks, n_corpora):
    """Say whether transfer helps over corpora; return empty text if no network can tell."""
    if not networks:
        return ""
    verdicts = [
        row["verdict"]
        for _, row in different.iterrows()
        if row["against_source"] == NO_SOURCE
        and networks.get((row["method"], row["source"])) == row["against"]
    ]
    nothing = f"No evidence over {n_corpora} corpora that transfer helps or hurts."
    return " ".join(verdicts) or nothing
