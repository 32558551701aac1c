"""Format the paper's Table 2 as Markdown, LaTeX or HTML."""

import pandas as pd

from skprognet._checks import check_choice
from skprognet._extras import import_extra
from skprognet._markup import ESCAPES, escape_html, escape_latex, escape_markdown
from skprognet._scores import (
    CONDITIONS,
    METHOD,
    SOURCE_METRIC,
    SOURCE_SCORE,
    as_frame,
    check_columns,
)
from skprognet._table_metric import metric_of, score_named
from skprognet._wording import printable
from skprognet.results._summary_table import MEAN, P_PLACEBO, SPREAD, p_column
from skprognet.results._table_legend import legend_of


def spread_column(table):
    """Return the name of the column of a summary table that has the spread."""
    per_repeat, over_all = SPREAD["paper"], SPREAD["folds"]
    return over_all if over_all in table else per_repeat


def _p(value):
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _mean_and_spread(row, spread):
    std = "" if pd.isna(row[spread]) else f" ± {row[spread]:.3f}"
    return f"{row[MEAN]:.3f}{std} {row.get('marks', '')}".rstrip()


def _p_columns(table):
    """Return the columns that have p-values, in their order."""
    names = table["method"].unique()
    known = {p_column(name, same_source) for name in names for same_source in (False, True)}
    known.add(P_PLACEBO)
    return [name for name in table if name in known and table[name].notna().any()]


def _cells(table, spread):
    """Return the table as text, without columns that are empty."""
    label = metric_of(table).label
    cells = table[[name for name in (*CONDITIONS, *METHOD) if name in table]].astype(str)
    cells[label] = [_mean_and_spread(row, spread) for _, row in table.iterrows()]
    for name in _p_columns(table):
        cells[name] = table[name].map(_p)
    if SOURCE_SCORE in table and table[SOURCE_SCORE].notna().any():
        what = "score" if SOURCE_METRIC in table else label
        cells[f"source's own {what}"] = [_own_score(row) for _, row in table.iterrows()]
    return cells


def _own_score(row):
    """Return the score of a source, with its metric if it differs from that of the table."""
    if pd.isna(row[SOURCE_SCORE]):
        return ""
    known = not pd.isna(row.get(SOURCE_METRIC))
    metric = f"{score_named(row[SOURCE_METRIC]).label} " if known else ""
    return f"{metric}{row[SOURCE_SCORE]:.3f}"


def table_in_words(table, escape=str):
    """Return the cells of a table as text, and its legend.

    Every format of the table is made from these two.

    Parameters
    ----------
    table : DataFrame
        What :func:`summary_table` returns.
    escape : callable, default=str
        Function that escapes names in the legend.

    Returns
    -------
    cells : DataFrame of str
        A row per method and source; names are not escaped.
    legend : str
        The meaning of the numbers and marks.

    Raises
    ------
    TypeError
        If `table` is not a table.
    ValueError
        If a column is missing.
    """
    table = as_frame("table", table)
    spread = spread_column(table)
    check_columns("table", table, (*METHOD, MEAN, spread), "Take what summary_table returns.")
    if "marks" in table:  # in a file, an empty cell stands for no mark
        table = table.assign(marks=table["marks"].fillna(""))
    return _cells(table, spread), legend_of(table, spread, escape)


def _to_markdown(table):
    cells, legend = table_in_words(table, escape_markdown)
    names = [name for name in cells if name in (*CONDITIONS, *METHOD)]
    cells = cells.assign(**{name: cells[name].map(escape_markdown) for name in names})
    cells = cells.rename(columns=lambda name: name if name in names else escape_markdown(name))
    return f"{cells.to_markdown(index=False, disable_numparse=True)}\n\n{legend}"


def _to_latex(table):
    import_extra("jinja2", "report")  # pandas needs it to write LaTeX
    cells, legend = table_in_words(table)
    return (
        cells.map(escape_latex)
        .rename(columns=escape_latex)
        .to_latex(index=False, escape=False, caption=escape_latex(legend))
    )


def _to_html(table):
    cells, legend = table_in_words(table)
    text = cells.map(printable).rename(columns=printable)
    text = text.to_html(index=False, escape=True, border=0)
    return f"{text}\n<p>{escape_html(legend)}</p>"


MARKUP = dict(zip(ESCAPES, (_to_markdown, _to_latex, _to_html), strict=True))


def format_table(table, markup="markdown"):
    """Return the paper's Table 2 as text, with a legend.

    Parameters
    ----------
    table : DataFrame
        What :func:`summary_table` returns.
    markup : {"markdown", "latex", "html"}, default="markdown"
        LaTeX is a table environment that uses the package booktabs, with the legend as its
        caption. HTML is a table and a paragraph. Names are escaped so that they appear unchanged;
        control characters and line breaks appear as Python writes them.

    Returns
    -------
    str
        A row per method and source. Mean, spread and marks share a column; p-values and the score
        of the source have columns if there are any. The legend explains the marks that occur,
        warns if transfer hurts, and names the methods that are not significantly better than
        chance.

    Raises
    ------
    TypeError
        If `table` is not a table.
    ValueError
        If `markup` is unknown, or a column is missing.
    ImportError
        If jinja2, which pandas needs to write LaTeX, is missing: ``pip install
        'skprognet[report]'``.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import format_table, summary_table
    >>> folds = pd.DataFrame({"repeat": [1, 1, 2, 2], "fold": [1, 2, 1, 2]})
    >>> scores = folds.assign(method="DNN", source="none", score=[0.5, 0.7, 0.6, 0.6])
    >>> print(format_table(summary_table(scores)))
    | method   | source   | UAR           |
    |:---------|:---------|:--------------|
    | DNN      | none     | 0.600 ± 0.071 |
    <BLANKLINE>
    UAR: unweighted average recall, mean ± standard deviation over the folds of a repeat, \
averaged over repeats.
    """
    check_choice("markup", markup, tuple(MARKUP))
    return MARKUP[markup](table)
