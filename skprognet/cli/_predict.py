"""The verb that says what a model hears in recordings."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from skprognet._table_files import is_table, read_table, write_table
from skprognet.cli._extractors import COLUMNS, describe, describe_extractor, find_extractor
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.cli._options import cache_option, jobs_option, table_option, timeout_option
from skprognet.cli._tables import names
from skprognet.cli._utterances import list_utterances
from skprognet.features import OpenSmileFeatures
from skprognet.persistence import load_model, read_model_info

_UTTERANCE = ("file", "start", "end")


def read_names(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of files, those on standard input if there are none or "-" is given."""
    if files not in ((), ("-",)):
        return files
    if not files and sys.stdin.isatty():
        raise click.UsageError("Missing argument 'FILES...', or their names on standard input.")
    # As bytes, since a name need not be text in the encoding of the terminal.
    lines = sys.stdin.buffer.read().split(os.linesep.encode())
    found = tuple(os.fsdecode(line) for line in lines if line)
    if not found:
        raise click.UsageError("Standard input must have a name of a file in each line; got none.")
    return found


def extract(
    utterances: pd.DataFrame, made: dict[str, Any] | None, **options
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the features of those utterances that can be used, and the others with the reason.

    Raises
    ------
    ValueError
        If the model does not say how its features were made.
    """
    if made is None:
        raise ValueError(
            "To predict from audio, features must be made as those that the model learned from, "
            "and its file does not say how these were. Give a table of features instead."
        )
    smile = OpenSmileFeatures(
        made["feature_set"], sampling_rate=made["sampling_rate"], on_error="skip", **options
    )
    now = describe_extractor(smile)
    if now != made:
        warnings.warn(
            f"The model learned from features {describe(made)}; here they are {describe(now)}, so "
            "that the numbers may differ.",
            stacklevel=2,
        )
    with warnings.catch_warnings():
        # Each is named with its reason below.
        warnings.filterwarnings("ignore", "Expected complete, readable audio", UserWarning)
        return smile.fit_transform(utterances), smile.errors_


def check_same_extractor(table: pd.DataFrame, path: str, made: dict[str, Any] | None) -> None:
    """Raise unless the features of a table are of the set and rate that the model learned from."""
    here = find_extractor(table, path)
    if here is None or made is None:
        return
    if any(here[name] != made[name] for name in COLUMNS[:2]):
        raise ValueError(
            f"Features must be made as those that the model learned from, {describe(made)}; those "
            f"in {path!r} are {describe(here)}. Extract them anew."
        )


def select(features: pd.DataFrame, model: Any) -> pd.DataFrame:
    """Return the features that a model takes, by name.

    Raises
    ------
    ValueError
        If one is missing or not finite.
    """
    wanted = list(getattr(model, "feature_names_in_", features.columns))
    missing = [name for name in wanted if name not in features]
    if missing:
        raise ValueError(
            f"The model needs {len(wanted)} features, of which {len(missing)} are missing: "
            f"{names(missing)}."
        )
    X = features[wanted]
    bad = X.columns[~np.isfinite(X.to_numpy(dtype=float, na_value=np.nan)).all(axis=0)]
    if len(bad):
        raise ValueError(
            f"Features must be finite numbers; {names(bad)} have missing or infinite values. "
            "Leave these rows out."
        )
    return X


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


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("files", nargs=-1, metavar="FILES...")
@table_option(required=False)
@cache_option
@jobs_option(1)
@timeout_option
def predict(
    model: Path,
    files: tuple[str, ...],
    output: Path | None,
    cache: Path | None,
    n_jobs: int,
    timeout: float,
) -> None:
    """Write the label that a MODEL gives to each of FILES, and the probability of every class.

    FILES are audio; without any, or with "-", their names are read from standard input, one in a
    line. They may also be one table: of utterances, as "skprognet read" writes it, or of features,
    as "skprognet extract" does. Files that cannot be used are named with the reason on standard
    error, the others are predicted, and the exit code is 1.
    """
    estimator, made = load_model(model), read_model_info(model)["metadata"].get("features")
    files, errors = read_names(files), ()
    table = read_table(Path(files[0])) if len(files) == 1 and is_table(files[0]) else None
    with tell_warnings():
        if table is not None and set(table) & set(getattr(estimator, "feature_names_in_", ())):
            check_same_extractor(table, files[0], made)
            utterances = features = table
        else:
            utterances = list_utterances(files)
            features, errors = extract(
                utterances, made, cache=cache, n_jobs=n_jobs, timeout=timeout
            )
    result = label(utterances, select(features, estimator), estimator)
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
