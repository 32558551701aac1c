"""The verbs that run the paper's studies."""

import time
import warnings
from functools import partial
from pathlib import Path

import click

from skprognet.cli._designs import (
    StudyCommand,
    describe_inputs,
    design_option,
    make_network,
    warn_of_changes,
)
from skprognet.cli._messages import tell_warnings
from skprognet.cli._named_tables import SHIPPED, load_corpus
from skprognet.cli._options import (
    duplicates_option,
    features_option,
    network_options,
    normalisation_option,
    output_option,
    patience_option,
    size_options,
)
from skprognet.cli._progress import every_end
from skprognet.cli._streams import say
from skprognet.experiments import (
    format_study,
    transfer_between_corpora,
    transfer_between_tasks,
)
from skprognet.experiments._output_folder import OutputFolder
from skprognet.experiments._record import describe_network, describe_record, make_record
from skprognet.experiments._write_study import file_names, study_contents

PAPER = {"repeats": 10, "folds": 10, "max_epochs": 600}


def _run(ctx, study, run, design, inputs, network, output, n_jobs, n_fits, replace=False):
    """Run a study with its design, checkpoint and files, and say what came of it."""
    start = time.perf_counter()
    told, files = describe_inputs(inputs, output)
    design = {name: list(v) if isinstance(v, tuple) else v for name, v in design.items()}
    record = make_record(
        {"study": study, **design, "network": describe_network(network)}, told, files
    )
    warn_of_changes(ctx, record)
    with OutputFolder(output, describe_record(record)) as folder, every_end(folder, n_fits):
        if not folder.begin(record, file_names(record), replace):
            say(f"{output} holds this run already, complete. To run it anew, remove it.")
            return
        try:
            with tell_warnings():
                # It is the last word of this command, and its exit code.
                warnings.filterwarnings("ignore", "The audit failed", UserWarning)
                options = {"checkpoint": folder.checkpoint, "n_jobs": n_jobs, "verbose": 1}
                result = run(**design, estimator=network, **options)
        except BaseException:
            folder.abandon()
            raise
        seconds = time.perf_counter() - start
        paths = folder.write(study_contents(result, record, seconds))
        if result.audit is not None:
            folder.remove_checkpoint()
        say(
            f"{format_study(result)}\n\nTook {seconds / 60:.1f} min. Wrote into {output}: "
            f"{', '.join(path.name for path in paths)}."
        )
    if result.audit is None:
        raise click.ClickException(result.audit_verdict)


def _run_tasks(ctx, table, labels, features, network, output, n_jobs, replace=False, **design):
    """Run the study of transfer between tasks."""
    by_session = design["folds"] == "leave-one-session-out"
    group = design["session" if by_session else "speaker"]
    columns = [design["target"], *design["sources"], group]
    groups = [design["speaker"], design["session"]]
    X, y = load_corpus(table, labels, columns, features, groups)
    splits = y[group].nunique() if by_session else design["n_repeats"] * design["n_splits"]
    # A network alone, and for each source itself, a fine-tuned and a progressive one.
    n_fits = splits * (1 + 3 * len(design["sources"]) + design["all_sources"])
    _run(
        ctx,
        "tasks",
        partial(transfer_between_tasks, X, y),
        design,
        {"table": table, "labels": labels, "features": features},
        network,
        output,
        n_jobs,
        n_fits,
        replace,
    )


@click.command(
    cls=StudyCommand,
    of_inputs=["table", "labels", "features"],
)
@click.argument("table")
@click.option("--target", required=True, help="Column that is to be recognised, as emotion.")
@click.option(
    "--sources",
    multiple=True,
    required=True,
    metavar="COLUMN...",
    help="Columns that networks are trained on first, as speaker gender.",
)
@click.option("--all-sources", is_flag=True, help="Also read all sources together.")
@click.option(
    "--speaker", default="speaker", show_default=True, help="Column that the folds are made by."
)
@click.option(
    "--session",
    default="session",
    show_default=True,
    help="Column that the folds leave-one-session-out are made by.",
)
@click.option("--corpus", default="corpus", show_default=True, help="Name of the corpus.")
@click.option(
    "--folds-by",
    "folds",
    default="speaker-stratified",
    show_default=True,
    type=click.Choice(["speaker-stratified", "speaker-independent", "leave-one-session-out"]),
    help="Every speaker in every fold (the paper), no speaker in two, or a fold per session.",
)
@normalisation_option
@duplicates_option
@size_options(repeats=10, folds=10)
@network_options
@click.option("--labels", metavar="FILE", help="Table with the labels, joined by the column file.")
@features_option
@design_option
@output_option()
@click.pass_context
def tasks(ctx, **values) -> None:
    """Ask whether a network of another task helps (the paper's Table 2 and Figure 3).

    TABLE is a CSV, Parquet or Feather file with a row for each utterance: features, and labels of
    all tasks and the speaker, unless --labels has these; or "emodb", the data in the package. The
    same command goes on after a stop. An option that takes several values takes all up to the
    next option, so TABLE comes before them.
    """
    _run_tasks(ctx, network=make_network(ctx, values), **values)


