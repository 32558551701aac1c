"""The verb that analyses the predictions of a study."""

from pathlib import Path

import click
import numpy as np
import pandas as pd

from skprognet._comparisons import NO_SAME_NETWORK
from skprognet._labels import tidy_labels
from skprognet._markup import ESCAPES
from skprognet._predictions import FILE, ROW, TRUTH, check_predictions, kind_of_predictions
from skprognet._scores import placebo_of
from skprognet._tables import write_table
from skprognet._target_kind import CLASSES, NUMBERS, kind_of_target
from skprognet._wording import count, first_few
from skprognet.cli._messages import on_terminal
from skprognet.cli._named_tables import read_named
from skprognet.cli._options import check_no_input, table_option
from skprognet.cli._read_tested import read_tested
from skprognet.results import (
    agreement_by_method,
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    gaps_between_groups,
    most_disputed,
    recall_by_class,
    scores_by_group,
)

OF_CLASSES = {
    "confusion": confusion_by_method,
    "recall": recall_by_class,
    "calibration": calibration_by_method,
    "calibration-error": expected_calibration_error,
}
OF_NUMBERS = {"agreement": agreement_by_method}
WITHOUT_LABELS = OF_CLASSES | OF_NUMBERS
WITH_LABELS = {"groups": scores_by_group, "gaps": gaps_between_groups}
# Kinds that compare methods with each other.
AMONG_METHODS = ("gaps", "disputed")
KINDS = (*WITHOUT_LABELS, *WITH_LABELS, "disputed")


def _check_options(kind, by, labels, n):
    """Raise if an option is missing, or belongs to another kind."""
    if kind in WITH_LABELS and not (by and labels):
        raise click.UsageError(f"--kind {kind} needs --by and --labels. Give both.")
    if kind not in WITH_LABELS and (by or labels):
        raise click.UsageError("--by and --labels are for --kind groups and gaps. Leave them out.")
    if kind != "disputed" and n is not None:
        raise click.UsageError("-n is for --kind disputed. Leave it out.")


def _check_kind(kind, predictions):
    """Raise if this kind needs classes and the predictions are numbers, or the reverse."""
    predicted = kind_of_predictions(check_predictions(predictions))
    unfit = {CLASSES: OF_NUMBERS, NUMBERS: OF_CLASSES}[predicted]
    if kind in unfit:
        raise ValueError(
            f"--kind {kind} needs predictions of {NUMBERS if predicted == CLASSES else CLASSES}; "
            f"these are of {predicted}. Choose another kind: "
            f"{', '.join(name for name in KINDS if name not in unfit)}."
        )


def _read_labels(paths, by, predictions):
    """Return for each corpus its labels, by the number of the row.

    A path may begin with the name of its corpus and "=".
    """
    corpora = predictions["corpus"].unique().tolist() if "corpus" in predictions else [None]
    named = {}
    for path in paths:
        name, equals, rest = str(path).partition("=")
        if equals and name in map(str, corpora) and name not in named:
            named[name] = Path(rest)
        elif len(corpora) == len(paths) == 1:
            named[str(corpora[0])] = Path(path)
        else:
            raise click.UsageError(
                f"--labels must be CORPUS=TABLE, once for each of {first_few(corpora)}; got "
                f"{path!r}."
            )
    labels = {}
    for corpus in corpora:
        of_corpus = predictions if corpus is None else predictions[predictions["corpus"] == corpus]
        if str(corpus) in named:
            has_classes = "target" in of_corpus and kind_of_predictions(of_corpus) == CLASSES
            text = [by, *(of_corpus["target"].unique() if has_classes else ())]
            labels[corpus] = _by_row(read_named(named[str(corpus)], text=text), of_corpus)
    return labels


def _by_row(labels, predictions):
    """Return labels indexed by the number of the row: matched by file, else in their order."""
    if FILE not in labels or FILE not in predictions or predictions[FILE].isna().all():
        _check_truth(labels, predictions)
        return labels
    rows = predictions.drop_duplicates(ROW).set_index(FILE)[ROW]
    if not rows.index.is_unique:  # a file has several segments
        _check_order(labels, rows)
        _check_truth(labels, predictions)
        return labels
    known = labels[labels[FILE].isin(rows.index)]
    return known.set_index(known[FILE].map(rows))


def _check_truth(labels, predictions):
    """Raise if labels that are matched by their order differ from the targets of the study."""
    if "target" not in predictions:
        return
    for target, rows in predictions.groupby("target", sort=False):
        if target not in labels:
            continue
        rows = rows.drop_duplicates(ROW)
        given = labels[target].reindex(rows[ROW])
        differ = _other_classes if kind_of_predictions(rows) == CLASSES else _other_numbers
        found = differ(given, rows[TRUTH])
        if found:
            raise ValueError(
                "--labels must have the rows of the study in the same order, since no file names "
                f"identify them; got a different {target!r} in {found}. Give the table that the "
                "study was run on."
            )


def _other_classes(given, expected):
    """Return in how many rows the classes of two columns differ; nothing if they are the same."""
    given, expected = (
        [str(label).casefold() for label in tidy_labels(column)] for column in (given, expected)
    )
    others = [one for one, other in zip(given, expected, strict=True) if one != other]
    return count(others, "row") if others else ""


