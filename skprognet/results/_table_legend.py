"""Explain the numbers and the marks of a table in a few sentences."""

from skprognet._controls import has_placebos, without_placebos
from skprognet._scores import (
    CONDITIONS,
    NO_SOURCE,
    SOURCE_METRIC,
    SOURCE_SCORE,
    label_of_row,
    placebo_of,
)
from skprognet._table_metric import if_lower_is_better, metric_of, perhaps_nothing_learned
from skprognet._wording import first_few
from skprognet.results._summary_table import (
    BETTER_THAN_BOTH,
    BETTER_THAN_PLACEBO,
    BETTER_THAN_PLAIN,
    HURTS,
)

SEVERAL = " + "  # separates the names of sources that are read together
SPREAD_IN_WORDS = {
    "score_std": "standard deviation over the folds of a repeat, averaged over repeats",
    "score_std_folds": "standard deviation over all folds",
}
PLACEBO_IN_WORDS = (
    "A placebo is the same network with the same number of weights, but the labels or the layers "
    "of its source were shuffled. It has no marks."
)


def _names(rows, escape):
    return first_few([escape(label_of_row(row)) for _, row in rows.iterrows()], show=str)


def _explain_marks(table, escape):
    """Yield sentences that explain the marks that occur."""
    networks = table.loc[table["source"] != NO_SOURCE, "baseline"].unique()
    plain = escape(" or ".join(name for name in networks if name != NO_SOURCE))
    marks = "".join(table["marks"])
    if not (plain or marks):
        yield (
            "There are no marks, because no network with a source was compared with the same "
            "network without one."
        )
        return
    meanings = {
        BETTER_THAN_PLAIN: f"better than {plain}",
        BETTER_THAN_BOTH: f"better than {plain} and than the other method (PT/FT or ProgNet) from "
        "the same source",
        HURTS: f"worse than {plain}",
        BETTER_THAN_PLACEBO: "better than the same method with a placebo of the source",
    }
    explained = [f"{mark} {meaning}" for mark, meaning in meanings.items() if mark in marks]
    level = f"at p < {table['alpha'].iloc[0]:g}, not adjusted for the number of comparisons"
    if explained:
        yield f"{', '.join(explained)}, {level}."
    else:
        not_compared = (table["source"] != NO_SOURCE) & (table["baseline"] == NO_SOURCE)
        some = not_compared & table["source"].map(placebo_of).isna()
        which = f"none that was compared with {plain}" if some.any() else "none"
        yield f"No method has a mark: {which} is better or worse than {plain} {level}."
    if has_placebos(table):
        yield PLACEBO_IN_WORDS
    if HURTS in marks:
        hurt = table[table["marks"].str.contains(HURTS)]
        yield f"Warning: transfer hurts ({_names(hurt, escape)})."


def _name_chance(table, escape):
    """Yield a sentence on the methods that are no better than guessing."""
    if "p_chance" not in table:
        return
    table = without_placebos(table)
    at_chance = table[table["p_chance"] >= table["alpha"]]
    if len(at_chance) == len(table):
        learned = escape(perhaps_nothing_learned(metric_of(table)))
        yield f"No method is significantly better than chance, so {learned}."
    elif len(at_chance):
        yield f"Not significantly better than chance: {_names(at_chance, escape)}."


def _name_unscored_sources(table, escape):
    """Yield a sentence on the sources whose own score is unknown."""
    if SOURCE_SCORE not in table:
        return
    table = without_placebos(table)
    # Not every method trains the source, so its score may be in another row.
    one_source = [name for name in (*CONDITIONS, "source") if name in table]
    unknown = table.groupby(one_source, dropna=False)[SOURCE_SCORE].transform("max").isna()
    blank = table.loc[(table["source"] != NO_SOURCE) & unknown, "source"]
    if len(blank):
        own = "score" if SOURCE_METRIC in table else escape(metric_of(table).label)
        for names, reason in _why_unscored(blank.unique()):
            sources = first_few(map(escape, names), show=str)
            yield f"The source's own {own} is unknown for {sources}, because {reason}."


def _why_unscored(names):
    """Yield sources, with the reason why their own score is unknown."""
    several = [name for name in names if SEVERAL in name]
    single = [name for name in names if SEVERAL not in name]
    if single:
        yield single, "the test rows have no labels that could score it"
    if several:
        yield several, "each of the combined sources has its own score"


def legend_of(table, spread, escape=str):
    """Explain the numbers and the marks that occur, with names escaped.

    Parameters
    ----------
    table : DataFrame
        What `summary_table` returns.
    spread : {"score_std", "score_std_folds"}
        The column that has the spread.
    escape : callable, default=str
        Function that escapes names.

    Returns
    -------
    str
        A few sentences.
    """
    metric = metric_of(table)
    known = metric.description != metric.label
    what = f"{metric.label}: {metric.description}" if known else metric.label
    lower = if_lower_is_better(metric)
    sentences = [f"{escape(what)}{lower}, mean ± {SPREAD_IN_WORDS[spread]}."]
    if "marks" in table:
        sentences += _explain_marks(table, escape)
    sentences += [*_name_chance(table, escape), *_name_unscored_sources(table, escape)]
    return " ".join(sentences)