@click.command(
    cls=StudyCommand,
    of_inputs=["source", "target", "source_labels", "target_labels", "features"],
)
@click.argument("source")
@click.argument("target")
@click.option(
    "--names",
    multiple=True,
    metavar="NAME NAME",
    help="What to call the corpora.  [default: the names of the files]",
)
@click.option(
    "--emotion", default="emotion", show_default=True, help="Column that is to be recognised."
)
@click.option(
    "--tasks",
    multiple=True,
    metavar="COLUMN...",
    help="Columns of further tasks that are read beside the other corpus, as gender.",
)
@click.option(
    "--speaker", default="speaker", show_default=True, help="Column that the folds are made by."
)
@click.option(
    "--train-folds",
    multiple=True,
    default=(1, 2, 4, 8),
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N...",
    help="Numbers of training folds of the target.",
)
@click.option(
    "--both-directions/--one-direction",
    default=True,
    show_default=True,
    help="Whether SOURCE is also tried as the target.",
)
@click.option(
    "--folds-by",
    "folds",
    default="speaker-stratified",
    show_default=True,
    type=click.Choice(["speaker-stratified", "speaker-independent"]),
    help="Every speaker in every fold (the paper), or no speaker in two.",
)
@normalisation_option
@duplicates_option
@size_options(repeats=10, folds=10)
@network_options
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
    **design,
) -> None:
    """Ask whether a network of another corpus helps (the paper's Figure 4).

    SOURCE and TARGET are tables as for "skprognet tasks", with the same features. The same
    command goes on after a stop.
    """
    network = make_network(ctx, design)
    # As ("iemocap.csv.gz", ...) -> ("iemocap", ...).
    design["names"] = design["names"] or tuple(
        Path(table).name.partition(".")[0] for table in (source, target)
    )
    columns = [design["emotion"], design["speaker"], *design["tasks"]]
    data = [
        load_corpus(table, labels, columns, features, [design["speaker"]])
        for table, labels in ((source, source_labels), (target, target_labels))
    ]
    n_sizes, n_tasks = len(design["train_folds"]), len(design["tasks"])
    # The other corpus once; for each size a network alone, two that read the other corpus, for
    # each task itself and two more, and one that reads all.
    per_split = 1 + n_sizes * (3 + 3 * n_tasks + bool(n_tasks))
    n_splits = design["n_repeats"] * design["n_splits"] * (1 + design["both_directions"])
    _run(
        ctx,
        "corpora",
        partial(transfer_between_corpora, *data),
        design,
        {
            "source": source,
            "target": target,
            "source_labels": source_labels,
            "target_labels": target_labels,
            "features": features,
        },
        network,
        output,
        n_jobs,
        n_splits * per_split,
    )


@click.command()
@output_option("skprognet-demo")
@click.option("--max-epochs", default=300, show_default=True, type=click.IntRange(min=1))
@patience_option
@size_options(repeats=1, folds=5)
@click.pass_context
def demo(
    ctx,
    output: Path,
    n_repeats: int,
    n_splits: int,
    max_epochs: int,
    patience: int | None,
    n_jobs: int,
    random_state: int,
) -> None:
    """Compare DNN, PT/FT and ProgNet on the EmoDB features that come with the package.

    The paper's Table 2 and Figure 3: emotion with transfer from speaker and from gender.
    """
    chosen = {"repeats": n_repeats, "folds": n_splits, "max_epochs": max_epochs}
    if chosen != PAPER:
        click.echo(_short_version(chosen), err=True)
    _run_tasks(
        ctx,
        SHIPPED,
        None,
        (),
        make_network(ctx, {"max_epochs": max_epochs, "patience": patience}),
        output,
        n_jobs,
        replace=True,
        corpus=SHIPPED,
        target="emotion",
        sources=["speaker", "gender"],
        all_sources=False,
        speaker="speaker",
        session="session",
        folds="speaker-stratified",
        n_repeats=n_repeats,
        n_splits=n_splits,
        normalisation="corpus",
        duplicates="error",
        random_state=random_state,
    )


def _short_version(chosen: dict[str, int]) -> str:
    """Say how this run differs from the paper's, and how to get that one."""
    options = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in PAPER.items())
    return (
        f"This is a short version: {chosen['repeats']} x {chosen['folds']} folds and at most "
        f"{chosen['max_epochs']} epochs. The paper's is: skprognet demo {options}"
    )
