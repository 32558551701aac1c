"""The paper's Table 2 as text that can be read, set or shown in a browser."""

import html
import re

import pandas as pd

from skprognet._validation import check_choice, check_number
from skprognet.evaluation._design import NO_SOURCE
from skprognet.evaluation._paired import ENTRY, SETTING, check_columns
from skprognet.evaluation._tables import BETTER_THAN_OTHER, BETTER_THAN_PLAIN, HURTS, SPREAD

SPREAD_IN_WORDS = {
    "uar_std": "standard deviation over the folds of a repeat, averaged over repeats",
    "uar_std_folds": "standard deviation over all folds",
}
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        # What LaTeX's text fonts lack, or show as something else.
        "<": "$<$",
        ">": "$>$",
        "±": r"$\pm$",
        "†": r"$\dagger$",
        "↓": r"$\downarrow$",
    }
)


def _p(value):
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _mean_and_spread(row, spread):
    std = "" if pd.isna(row[spread]) else f" ± {row[spread]:.3f}"
    return f"{row['uar_mean']:.3f}{std} {row.get('marks', '')}".rstrip()


def _plain_methods(table):
    """Return the names of the methods without a source, or what to call them if there is none."""
    names = table.loc[table["source"] == NO_SOURCE, "method"].unique()
    return " or ".join(names) or "no transfer"


def _other_methods(table):
    """Return whom the methods of one source are compared with: a name where there is just one."""
    transferred = table[table["source"] != NO_SOURCE]
    compared = set(transferred.loc[transferred["p_other"].notna(), "method"])
    others = set(transferred["method"]) - compared
    return others.pop() if len(others) == 1 else "same source"


def _shown(table):
    """Return the table with a column of text for each that has something to show."""
    spread = next(column for column in SPREAD.values() if column in table)
    shown = table[[name for name in (*SETTING, *ENTRY) if name in table]].astype(str)
    shown["UAR"] = [_mean_and_spread(row, spread) for _, row in table.iterrows()]
    for column, against in (("p_plain", _plain_methods), ("p_other", _other_methods)):
        if column in table and table[column].notna().any():
            shown[f"p ({against(table)})"] = table[column].map(_p)
    if "source_uar" in table and table["source_uar"].notna().any():
        own = table["source_uar"]
        shown["source's own UAR"] = ["" if pd.isna(value) else f"{value:.3f}" for value in own]
    return shown


def _legend(table, alpha, escape=str):
    """Return what the numbers and the marks that occur mean, with names escaped."""
    spread = next(column for column in SPREAD.values() if column in table)
    sentences = [f"UAR: unweighted average recall, mean ± {SPREAD_IN_WORDS[spread]}."]
    if "marks" not in table:
        return sentences[0]
    marks = "".join(table["marks"])
    plain = escape(_plain_methods(table))
    meanings = {
        BETTER_THAN_PLAIN: f"better than {plain}",
        BETTER_THAN_OTHER: "better than another method from the same source",
        HURTS: f"worse than {plain}",
    }
    explained = [f"{mark} {meaning}" for mark, meaning in meanings.items() if mark in marks]
    level = f"at p < {alpha:g}, not adjusted for the number of comparisons"
    if explained:
        sentences.append(f"{', '.join(explained)}, {level}.")
    else:
        sentences.append(f"No method is marked: none is better or worse {level}.")
    if HURTS in marks:
        hurt = table[table["marks"].str.contains(HURTS)]
        names = [escape(f"{row.method} from {row.source}") for row in hurt.itertuples()]
        sentences.append(f"Warning: transfer hurts ({', '.join(names)}).")
    return " ".join(sentences)


def _escape_markdown(text):
    return re.sub(r"([\\`*_|\[\]])", r"\\\1", html.escape(text, quote=False))


def _escape_latex(text):
    return text.translate(LATEX)


def _to_markdown(table, shown, alpha):
    names = [name for name in shown if name in (*SETTING, *ENTRY)]
    shown = shown.assign(**{name: shown[name].map(_escape_markdown) for name in names})
    shown = shown.rename(columns=lambda name: name if name in names else _escape_markdown(name))
    text = shown.to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\n{_legend(table, alpha, _escape_markdown)}"


def _to_latex(table, shown, alpha):
    return (
        shown.map(_escape_latex)
        .rename(columns=_escape_latex)
        .to_latex(index=False, escape=False, caption=_escape_latex(_legend(table, alpha)))
    )


def _to_html(table, shown, alpha):
    text = shown.to_html(index=False, escape=True, border=0)
    return f"{text}\n<p>{html.escape(_legend(table, alpha))}</p>"


MARKUP = {"markdown": _to_markdown, "latex": _to_latex, "html": _to_html}


def format_table(table, markup="markdown", *, alpha=0.05):
    """Return the paper's Table 2 as text, with a legend.

    Parameters
    ----------
    table : DataFrame
        What :func:`summary_table` returns.
    markup : {"markdown", "latex", "html"}, default="markdown"
        LaTeX is a table environment with the legend as its caption, for the package booktabs;
        HTML is a table and a paragraph. Names are escaped: they show as they are.
    alpha : float, default=0.05
        The level of the marks, as given to :func:`summary_table`; for the legend.

    Returns
    -------
    str
        A row per method and source. Mean, spread and marks share a column; p-values and the UAR
        of the source have columns where there are any. The legend explains the marks that occur,
        and warns where transfer hurts.

    Raises
    ------
    TypeError
        If `alpha` is not a number.
    ValueError
        If `markup` is unknown, `alpha` is not between 0 and 1, or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.evaluation import format_table, summary_table
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
    check_number("alpha", alpha, "number", low=0, high=1, low_open=True, high_open=True)
    spread = "uar_std_folds" if "uar_std_folds" in table else "uar_std"
    check_columns("table", table, (*ENTRY, "uar_mean", spread), "Take what summary_table returns.")
    if "marks" in table:  # a file has nothing where there is no mark
        table = table.assign(marks=table["marks"].fillna(""))
    return MARKUP[markup](table, _shown(table), alpha)
