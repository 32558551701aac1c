"""The verbs that print and draw stored results."""

from itertools import combinations
from pathlib import Path

import click
import pandas as pd
from click.core import ParameterSource

from skprognet import displays
from skprognet._files import write_whole
from skprognet._markup import ESCAPES
from skprognet._predictions import predicts_numbers
from skprognet._scores import CONDITIONS
from skprognet._wording import first_few, listed
from skprognet.cli._options import file_option
from skprognet.cli._read_tested import read_tested
from skprognet.displays import picture
from skprognet.results import (
    compare_methods,
    compare_over_corpora,
    explain_tests,
    format_table,
    read_csv,
    read_scores,
    recall_scores,
    summary_table,
)
from skprognet.significance import get_significance_test_names

TIME_COLUMNS = ["seconds"]
KINDS = ("curves", "scores", "significance", "sizes", "predictions")
OPTION_OF_COLUMN = {"corpus": "--corpus", "n_train_folds": "--train-folds"}
# The kinds that an option has an effect on, where it is not all of them.
KINDS_OF_OPTION = {
    **dict.fromkeys(["test", "alpha"], ("significance", "sizes")),
    "rope": ("significance",),
    **dict.fromkeys(["smoothing", "panels"], ("curves",)),
}
# For these kinds, one picture can show several values of these columns.
SIDE_BY_SIDE = {"significance": ("corpus", "n_train_folds"), "sizes": ("n_train_folds",)}


def _read(path, recall_of):
    """Return the results of a file or folder: the scores, or the recall of one class."""
    scores = read_scores(path)
    if recall_of is None:
        return scores
    predictions = read_tested(path if path.is_dir() else path.parent)
    if predicts_numbers(predictions):
        raise ValueError(
            f"--recall-of needs predictions of classes; those beside {str(path)!r} are numbers. "
            "Leave it out."
        )
    return recall_scores(predictions, recall_of, scores)


def _read_all(paths, recall_of=None):
    """Return the results of all files as one frame; several files differ by corpus."""
    frames = [_read(path, recall_of) for path in paths]
    if len(frames) == 1:
        return frames[0]
    for (one, frame), (other, other_frame) in combinations(zip(paths, frames, strict=True), 2):
        # The times differ if a study was run twice.
        if frame.drop(columns=TIME_COLUMNS, errors="ignore").equals(
            other_frame.drop(columns=TIME_COLUMNS, errors="ignore")
        ):
            raise ValueError(
                f"Each file must hold a different corpus; {str(one)!r} and {str(other)!r} hold "
                "the same results. Give only one of them."
            )
    named = [set(frame["corpus"]) if "corpus" in frame else {None} for frame in frames]
    if None in set.union(*named) or len(set.union(*named)) < sum(map(len, named)):
        # If corpora have no names, or the same ones, the names of the files replace them.
        titles = [path.parent.name if path.name == "results.csv" else path.stem for path in paths]
        titles = [p.name if p.is_dir() else t for p, t in zip(paths, titles, strict=True)]
        if len(set(titles)) < len(titles):
            titles = [str(path) for path in paths]
        frames = [f.assign(corpus=title) for f, title in zip(frames, titles, strict=True)]
    return pd.concat(frames, ignore_index=True)


level_option = click.option(
    "--alpha",
    default=0.05,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Significance level: a p-value below it counts as evidence.",
)
rope_option = click.option(
    "--rope",
    default=0.01,
    show_default=True,
    type=click.FloatRange(0),
    help="Largest difference in score that does not matter (region of practical equivalence).",
)
test_option = click.option(
    "--test",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", *get_significance_test_names()]),
    help="Significance test; auto takes the first in this list that suits the folds.",
)
results_type = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("results", nargs=-1, required=True, type=results_type, metavar="RESULTS.csv...")
@click.option(
    "--all-pairs",
    is_flag=True,
    help="Compare every method with every other one, even if their sources differ.",
)
@click.option("--against", metavar="METHOD", help="Compare all with this method, such as DNN.")
@click.option("--recall-of", metavar="CLASS", help="Compare the recall of a class, such as angry.")
@test_option
@level_option
@rope_option
@click.option(
    "--markup",
    default="markdown",
    show_default=True,
    type=click.Choice(["markdown", "latex", "html"]),
    help="Markup of the table.",
)
def compare(
    results: tuple[Path, ...],
    all_pairs: bool,
    against: str | None,
    recall_of: str | None,
    test: str,
    alpha: float,
    rope: float,
    markup: str,
) -> None:
    """Print the table and the verdicts of results, your own or those of a study.

    RESULTS.csv has one row per fit and the columns method, source (or "none"), repeat, fold and
    score. A folder that "skprognet tasks" or "corpora" wrote works as well. Each file is one
    corpus.
    """
    if all_pairs and against is not None:
        raise click.UsageError("--all-pairs and --against exclude each other. Give one.")
    scores = _read_all(results, recall_of)
    pairs = "all" if all_pairs else "paper"
    comparisons = compare_methods(
        scores, pairs=pairs, against=against, test=test, alpha=alpha, rope=rope
    )
    escape = ESCAPES[markup]
    click.echo(format_table(summary_table(scores, comparisons), markup))
    click.echo(f"\n{escape(explain_tests(comparisons))}\n")
    for verdict in comparisons["verdict"]:
        click.echo(f"- {escape(verdict)}")
    if "corpus" not in scores or scores["corpus"].nunique() < 2:
        return
    for column in CONDITIONS[1:]:
        several = list(scores[column].unique()) if column in scores else []
        if len(several) > 1:
            click.echo(
                "\nNo comparison over all corpora: the results must be of one "
                f"{escape(column)}, so that each corpus counts once; got "
                f"{escape(first_few(several, show=_shown))}."
            )
            return
    try:
        over = compare_over_corpora(scores, alpha=alpha)
    except ValueError as error:
        click.echo(f"\nNo comparison over all corpora: {escape(str(error))}")
        return
    click.echo(f"\n{escape(over.verdict)}\n")
    for verdict in over.comparisons["verdict"]:
        click.echo(f"- {escape(verdict)}")


