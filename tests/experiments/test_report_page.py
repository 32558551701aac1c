"""report.html as a parser sees it: complete, self-contained, and with all that it must say."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from skprognet.experiments import Study, make_record
from skprognet.experiments._figures import Figure
from skprognet.experiments._page import format_page

VOID = {"meta", "link", "img", "br"}
FIGURE = Figure("scores", "Scores <1>", "How to read it", 'what "it" shows', {"svg": b"<svg/>"})


class Page(HTMLParser):
    """Collects elements and text, and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def says(self, text):
        return text in re.sub(r"\s+", " ", "".join(self.text))


def page_of(study, record=None):
    record = make_record(study.design) if record is None else record
    return Page(format_page(study, [FIGURE], record))


@pytest.fixture(scope="module")
def page(study):
    return page_of(study)


def test_page_loads_nothing_from_elsewhere(page):
    assert not page.all("script")
    assert page.all("link") == [{"rel": "icon", "href": "data:,"}]
    assert [image["src"] for image in page.all("img")] == [
        "data:image/svg+xml;base64,PHN2Zy8+"  # <svg/>, by coreutils' base64
    ]
    policy = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    addresses = [v for _, attrs in page.elements for k, v in attrs.items() if k in ("src", "href")]
    assert all(address.startswith("data:") for address in addresses)


def test_page_suits_phones_both_colour_schemes_and_print(page, study):
    metas = {meta.get("name"): meta.get("content") for meta in page.all("meta")}
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == "light dark"
    text = format_page(study, [FIGURE], make_record(study.design))
    assert "@media (prefers-color-scheme: dark)" in text
    assert "@media print" in text


def test_page_is_accessible_to_screen_readers(page):
    assert page.all("html") == [{"lang": "en"}]
    assert [image["alt"] for image in page.all("img")] == ['what "it" shows']
    assert {heading["scope"] for heading in page.all("th")} == {"col", "row"}
    assert page.says("Scores <1>")
    boxes = [div for div in page.all("div") if "scroll" in div.get("class", "")]
    assert [(box["tabindex"], box["aria-label"]) for box in boxes] == [
        ("0", "Table of results"),
        ("0", "Scores <1>"),
    ]


def test_page_has_table_verdicts_design_and_versions(page, study):
    for row in study.table.itertuples():
        assert page.says(f"{row.score_mean:.3f} ± {row.score_std:.3f}")
    for verdict in study.comparisons["verdict"]:
        assert page.says(verdict)
    assert page.says("2 x 4 folds stratified by speaker")
    assert page.says("the scores are for speakers that the networks have heard")
    assert page.says("the features of test rows for the means and variances")
    assert page.says("hidden_layer_sizes8")
    assert page.says("early_stoppingyes")
    assert page.says("scikit-learn1.")
    assert page.says("The study trained 56 fits (40 of methods, 16 of sources). ")
    assert page.says("The fits of the methods took")


@pytest.mark.parametrize(
    ("inputs", "command"),
    [
        ({"table": "f.csv"}, "skprognet tasks --design design.toml --output again"),
        ({}, "skprognet tasks TABLE --design design.toml --output again"),
    ],
)
def test_page_has_the_command_that_repeats_the_study(study, inputs, command):
    page = page_of(study, make_record(study.design, inputs))
    assert page.says(command)
    assert page.says("f.csv") == bool(inputs)


def test_failed_audit_replaces_the_answer_and_has_a_red_box(page, study, with_scores):
    classes = [div.get("class") for div in page.all("div")]
    assert "box good" in classes
    assert "box bad" not in classes
    assert page.says("✓ Audit passed")
    with pytest.warns(UserWarning, match="The audit failed"):
        leaking = with_scores(study, {"ProgNet": 0.1}, rows_seen=study.scores["rows_tested"])
    failed = page_of(leaking)
    classes = [div.get("class") for div in failed.all("div")]
    assert "box bad" in classes
    assert "box good" not in classes
    assert failed.says("Do not use these scores: the audit failed. ✗ Audit FAILED")
    assert failed.says("the fit of DNN in repeat 1, fold 1 had seen rows")
    assert not failed.says("Transfer helps")


def test_page_has_a_warning_only_if_transfer_hurts(page, study, with_scores):
    assert "box warn" not in [div.get("class") for div in page.all("div")]
    page_of_harm = page_of(with_scores(study, {"PT/FT": -0.2}))
    assert "box warn" in [div.get("class") for div in page_of_harm.all("div")]
    assert page_of_harm.says(
        "⚠ Transfer hurts PT/FT from speaker is worse than DNN, so transfer hurts here"
    )


def test_page_escapes_names(study):
    scores = study.scores.replace({"source": {"gender": "<b>&gender"}})
    design = replace(study.design, sources=["speaker", "<b>&gender"])
    page = page_of(Study(scores, study.curves, design))
    assert page.says("transfer from speaker and <b>&gender")
    assert page.says("ProgNet from <b>&gender")
    assert not page.all("b")


@pytest.mark.parametrize(
    ("seconds", "duration"), [(5, "5 s"), (59.9, "60 s"), (60, "1.0 min"), (7200, "2.0 h")]
)
def test_page_has_the_duration_in_a_suitable_unit(study, seconds, duration):
    durations = study.scores["seconds"].where(study.scores.index < 0, 0.0)
    durations.iloc[3] = seconds
    timed = Study(study.scores.assign(seconds=durations), study.curves, study.design)
    assert page_of(timed).says(f"The fits of the methods took {duration} of computing time")


def test_page_leaves_out_an_unknown_duration(study):
    untimed = Study(study.scores.drop(columns="seconds"), study.curves, study.design)
    assert not page_of(untimed).says("computing time")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"folds": "speaker-independent"}, "No speaker is in two folds"),
        ({"folds": "leave-one-session-out"}, "Each session tests networks that have not heard"),
        ({"normalisation": "training"}, "over the training rows of each split"),
        ({"normalisation": "none"}, "The features are not normalised"),
    ],
)
def test_page_explains_folds_and_normalisation(study, change, sentence):
    assert page_of(Study(study.scores, study.curves, replace(study.design, **change))).says(
        sentence
    )
