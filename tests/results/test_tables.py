"""The paper's table, summarised from the scores of all folds, in Markdown, LaTeX and HTML."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skprognet.results import compare_methods, format_table, summary_table

REFERENCE = json.loads((Path(__file__).parents[1] / "reference/significance.json").read_text())


def tidy(table, method, source):
    repeats, folds = np.indices(np.shape(table)) + 1
    return pd.DataFrame(
        {
            "method": method,
            "source": source,
            "repeat": repeats.ravel(),
            "fold": folds.ravel(),
            "score": np.ravel(table),
        }
    )


@pytest.fixture
def three_methods():
    """Give the three 10 x 10 tables of the reference, as scores of a DNN and of two transfers."""
    a, b, c = (np.array(scores) for scores in REFERENCE["inputs"]["m3"]["scores"])
    scores = [tidy(c, "DNN", "none"), tidy(b, "PT/FT", "gender"), tidy(a, "ProgNet", "gender")]
    return pd.concat(scores), (a, b, c)


def test_spread_follows_the_papers_rule(three_methods):
    scores, (a, _, _) = three_methods
    row = summary_table(scores).query("method == 'ProgNet'").iloc[0]
    by_repeat = [(np.mean(folds), np.std(folds, ddof=1)) for folds in a]
    assert row["score_mean"] == pytest.approx(np.mean([mean for mean, _ in by_repeat]))
    assert row["score_std"] == pytest.approx(np.mean([std for _, std in by_repeat]))
    # It is not the spread over all 100 folds.
    assert row["score_std"] != pytest.approx(a.std(ddof=1), rel=1e-6)


def test_marks_and_p_values_agree_with_the_reference(three_methods):
    # In the reference, A beats C (p = .0016) and B (.029), but B does not beat C (.110).
    scores, _ = three_methods
    table = summary_table(scores, compare_methods(scores)).set_index("method")
    assert table["marks"].to_dict() == {"DNN": "", "PT/FT": "", "ProgNet": "†"}
    assert table["p (DNN)"].round(4).tolist()[1:] == [0.11, 0.0016]
    assert table["p (PT/FT)"].round(4).tolist()[2] == 0.0286


@pytest.mark.parametrize(
    ("p_plain", "p_other", "marks"),
    [(0.01, 0.2, "*"), (0.2, 0.01, ""), (0.01, 0.01, "†"), (0.2, 0.2, "")],
)
def test_mark_follows_from_the_p_values_of_both_comparisons(p_plain, p_other, marks):
    folds = pd.DataFrame({"repeat": 1, "fold": [1, 2]})
    methods = [("DNN", "none", 0.5), ("PT/FT", "gender", 0.5), ("ProgNet", "gender", 0.6)]
    scores = pd.concat([folds.assign(method=m, source=s, score=u) for m, s, u in methods])
    comparisons = pd.DataFrame(
        {
            "method": "ProgNet",
            "source": "gender",
            "against": ["DNN", "PT/FT"],
            "against_source": ["none", "gender"],
            "difference": 0.1,
            "pvalue": [p_plain, p_other],
            "alpha": 0.05,
        }
    )
    row = summary_table(scores, comparisons).set_index("method").loc["ProgNet"]
    assert row["marks"] == marks
    assert (row["p (DNN)"], row["p (PT/FT)"]) == (p_plain, p_other)


def test_spread_may_be_over_all_folds(three_methods):
    scores, (a, _, _) = three_methods
    row = summary_table(scores, spread="folds").set_index("method").loc["ProgNet"]
    assert row["score_mean"] == pytest.approx(a.mean())
    assert row["score_std_folds"] == pytest.approx(a.std(ddof=1))
    assert "score_std" not in row
    sentence = "spread must be one of 'paper', 'folds'; got 'all'."
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        summary_table(scores, spread="all")


def test_one_fold_has_no_spread():
    scores = tidy([[0.6], [0.7]], "DNN", "none")
    assert np.isnan(summary_table(scores).loc[0, "score_std"])
    assert summary_table(scores, spread="folds").loc[0, "score_std_folds"] == pytest.approx(
        np.std([0.6, 0.7], ddof=1)
    )
    assert "| 0.650 |" in format_table(summary_table(scores))
    assert np.isnan(summary_table(scores[:1], spread="folds").loc[0, "score_std_folds"])


def test_table_has_a_row_for_each_corpus_and_method(three_methods):
    scores, _ = three_methods
    two_corpora = pd.concat([scores.assign(corpus="one"), scores.assign(corpus="two", score=0.5)])
    noise = np.where(two_corpora["corpus"] == "two", two_corpora.index % 7 / 100, 0)
    two_corpora["score"] += noise
    table = summary_table(two_corpora, compare_methods(two_corpora))
    assert list(table.columns[:3]) == ["corpus", "method", "source"]
    assert table["corpus"].tolist() == ["one"] * 3 + ["two"] * 3
    alone = summary_table(scores, compare_methods(scores))
    pd.testing.assert_frame_equal(table.iloc[:3, 1:], alone)
    assert (table["marks"][3:] == "").all()
    assert format_table(table).splitlines()[2].startswith("| one      | DNN")


BASE = np.array([[0.50, 0.52, 0.48, 0.51, 0.49]])
GAIN = np.array([[0.09, 0.11, 0.10, 0.12, 0.08]])


def scores_of_study(prognet, ptft=0.0):
    wiggle = np.array([[0.02, -0.02, 0.01, 0.02, -0.03]])
    return pd.concat(
        [
            tidy(BASE, "DNN", "none"),
            tidy(BASE + wiggle + ptft, "PT/FT", "sex"),
            tidy(BASE + prognet, "ProgNet", "sex"),
        ]
    )


@pytest.mark.parametrize(
    "options", [{}, {"pairs": "all"}, {"against": ("ProgNet", "sex")}], ids=["paper", "all", "one"]
)
@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        (GAIN, {"DNN": "", "PT/FT": "", "ProgNet": "†"}),
        (-GAIN, {"DNN": "", "PT/FT": "", "ProgNet": "↓"}),
    ],
    ids=["better", "worse"],
)
def test_marks_do_not_depend_on_which_method_is_named_first(gain, expected, options):
    scores = scores_of_study(gain)
    table = summary_table(scores, compare_methods(scores, **options)).set_index("method")
    assert table["marks"].to_dict() == expected


def test_comparison_across_sources_earns_no_dagger():
    scores = pd.concat([tidy(BASE, "PT/FT", "age"), tidy(BASE + GAIN, "ProgNet", "sex")])
    comparisons = compare_methods(scores, pairs="all")
    table = summary_table(scores, comparisons)
    assert comparisons.loc[0, "pvalue"] < 0.05
    assert (table["marks"] == "").all()
    assert not [column for column in table if column.startswith("p (")]
    assert "p (" not in format_table(table)


def test_marks_use_the_alpha_of_the_comparisons(three_methods):
    scores, _ = three_methods
    comparisons = compare_methods(scores, alpha=0.01)
    strict = summary_table(scores, comparisons).set_index("method")
    assert strict.loc["ProgNet", "marks"] == "*"
    assert "at p < 0.01, not adjusted" in format_table(strict.reset_index())


# Formats


class Cells(HTMLParser):
    """Read the rows of cells of an HTML table, as a browser would."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.inside = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def markdown_cells(text):
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [rows[0], *rows[2:]]


