"""The verbs that run the paper's studies."""

import time
import warnings
from itertools import combinations
from pathlib import Path

import click
import pandas as pd

from skprognet.cli._corpora_tables import load_corpora
from skprognet.cli._designs import (
    StudyCommand,
    describe_inputs,
    design_option,
    make_design,
    warn_of_changes,
)
from skprognet.cli._kind_options import say_kind
from skprognet.cli._messages import tell_warnings
from skprognet.cli._named_tables import SHIPPED, load_corpus
from skprognet.cli._options import features_option, n_jobs_option, n_together_option, output_option
from skprognet.cli._progress import every_end
from skprognet.cli._streams import say
from skprognet.cli._study_options import design_options, network_options
from skprognet.cli._study_parts import Way, check_all_parts, part_in_words, with_way
from skprognet.experiments import (
    CorporaDesign,
    OutputFolder,
    TasksDesign,
    check_report_extra,
    describe_record,
    file_names,
    format_study,
    make_record,
    plan_study,
    study_contents,
    with_kind,
)

PAPER = {"n_repeats": 10, "n_splits": 10, "max_epochs": 600}
# Beside the paper's five rows: a source that knows more than the corpus, and its control.
DEMO = {"corpus": SHIPPED, "layers": ("ge2e",), "placebo": ("ge2e",)}


def _run(ctx, design, data, inputs, output, at_once, replace=False, way=None):
    """Run a study, or a part, with its checkpoint and files, and say what came of it."""
    start, way = time.perf_counter(), way or Way()
    design = with_kind(design, *data)
    inputs, files = describe_inputs(inputs, output or Path())
    record = make_record(design, inputs, files, at_once.get("n_together"))
    warn_of_changes(ctx, record)
    if way.plan:
        with tell_warnings():
            say(plan_study(design, *data).describe(output, **at_once))
        return
    folder = OutputFolder(output, describe_record(record), is_part=way.only is not None)
    with folder, every_end(folder) as work:
        if not folder.begin(record, file_names(design), replace):
            say(f"{output} holds this run already, complete. To run it again, remove it.")
            return
        try:
            if way.only is None:  # a part writes no report
                check_report_extra()
            with tell_warnings():
                plan = plan_study(design, *data)
                work.n_fits = plan.n_fits
                # It is the last word of this command, and its exit code.
                warnings.filterwarnings("ignore", "The audit failed", UserWarning)
                if way.finish:
                    check_all_parts(plan, folder, at_once.get("n_together"))
                options = {"only": way.only, "checkpoint": folder.checkpoint}
                study = plan.run(**options, **at_once, verbose=1)
        except BaseException:
            folder.abandon()
            raise
        if study is None:
            say(part_in_words(way.only, plan, folder))
            return
        paths = folder.write(study_contents(study, record))
        if study.audit is not None:
            folder.remove_checkpoint()
        minutes = (time.perf_counter() - start) / 60
        say(
            f"{format_study(study)}\n\nTook {minutes:.1f} min. Wrote into {output}: "
            f"{', '.join(path.name for path in paths)}."
        )
    if study.audit is None:
        raise click.ClickException(study.audit_verdict)


@click.command(
    cls=StudyCommand,
    design=TasksDesign,
    of_inputs={"table": str, "labels": str, "features": tuple[str, ...]},
)
@click.argument("table")
@design_options(TasksDesign)
@n_jobs_option
@n_together_option
@network_options()
@click.option("--labels", metavar="FILE", help="Table with the labels, joined by the column file.")
@features_option
@design_option
@output_option()
@with_way
@click.pass_context
def tasks(
    ctx,
    table: str,
    labels: str | None,
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
    n_together: int | None,
    way: Way,
    **given,
) -> None:
    """Ask whether a network of another task helps (the paper's Table 2 and Figure 3).

    TABLE is a CSV, Parquet or Feather file with a row for each utterance: features, and labels of
    all tasks and the speaker, unless --labels has these; or "emodb", the data in the package. The
    same command goes on after a stop. An option that takes several values takes all up to the
    next option, so TABLE comes before them.
    """
    design = make_design(ctx, TasksDesign, given)
    data = load_corpus(
        table, labels, design.columns, features, design.group_columns, design.layers
    )
    of_rows = data[1]
    sources = [name for name in design.sources if name not in design.group_columns]
    say_kind(design.target, of_rows[design.target], design.kind, of_rows[sources].items())
    inputs = {"table": table, "labels": labels, "features": features}
    at_once = {"n_jobs": n_jobs, "n_together": n_together}
    _run(ctx, design, data, inputs, output, at_once, way=way)


