"""The verb that says what a model is."""

import json
from pathlib import Path
from typing import Any

import click

from skprognet._table_metric import loss_label, monitor_label
from skprognet._wording import count, printable
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.features import FeatureOrigin
from skprognet.persistence import describe_model, model_card
from skprognet.results import read_scores


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--rows",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="TABLE",
    help="Say how many rows of this table of features the model, and each of its sources, was "
    "trained on. A score on such rows is no honest one.",
)
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
@click.option(
    "--card",
    is_flag=True,
    help="Its card in Markdown: data, training, scores, licences, what it is and is not for.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path),
    metavar="RESULTS.csv",
    help="With --card: the results of a study of such networks, for the section on evaluation.",
)
def inspect(
    model: Path, rows: Path | None, as_json: bool, card: bool, scores: Path | None
) -> None:
    """Say what a MODEL is: what it predicts, its layers, sources, features, training, versions."""
    if card and (as_json or rows):
        raise click.UsageError("--card is a page of its own; leave --json and --rows out.")
    if scores is not None and not card:
        raise click.UsageError("--scores is for the card of a model; add --card.")
    if card:
        measured = None if scores is None else read_scores(scores)
        click.echo(on_terminal(model_card(model, scores=measured)), nl=False)
        return
    with tell_warnings():
        told = describe_model(model, rows)
    click.echo(json.dumps(told, indent=2) if as_json else format_model(told))


def format_model(told: dict[str, Any]) -> str:
    """Return what :func:`describe_model` does as a page of text."""
    metadata, features = told["metadata"], told["features"]
    rows = [
        ("Model", _in_words(told["model"], metadata.get("target"))),
        _predicted_row(told["model"]),
        *_scale_rows(told["model"]),
        ("Layers", _layers(told["model"])),
        ("  SHA-256", f"{told['model']['sha256']} (weights)"),
        *_source_rows(told["model"]["sources"], metadata.get("sources", {})),
        ("Features", f"{features['number']}, {_origin(features['made'])}"),
        *_feature_rows(features["names"]),
        *_speech_model_rows(features["made"]),
        ("Normalisation", _normalisation(told["normalisation"])),
        ("Training", _training(told["model"], metadata)),
        *_known_rows(told.get("rows")),
        ("Versions", ", ".join(_version(*pair) for pair in told["versions"].items())),
        ("File", f"{told['file']}, {told['bytes'] / 1e6:.1f} MB, format {told['format_version']}"),
        ("  SHA-256", f"{told['sha256']} (content)"),
    ]
    # A label or a name in the metadata may hold what would steer a terminal, or a line of its own.
    return "\n".join(printable(f"{name:14} {text}") for name, text in rows)


def _origin(made):
    return "of unknown origin" if made is None else FeatureOrigin(**made)


def _in_words(network, target):
    return network["class"] + (f" of {target}" if target else "")


def _predicted_row(network):
    """Return what a network predicts: classes, or how many numbers of each row."""
    if network["classes"] is None:
        return "Predicts", count(range(network["layers"][-1]), "number") + " (regression)"
    return "Classes", ", ".join(map(str, network["classes"]))


def _scale_rows(network):
    """Yield the loss of a regressor, and what it standardises each number by."""
    if "loss" not in network:
        return
    yield "Loss", f"{loss_label(network['loss'])} of standardised numbers"
    for each in network["scale"]:
        yield "", f"mean {each['mean']:.4g}, standard deviation {each['standard_deviation']:.4g}"


def _layers(network):
    return f"{' - '.join(map(str, network['layers']))} ({network['activation']})"


def _source_rows(sources, origins, depth=1):
    """Yield the rows of all sources, those of a source after it."""
    for name, source in sources.items():
        origin = origins.get(name, {})
        where = ", ".join(f"{key} {value}" for key, value in origin.items() if key != "sha256")
        yield (
            "Source",
            f"{'  ' * (depth - 1)}{name}{f' ({where})' if where else ''}: {_source(source)}",
        )
        of = "weights" if "classes" in source else "digest"
        yield "  SHA-256", f"{'  ' * (depth - 1)}{source['sha256']} ({of})"
        yield from _source_rows(source["sources"], {}, depth + 1)


def _source(source):
    """Return what a source is: a network, or layers that were computed before."""
    if "classes" in source:
        said = "numbers" if source["classes"] is None else f"{len(source['classes'])} classes"
        return f"{source['class']}, {said}, {_layers(source)}"
    columns = [" - ".join(map(str, widths)) for widths in source["layers"]]
    names = source.get("layer_names", ())
    return f"{source['class']}, {' and '.join(columns)}" + (
        f" ({', '.join(names)})" if names else ""
    )


def _feature_rows(names):
    if names is not None:
        yield "", f"from {names[0]!r} to {names[-1]!r}"


def _speech_model_rows(made):
    """Yield the SHA-256 of each speech model whose layers are among the features."""
    for name, digest in (FeatureOrigin(**made).speech_models if made else {}).items():
        yield "  SHA-256", f"{digest} (weights of {name})"


def _normalisation(steps):
    if not steps:
        return "none in the model"
    return ", ".join(
        step["class"] + (f" of {step['rows']} training rows" if step["rows"] else "")
        for step in steps
    )


def _training(network, metadata):
    table = metadata.get("table")
    parts = [f"{table['rows']} rows of {table['name']}"] if table else []
    if network["random_state"] is not None:
        parts.append(f"seed {network['random_state']}")
    parts.append(f"best epoch {network['best_epoch']} of {network['epochs']}")
    if network["validation_score"] is not None:
        how = metadata.get("validation", "held-out rows")
        label = monitor_label(network["metric"])
        parts.append(f"validation {label} {network['validation_score']:.3f} ({how})")
    return ", ".join(parts)


def _known_rows(rows):
    """Yield what each network knows of the rows of a table, if there is one."""
    if rows is None:
        return
    yield "Rows", f"{rows['number']} of {rows['file']}, of which were in training:"
    for name, share in rows["known"].items():
        known = "unknown" if share is None else f"{100 * share:.3g} %"
        yield "", f"{'by the model itself' if name == 'own' else f'by source {name}'}: {known}"


def _version(name, versions):
    here = "" if versions["here"] == versions["written"] else f" (here {versions['here']})"
    return f"{name} {versions['written']}{here}"
