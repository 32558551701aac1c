"""The verb that says what a model hears in recordings."""

import sys
import warnings
from pathlib import Path
from typing import Any

import click
import pandas as pd

from skprognet._tables import is_table, read_table, write_table
from skprognet.cli._listed_files import list_utterances, read_names
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.cli._options import (
    cache_option,
    check_no_input,
    jobs_option,
    max_duration_option,
    table_option,
    timeout_option,
)
from skprognet.cli._speech_options import device_option, download_option
from skprognet.estimators import explain
from skprognet.features import FeatureOrigin, select_features
from skprognet.persistence import load_model, read_model_info

_UTTERANCE = ("file", "start", "end")


def extract(
    utterances: pd.DataFrame,
    origin: FeatureOrigin | None,
    configuration: Path | None,
    speech_models: dict[str, str],
    **options,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the features of those utterances that can be used, and the others with the reason.

    Raises
    ------
    ValueError
        If the model does not say how its features were made, or names a configuration of openSMILE
        that the user did not ask for.
    """
    if origin is None:
        raise ValueError(
            "To predict from audio, features must be made as those that the model learned from, "
            "and its file does not say how these were. Give a table of features instead."
        )
    extractor = origin.make_extractor(configuration, speech_models, on_error="skip", **options)
    with warnings.catch_warnings():
        # Each is named with its reason below.
        warnings.filterwarnings("ignore", "Expected complete, readable audio", UserWarning)
        return extractor.fit_transform(utterances), extractor.errors_


def label(utterances: pd.DataFrame, X: pd.DataFrame, model: Any) -> pd.DataFrame:
    """Return the utterances with the label of each and the probability of every class."""
    columns = [f"p_{name}" for name in model.classes_]
    named = [name for name in _UTTERANCE if name in utterances and utterances[name].notna().any()]
    told = utterances.loc[X.index, named]
    if X.empty:
        return told.reindex(columns=[*told, "label", *columns])
    probabilities = model.predict_proba(X)
    labels = model.classes_[probabilities.argmax(axis=1)]
    return pd.concat(
        [told.assign(label=labels), pd.DataFrame(probabilities, X.index, columns)], axis=1
    )


def add_changes(labelled: pd.DataFrame, X: pd.DataFrame, model: Any) -> pd.DataFrame:
    """Return labelled utterances with what speaks for each label: sources, groups of features."""
    if X.empty:
        return labelled
    changes = explain(model, X).drop(columns=["predicted", "log_probability"])
    return pd.concat([labelled, changes], axis=1)


def _parse_speech_models(ctx, param, given):
    """Return the folders by the names of the speech models."""
    pairs = [pair.partition("=")[::2] for pair in given]
    if not all(name and folder for name, folder in pairs):
        raise click.BadParameter(f"give NAME=FOLDER, such as ge2e=models/ge2e; got {given[-1]!r}.")
    return dict(pairs)


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("files", nargs=-1, metavar="FILES...")
@table_option(required=False)
@click.option(
    "--configuration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.conf",
    help="The openSMILE configuration that made the features of the MODEL, if none of openSMILE's "
    "own did. It is run only if its SHA-256 is the one that the MODEL recorded.",
)
@click.option(
    "--speech-model",
    "speech_models",
    multiple=True,
    metavar="NAME=FOLDER",
    callback=_parse_speech_models,
    help="Where the speech model NAME of the MODEL lies, if it lies elsewhere now. Its weights "
    "must be those that the MODEL recorded.",
)
@click.option(
    "--explain",
    "explaining",
    is_flag=True,
    help="Also write how much of the logarithm of the label's probability is lost without each "
    "source (source_...) and without each group of features (features_...); above 0 it speaks for "
    "the label. Takes as long as one more prediction for each.",
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
    """Write the label that a MODEL gives to each of FILES, and the probability of every class.

    FILES are audio; without any, or with "-", their names are read from standard input, one in a
    line. They may also be one table: of utterances, as "skprognet read" writes it, or of features,
    as "skprognet extract" does. Files that cannot be used are named with the reason on standard
    error, the others are predicted, and the exit code is 1.
    """
    estimator = load_model(model)
    origin = FeatureOrigin.from_metadata(read_model_info(model)["metadata"])
    files, errors = read_names(files), ()
    check_no_input(output, [model, *files])
    table = read_table(Path(files[0])) if len(files) == 1 and is_table(files[0]) else None
    with tell_warnings():
        if table is not None and set(table) & set(getattr(estimator, "feature_names_in_", ())):
            if origin is not None:
                origin.check_table(table, files[0])
            utterances = features = table
        else:
            utterances = list_utterances(files)
            features, errors = extract(
                utterances,
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
    names = getattr(estimator, "feature_names_in_", features.columns)
    features = select_features(features, names)
    result = label(utterances, features, estimator)
    if explaining:
        result = add_changes(result, features, estimator)
    if output is None:
        said = result.to_csv(index=False, lineterminator="\n")
        if sys.stdout.isatty():  # a file or a pipe gets the labels as they are
            said = on_terminal(said)
        click.echo(said.encode("utf-8", "backslashreplace"), nl=False)
    else:
        write_table(result, output)
        click.echo(f"Wrote {len(result)} rows to {output}.")
    if len(errors):
        _tell_errors(errors, len(utterances))


def _tell_errors(errors, n_utterances):
    for file, reason in zip(errors["file"], errors["reason"], strict=True):
        click.echo(on_terminal(f"{file!r}: {reason}"), err=True)
    raise click.ClickException(
        f"{len(errors)} of {n_utterances} utterances could not be used; they are named above."
    )
