"""Names from outside are shown as text, never read as Markdown, HTML, LaTeX or terminal codes."""

import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet import DNNClassifier
from skprognet.cli import main
from skprognet.experiments import Study, format_study, transfer_between_tasks, write_study
from skprognet.persistence import save_model
from skprognet.results import compare_methods, format_table, summary_table

TERMINAL = "\x1b[31mred\x1b[0m\x07\x9b2J\u202e"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": "![x](https://example.org/x.png)",
    "link": "[x](https://example.org) www.example.org a@example.org https://example.org",
    "lines": "a\n\n# b\n- c\r\nd\u2028e",
    "pipes": "a|b|c `d` *e* _f_ __g__ h_i_ _j_k ~~g~~ $x$",
    "terminal": TERMINAL,
    "latex": "[1ex] \\input{x} $a_b^c$ 50% #1 & ~",
}
ALL = " ".join(HOSTILE.values())


def controls(text):
    """Return the control and invisible characters of a text, except line ends."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")} - {"\n"}


def hostile_scores(name, method=None):
    rng = np.random.default_rng(0)
    folds = pd.DataFrame({"repeat": 1, "fold": range(1, 6)})
    entries = [("DNN", "none"), (method or "PT/FT", name), ("ProgNet", name)]
    parts = [
        folds.assign(method=m, source=s, score=rng.normal(0.6 - 0.2 * (m == "ProgNet"), 0.01, 5))
        for m, s in entries
    ]
    return pd.concat(parts)


def rendered(markdown):
    """Render Markdown as HTML with tables and strikethrough."""
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark", {"html": True})
    return parser.enable(["table", "strikethrough"]).render(markdown)


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def as_printed(name):
    """Return a name with its invisible characters as Python escapes."""
    hidden = ("Cc", "Cf", "Zl", "Zp")
    return "".join(repr(c)[1:-1] if unicodedata.category(c) in hidden else c for c in name)


@pytest.fixture(scope="module")
def study():
    rng = np.random.default_rng(0)
    labels = pd.DataFrame({"speaker": [f"s{i % 4}" for i in range(40)]})
    labels["emotion"] = np.tile(["sad", "sad", "angry"], 14)[:40]
    labels["gender"] = np.where(labels["speaker"] < "s2", "female", "male")
    return transfer_between_tasks(
        rng.normal(size=(40, 3)),
        labels,
        sources=["gender"],
        estimator=DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1),
        n_splits=3,
        n_repeats=1,
        n_jobs=1,
    )


def rename_source(study, name):
    scores = study.scores.replace({"source": {"gender": name}})
    return Study(scores, pd.DataFrame(), replace(study.design, sources=[name], target=name))


@pytest.fixture(scope="module")
def plain_text(study):
    """Return the text of the study with an ordinary name."""
    return format_study(rename_source(study, "gender"))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_do_not_change_the_markdown_of_a_study(study, plain_text, name):
    hostile = format_study(rename_source(study, name))
    assert not controls(hostile)
    assert len(hostile.splitlines()) == len(plain_text.splitlines())
    page, expected = Page(rendered(hostile)), Page(rendered(plain_text))
    assert page.tags == expected.tags
    assert page.text.lower().count(as_printed(name).lower()) == expected.text.lower().count(
        "gender"
    )
    # GitHub makes links of these by itself.
    assert not re.search(r"https?://|www\.|(?<!\\)@", hostile)


def test_hostile_names_do_not_change_the_elements_of_the_page(study, tmp_path):
    pages = []
    for name in ("gender", ALL):
        write_study(rename_source(study, name), tmp_path / str(len(pages)))
        text = (tmp_path / str(len(pages)) / "report.html").read_text("utf-8")
        assert not controls(text)
        pages.append(Page(text))
    assert pages[1].tags == pages[0].tags
    assert as_printed(ALL) in pages[1].text


@pytest.mark.parametrize("markup", ["markdown", "latex", "html"])
def test_hostile_names_do_not_change_the_rows_of_a_table(markup):
    tables = []
    for name in ("gender", ALL):
        scores = hostile_scores(name, method=name)
        tables.append(format_table(summary_table(scores, compare_methods(scores)), markup))
    assert not controls(tables[1])
    assert len(tables[1].splitlines()) == len(tables[0].splitlines())
    if markup == "html":
        assert Page(tables[1]).tags == Page(tables[0]).tags
        assert as_printed(ALL) in Page(tables[1]).text
    if markup == "markdown":
        assert Page(rendered(tables[1])).tags == Page(rendered(tables[0])).tags


def test_a_bracket_or_star_at_the_start_of_a_latex_row_is_escaped():
    for name, start in (("[1ex]", "{[}1ex]"), ("*x", "{*}x")):
        scores = hostile_scores("gender", method=name)
        text = format_table(summary_table(scores, compare_methods(scores)), "latex")
        assert f"\n{start} & gender" in text
        assert f"\n{name}" not in text


# The command line


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("markup", ["markdown", "latex", "html"])
def test_compare_prints_no_control_characters(tmp_path, markup):
    outputs = []
    for name in ("gender", ALL):
        parts = [hostile_scores(name).assign(corpus=f"{name} {i}") for i in range(2)]
        pd.concat(parts).to_csv(tmp_path / "r.csv", index=False)
        outputs.append(run("compare", tmp_path / "r.csv", "--markup", markup))
    assert outputs[1].exit_code == 0
    assert not controls(outputs[1].stdout)
    assert len(outputs[1].stdout.splitlines()) == len(outputs[0].stdout.splitlines())
    if markup == "markdown":
        pages = [Page(rendered(output.stdout)) for output in outputs]
        assert pages[1].tags == pages[0].tags
    if markup == "html":
        assert "<script>" not in outputs[1].stdout


def test_inspect_prints_no_control_characters(tmp_path):
    rng = np.random.default_rng(0)
    names = [f"f0{TERMINAL}", "f1\nVersions       none"]
    X = pd.DataFrame(rng.normal(size=(20, 2)), columns=names)
    y = np.where(np.arange(20) % 2, f"sad{TERMINAL}\nFile", "angry")
    model = DNNClassifier(hidden_layer_sizes=(3,), max_epochs=1, random_state=0).fit(X, y)
    table = {"name": f"t{TERMINAL}", "rows": 20, "sha256": "0"}
    metadata = {"target": f"x{TERMINAL}\nClasses", "table": table, "validation": f"v{TERMINAL}"}
    save_model(model, tmp_path / "m.model", metadata=metadata)
    result = run("inspect", tmp_path / "m.model")
    assert result.exit_code == 0, result.output
    assert not controls(result.stdout)
    plain_model = DNNClassifier(hidden_layer_sizes=(3,), max_epochs=1).fit(
        X.to_numpy(), y == "angry"
    )
    save_model(plain_model, tmp_path / "p.model")
    # The names of the features take one more line.
    expected = len(run("inspect", tmp_path / "p.model").stdout.splitlines()) + 1
    assert len(result.stdout.splitlines()) == expected
    assert as_printed(TERMINAL) in result.stdout
    assert not controls(run("inspect", tmp_path / "m.model", "--json").stdout)


def test_errors_print_no_control_characters(tmp_path):
    pd.DataFrame({f"uar{TERMINAL}": [1]}).to_csv(tmp_path / f"r{TERMINAL}.csv", index=False)
    result = run("compare", tmp_path / f"r{TERMINAL}.csv")
    assert result.exit_code == 1
    assert not controls(result.stderr)
    result = run(
        "plot", tmp_path, "--kind", "scores", "-o", tmp_path / "x.png", "--corpus", TERMINAL
    )
    assert not controls(result.stderr)
