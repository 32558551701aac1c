"""The verb that trains one network on all rows of a table and keeps it."""

from pathlib import Path
from typing import Any

import click
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skprognet._checks import check_no_ratings
from skprognet._files import check_folder, sha256
from skprognet._labels import label_remarks
from skprognet._scores import metric_name, monitor_label
from skprognet.cli._extractors import SHIPPED_WITH, describe, find_extractor
from skprognet.cli._inspect import validation_score
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.cli._named_tables import (
    check_there,
    find_file,
    is_shipped,
    read_named,
    split_features,
)
from skprognet.cli._options import (
    SeveralValues,
    check_no_input,
    features_option,
    seed_option,
)
from skprognet.cli._study_options import duplicates_option, network_options
from skprognet.estimators import (
    DNNClassifier,
    FineTunedClassifier,
    ProgressiveClassifier,
    check_estimator_parameters,
)
from skprognet.experiments._duplicates import Table, settle_duplicates
from skprognet.persistence import load_model, read_model_info, save_model
from skprognet.sources import network_of

METHODS = {
    "dnn": DNNClassifier,
    "fine-tuned": FineTunedClassifier,
    "progressive": ProgressiveClassifier,
}


def check_sources(method: str, sources: tuple[str, ...], target: str) -> None:
    """Raise a usage error unless the method takes that many sources, none of them its target."""
    wanted = {"dnn": "no --source", "fine-tuned": "one --source", "progressive": "a --source"}
    fits = {
        "dnn": not sources,
        "fine-tuned": len(sources) == 1,
        "progressive": bool(sources),
    }
    if not fits[method]:
        raise click.UsageError(f"--method {method} takes {wanted[method]}; got {len(sources)}.")
    if target in sources:
        raise click.UsageError(f"--source must be another task than --target; both are {target}.")


def load_source(name: str, table: str) -> tuple[str, Any]:
    """Return what to call a model that serves as a source, and its network.

    The network alone, without the normalisation that was stored with it: it reads the rows as they
    are normalised here, each corpus by its own mean and variance, as in the paper.

    Raises
    ------
    ValueError
        If it is neither a column nor a model that "skprognet train" wrote.
    """
    if not Path(name).is_file():
        raise ValueError(
            f"--source must be a column of {table!r} or the file of a model; {name!r} is neither."
        )
    model = load_model(name)
    steps = [type(step) for _, step in getattr(model, "steps", [])]
    if steps and steps[:-1] != [StandardScaler]:
        raise ValueError(
            "A source must be a network, alone or behind a StandardScaler, as 'skprognet train' "
            f"writes it; {name!r} is a pipeline of {', '.join(step.__name__ for step in steps)}."
        )
    return Path(name).stem, network_of(model)


def choose_groups(
    labels: pd.DataFrame, target: str, speaker: str, validation: str | None
) -> pd.Series | None:
    """Return the speakers that validation is to keep apart, or None to stratify by class.

    They can be kept apart if each class is spoken by two of them at least, which leaves out the
    task of telling speakers themselves.

    Raises
    ------
    ValueError
        If it is asked for and they cannot.
    """
    if validation == "stratified":
        return None
    if speaker not in labels:
        reason = "it is missing"
    elif labels[speaker].isna().any():
        reason = f"{labels[speaker].isna().sum()} of {len(labels)} rows have none"
    else:
        by_class = labels.groupby(target)[speaker].nunique()
        if by_class.min() > 1:
            return labels[speaker]
        reason = f"{by_class.idxmin()!r} of {target!r} has one only"
    if validation == "speaker-independent":
        raise ValueError(
            "Validation by other speakers needs two or more in each class, from the column "
            f"{speaker!r}; {reason}. Name another one with --speaker, or choose --validation "
            "stratified."
        )
    return None


def make_networks(method: str, given: dict[str, Any], seed: int) -> tuple[Any, Any]:
    """Return an unfitted network of the method, and one for the sources to be trained first.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """
    given = {name: value for name, value in given.items() if value not in (None, ())}
    # A source without a seed gets one of its own from that of the network that reads it.
    network, source = METHODS[method](**given, random_state=seed), DNNClassifier(**given)
    check_estimator_parameters(source)
    return network, source


def check_classes(y: pd.Series, table: str) -> None:
    """Raise unless there are classes, and rows of each to train on and to choose the epoch by."""
    counts = y.value_counts()
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(
            "There must be two classes or more, each with two rows or more; in the column "
            f"{y.name!r} of {table!r} there are {counts.to_dict()}."
        )


def settle(
    X: pd.DataFrame, labels: pd.DataFrame, columns: list[str], speaker: str, duplicates: str
) -> Table:
    """Return the rows to train on: no copies of a recording, and classes in each column.

    Raises
    ------
    ValueError
        If there are copies, or a column has ratings.
    """
    for name in columns:
        if name != speaker:
            check_no_ratings(name, labels[name], text=True)
    return settle_duplicates({"": (X, labels)}, columns, speaker, duplicates)[""]