def latex_cells(text):
    body = text[text.index(r"\toprule") :]
    lines = [line for line in body.splitlines() if line.endswith(r" \\")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line[:-3])] for line in lines]


def test_all_formats_show_the_same_table(three_methods):
    scores, _ = three_methods
    scores = scores.assign(source_score=np.where(scores["source"] == "none", np.nan, 0.9))
    table = summary_table(scores, compare_methods(scores))
    expected = [
        ["method", "source", "UAR", "p (DNN)", "p (PT/FT)", "source's own UAR"],
        ["DNN", "none", "", "", "", ""],
        ["PT/FT", "gender", "", "0.110", "", "0.900"],
        ["ProgNet", "gender", "", "0.002", "0.029", "0.900"],
    ]
    for cells, row, mark in zip(expected[1:], table.itertuples(), ["", "", " †"], strict=True):
        cells[2] = f"{row.score_mean:.3f} ± {row.score_std:.3f}{mark}"
    assert markdown_cells(format_table(table)) == expected
    assert Cells(format_table(table, "html")).rows == expected
    signs = {"±": r"$\pm$", "†": r"$\dagger$"}
    as_latex = [[re.sub("[±†]", lambda m: signs[m[0]], c) for c in row] for row in expected]
    assert latex_cells(format_table(table, "latex")) == as_latex


