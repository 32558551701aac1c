"""The verb that predicts with a model."""

import sys
from pathlib import Path

import click
import pandas as pd

from skprognet._tables import is_table_file, read_table, write_table
from skprognet.cli._listed_files import list_utterances, read_names
from skprognet.cli._messages import on_terminal, print_warnings
from skprognet.cli._options import (
    cache_option,
    check_no_input,
    jobs_option,
    max_duration_option,
    table_option,
    timeout_option,
)
from skprognet.cli._speech_options import device_option, download_option
from skprognet.features import FeatureOrigin, select_features
from skprognet.persistence import (
    Predictor,
    label_rows,
    load_model,
    make_extractor,
    read_model_info,
    reader_of,
)

_UTTERANCE = ("file", "start", "end")


def _parse_speech_models(ctx, param, values):
    """Return the folders by the names of the speech models (a callback of click)."""
    pairs = [value.partition("=")[::2] for value in values]
    if not all(name and folder for name, folder in pairs):
        raise click.BadParameter(
            f"Each value must be NAME=FOLDER, such as ge2e=models/ge2e; got {values[-1]!r}."
        )
    return dict(pairs)


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("files", nargs=-1, metavar="FILES...")
@table_option(required=False)
@click.option(
    "--configuration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.conf",
    help="The openSMILE configuration that computed the features of the MODEL, if it is not one "
    "of openSMILE's. It runs only if its SHA-256 is the one that the MODEL recorded.",
)
@click.option(
    "--speech-model",
    "speech_models",
    multiple=True,
    metavar="NAME=FOLDER",
    callback=_parse_speech_models,
    help="New place of the speech model NAME of the MODEL, if it was moved. Its weights must be "
    "those that the MODEL recorded.",
)
@click.option(
    "--explain",
    "explaining",
    is_flag=True,
    help="Also write the contribution of each source (source_...) and each group of features "
    "(features_...): how much the log-probability of the label, or the number, drops without it. "
    "A value above 0 supports the label or raises the number. Each contribution takes one more "
    "prediction.",
)
@device_option
@download_option
@cache_option
@jobs_option(1)
@timeout_option
@max_duration_option
def predict(
    model: Path,
    files: tuple[str, ...],
    output: Path | None,
    configuration: Path | None,
    speech_models: dict[str, str],
    explaining: bool,
    device: str,
    download: bool,
    cache: Path | None,
    n_jobs: int,
    timeout: float,
    max_duration: float,
) -> None:
    """Write the label that a MODEL predicts for each of FILES, and the probability of each class.

    A model of numbers, such as arousal, gives the number in the column "predicted"; several
    numbers are in "predicted_0", "predicted_1" and so on.

    FILES are audio files. Without FILES, or with "-", their names are read from standard input,
    one per line. FILES may also be one table: utterances from "skprognet read", or features from
    "skprognet extract".

    If some files cannot be used, standard error names them with the reason. The others are
    predicted, and the exit code is 1.
    """
    estimator = load_model(model)
    origin = FeatureOrigin.from_metadata(read_model_info(model)["metadata"])
    files, errors = read_names(files), ()
    check_no_input(output, [model, *files])
    table = read_table(Path(files[0])) if len(files) == 1 and is_table_file(files[0]) else None
    with print_warnings():
        names = getattr(reader_of(estimator), "feature_names_in_", ())
        if table is not None and set(table) & set(names):
            if origin is not None:
                origin.check_table(table, files[0])
            utterances = table
            labelled = label_rows(estimator, select_features(table, names), explaining=explaining)
        else:
            utterances = list_utterances(files)
            extractor = make_extractor(
                origin,
                configuration,
                speech_models,
                device=device,
                download=download,
                cache=cache,
                n_jobs=n_jobs,
                timeout=timeout,
                max_duration=max_duration,
            )
            labelled = Predictor(estimator, extractor).predict_many(
                utterances, explaining=explaining
            )
            errors = labelled.pop("error").dropna()
            labelled = labelled.drop(index=errors.index).infer_objects()
    result = _beside(utterances, labelled)
    if output is None:
        text = result.to_csv(index=False, lineterminator="\n")
        if sys.stdout.isatty():  # a file or a pipe gets the labels unchanged
            text = on_terminal(text)
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
    else:
        write_table(result, output)
        click.echo(f"Wrote {len(result)} rows to {output}.")
    if len(errors):
        _report_errors(errors, utterances)


def _beside(utterances, labelled):
    """Return the predictions with file, start and end of each utterance in front."""
    named = [name for name in _UTTERANCE if name in utterances and utterances[name].notna().any()]
    return pd.concat([utterances.loc[labelled.index, named], labelled], axis=1)


def _report_errors(errors, utterances):
    for row, reason in errors.items():
        click.echo(on_terminal(f"{utterances.loc[row, 'file']!r}: {reason}"), err=True)
    n_utterances = len(utterances)
    raise click.ClickException(
        f"{len(errors)} of {n_utterances} utterances could not be used. They are named above."
    )
