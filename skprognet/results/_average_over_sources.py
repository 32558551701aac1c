"""Give sources that differ from corpus to corpus one name, so that corpora can be compared."""

from skprognet._scores import (
    BASELINE,
    CHANCE,
    CONDITIONS,
    DESIGN,
    FOLD,
    METHOD,
    SCORE,
    as_floats,
    by_condition,
    check_columns,
    check_scores,
    methods_in,
    score_table,
)
from skprognet._table_metric import METRIC
from skprognet._wording import first_few

OTHER_CORPORA = "other corpora"


def average_over_sources(scores, sources=None, *, name=OTHER_CORPORA):
    """Replace several sources by one, whose score on each fold is the mean of their scores.

    If one of these scores is missing, the mean is missing, too. The column chance is averaged in
    the same way.

    In a study between corpora, the sources of each target are the other corpora, so they differ
    from target to target. Tests over corpora need the same methods and sources on every corpus.
    The mean is a source that all targets have: it shows what a single other corpus brings on
    average.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus, method, source, repeat, fold and score, as
        :func:`~skprognet.experiments.transfer_between_corpora` makes them; of pandas, polars or
        pyarrow.
    sources : sequence of str, default=None
        Names of the sources to replace. None means those that have the name of a corpus.
    name : str, default="other corpora"
        Name of the new source.

    Returns
    -------
    DataFrame
        The rows of all other sources, including the network without a source, and the means. It
        keeps these columns if `scores` has them: corpus, target, n_train_folds, method, source,
        repeat, fold, n_train, n_validation, n_test, normalisation, rows_tested, metric,
        greater_is_better, chance, baseline and score.

    Raises
    ------
    TypeError
        If `scores` is not a table.
    ValueError
        If a column is missing, no row has one of the sources, another source has the new name, a
        method lacks a fold or has it twice, a method lacks a source that another method of the
        same corpus has, or the sources of a target were not scored on the same rows by the same
        design.

    See Also
    --------
    compare_over_corpora : Compares methods by the resulting scores.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import average_over_sources
    >>> scores = pd.DataFrame([
    ...     {"corpus": "emodb", "method": "ProgNet", "source": source, "score": uar}
    ...     for source, uar in [("iemocap", 0.60), ("ravdess", 0.64)]
    ... ]).assign(repeat=1, fold=1)
    >>> average_over_sources(scores, ["iemocap", "ravdess"])[["method", "source", "score"]]
        method         source  score
    0  ProgNet  other corpora   0.62
    """
    scores = check_scores(scores)
    check_columns("scores", scores, ["corpus"], "It is the name of the target corpus.")
    sources = list(scores["corpus"].unique() if sources is None else sources)
    if not scores["source"].isin(sources).any():
        raise ValueError(
            f"scores must have rows from the sources {first_few(sources)}; got rows from "
            f"{first_few(scores['source'].unique())}. Pass other names as sources."
        )
    others = set(scores["source"]).difference(sources)
    if name in others:
        raise ValueError(
            f"name must be a new name; got {name!r}, which other rows have as their source. Pass "
            "another name, or include this source."
        )
    for _, part in by_condition(scores):
        replaced = {}
        for method, source in methods_in(part):
            score_table(part, method, source)  # raises if a fold is missing or appears twice
            if source in sources:
                replaced.setdefault(method, set()).add(source)
        _check_same_sources(replaced, part["corpus"].iloc[0])
    same = [*CONDITIONS, *METHOD, *FOLD, *DESIGN, *METRIC, BASELINE]
    same = [column for column in same if column in scores]
    # The chance of the recall of a class differs between sources, too.
    averaged = [column for column in (CHANCE, SCORE) if column in scores]
    renamed = scores.assign(
        source=scores["source"].where(~scores["source"].isin(sources), name),
        **{column: as_floats(scores[column]) for column in averaged},
    )
    groups = renamed.groupby(same, sort=False, dropna=False)[averaged]
    # pandas skips NaN, but a mean over fewer sources could not be compared with the others.
    is_complete = groups.count().to_numpy() == groups.size().to_numpy()[:, None]
    means = groups.mean().where(is_complete).reset_index()
    folds = [each for each in (*CONDITIONS, *METHOD, *FOLD) if each in means]
    twice = means[means.duplicated(folds)]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(
            "scores of the sources of a target must come from the same rows and the same design; "
            f"got others for {first['method']!r} on {first['corpus']!r} in repeat "
            f"{first['repeat']}, fold {first['fold']}. Score them on the same folds."
        )
    return means


def _check_same_sources(sources_of, corpus):
    """Raise if a method lacks a source that another one has, so that their means would differ."""
    every = set().union(*sources_of.values())
    for method, own in sources_of.items():
        missing = sorted(every - own, key=str)
        if missing:
            raise ValueError(
                "scores must have the same of these sources for every method of a corpus, since "
                f"their means are compared; got {method!r} without {first_few(missing)} on "
                f"{corpus!r}. Run the missing fits, or leave out this method or these sources."
            )
