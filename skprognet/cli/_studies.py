"""The verbs that run the paper's studies."""

import time
import warnings
from itertools import combinations
from pathlib import Path

import click
import pandas as pd
from click.core import ParameterSource

from skprognet.cli._corpora_tables import load_corpora
from skprognet.cli._designs import (
    StudyCommand,
    describe_inputs,
    design_option,
    make_design,
    warn_of_changes,
)
from skprognet.cli._kind_options import say_kind
from skprognet.cli._messages import print_warnings
from skprognet.cli._named_tables import SHIPPED, load_corpus
from skprognet.cli._options import features_option, n_jobs_option, n_together_option, output_option
from skprognet.cli._progress import report_interruption
from skprognet.cli._streams import say
from skprognet.cli._study_options import design_options, network_options
from skprognet.cli._study_parts import RunMode, check_all_parts, part_in_words, with_run_mode
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
# What the options of the demo change: a demo with other options replaces an earlier one.
DEMO_OPTIONS = (
    "n_repeats",
    "n_splits",
    "random_state",
    "network.max_epochs",
    "network.patience",
)
# Added to the paper's five rows: a source that learned from other data, and its control.
DEMO = {"corpus": SHIPPED, "layers": ("ge2e",), "placebo": ("ge2e",)}


def _run(ctx, design, data, inputs, output, parallel, may_differ=(), mode=None):
    """Run a study, or a part, with its checkpoint; write the files and print the results."""
    start, mode = time.perf_counter(), mode or RunMode()
    design = with_kind(design, *data)
    inputs, files = describe_inputs(inputs, output or Path())
    record = make_record(design, inputs, files, parallel.get("n_together"))
    warn_of_changes(ctx, record)
    if mode.plan:
        with print_warnings():
            say(plan_study(design, *data).describe(output, **parallel))
        return
    folder = OutputFolder(output, describe_record(record), is_part=mode.only is not None)
    with folder, report_interruption(folder) as work:
        if not folder.begin(record, file_names(design), may_differ):
            say(
                f"{output} already holds the complete results. To run the study again, remove "
                "this folder."
            )
            return
        try:
            if mode.only is None:  # a part writes no report
                check_report_extra()
            with print_warnings():
                plan = plan_study(design, *data)
                work.n_fits = plan.n_fits
                # This command reports a failed audit at its end, with an exit code.
                warnings.filterwarnings("ignore", "The audit failed", UserWarning)
                if mode.finish:
                    check_all_parts(plan, folder, parallel.get("n_together"))
                study = plan.run(
                    only=mode.only, checkpoint=folder.checkpoint, **parallel, verbose=1
                )
        except BaseException:
            folder.abandon()
            raise
        if study is None:
            say(part_in_words(mode.only, plan, folder))
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
    input_types={"table": str, "labels": str, "features": tuple[str, ...]},
)
@click.argument("table")
@design_options(TasksDesign)
@n_jobs_option
@n_together_option
@network_options()
@click.option("--labels", metavar="FILE", help="Table with the labels, matched by column file.")
@features_option
@design_option
@output_option()
@with_run_mode
@click.pass_context
def tasks(
    ctx,
    table: str,
    labels: str | None,
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
    n_together: int | None,
    mode: RunMode,
    **options,
) -> None:
    """Test whether transfer from another task helps (the paper's Table 2 and Figure 3).

    TABLE is a CSV, Parquet or Feather file with one row per utterance: its features, and the
    labels of all tasks and the speaker, unless --labels has them. "emodb" is the data in the
    package. If the study is stopped, the same command continues it. An option with several values
    takes all words up to the next option, so write TABLE before such options.
    """
    design = make_design(ctx, TasksDesign, options)
    data = load_corpus(
        table, labels, design.columns, features, design.group_columns, design.layers
    )
    rows = data[1]
    sources = [name for name in design.sources if name not in design.group_columns]
    say_kind(design.target, rows[design.target], design.kind, rows[sources].items())
    inputs = {"table": table, "labels": labels, "features": features}
    parallel = {"n_jobs": n_jobs, "n_together": n_together}
    _run(ctx, design, data, inputs, output, parallel, mode=mode)


