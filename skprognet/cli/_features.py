"""The verb that makes features of audio files."""

from pathlib import Path

import click
import pandas as pd

from skprognet._table_files import write_table
from skprognet._wording import first_few
from skprognet.cli._extractors import COLUMNS, describe_extractor
from skprognet.cli._messages import tell_warnings
from skprognet.cli._options import cache_option, n_jobs_option, table_option, timeout_option
from skprognet.cli._utterances import list_utterances
from skprognet.features import OpenSmileFeatures


def extract_features(utterances: pd.DataFrame, smile: OpenSmileFeatures) -> pd.DataFrame:
    """Return the utterances with all their columns, what made the features, and the features.

    Raises
    ------
    ValueError
        If a column has the name of a feature, or as :class:`OpenSmileFeatures` says.
    """
    taken = [name for name in (*COLUMNS, *smile.get_feature_names_out()) if name in utterances]
    if taken:
        raise ValueError(
            f"A table of utterances must have no features yet; it has {first_few(taken)}. Leave "
            "them out."
        )
    features = smile.fit_transform(utterances)
    made = pd.DataFrame(describe_extractor(smile), index=features.index)
    return pd.concat([utterances.loc[features.index], made, features], axis=1)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@table_option(required=True)
@click.option(
    "--feature-set",
    default="eGeMAPSv02",
    show_default=True,
    help="Also GeMAPSv01b, ComParE_2016, or a configuration file of openSMILE (.conf).",
)
@click.option(
    "--sampling-rate",
    default=16_000,
    show_default=True,
    type=click.IntRange(min=8_000),
    metavar="HZ",
    help="What all audio is resampled to; 8000 is for telephone speech.",
)
@click.option(
    "--on-error",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "skip", "nan"]),
    help="What becomes of files that cannot be used, after all were tried: write nothing, leave "
    "their rows out, or leave these empty.",
)
@cache_option
@n_jobs_option
@timeout_option
def extract(
    files: tuple[str, ...],
    output: Path,
    feature_set: str,
    sampling_rate: int,
    on_error: str,
    cache: Path | None,
    n_jobs: int,
    timeout: float,
) -> None:
    """Write the features of audio FILES, a row per file in the order given.

    FILES may also be one table with the column "file" (and start and end, in s), such as
    "skprognet read" writes; all its columns are carried along. What made the features stands in
    the columns feature_set, sampling_rate and extractor.
    """
    utterances = list_utterances(files)
    smile = OpenSmileFeatures(
        feature_set,
        sampling_rate=sampling_rate,
        on_error=on_error,
        cache=cache,
        n_jobs=n_jobs,
        timeout=timeout,
    )
    with tell_warnings():
        table = extract_features(utterances, smile)
    write_table(table, output)
    n_features = len(smile.get_feature_names_out())
    click.echo(f"Wrote {len(table)} rows of {n_features} features to {output}.")