LEGEND = (
    "UAR: unweighted average recall, mean ± standard deviation over the folds of a repeat, "
    "averaged over repeats."
)


def test_legend_explains_the_marks_in_the_table(three_methods):
    scores, _ = three_methods
    table = summary_table(scores, compare_methods(scores))
    assert format_table(table).splitlines()[-1] == (
        f"{LEGEND} † better than DNN and than the other method (PT/FT or ProgNet) from the same "
        "source, at p < 0.05, not adjusted for the number of comparisons."
    )
    assert format_table(summary_table(scores)).endswith(f"\n\n{LEGEND}")
    without_marks = format_table(summary_table(scores, compare_methods(scores, alpha=1e-9)))
    assert without_marks.endswith(
        "No method has a mark: none is better or worse than DNN at p < 1e-09, not adjusted for "
        "the number of comparisons."
    )
    over_all_folds = format_table(summary_table(scores, spread="folds"))
    assert over_all_folds.endswith("mean ± standard deviation over all folds.")


@pytest.mark.parametrize("markup", ["markdown", "latex", "html"])
def test_every_format_warns_if_transfer_hurts(markup):
    scores = scores_of_study(-GAIN)
    table = summary_table(scores, compare_methods(scores))
    text = format_table(table, markup)
    assert "Warning: transfer hurts (ProgNet from sex)." in text
    assert "worse than DNN" in text
    assert text.count({"latex": r"$\downarrow$"}.get(markup, "↓")) == 2
    without_harm = summary_table(scores_of_study(GAIN), compare_methods(scores_of_study(GAIN)))
    assert "hurts" not in format_table(without_harm, markup)
    assert "worse" not in format_table(without_harm, markup)


NASTY = "a_b%&<i>|$#{~^\\*"


def nasty_table():
    scores = scores_of_study(-GAIN).assign(
        method=lambda rows: rows["method"].replace("ProgNet", NASTY)
    )
    scores["method"] = scores["method"].replace("DNN", f"plain {NASTY}")
    scores["baseline"] = f"plain {NASTY}"
    return summary_table(scores, compare_methods(scores))


def test_html_shows_special_characters_in_names():
    text = format_table(nasty_table(), "html")
    rows = Cells(text).rows
    assert [row[0] for row in rows[1:]] == [f"plain {NASTY}", "PT/FT", NASTY]
    assert rows[0][3] == f"p (plain {NASTY})"
    assert "<i>" not in text
    assert text.count("<p>") == 1


