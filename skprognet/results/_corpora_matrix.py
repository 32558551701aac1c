"""Show which corpus helps which: the gain of each method for each source and target."""

import pandas as pd

from skprognet._checks import check_choice
from skprognet._comparisons import find_gain, of_condition, of_scores
from skprognet._scores import (
    NO_SOURCE,
    as_frame,
    by_condition,
    check_columns,
    check_scores,
    methods_in,
    placebo_of,
    score_table,
    with_plain_text,
)
from skprognet._table_metric import metric_columns, metric_of
from skprognet.results._compare_methods import compare_methods
from skprognet.results._pairs import plain_networks
from skprognet.results._summary_table import NEEDED, check_all_conditions, marks_of


def corpora_matrix(scores, comparisons=None, *, method=None):
    """Compute how much each source helps each target corpus, for each method.

    Parameters
    ----------
    scores : DataFrame
        Columns corpus (the target), method, source, repeat, fold and score, as
        :func:`~skprognet.experiments.transfer_between_corpora` makes them; of pandas, polars or
        pyarrow.
    comparisons : DataFrame, default=None
        What :func:`compare_methods` returns for these scores; None computes this table.
        Comparisons of other corpora, targets or numbers of training folds are ignored.
    method : str, default=None
        Only this method, such as "ProgNet". None means all methods.

    Returns
    -------
    DataFrame
        A row per method, source and target corpus, without placebos: method, source, corpus (the
        target corpus), target and n_train_folds (each only if the scores have several), metric,
        greater_is_better, score, baseline
        (name of the same network without a source), baseline_score, gain (positive if the source
        helps, whatever the direction of the metric), pvalue, pvalue_holm, marks (see
        :func:`summary_table`) and alpha.

    Raises
    ------
    TypeError
        If `scores` or `comparisons` is not a table.
    ValueError
        If a column is missing, `comparisons` lack a corpus, `method` is unknown, or no network
        with a source was compared with the same network without one.

    See Also
    --------
    skprognet.displays.CorporaMatrixDisplay : Draws it.
    average_over_sources : Prepares scores for ranks over corpora.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import corpora_matrix
    >>> folds = {
    ...     ("emodb", "DNN", "none"): [0.60, 0.62, 0.61],
    ...     ("emodb", "ProgNet", "ravdess"): [0.63, 0.66, 0.63],
    ...     ("ravdess", "DNN", "none"): [0.50, 0.52, 0.51],
    ...     ("ravdess", "ProgNet", "emodb"): [0.49, 0.50, 0.51],
    ... }
    >>> scores = pd.DataFrame([
    ...     {"corpus": corpus, "method": method, "source": source, "repeat": 1, "fold": fold,
    ...      "score": uar}
    ...     for (corpus, method, source), uars in folds.items()
    ...     for fold, uar in enumerate(uars, 1)
    ... ])
    >>> matrix = corpora_matrix(scores)
    >>> matrix.pivot(index="source", columns="corpus", values="gain").round(3)
    corpus   emodb  ravdess
    source
    emodb      NaN    -0.01
    ravdess   0.03      NaN
    """
    scores = with_plain_text(check_scores(scores))
    check_columns("scores", scores, ["corpus"], "It is the name of the target corpus.")
    comparisons = compare_methods(scores) if comparisons is None else comparisons
    comparisons = with_plain_text(as_frame("comparisons", comparisons))
    check_columns("comparisons", comparisons, NEEDED, "Take what compare_methods returns.")
    comparisons = of_scores(comparisons, scores)
    check_all_conditions(scores, comparisons)
    rows = [
        {
            "method": name,
            "source": source,
            "corpus": part["corpus"].iloc[0],
            **condition,
            **numbers,
        }
        for condition, part in by_condition(scores)
        for (name, source), numbers in _gains(part, of_condition(comparisons, condition))
    ]
    if not rows:
        raise ValueError(
            "A network with a source must have been compared with the same network without one; "
            "got no such pair. Run the study with the method 'dnn' as well, and take the default "
            "of compare_methods."
        )
    matrix = pd.DataFrame(rows)
    if method is None:
        return matrix
    check_choice("method", method, tuple(matrix["method"].unique()))
    return matrix[matrix["method"] == method].reset_index(drop=True)


def _gains(scores, comparisons):
    """Yield each (method, source) of a target, with the numbers of its gain."""
    networks, metric = plain_networks(scores), metric_columns(metric_of(scores))
    for method in methods_in(scores):
        if placebo_of(method[1]) is not None or method not in networks:
            continue
        plain = (networks[method], NO_SOURCE)
        gain = find_gain(comparisons, method, plain)
        if gain is None:
            continue
        yield (
            method,
            {
                **metric,
                "score": score_table(scores, *method).mean(),
                "baseline": plain[0],
                "baseline_score": score_table(scores, *plain).mean(),
                "gain": gain.difference,
                "pvalue": gain.pvalue,
                "pvalue_holm": gain.pvalue_holm,
                "marks": marks_of(comparisons, method, plain[0]),
                "alpha": comparisons["alpha"].iloc[0],
            },
        )