@click.command(
    cls=StudyCommand,
    design=CorporaDesign,
    of_inputs={
        "tables": tuple[str, ...],
        "labels": tuple[str, ...],
        "features": tuple[str, ...],
    },
)
@click.argument("tables", nargs=-1, required=True, metavar="TABLE TABLE [TABLE...]")
@design_options(CorporaDesign)
@n_jobs_option
@n_together_option
@network_options()
@click.option(
    "--labels",
    multiple=True,
    metavar="FILE...",
    help="Tables with the labels, joined by the column file: one for each TABLE, or one for all.",
)
@features_option
@design_option
@output_option()
@with_way
@click.pass_context
def corpora(
    ctx,
    tables: tuple[str, ...],
    labels: tuple[str, ...],
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
    n_together: int | None,
    way: Way,
    **given,
) -> None:
    """Ask whether a network of another corpus helps (the paper's Figure 4).

    Each TABLE is a corpus, as for "skprognet tasks"; all have the same features. Each corpus is
    recognised with the help of each of the others, unless --sources and --targets choose some. An
    option that takes several values takes all up to the next option, so the tables come first.
    The same command goes on after a stop.
    """
    # As ("iemocap.csv.gz", ...) -> ("iemocap", ...).
    names = given["names"] or [Path(table).name.partition(".")[0] for table in tables]
    _check_counts(tables, names, labels)
    if not given["names"]:
        _check_stems(tables, names)
    design = make_design(ctx, CorporaDesign, given | {"names": names})
    columns, groups = design.columns, design.group_columns
    data = dict(zip(names, load_corpora(tables, labels, columns, features, groups), strict=True))
    of_all = pd.concat([of_rows[design.emotion] for _, of_rows in data.values()])
    say_kind(design.emotion, of_all, design.kind)
    inputs = {"tables": tables, "labels": labels, "features": features}
    at_once = {"n_jobs": n_jobs, "n_together": n_together}
    _run(ctx, design, [data], inputs, output, at_once, way=way)


def _check_counts(tables, names, labels):
    """Raise unless there are two tables or more, names for all, and labels for each or for all."""
    if len(tables) < 2:
        raise click.UsageError(f"There must be at least two tables; got {tables[0]} alone.")
    if len(names) != len(tables):
        raise click.UsageError(
            f"--names must have a name for each of {len(tables)} tables; got {len(names)}."
        )
    if len(labels) not in (0, 1, len(tables)):
        raise click.UsageError(
            f"--labels must have one file, or one for each of {len(tables)} tables; got "
            f"{len(labels)}."
        )


def _check_stems(tables, names):
    """Raise if two tables, after whose files the corpora are called, give one name."""
    for (one, name), (other, again) in combinations(zip(tables, names, strict=True), 2):
        if name == again:
            same = Path(one).resolve() == Path(other).resolve()
            raise click.UsageError(
                f"Each corpus must be another table; {one!r} is there twice. Give it once."
                if same
                else f"{one!r} and {other!r} are both called {name!r}, after their files. Name "
                "the corpora with --names."
            )


@click.command()
@output_option("skprognet-demo")
@network_options(["max_epochs"], max_epochs=300)
@network_options(["patience"])
@design_options(TasksDesign, ["n_repeats", "n_splits", "random_state"], n_repeats=1, n_splits=5)
@n_jobs_option
@click.pass_context
def demo(ctx, output: Path, n_jobs: int, **given) -> None:
    """Compare DNN, PT/FT and ProgNet on the EmoDB features that come with the package.

    The paper's Table 2 and Figure 3: emotion with transfer from speaker and from gender. Two rows
    come beside them: a progressive network that reads the layers of GE2E, which knows thousands of
    speakers, and its placebo, which reads the same layers of other recordings.
    """
    if any(given[name] != value for name, value in PAPER.items()):
        click.echo(_short_version(given), err=True)
    design = make_design(ctx, TasksDesign, given | DEMO)
    data = load_corpus(SHIPPED, None, design.columns, (), design.group_columns, design.layers)
    _run(ctx, design, data, {"table": SHIPPED}, output, {"n_jobs": n_jobs}, replace=True)


def _short_version(given: dict[str, int]) -> str:
    """Say how this run differs from the paper's, and how to get that one."""
    repeats, folds, epochs = PAPER.values()
    return (
        f"This is a short version: {given['n_repeats']} x {given['n_splits']} folds and at most "
        f"{given['max_epochs']} epochs. The full protocol is: skprognet demo --repeats {repeats} "
        f"--folds {folds} --max-epochs {epochs}"
    )
