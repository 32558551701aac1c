"""The command line: each verb is one arrow of the flow, file in and file out."""

import time
from pathlib import Path

import click

from skprognet._files import check_folder, write_whole

__all__ = ["main"]

PAPER = {"repeats": 10, "folds": 10, "max_epochs": 600}
n_jobs_option = click.option(
    "--n-jobs",
    default=-1,
    show_default=True,
    type=click.IntRange(min=-1),
    callback=lambda ctx, param, value: value or _refuse_zero(),
    help="Processes at a time; -1 is one per core.",
)


def _refuse_zero() -> None:
    raise click.BadParameter("0 is not a number of processes; give 1 or more, or -1 for all.")


class Verbs(click.Group):
    """Turns the errors that the package raises on bad input into one sentence and exit code 1."""

    def invoke(self, ctx):
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (ValueError, OSError, ImportError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skprognet")
def main() -> None:
    """Tell whether a network of one task helps to recognise emotion, by more than luck."""


@main.command()
@click.option(
    "--output",
    "-o",
    default="skprognet-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for results.csv, table.md and learning_curves.png.",
)
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(min=1))
@click.option("--folds", default=5, show_default=True, type=click.IntRange(min=3))
@click.option("--max-epochs", default=300, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--patience",
    default=None,
    type=click.IntRange(min=1),
    help="Stop a fit after that many epochs without a better one.  [default: run all]",
)
@n_jobs_option
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1))
def demo(
    output: Path,
    repeats: int,
    folds: int,
    max_epochs: int,
    patience: int | None,
    n_jobs: int,
    seed: int,
) -> None:
    """Compare DNN, PT/FT and ProgNet on the EmoDB features that come with the package.

    The paper's Table 2 and Figure 3: emotion with transfer from speaker and from gender.
    """
    from skprognet.classifiers import DNNClassifier
    from skprognet.datasets import load_emodb
    from skprognet.experiments import format_study, transfer_between_tasks, write_study

    check_folder(output)
    emodb = load_emodb(as_frame=True)
    chosen = {"repeats": repeats, "folds": folds, "max_epochs": max_epochs}
    if chosen != PAPER:
        click.echo(_short_version(chosen), err=True)
    start = time.perf_counter()
    study = transfer_between_tasks(
        emodb.data,
        emodb.frame[["emotion", "speaker", "gender"]],
        estimator=DNNClassifier(max_epochs=max_epochs, patience=patience),
        n_splits=folds,
        n_repeats=repeats,
        n_jobs=n_jobs,
        random_state=seed,
        verbose=1,
    )
    click.echo(format_study(study))
    paths = write_study(study, output)
    minutes = (time.perf_counter() - start) / 60
    click.echo(f"\nTook {minutes:.1f} min. Wrote " + ", ".join(str(path) for path in paths) + ".")


def _short_version(chosen: dict[str, int]) -> str:
    """Say how this run differs from the paper's, and how to get that one."""
    options = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in PAPER.items())
    return (
        f"This is a short version: {chosen['repeats']} x {chosen['folds']} folds and at most "
        f"{chosen['max_epochs']} epochs. The paper's is: skprognet demo {options}"
    )


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The table to write, as CSV.",
)
@n_jobs_option
def extract(files: tuple[str, ...], output: Path, n_jobs: int) -> None:
    """Write the 88 eGeMAPS features of audio FILES, a row per file in the order given."""
    from skprognet.features import OpenSmileFeatures

    check_folder(output.parent)
    features = OpenSmileFeatures(n_jobs=n_jobs).fit_transform(list(files))
    # Nine digits restore a float32 exactly.
    write_whole({output: features.to_csv(float_format="%.9g").encode()})
    click.echo(f"Wrote {len(features)} rows of {features.shape[1]} features to {output}.")