def _shown(value):
    """Return a value of a column as text; a study without such a column has none."""
    return "none" if pd.isna(value) else str(value)


@click.command()
@click.argument("results", type=results_type, metavar="RESULTS.csv|FOLDER")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What to draw.")
@click.option("--corpus", help="Draw only this corpus, if there are several.")
@click.option("--train-folds", type=int, help="Draw only fits on this many training folds.")
@test_option
@level_option
@rope_option
@click.option(
    "--smoothing",
    type=click.IntRange(min=1),
    metavar="EPOCHS",
    help="For --kind curves: window of the moving average, an odd number; 1 means no smoothing.  "
    "[default: about a twentieth of the epochs]",
)
@click.option(
    "--panels/--no-panels",
    default=None,
    help="For --kind curves: whether each method has its own panel.  [default: if there are more "
    "than three]",
)
@file_option("The picture; its suffix decides the format, such as .pdf, .png or .svg.")
@click.pass_context
def plot(
    ctx: click.Context,
    results: Path,
    kind: str,
    corpus: str | None,
    train_folds: int | None,
    test: str,
    alpha: float,
    rope: float,
    smoothing: int | None,
    panels: bool | None,
    output: Path,
) -> None:
    """Draw results of a study.

    RESULTS.csv is as for "skprognet compare". FOLDER is the output of "skprognet tasks" or
    "corpora".

    \b
    Kinds:
      curves        score by epoch; needs FOLDER, or its curves.csv.gz
      scores        mean, spread and single results of each method
      significance  difference of each comparison, with its interval
      sizes         score by size of the training set
      predictions   predicted numbers against the truth; needs FOLDER, or its
                    file of predictions

    --test and --alpha are for significance and sizes, --rope for significance.
    """  # noqa: D301 - click reads \b
    _check_options(ctx, kind)
    if not output.suffix:
        raise click.UsageError(
            f"--output must end in a format such as .pdf, .png or .svg; got {str(output)!r}."
        )
    frame = _READERS.get(kind, read_scores)(results)
    for column, value in zip(OPTION_OF_COLUMN, (corpus, train_folds), strict=True):
        if value is not None:
            _check_value(frame, column, value, results)
            frame = frame[frame[column] == value]
    _check_one_picture(kind, frame, results)
    given = {"smoothing": smoothing, "panels": panels}
    of_curves = {name: value for name, value in given.items() if value is not None}
    display = _display(kind, frame, test, alpha, rope, of_curves)
    drawn = picture(display, output.suffix[1:].lower(), dpi=300)
    write_whole({output: drawn})
    click.echo(f"Wrote {output}.")


def _check_options(ctx, kind):
    """Raise if an option was given that has no effect on pictures of this kind."""
    for name, kinds in KINDS_OF_OPTION.items():
        if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE and kind not in kinds:
            raise click.UsageError(f"--{name} is for --kind {listed(kinds)}. Leave it out.")


def _read_curves(path):
    return read_csv(path / "curves.csv.gz" if path.is_dir() else path)


_READERS = {"curves": _read_curves, "predictions": read_tested}


def _check_value(frame, column, value, path):
    """Raise unless the results have this value in this column."""
    if column not in frame:
        raise ValueError(
            f"{OPTION_OF_COLUMN[column]} needs results with the column {column!r}; {str(path)!r} "
            "has none. Leave it out."
        )
    values = frame[column].unique().tolist()
    if value not in values:
        raise ValueError(f"{OPTION_OF_COLUMN[column]} must be one of {values}; got {value!r}.")


def _check_one_picture(kind, frame, path):
    """Raise if the results hold more than one picture of this kind can show."""
    if kind == "sizes" and "n_train_folds" not in frame:
        raise ValueError(
            "--kind sizes needs results of several sizes of the training set, such as those of "
            f"'skprognet corpora'; {str(path)!r} has one size. Use --kind scores."
        )
    for column, option in OPTION_OF_COLUMN.items():
        several = frame[column].unique().tolist() if column in frame else []
        if len(several) > 1 and column not in SIDE_BY_SIDE.get(kind, ()):
            raise ValueError(
                f"--kind {kind} needs results of one {column}; {str(path)!r} has "
                f"{first_few(several)}. Choose one with {option}."
            )


def _display(kind, frame, test, alpha, rope, of_curves):
    """Return the display of this kind."""
    if kind == "curves":
        return displays.TrainingCurveDisplay.from_curves(frame, **of_curves)
    if kind == "predictions":
        return displays.PredictionScatterDisplay.from_predictions(frame)
    if kind == "scores":
        return displays.ScoresDisplay.from_scores(frame)
    comparisons = compare_methods(frame, test=test, alpha=alpha, rope=rope)
    if kind == "significance":
        return displays.SignificanceDisplay.from_comparisons(comparisons)
    return displays.TrainingSizeDisplay.from_scores(frame, comparisons)
