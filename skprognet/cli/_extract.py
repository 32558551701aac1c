"""The verb that makes features of audio files."""

from pathlib import Path

import click
import pandas as pd

from skprognet._tables import write_table
from skprognet.cli._listed_files import list_utterances
from skprognet.cli._messages import tell_warnings
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


class Stopped(click.ClickException):
    """Ctrl-C, with the exit code that shells give it."""

    exit_code = 130

    def __init__(self, kept: Path):
        super().__init__(
            f"Stopped. The features of {count_cached(kept)} recordings are in {str(kept)!r}; the "
            "same command does the rest."
        )


def extract_and_keep(
    utterances: pd.DataFrame, extractor: FeatureExtractor, kept: Path
) -> pd.DataFrame:
    """Return the table of features; if there is none, say what is kept for the next time.

    Raises
    ------
    click.ClickException
        If recordings cannot be used, or at Ctrl-C.
    """
    try:
        return make_feature_table(utterances, extractor)
    except KeyboardInterrupt:
        raise Stopped(kept) from None
    except ValueError:
        errors = getattr(extractor, "errors_", ())
        if not len(errors):
            raise
        advice = "repair them, or leave them out by --on-error skip"
        if n_good := len(utterances) - len(errors):
            advice += (
                f"; the features of the other {n_good} are kept in {str(kept)!r}, and the next "
                "run does only the rest"
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
    help="Also GeMAPSv01b, ComParE_2016, or a configuration file of openSMILE (.conf); none for "
    "the layers of a --speech-model alone.",
)
@speech_options
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
    """Write the features of audio FILES, a row per file in the order given.

    FILES may also be one table with the column "file" (and start and end, in s), such as
    "skprognet read" writes; all its columns are carried along. What made the features stands in
    the columns feature_set, sampling_rate and extractor.

    If a file cannot be used, or the work is stopped, the features of the others are kept in a
    folder beside OUTPUT (OUTPUT.cache), or in that of --cache; the next run does only the rest.
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
    with tell_warnings():
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
