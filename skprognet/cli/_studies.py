"""The verbs that run the paper's studies."""

import time
import warnings
from pathlib import Path

import click

from skprognet.cli._designs import (
    StudyCommand,
    describe_inputs,
    design_option,
    make_design,
    warn_of_changes,
)
from skprognet.cli._messages import tell_warnings
from skprognet.cli._named_tables import SHIPPED, load_corpus
from skprognet.cli._options import features_option, n_jobs_option, output_option
from skprognet.cli._progress import every_end
from skprognet.cli._streams import say
from skprognet.cli._study_options import design_options, network_options
from skprognet.experiments import (
    CorporaDesign,
    OutputFolder,
    TasksDesign,
    describe_record,
    file_names,
    format_study,
    make_record,
    plan_study,
    study_contents,
)

PAPER = {"n_repeats": 10, "n_splits": 10, "max_epochs": 600}


def _run(ctx, design, data, inputs, output, n_jobs, replace=False):
    """Run a study with its checkpoint and files, and say what came of it."""
    start = time.perf_counter()
    record = make_record(design, *describe_inputs(inputs, output))
    warn_of_changes(ctx, record)
    with OutputFolder(output, describe_record(record)) as folder, every_end(folder) as work:
        if not folder.begin(record, file_names(design), replace):
            say(f"{output} holds this run already, complete. To run it again, remove it.")
            return
        try:
            with tell_warnings():
                plan = plan_study(design, *data)
                work.n_fits = plan.n_fits
                # It is the last word of this command, and its exit code.
                warnings.filterwarnings("ignore", "The audit failed", UserWarning)
                study = plan.run(checkpoint=folder.checkpoint, n_jobs=n_jobs, verbose=1)
        except BaseException:
            folder.abandon()
            raise
        seconds = time.perf_counter() - start
        paths = folder.write(study_contents(study, record, seconds))
        if study.audit is not None:
            folder.remove_checkpoint()
        say(
            f"{format_study(study)}\n\nTook {seconds / 60:.1f} min. Wrote into {output}: "
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
@network_options()
@click.option("--labels", metavar="FILE", help="Table with the labels, joined by the column file.")
@features_option
@design_option
@output_option()
@click.pass_context
def tasks(
    ctx,
    table: str,
    labels: str | None,
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
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
    inputs = {"table": table, "labels": labels, "features": features}
    _run(ctx, design, data, inputs, output, n_jobs)


@click.command(
    cls=StudyCommand,
    design=CorporaDesign,
    of_inputs={
        "source": str,
        "target": str,
        "source_labels": str,
        "target_labels": str,
        "features": tuple[str, ...],
    },
)
@click.argument("source")
@click.argument("target")
@design_options(CorporaDesign)
@n_jobs_option
@network_options()
@click.option("--source-labels", metavar="FILE", help="Labels of SOURCE, joined by file.")
@click.option("--target-labels", metavar="FILE", help="Labels of TARGET, joined by file.")
@features_option
@design_option
@output_option()
@click.pass_context
def corpora(
    ctx,
    source: str,
    target: str,
    source_labels: str | None,
    target_labels: str | None,
    features: tuple[str, ...],
    output: Path,
    n_jobs: int,
    **given,
) -> None:
    """Ask whether a network of another corpus helps (the paper's Figure 4).

    SOURCE and TARGET are tables as for "skprognet tasks", with the same features. The same
    command goes on after a stop.
    """
    # As ("iemocap.csv.gz", ...) -> ("iemocap", ...).
    names = [Path(table).name.partition(".")[0] for table in (source, target)]
    design = make_design(ctx, CorporaDesign, given | {"names": given["names"] or names})
    data = [
        load_corpus(table, labels, design.columns, features, design.group_columns)
        for table, labels in ((source, source_labels), (target, target_labels))
    ]
    inputs = {
        "source": source,
        "target": target,
        "source_labels": source_labels,
        "target_labels": target_labels,
        "features": features,
    }
    _run(ctx, design, data, inputs, output, n_jobs)


@click.command()
@output_option("skprognet-demo")
@network_options(["max_epochs"], max_epochs=300)
@network_options(["patience"])
@design_options(TasksDesign, ["n_repeats", "n_splits", "random_state"], n_repeats=1, n_splits=5)
@n_jobs_option
@click.pass_context
def demo(ctx, output: Path, n_jobs: int, **given) -> None:
    """Compare DNN, PT/FT and ProgNet on the EmoDB features that come with the package.

    The paper's Table 2 and Figure 3: emotion with transfer from speaker and from gender.
    """
    if any(given[name] != value for name, value in PAPER.items()):
        click.echo(_short_version(given), err=True)
    design = make_design(ctx, TasksDesign, given | {"corpus": SHIPPED})
    data = load_corpus(SHIPPED, None, design.columns, (), design.group_columns)
    _run(ctx, design, data, {"table": SHIPPED}, output, n_jobs, replace=True)


def _short_version(given: dict[str, int]) -> str:
    """Say how this run differs from the paper's, and how to get that one."""
    repeats, folds, epochs = PAPER.values()
    return (
        f"This is a short version: {given['n_repeats']} x {given['n_splits']} folds and at most "
        f"{given['max_epochs']} epochs. The paper's is: skprognet demo --repeats {repeats} "
        f"--folds {folds} --max-epochs {epochs}"
    )