@click.command(
    cls=StudyCommand,
    design=CorporaDesign,
    input_types={
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
    help="Tables with the labels, one per TABLE or one for all, matched by column file.",
)
@features_option
@design_option
@output_option()
@with_run_mode
@click.pass_context
def corpora(
    ctx,
    tables: tuple[str, ...],
    labels: tuple[str, ...],
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
    n_together: int | None,
    mode: RunMode,
    **options,
) -> None:
    """Test whether transfer from another corpus helps (the paper's Figure 4).

    Each TABLE is a corpus, as for "skprognet tasks"; all need the same features. Every corpus is
    a target and the source of every other, unless --sources and --targets choose some. If the
    study is stopped, the same command continues it. An option with several values takes all words
    up to the next option, so write the tables first.
    """
    # As ("iemocap.csv.gz", ...) -> ("iemocap", ...).
    stems = [Path(table).name.partition(".")[0] for table in tables]
    names = options["names"] or stems
    if _has_another_order(ctx, names, stems):
        of_design = ctx.get_parameter_source("labels") == ParameterSource.DEFAULT_MAP
        if of_design and len(labels) == len(names):
            labels = tuple(dict(zip(names, labels, strict=True))[stem] for stem in stems)
        names = stems
    _check_counts(tables, names, labels)
    if not options["names"]:
        _check_stems(tables, names)
    design = make_design(ctx, CorporaDesign, options | {"names": names})
    columns, groups = design.columns, design.group_columns
    data = dict(zip(names, load_corpora(tables, labels, columns, features, groups), strict=True))
    emotions = pd.concat([of_rows[design.emotion] for _, of_rows in data.values()])
    say_kind(design.emotion, emotions, design.kind)
    inputs = {"tables": tables, "labels": labels, "features": features}
    parallel = {"n_jobs": n_jobs, "n_together": n_together}
    _run(ctx, design, [data], inputs, output, parallel, mode=mode)


def _has_another_order(ctx, names, stems):
    """Return whether a design names the tables of the command line, but in another order."""
    source = ctx.get_parameter_source
    is_mixed = source("names") == ParameterSource.DEFAULT_MAP
    is_mixed &= source("tables") == ParameterSource.COMMANDLINE
    return is_mixed and sorted(names) == sorted(stems)


def _check_counts(tables, names, labels):
    """Raise unless there are two tables or more, names for all, and labels for each or for all."""
    if len(tables) < 2:
        raise click.UsageError(
            f"There must be at least two tables; got {tables[0]} alone. Add another corpus."
        )
    if len(names) != len(tables):
        raise click.UsageError(
            f"--names must have a name for each of {len(tables)} tables; got {len(names)}. "
            "Give one name for each table, in the same order."
        )
    if len(labels) not in (0, 1, len(tables)):
        raise click.UsageError(
            f"--labels must have one file, or one for each of {len(tables)} tables; got "
            f"{len(labels)}. Give them in the order of the tables."
        )


def _check_stems(tables, names):
    """Raise if two corpora have the same name, which comes from the file of the table."""
    for (one, name), (other, other_name) in combinations(zip(tables, names, strict=True), 2):
        if name == other_name:
            same = Path(one).resolve() == Path(other).resolve()
            raise click.UsageError(
                f"Each corpus must be a table of its own; got {one!r} twice. Give it once."
                if same
                else f"Corpora must have different names; {one!r} and {other!r} are both called "
                f"{name!r}, after their files. Name the corpora with --names."
            )


@click.command()
@output_option("skprognet-demo")
@network_options(["max_epochs", "patience"], max_epochs=300)
@design_options(TasksDesign, ["n_repeats", "n_splits", "random_state"], n_repeats=1, n_splits=5)
@n_jobs_option
@click.pass_context
def demo(ctx, output: Path, n_jobs: int, **options) -> None:
    """Compare DNN, PT/FT and ProgNet on the EmoDB features that come with the package.

    This repeats the paper's Table 2 and Figure 3: emotion, with transfer from speaker and from
    gender. It adds two rows: a progressive network that reads the layers of GE2E, which was
    trained on thousands of speakers, and a placebo that reads these layers of other recordings.
    """
    if any(options[name] != value for name, value in PAPER.items()):
        click.echo(_difference_from_paper(options), err=True)
    design = make_design(ctx, TasksDesign, options | DEMO)
    data = load_corpus(SHIPPED, None, design.columns, (), design.group_columns, design.layers)
    _run(ctx, design, data, {"table": SHIPPED}, output, {"n_jobs": n_jobs}, DEMO_OPTIONS)


def _difference_from_paper(options: dict[str, int]) -> str:
    """Say how this run differs from the paper's, and which command runs the paper's."""
    repeats, folds, epochs = PAPER.values()
    return (
        f"This run has {options['n_repeats']} x {options['n_splits']} folds and at most "
        f"{options['max_epochs']} epochs. For the full protocol, run: skprognet demo --repeats "
        f"{repeats} --folds {folds} --max-epochs {epochs}"
    )
