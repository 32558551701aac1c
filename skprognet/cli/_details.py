"""The verb that prints what the predictions of a study tell."""

from pathlib import Path

import click
import pandas as pd

from skprognet._comparisons import NO_SAME_NETWORK
from skprognet._markup import ESCAPES
from skprognet._predictions import FILE, ROW, check_predictions, kind_of_predictions
from skprognet._tables import write_table
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import first_few
from skprognet.cli._named_tables import read_named
from skprognet.cli._options import check_no_input, table_option
from skprognet.results import (
    agreement_by_method,
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    gaps_between_groups,
    most_disputed,
    read_predictions,
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
KINDS = (*WITHOUT_LABELS, *WITH_LABELS, "disputed")


def _check_options(kind, by, labels, n):
    """Raise if an option is missing, or is for another kind."""
    if kind in WITH_LABELS and not (by and labels):
        raise click.UsageError(f"--kind {kind} needs --by and --labels.")
    if kind not in WITH_LABELS and (by or labels):
        raise click.UsageError("--by and --labels are for --kind groups and gaps. Leave them out.")
    if kind != "disputed" and n is not None:
        raise click.UsageError("-n is for --kind disputed. Leave it out.")


def _check_kind(kind, predictions):
    """Raise if this is computed of classes only, and numbers were predicted, or the reverse."""
    found = kind_of_predictions(check_predictions(predictions))
    others = {CLASSES: OF_NUMBERS, NUMBERS: OF_CLASSES}[found]
    if kind in others:
        raise ValueError(
            f"--kind {kind} is for predictions of {NUMBERS if found == CLASSES else CLASSES}; "
            f"these are of {found}. Choose another one: "
            f"{', '.join(each for each in KINDS if each not in others)}."
        )


def _read_labels(paths, by, predictions):
    """Return the labels by number of the row; of several corpora one for each.

    A path may begin with the name of its corpus and "=".
    """
    corpora = predictions["corpus"].unique().tolist() if "corpus" in predictions else [None]
    named = {}
    for path in paths:
        name, equals, rest = str(path).partition("=")
        if equals and name in map(str, corpora):
            named[name] = Path(rest)
        elif len(corpora) == len(paths) == 1:
            named[str(corpora[0])] = Path(path)
        else:
            raise click.UsageError(
                f"--labels must be CORPUS=TABLE for each of the corpora {first_few(corpora)}; got "
                f"{path!r}."
            )
    labels = {}
    for corpus in corpora:
        own = predictions if corpus is None else predictions[predictions["corpus"] == corpus]
        if str(corpus) in named:
            labels[corpus] = _by_row(read_named(named[str(corpus)], text=[by]), own)
    return labels


def _by_row(labels, predictions):
    """Return labels with the number of the row as their index: by file, else as they come."""
    if FILE not in labels or FILE not in predictions:
        return labels
    rows = predictions.drop_duplicates(ROW).set_index(FILE)[ROW]
    known = labels[labels[FILE].isin(rows.index)]
    return known.set_index(known[FILE].map(rows))


def _details(kind, predictions, by, labels, n):
    """Return the frame."""
    _check_kind(kind, predictions)
    if kind in WITHOUT_LABELS:
        return WITHOUT_LABELS[kind](predictions)
    if kind == "disputed":
        return most_disputed(predictions, n or 20)
    return WITH_LABELS[kind](predictions, _read_labels(labels, by, predictions), by)


def _cell(value):
    """Return a value of the frame as the text of a cell."""
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if isinstance(value, float) else ESCAPES["markdown"](str(value))


def _to_markdown(frame):
    """Return a frame as a table to be read, with sentences of its own below it."""
    cells = frame.drop(columns="verdict", errors="ignore").map(_cell)
    # An underscore inside of a name is no markup, and a name is to be read as it is.
    cells = cells.rename(columns=lambda name: ESCAPES["markdown"](str(name)).replace(r"\_", "_"))
    table = cells.to_markdown(index=False, disable_numparse=True)
    verdicts = list(frame.get("verdict", []))
    changes = [name for name in ("wrong_to_right", "closer") if name in frame]
    if changes and frame[changes].isna().all(axis=None):
        verdicts.append(f"{NO_SAME_NETWORK}, so that what transfer changes is not listed.")
    sentences = [f"- {ESCAPES['markdown'](each)}" for each in verdicts]
    return "\n".join([table, *([""] if sentences else []), *sentences])


@click.command()
@click.argument("results", type=click.Path(exists=True, path_type=Path), metavar="FOLDER")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What to print.")
@click.option("--by", metavar="COLUMN", help="Column of the groups, such as speaker or gender.")
@click.option(
    "--labels",
    multiple=True,
    metavar="TABLE",
    help="Table with this column, or emodb: the rows of the study, in the order of its table or "
    "named by file. Of several corpora one for each, as CORPUS=TABLE.",
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
    """Print what the predictions of a study tell: beyond one score for each fit.

    FOLDER is what "skprognet tasks" or "corpora" wrote, or a file of predictions. The kinds are
    confusion (which class is taken for which), recall (of each class), calibration (confidence
    and accuracy), calibration-error; of numbers agreement (CCC, correlation, error, bias and
    spread); groups and gaps (scores by speaker, gender or any column, and whether transfer widens
    the gap), and disputed (rows on which methods disagree most).
    """
    _check_options(kind, by, labels, n)
    check_no_input(output, [results, *(each.partition("=")[2] or each for each in labels)])
    frame = _details(kind, read_predictions(results), by, labels, n)
    if output is None:
        click.echo(_to_markdown(frame))
    else:
        write_table(frame, output)
        click.echo(f"Wrote {len(frame)} rows to {output}.")
