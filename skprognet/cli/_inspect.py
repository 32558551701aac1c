"""The verb that describes a model."""

import json
from pathlib import Path
from typing import Any

import click

from skprognet._table_metric import loss_label, monitor_label, score_named
from skprognet._wording import count, moments_in_words, printable
from skprognet.cli._messages import on_terminal, print_warnings
from skprognet.features import FeatureOrigin
from skprognet.persistence import describe_model, model_card
from skprognet.results import read_scores


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--rows",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="TABLE",
    help="Also say what share of the rows of this table of features the model and each source "
    "were trained on. A score on these rows would be too high.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for programs.")
@click.option(
    "--card",
    is_flag=True,
    help="Print a model card in Markdown: data, training, scores, licences, and what the model is "
    "and is not for.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path),
    metavar="RESULTS.csv",
    help="With --card: results of a study of such networks, for the section on evaluation.",
)
def inspect(
    model: Path, rows: Path | None, as_json: bool, card: bool, scores: Path | None
) -> None:
    """Describe a MODEL: what it predicts, its layers, sources, features, training, versions."""
    if card and (as_json or rows):
        raise click.UsageError("--card excludes --json and --rows. Leave them out.")
    if scores is not None and not card:
        raise click.UsageError("--scores is for the model card. Add --card.")
    if card:
        measured = None if scores is None else read_scores(scores)
        click.echo(on_terminal(model_card(model, scores=measured)), nl=False)
        return
    with print_warnings():
        description = describe_model(model, rows)
    click.echo(json.dumps(description, indent=2) if as_json else format_model(description))


def format_model(description: dict[str, Any]) -> str:
    """Return the dict of :func:`describe_model` as a page of text."""
    metadata, features = description["metadata"], description["features"]
    network = description["model"]
    rows = [
        ("Model", _in_words(network, metadata.get("target"))),
        _predicted_row(network),
        *_scale_rows(network),
        ("Layers", _layers(network)),
        ("  SHA-256", f"{network['sha256']} (weights)"),
        *_source_rows(network["sources"], _recorded(metadata, "sources")),
        ("Features", f"{features['number']}, {_origin(features['origin'])}"),
        *_feature_rows(features["names"]),
        *_speech_model_rows(features["origin"]),
        ("Normalisation", _normalisation(description["normalisation"])),
        ("Training", _training(network, metadata)),
        *_known_rows(description.get("rows")),
        ("Versions", ", ".join(_version(*pair) for pair in description["versions"].items())),
        ("File", _file(description)),
        ("  SHA-256", f"{description['sha256']} (content)"),
    ]
    # Labels and names in the metadata may hold line breaks or codes that control a terminal.
    return "\n".join(printable(f"{name:14} {text}") for name, text in rows)


def _recorded(metadata, name):
    """Return a dict from the metadata, or an empty one if it is missing or is not a dict."""
    value = metadata.get(name)
    return value if isinstance(value, dict) else {}


def _file(description):
    size = f"{description['bytes'] / 1e6:.1f} MB"
    return f"{description['file']}, {size}, format {description['format_version']}"


def _origin(origin):
    return "of unknown origin" if origin is None else FeatureOrigin(**origin)


def _in_words(network, target):
    return network["class"] + (f" of {target}" if target else "")


def _predicted_row(network):
    """Return what a network predicts: its classes, or how many numbers for each row."""
    if network["classes"] is None:
        return "Predicts", count(range(network["layers"][-1]), "number") + " (regression)"
    return "Classes", ", ".join(map(str, network["classes"]))


def _scale_rows(network):
    """Yield the loss of a regressor, and the moments by which it standardises each number."""
    if "loss" not in network:
        return
    yield "Loss", f"{loss_label(network['loss'])} of standardised numbers"
    for moments in network["scale"]:
        yield "", moments_in_words(moments)


def _layers(network):
    return f"{' - '.join(map(str, network['layers']))} ({network['activation']})"


def _source_rows(sources, origins, depth=1):
    """Yield the rows of all sources; the sources of a source follow it."""
    for name, source in sources.items():
        origin = _recorded(origins, name)
        where = ", ".join(f"{key} {value}" for key, value in origin.items() if key != "sha256")
        yield (
            "Source",
            f"{'  ' * (depth - 1)}{name}{f' ({where})' if where else ''}: {_source(source)}",
        )
        hashed = "weights" if "classes" in source else "digest"
        yield "  SHA-256", f"{'  ' * (depth - 1)}{source['sha256']} ({hashed})"
        yield from _source_rows(source["sources"], {}, depth + 1)


def _source(source):
    """Return what a source is: a network, or layers that were computed before."""
    if "classes" in source:
        predicts = "numbers" if source["classes"] is None else f"{len(source['classes'])} classes"
        return f"{source['class']}, {predicts}, {_layers(source)}"
    columns = [" - ".join(map(str, widths)) for widths in source["layers"]]
    names = source.get("layer_names", ())
    return f"{source['class']}, {' and '.join(columns)}" + (
        f" ({', '.join(names)})" if names else ""
    )


def _feature_rows(names):
    if names is not None:
        yield "", f"from {names[0]!r} to {names[-1]!r}"


def _speech_model_rows(origin):
    """Yield the SHA-256 of each speech model whose layers are among the features."""
    for name, digest in (FeatureOrigin(**origin).speech_models if origin else {}).items():
        yield "  SHA-256", f"{digest} (weights of {name})"


def _normalisation(steps):
    if not steps:
        return "none in the model"
    return ", ".join(
        step["class"] + (f" of {step['rows']} training rows" if step["rows"] else "")
        for step in steps
    )


def _training(network, metadata):
    table = _recorded(metadata, "table")
    parts = [f"{table['rows']} rows of {table['name']}"] if {"rows", "name"} <= set(table) else []
    if network["random_state"] is not None:
        parts.append(f"seed {network['random_state']}")
    parts.append(f"best epoch {network['best_epoch']} of {network['epochs']}")
    if network["validation_score"] is not None:
        held_out = metadata.get("validation", "held-out rows")
        label = monitor_label(score_named(network["metric"]))
        parts.append(f"validation {label} {network['validation_score']:.3f} ({held_out})")
    return ", ".join(parts)


def _known_rows(rows):
    """Yield the share of a table's rows that each network was trained on, if there is a table."""
    if rows is None:
        return
    yield "Rows", f"{rows['number']} of {rows['file']}; share that was in the training:"
    for name, share in rows["known"].items():
        known = "unknown" if share is None else f"{100 * share:.3g} %"
        yield "", f"{'of the model itself' if name == 'own' else f'of source {name}'}: {known}"


def _version(name, versions):
    here = "" if versions["here"] == versions["written"] else f" (here {versions['here']})"
    return f"{name} {versions['written']}{here}"
