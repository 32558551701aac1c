"""The verb that computes features of audio files."""

from pathlib import Path

import click
import pandas as pd

from skprognet._tables import write_table
from skprognet.cli._listed_files import list_utterances
from skprognet.cli._messages import Stopped, print_warnings
from skprognet.cli._options import (
    cache_option,
    check_no_input,
    max_duration_option,
    n_jobs_option,
    table_option,
    timeout_option,
)
from skprognet.cli._speech_options import make_extractor, speech_options
from skprognet.features import (
    FeatureExtractor,
    count_cached,
    describe_errors,
    make_feature_table,
    remove_cache,
)


def extract_and_keep(
    utterances: pd.DataFrame, extractor: FeatureExtractor, kept: Path
) -> pd.DataFrame:
    """Return the table of features; on failure say what is kept for the next run.

    Raises
    ------
    click.ClickException
        If recordings cannot be used, or on Ctrl-C.
    """
    try:
        return make_feature_table(utterances, extractor)
    except KeyboardInterrupt:
        n_kept = count_cached(kept) if kept.exists() else 0
        if not n_kept:
            raise Stopped("Stopped. No features were computed yet.") from None
        raise Stopped(
            f"Stopped. The features of {n_kept} recordings are kept in {str(kept)!r}. To compute "
            "the rest, run the same command."
        ) from None
    except ValueError:
        errors = getattr(extractor, "errors_", ())
        if not len(errors):
            raise
        advice = "repair them, or leave them out with --on-error skip"
        if n_good := len(utterances) - len(errors):
            advice += (
                f"; the features of the other {n_good} are kept in {str(kept)!r}, so the next "
                "run computes only the rest"
            )
        text = describe_errors(errors, len(utterances), advice)
        raise click.ClickException(text) from None


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@table_option(required=True)
@click.option(
    "--feature-set",
    default="eGeMAPSv02",
    show_default=True,
    help="eGeMAPSv02, GeMAPSv01b, ComParE_2016, or an openSMILE configuration file (.conf); none "
    "for the layers of a --speech-model alone.",
)
@speech_options
@click.option(
    "--sampling-rate",
    default=16_000,
    show_default=True,
    type=click.IntRange(min=8_000),
    metavar="HZ",
    help="Rate to which all audio is resampled; use 8000 for telephone speech.",
)
@click.option(
    "--on-error",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "skip", "nan"]),
    help="What to do, after all files were tried, if some cannot be used: write no table (raise), "
    "leave out their rows (skip), or leave their features empty (nan).",
)
@cache_option
@n_jobs_option
@timeout_option
@max_duration_option
def extract(
    files: tuple[str, ...],
    output: Path,
    feature_set: str,
    speech_models: tuple[str, ...],
    speech_layers: str,
    speech_pooling: str,
    device: str,
    download: bool,
    sampling_rate: int,
    on_error: str,
    cache: Path | None,
    n_jobs: int,
    timeout: float,
    max_duration: float,
) -> None:
    """Compute features of audio FILES and write one row per file, in the given order.

    FILES may also be one table with the column "file" (and start and end, in s), such as the
    output of "skprognet read"; its columns are copied. The columns feature_set, sampling_rate and
    extractor record how the features were computed.

    If a file cannot be used, or the work is stopped, the features of the other files are kept in
    the folder OUTPUT.cache, or in the folder of --cache. The next run computes only the rest.
    """
    check_no_input(output, files)
    utterances = list_utterances(files)
    kept = cache or output.with_name(f"{output.name}.cache")
    extractor = make_extractor(
        feature_set,
        speech_models,
        speech_layers,
        speech_pooling,
        device=device,
        download=download,
        sampling_rate=sampling_rate,
        on_error=on_error,
        cache=kept,
        n_jobs=n_jobs,
        timeout=timeout,
        max_duration=max_duration,
    )
    with print_warnings():
        try:
            table = extract_and_keep(utterances, extractor, kept)
        except click.ClickException:
            if not cache and not count_cached(kept):
                remove_cache(kept)
            raise
    write_table(table, output)
    if not cache:
        remove_cache(kept)
    n_features = table.shape[1] - table.columns.get_loc("extractor") - 1  # all behind it
    click.echo(f"Wrote {len(table)} rows of {n_features} features to {output}.")
