"""The paper's Table 2 as text that can be read, set or shown in a browser."""

import html
import re

import pandas as pd

from skprognet._checks import check_choice
from skprognet._scores import ENTRY, NO_SOURCE, SETTING, as_frame, check_columns
from skprognet._wording import printable
from skprognet.results._summary_table import BETTER_THAN_BOTH, BETTER_THAN_PLAIN, HURTS, SPREAD
from skprognet.results._verdicts import label

LISTED = 5
SPREAD_IN_WORDS = {
    "uar_std": "standard deviation over the folds of a repeat, averaged over repeats",
    "uar_std_folds": "standard deviation over all folds",
}
def _p(value):
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _mean_and_spread(row, spread):
    std = "" if pd.isna(row[spread]) else f" ± {row[spread]:.3f}"
    return f"{row['uar_mean']:.3f}{std} {row.get('marks', '')}".rstrip()


def _shown(table):
    """Return the table with a column of text for each that has something to show."""
    spread = next(column for column in SPREAD.values() if column in table)
    shown = table[[name for name in (*SETTING, *ENTRY) if name in table]].astype(str)
    shown["UAR"] = [_mean_and_spread(row, spread) for _, row in table.iterrows()]
    for column in table:
        if re.fullmatch(r"p \(.*\)", str(column), re.DOTALL) and table[column].notna().any():
            shown[column] = table[column].map(_p)
    if "source_uar" in table and table["source_uar"].notna().any():
        own = table["source_uar"]
        shown["source's own UAR"] = ["" if pd.isna(value) else f"{value:.3f}" for value in own]
    return shown


def _listed(names):
    """Return the first names of a list, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _name(row):
    """Return what a row is about: method and source, and which setting where there are several."""
    where = ", ".join(f"{name} {row[name]}" for name in SETTING if name in row)
    return label(row["method"], row["source"]) + (f" ({where})" if where else "")


def _names(rows, escape):
    return _listed(escape(_name(row)) for _, row in rows.iterrows())


def _explain_marks(table, escape):
    """Yield sentences on the marks there are."""
    networks = table.loc[table["source"] != NO_SOURCE, "baseline"].unique()
    plain = escape(" or ".join(name for name in networks if name != NO_SOURCE))
    if not plain:
        yield "No marks: there is no network with a source beside the same network without one."
        return
    marks = "".join(table["marks"])
    meanings = {
        BETTER_THAN_PLAIN: f"better than {plain}",
        BETTER_THAN_BOTH: f"better than {plain} and than the other of PT/FT and ProgNet from the "
        "same source",
        HURTS: f"worse than {plain}",
    }
    explained = [f"{mark} {meaning}" for mark, meaning in meanings.items() if mark in marks]
    level = f"at p < {table['alpha'].iloc[0]:g}, not adjusted for the number of comparisons"
    if explained:
        yield f"{', '.join(explained)}, {level}."
    else:
        yield f"No method is marked: none is better or worse than {plain} {level}."
    if HURTS in marks:
        hurt = table[table["marks"].str.contains(HURTS)]
        yield f"Warning: transfer hurts ({_names(hurt, escape)})."


def _tell_chance(table, escape):
    """Yield a sentence on the methods that are no better than a guess."""
    if "p_chance" not in table:
        return
    found = table[table["p_chance"] >= table["alpha"]]
    if len(found) == len(table):
        yield "No method is better than chance: nothing was learned."
    elif len(found):
        yield f"No better than chance: {_names(found, escape)}."


def _tell_unscored_sources(table, escape):
    """Yield a sentence on the sources whose own score is not known."""
    if "source_uar" not in table:
        return
    blank = table.loc[(table["source"] != NO_SOURCE) & table["source_uar"].isna(), "source"]
    if len(blank):
        yield (
            f"The own UAR of {_listed(map(escape, blank.unique()))} is not known: the source has "
            "learned none of the classes of the test rows (as with new speakers), it came fitted, "
            "or it stands for several sources."
        )


def _legend(table, escape=str):
    """Return what the numbers and the marks that occur mean, with names escaped."""
    spread = next(column for column in SPREAD.values() if column in table)
    sentences = [f"UAR: unweighted average recall, mean ± {SPREAD_IN_WORDS[spread]}."]
    if "marks" in table:
        sentences += _explain_marks(table, escape)
    sentences += [*_tell_chance(table, escape), *_tell_unscored_sources(table, escape)]
    return " ".join(sentences)


def _to_markdown(table, shown):
    names = [name for name in shown if name in (*SETTING, *ENTRY)]
    shown = shown.assign(**{name: shown[name].map(escape_markdown) for name in names})
    shown = shown.rename(columns=lambda name: name if name in names else escape_markdown(name))
    text = shown.to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\n{_legend(table, escape_markdown)}"


def _to_latex(table, shown):
    return (
        shown.map(escape_latex)
        .rename(columns=escape_latex)
        .to_latex(index=False, escape=False, caption=escape_latex(_legend(table)))
    )


def _to_html(table, shown):
    text = shown.map(printable).rename(columns=printable)
    text = text.to_html(index=False, escape=True, border=0)
    return f"{text}\n<p>{escape_html(_legend(table))}</p>"


MARKUP = {"markdown": _to_markdown, "latex": _to_latex, "html": _to_html}


def format_table(table, markup="markdown"):
    """Return the paper's Table 2 as text, with a legend.

    Parameters
    ----------
    table : DataFrame
        What :func:`summary_table` returns.
    markup : {"markdown", "latex", "html"}, default="markdown"
        LaTeX is a table environment with the legend as its caption, for the package booktabs;
        HTML is a table and a paragraph. Names are escaped: they show as they are, control
        characters and line breaks as Python writes them.

    Returns
    -------
    str
        A row per method and source. Mean, spread and marks share a column; p-values and the UAR
        of the source have columns where there are any. The legend explains the marks that occur,
        warns where transfer hurts, and names the methods that are no better than chance.

    Raises
    ------
    TypeError
        If `table` is no table.
    ValueError
        If `markup` is unknown, or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import format_table, summary_table
    >>> folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2]})
    >>> scores = folds.assign(method="DNN", source="none", uar=[0.5, 0.7, 0.6, 0.6])
    >>> print(format_table(summary_table(scores)))
    | method   | source   | UAR           |
    |:---------|:---------|:--------------|
    | DNN      | none     | 0.600 ± 0.071 |
    <BLANKLINE>
    UAR: unweighted average recall, mean ± standard deviation over the folds of a repeat, \
averaged over repeats.
    """
    check_choice("markup", markup, tuple(MARKUP))
    table = as_frame("table", table)
    spread = "uar_std_folds" if "uar_std_folds" in table else "uar_std"
    check_columns("table", table, (*ENTRY, "uar_mean", spread), "Take what summary_table returns.")
    if "marks" in table:  # a file has nothing where there is no mark
        table = table.assign(marks=table["marks"].fillna(""))
    return MARKUP[markup](table, _shown(table))