def test_latex_escapes_special_characters():
    text = format_table(nasty_table(), "latex")
    escaped = r"a\_b\%\&$<$i$>$|\$\#\{\textasciitilde{}\textasciicircum{}\textbackslash{}*"
    cells = latex_cells(text)
    assert [row[0] for row in cells[1:]] == [f"plain {escaped}", "PT/FT", escaped]
    assert cells[0][3] == f"p (plain {escaped})"
    caption = re.search(r"\\caption\{(.*)\}", text)[1]
    assert f"worse than plain {escaped}" in caption
    assert f"transfer hurts ({escaped} from sex)" in caption
    assert r"p $<$ 0.05" in caption
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{tabular}{"):
        assert rule in text


def test_markdown_escapes_special_characters():
    text = format_table(nasty_table())
    escaped = r"a_b%&amp;&lt;i&gt;\|\$#{\~^\\\*"
    cells = markdown_cells(text)
    assert [row[0] for row in cells[1:]] == [f"plain {escaped}", "PT/FT", escaped]
    assert cells[0][3] == f"p (plain {escaped})"
    assert f"Warning: transfer hurts ({escaped} from sex)." in text


def test_tiny_p_value_is_not_shown_as_zero():
    table = summary_table(scores_of_study(GAIN), compare_methods(scores_of_study(GAIN)))
    table.loc[2, "p (DNN)"] = 0.0009999
    table.loc[1, "p (DNN)"] = 0.001
    assert [row[3] for row in markdown_cells(format_table(table))] == [
        "p (DNN)",
        "",
        "0.001",
        "< 0.001",
    ]
    assert "$<$ 0.001" in format_table(table, "latex")


def test_p_value_columns_name_the_methods_that_others_are_compared_with():
    scores = pd.concat([scores_of_study(GAIN), tidy(BASE + 0.3 * GAIN, "SVM", "none")])
    scores = pd.concat([scores, tidy(BASE + 0.5 * GAIN**2, "Other", "sex")])
    header = markdown_cells(format_table(summary_table(scores, compare_methods(scores))))[0]
    assert header == [
        *["method", "source", "UAR", "p (DNN)", "p (SVM)", "p (PT/FT)", "p (ProgNet)"],
    ]
    scores = pd.concat([scores_of_study(GAIN), tidy(BASE + 0.5 * GAIN**2, "New", "age")])
    header = markdown_cells(format_table(summary_table(scores, compare_methods(scores))))[0]
    assert header == ["method", "source", "UAR", "p (DNN)", "p (PT/FT)"]


def test_table_from_a_csv_file_is_formatted_the_same(tmp_path):
    table = summary_table(scores_of_study(GAIN), compare_methods(scores_of_study(GAIN)))
    table.to_csv(tmp_path / "table.csv", index=False)
    assert format_table(pd.read_csv(tmp_path / "table.csv")) == format_table(table)


def test_wrong_markup_and_wrong_table_are_refused(three_methods):
    scores, _ = three_methods
    table = summary_table(scores)
    sentence = "markup must be one of 'markdown', 'latex', 'html'; got 'word'."
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        format_table(table, "word")
    sentence = (
        "table must have the columns ['method', 'source', 'score_mean', 'score_std']; "
        "['score_mean', 'score_std'] are missing among ['method', 'source', 'repeat', 'fold', "
        "'score']. Take what summary_table returns."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        format_table(scores)


def test_method_that_was_not_compared_is_refused(rng):
    plain = tidy(rng.uniform(0.5, 0.6, (2, 5)), "DNN", "none")
    worse = plain.assign(
        method="ProgNet", source="gender", score=plain["score"] - rng.uniform(0.1, 0.2, 10)
    )
    comparisons = compare_methods(pd.concat([plain, worse]))
    renamed = pd.concat([plain, worse.assign(method="X")])
    with pytest.raises(ValueError, match=r"got none of \('X', 'gender'\)"):
        summary_table(renamed, comparisons)


def test_methods_that_were_not_compared_are_not_said_to_have_no_difference(three_methods):
    scores, (a, _, _) = three_methods
    scores = pd.concat([scores, tidy(a[::-1] - 0.3, "SVM", "none")])
    table = summary_table(scores, compare_methods(scores, against="SVM"))
    text = format_table(table)
    assert "none is better or worse than DNN" not in text
    assert "no network with a source was compared with the same network without one" in text


def test_the_legend_says_if_only_some_methods_were_compared(three_methods):
    scores, _ = three_methods
    comparisons = compare_methods(scores, against=("ProgNet", "gender"))
    comparisons = comparisons.assign(pvalue=1.0, low=-1.0, high=1.0)
    text = format_table(summary_table(scores, comparisons))
    assert "No method has a mark: none that was compared with DNN is better or worse" in text