def _other_numbers(given, expected):
    """Return where the numbers of two columns differ; nothing if they are the same.

    A study may shift and scale the numbers of a corpus, so the two columns count as the same if
    they lie on a straight rising line.
    """
    given = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float)
    slope, start = np.polyfit(given, expected, 1) if np.ptp(given) > 0 else (0.0, np.nan)
    fits = slope > 0 and np.allclose(slope * given + start, expected, atol=1e-6)
    return "" if fits else "some rows"


def _check_order(labels, rows):
    """Raise unless each row of the study has its file at the same position in the labels."""
    files = labels[FILE].astype(object).reindex(rows)
    others = rows[files.to_numpy() != rows.index.to_numpy(dtype=object)]
    if len(others):
        raise ValueError(
            "--labels must have the rows of the study in the same order, since a file of the "
            f"study has several rows; got {count(others, 'row')} of another file, the first as "
            f"data row {others.iloc[0] + 1}. Give the table of the study."
        )


def _without_placebos(predictions):
    """Return the predictions without those of placebos, which the report leaves out as well."""
    is_placebo = predictions["source"].map(placebo_of).notna()
    if is_placebo.any():
        names = first_few(predictions.loc[is_placebo, "source"].unique())
        click.echo(on_terminal(f"Placebos are left out, as in the report: {names}."), err=True)
    return predictions[~is_placebo]


def _details(kind, predictions, by, labels, n):
    """Return the table to print."""
    _check_kind(kind, predictions)
    if kind in AMONG_METHODS:
        predictions = _without_placebos(predictions)
    if kind in WITHOUT_LABELS:
        return WITHOUT_LABELS[kind](predictions)
    if kind == "disputed":
        return most_disputed(predictions, n or 20)
    labels_by_corpus = _read_labels(labels, by, predictions)
    for frame in labels_by_corpus.values():
        _check_groups(frame, by)
    return WITH_LABELS[kind](predictions, labels_by_corpus, by)


def _check_groups(labels, by):
    """Raise if a column of numbers has about as many values as rows, so it gives no groups."""
    values = labels[by].dropna() if by in labels else []
    n_different = len(set(values))
    if 2 * n_different > len(values) and kind_of_target(values, text=True) == NUMBERS:
        raise ValueError(
            f"--by must be a column of groups, such as speaker; got {by!r}, which has "
            f"{n_different} different numbers in {len(values)} rows. Add to the table a column "
            "with few values, such as low and high."
        )


def _p_cell(value):
    """Return a p-value as the text of a cell."""
    return "< 0.001" if value < 0.001 else _cell(value)


def _cell(value):
    """Return a value of the frame as the text of a cell."""
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if isinstance(value, float) else ESCAPES["markdown"](str(value))


def _to_markdown(frame):
    """Return a frame as a Markdown table, with its verdicts below it."""
    cells = frame.drop(columns="verdict", errors="ignore")
    for name in cells:
        cells[name] = cells[name].map(_p_cell if name.startswith("pvalue") else _cell)
    cells = cells.rename(columns=lambda name: ESCAPES["markdown"](str(name)))
    table = cells.to_markdown(index=False, disable_numparse=True)
    verdicts = list(frame.get("verdict", []))
    changes = [name for name in ("wrong_to_right", "closer") if name in frame]
    if changes and frame[changes].isna().all(axis=None):
        verdicts.append(f"{NO_SAME_NETWORK}, so the changes by transfer are not listed.")
    sentences = [f"- {ESCAPES['markdown'](verdict)}" for verdict in verdicts]
    return "\n".join([table, *([""] if sentences else []), *sentences])


@click.command()
@click.argument("results", type=click.Path(exists=True, path_type=Path), metavar="FOLDER")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What to print.")
@click.option("--by", metavar="COLUMN", help="Column with the groups, such as speaker or gender.")
@click.option(
    "--labels",
    multiple=True,
    metavar="TABLE",
    help="Table with the column of --by; emodb is the shipped table. Its rows are matched with "
    "those of the study by the column file, or else by their order. For several corpora, give "
    "each as CORPUS=TABLE.",
)
@click.option("-n", type=click.IntRange(1), help="Number of disputed rows.  [default: 20]")
@table_option(required=False, otherwise="Markdown on standard output")
def details(
    results: Path,
    kind: str,
    by: str | None,
    labels: tuple[str, ...],
    n: int | None,
    output: Path | None,
) -> None:
    """Analyse the predictions of a study, beyond one score per fit.

    FOLDER is the output of "skprognet tasks" or "corpora", or a file of predictions.

    \b
    Kinds for classes:
      confusion          which class is mistaken for which
      recall             recall of each class
      calibration        confidence against accuracy
      calibration-error  expected calibration error
    Kind for numbers:
      agreement          CCC, correlation, error, bias and spread
    Kinds for both:
      groups             scores by speaker, gender or any column
      gaps               whether transfer widens the gap between these groups
      disputed           rows on which the methods disagree most
    """  # noqa: D301 - click reads \b
    _check_options(kind, by, labels, n)
    check_no_input(output, [results, *(path.partition("=")[2] or path for path in labels)])
    frame = _details(kind, read_tested(results), by, labels, n)
    if output is None:
        click.echo(_to_markdown(frame))
    else:
        write_table(frame, output)
        click.echo(f"Wrote {len(frame)} rows to {output}.")
