"""Format a study as one self-contained page, without network, scripts or other files."""

import base64

from skprognet._controls import has_placebos
from skprognet._scores import SECONDS, TOGETHER
from skprognet._templates import fill_in, is_markup
from skprognet._wording import printable
from skprognet.experiments._durations import total_duration
from skprognet.experiments._ranks_over_corpora import ranks_in_words
from skprognet.experiments._record import MISSING, SCALES, repeat_command
from skprognet.experiments._study import fits_in_words
from skprognet.experiments._words import (
    FOLDS_IN_WORDS,
    NORMALISATION_IN_WORDS,
    PLACEBO_IN_WORDS,
    describe_folds,
    describe_numbers,
    explain_missing_rows,
    headline,
)
from skprognet.results import explain_tests, table_in_words

APART = ("study", "network", "inputs", "sha256", "versions", SCALES, TOGETHER)


def _shown(value):
    """Return text for the page, with control characters as Python writes them."""
    is_text = isinstance(value, str) and not is_markup(value)
    return printable(value) if is_text else value


def _in_words(value):
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_in_words(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def format_page(study, figures, record, sections=()):
    """Format a study as HTML.

    Parameters
    ----------
    study : Study
        A study of tasks or of corpora.
    figures : list of Figure
        The figures of the study.
    record : dict
        What `make_record` returns.
    sections : list of Section, default=()
        The sections about its predictions.

    Returns
    -------
    str
        The page.
    """
    cells, legend = table_in_words(study.table)
    over_corpora = ranks_in_words(study)
    network = {name: _in_words(value) for name, value in record["network"].items()}
    return fill_in(
        "skprognet.experiments",
        "report.html.jinja",
        show=_shown,
        autoescape=True,
        title=study.design.title,
        headline=headline(study, over_corpora.answer),
        passed=study.audit is not None,
        all_known=study.audit is None or study.audit["n_seen_by_source"].notna().all(),
        audit=study.audit_verdict,
        harm=study.comparisons.loc[study.comparisons["hurts"], "verdict"].tolist(),
        heads=list(cells),
        rows=[[(cell, False) for cell in row] for row in cells.to_numpy().tolist()],
        legend=legend,
        missing=explain_missing_rows(study),
        test=explain_tests(study.comparisons),
        verdicts=study.comparisons["verdict"].tolist(),
        over_corpora=over_corpora.sentences,
        figures=_shown_figures(figures),
        sections=[(section, _shown_figures(section.figures)) for section in sections],
        folds=describe_folds(study),
        folds_meaning=FOLDS_IN_WORDS[study.design.folds][1],
        numbers=describe_numbers(study),
        normalisation=NORMALISATION_IN_WORDS[study.design.normalisation],
        placebo=PLACEBO_IN_WORDS if has_placebos(study.scores) else None,
        design={k: _in_words(v) for k, v in record.items() if k not in APART},
        network=network,
        inputs={name: _in_words(value) for name, value in record["inputs"].items()},
        sha256=record["sha256"],
        versions=record["versions"],
        command=None if record.get(MISSING) else repeat_command(record),
        fits=fits_in_words(study.scores),
        together=record.get(TOGETHER, False),
        training=total_duration(study.scores) if SECONDS in study.scores else None,
    )


def _shown_figures(figures):
    """Return the figures that the page shows, each with its image."""
    shown = [figure for figure in figures if "svg" in figure.contents]
    return [(figure, _data_uri(figure.contents["svg"])) for figure in shown]


def _data_uri(svg):
    # Embedded as an image, because inline SVG elements of two figures would share their ids.
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
