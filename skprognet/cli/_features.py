"""The verb that makes features of audio files."""

from pathlib import Path

import click

from skprognet._files import check_folder, write_whole
from skprognet.cli._options import n_jobs_option
from skprognet.features import OpenSmileFeatures


@click.command()
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
    check_folder(output.parent)
    features = OpenSmileFeatures(n_jobs=n_jobs).fit_transform(list(files))
    # Nine digits restore a float32 exactly.
    write_whole({output: features.to_csv(float_format="%.9g").encode()})
    click.echo(f"Wrote {len(features)} rows of {features.shape[1]} features to {output}.")
