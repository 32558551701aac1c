"""Write a study as text and as files."""

from skprognet._extras import import_extra
from skprognet._markup import escape_markdown
from skprognet.experiments._arguments import DESIGN_FILE
from skprognet.experiments._figures import draw_figures, figure_names
from skprognet.experiments._output_folder import OutputFolder
from skprognet.experiments._page import format_page
from skprognet.experiments._ranks_over_corpora import ranks_in_words
from skprognet.experiments._record import add_found, describe_record, format_record, make_record
from skprognet.experiments._sections import draw_sections
from skprognet.experiments._words import (
    describe_folds,
    describe_numbers,
    explain_missing_rows,
    headline,
)
from skprognet.results import (
    PREDICTION_FILES,
    TIMINGS_FILE,
    compressed,
    explain_tests,
    format_table,
    prediction_files,
    score_files,
    to_csv,
)

SUFFIXES = ("png", "pdf")
REPORT = "report.html"
_FILES = (
    "results.csv",
    "rows.csv.gz",
    TIMINGS_FILE,
    *PREDICTION_FILES,
    "comparisons.csv",
    "table.md",
    "table.tex",
    "curves.csv.gz",
)


def format_study(study):
    """Format the whole study as Markdown: answer, design, audit, table, legend, verdicts.

    Parameters
    ----------
    study : Study
        What :func:`~skprognet.experiments.transfer_between_tasks` or
        :func:`~skprognet.experiments.transfer_between_corpora` returns.

    Returns
    -------
    str
        The text, ready to print or to write.

    Examples
    --------
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import format_study, transfer_between_tasks
    >>> emodb = load_emodb(as_frame=True)
    >>> study = transfer_between_tasks(
    ...     emodb.data,
    ...     emodb.frame[["emotion", "speaker", "gender"]],
    ...     sources=["gender"],
    ...     estimator=DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2),
    ...     n_splits=3,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> print(format_study(study).splitlines()[0])
    # Emotion recognition with transfer from gender
    """
    missing, over = explain_missing_rows(study), ranks_in_words(study)
    numbers = describe_numbers(study)
    summary = [headline(study, over.answer), describe_folds(study), *([numbers] * bool(numbers))]
    return "\n\n".join(
        [
            f"# {escape_markdown(study.design.title)}",
            *map(escape_markdown, (*summary, study.audit_verdict)),
            format_table(study.table),
            *([escape_markdown(missing)] if missing else []),
            escape_markdown(explain_tests(study.comparisons)),
            *map(_as_list, filter(len, (study.comparisons["verdict"], over.sentences))),
        ]
    )


def _as_list(sentences):
    return "\n".join(f"- {escape_markdown(each)}" for each in sentences)


def write_study(study, folder):
    """Write a study into a folder: either all of its files, or none.

    The files are results.csv, rows.csv.gz, timings.csv, predictions.parquet (predictions.csv.gz if
    pyarrow is not installed), comparisons.csv, table.md, table.tex, curves.csv.gz, design.toml,
    each figure as PNG and as PDF, and report.html, a self-contained page with all results. There
    are no curves if no network was scored after its epochs. Only timings.csv and one line of the
    page have durations. In addition, manifest.json has the digest of each file. A study that was
    written there before is replaced. If a file of one of these names was not written by a study,
    or was changed since, this is an error. design.toml has the design of the study, without the
    origin of the data.

    Parameters
    ----------
    study : Study
        What :func:`~skprognet.experiments.transfer_between_tasks` or
        :func:`~skprognet.experiments.transfer_between_corpora` returns.
    folder : path
        The folder, which is made if it does not exist.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ValueError
        If the folder holds a study of the command line that is not finished.
    OSError
        If a file cannot be written (for example because the disk is full), a file of yours is in
        the way, or another process is writing to the folder.
    ImportError
        If matplotlib or jinja2 is missing: ``pip install 'skprognet[report]'``. The study itself
        is unchanged, and can be written later.

    Examples
    --------
    >>> import tempfile
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_tasks, write_study
    >>> emodb = load_emodb(as_frame=True)
    >>> study = transfer_between_tasks(
    ...     emodb.data,
    ...     emodb.frame[["emotion", "speaker", "gender"]],
    ...     sources=["gender"],
    ...     estimator=DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2),
    ...     n_splits=3,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = write_study(study, folder)
    >>> files[-1].name
    'report.html'
    """
    record = make_record(study.design)
    contents = study_contents(study, record)
    with OutputFolder(folder, describe_record(record)) as output:
        return output.write(contents)


def check_report_extra():
    """Raise ImportError if a package is missing without which no study can be written."""
    for name in ("matplotlib", "jinja2"):
        import_extra(name, "report")


def study_contents(study, record):
    """Return the content of each file of a study, as bytes by name."""
    record = add_found(record, study)
    figures, sections = draw_figures(study), draw_sections(study)
    contents = {
        **score_files(study.scores),
        "comparisons.csv": to_csv(study.comparisons),
        "table.md": (format_study(study) + "\n").encode(),
        "table.tex": format_table(study.table, "latex").encode(),
        DESIGN_FILE: format_record(record).encode(),
    }
    if study.predictions is not None:
        contents |= prediction_files(study.predictions)
    if len(study.curves):
        contents["curves.csv.gz"] = compressed(study.curves)
    for figure in [*figures, *(each for section in sections for each in section.figures)]:
        for suffix in SUFFIXES:
            contents[f"{figure.name}.{suffix}"] = figure.contents[suffix]
    contents[REPORT] = format_page(study, figures, record, sections).encode()
    return contents


def file_names(design):
    """Return the names of all files that a study of this design may write."""
    figures = [f"{name}.{suffix}" for name in figure_names(design) for suffix in SUFFIXES]
    return [*_FILES, DESIGN_FILE, *figures, REPORT]