def fit(
    X: pd.DataFrame,
    y: pd.Series,
    network: Any,
    groups: pd.Series | None,
    source_y: pd.DataFrame | None,
) -> Pipeline:
    """Return a network behind the normalisation of its training rows, both fitted."""
    # With names, so that a network that serves as a source finds its features by them.
    scaler = StandardScaler().set_output(transform="pandas")
    options = {"groups": groups, "source_y": source_y}
    options = {f"network__{name}": v for name, v in options.items() if v is not None}
    return Pipeline([("scaler", scaler), ("network", network)]).fit(X, y, **options)


def _check_output(ctx: click.Context, param: click.Parameter, path: Path) -> Path:
    check_folder(path.parent)
    return path


@click.command(cls=SeveralValues)
@click.argument("table")
@click.option(
    "--target", default="emotion", show_default=True, help="Column that is to be recognised."
)
@click.option("--method", default="dnn", show_default=True, type=click.Choice(list(METHODS)))
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="COLUMN|MODEL...",
    help="What the network learns from: a column, on which a network is trained first, or a model "
    "of this command.",
)
@click.option(
    "--speaker",
    show_default="speaker",
    help="Column of the speakers, whom validation keeps apart.",
)
@click.option(
    "--validation",
    type=click.Choice(["speaker-independent", "stratified"]),
    help="A tenth of the rows chooses the epoch: other speakers, or a tenth of each class.  "
    "[default: other speakers, if each class has several]",
)
@duplicates_option
@seed_option
@network_options()
@features_option
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_check_output,
    help="The file of the model.",
)
def train(
    table: str,
    target: str,
    method: str,
    sources: tuple[str, ...],
    speaker: str | None,
    validation: str | None,
    duplicates: str,
    seed: int,
    features: tuple[str, ...],
    output: Path,
    **network,
) -> None:
    """Train a network on all rows of TABLE and keep it, with its normalisation and sources.

    TABLE is what "skprognet extract" writes, or any CSV, Parquet or Feather file with features and
    labels, or "emodb". The model is for "skprognet predict", or a --source of another one.
    """
    check_sources(method, sources, target)
    check_no_input(output, [table, *sources])
    frame = read_named(table, [target, speaker or "speaker", *sources])
    if speaker is not None:
        check_there(frame, speaker, table)
    speaker = speaker or "speaker"
    columns = [name for name in sources if name in frame]
    models = {name: load_source(name, table) for name in sources if name not in columns}
    X, labels = split_features(frame, table, [target, *columns], features, [speaker], [speaker])
    for name in {target, *columns} - {speaker}:
        for remark in label_remarks(name, labels[name]):
            click.echo(on_terminal(f"Warning: {remark}"), err=True)
    with tell_warnings():
        rows = settle(X, labels, [target, *columns], speaker, duplicates)
    X, labels = rows.X, rows.labels
    check_classes(labels[target], table)
    groups = choose_groups(labels, target, speaker, validation)

    classifier, fresh = make_networks(method, network, seed)
    if sources:
        classifier.source = [models.get(name, (name, fresh)) for name in sources]
    with tell_warnings():
        model = fit(X, labels[target], classifier, groups, labels[columns] if columns else None)
    origin = {"name": Path(table).name, "sha256": sha256(find_file(table)), "rows": len(X)}
    metadata = {
        "target": target,
        "features": SHIPPED_WITH if is_shipped(table) else find_extractor(frame, table),
        "table": origin | ({"dropped_rows": rows.dropped} if rows.dropped else {}),
        "validation": "stratified" if groups is None else "speaker-independent",
        "sources": {name: {"column": name} for name in columns} | _origins(models),
    }
    save_model(model, output, metadata=metadata)
    click.echo(on_terminal(_summary(model, metadata, output, table)))


def _origins(models):
    """Return for each source that was a file which file it was."""
    return {
        source: {"model": Path(name).name, "sha256": read_model_info(name)["sha256"]}
        for name, (source, _) in models.items()
    }


def _summary(model: Pipeline, metadata: dict[str, Any], output: Path, table: str) -> str:
    """Return what was trained, how well it did on the rows that chose its epoch, and what next."""
    network, made = model[-1], describe(metadata["features"])
    origins, left_out = metadata["sources"], len(metadata["table"].get("dropped_rows", ()))
    tasks = " ".join(name for name, origin in origins.items() if "column" in origin)
    apart = metadata["validation"] == "speaker-independent"
    score = monitor_label(metric_name(network.monitor))
    held_out = "speakers that did not train" if apart else "a tenth of each class"
    return (
        f"{type(network).__name__} of {metadata['target']} ({', '.join(network.classes_)})"
        f"{' from ' + ', '.join(origins) if origins else ''}, trained on "
        f"{metadata['table']['rows']} rows"
        f"{f' ({left_out} left out as copies of others)' if left_out else ''}, features {made}.\n"
        f"Best epoch {network.best_epoch_} of {len(network.history_)}, by the {score} on "
        f"{held_out}: {validation_score(network):.3f}.\n"
        f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB).\n"
        f"This {score} chose the epoch, so that it is no estimate for new speakers. That is:\n"
        f"  skprognet tasks {table} --target {metadata['target']} --sources {tasks or 'COLUMN'} "
        "--folds-by speaker-independent --output results"
    )
