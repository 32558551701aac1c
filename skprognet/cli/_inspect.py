"""The verb that says what a model is."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
import numpy as np

from skprognet._scores import metric_name, monitor_label
from skprognet._tables import read_table
from skprognet._wording import printable
from skprognet.cli._extractors import describe as describe_extractor
from skprognet.cli._extractors import recorded_extractor
from skprognet.cli._messages import tell_warnings
from skprognet.cli._model_features import check_same_extractor, select
from skprognet.estimators import source_overlap
from skprognet.persistence import load_model, read_model_info
from skprognet.sources import as_source


def _describe_step(step):
    rows = np.max(getattr(step, "n_samples_seen_", 0))
    return {"class": type(step).__name__, "rows": int(rows) or None}


def _installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def validation_score(network: Any) -> float | None:
    """Return the score of the epoch that was kept, if rows were held out."""
    best = network.history_.iloc[network.best_epoch_ - 1]
    return float(best["valid_score"]) if "valid_score" in best else None


def describe_network(model: Any) -> dict[str, Any]:
    """Return what a network is, and those that it reads.

    Parameters
    ----------
    model : estimator
        Fitted; a pipeline counts as the network at its end.

    Returns
    -------
    dict
        ``class``, ``classes``, ``layers`` (widths, from the features to the output),
        ``activation``, ``sha256`` of the weights, ``random_state``; where it was trained by this
        package ``best_epoch``, ``epochs``, ``metric`` and ``validation_score``; and ``sources``,
        by name the same of each.
    """
    source = as_source(model)
    network, widths = source.network, source.layer_sizes()[-1]
    params = network.get_params(deep=False)
    told = {
        "class": type(network).__name__,
        "classes": network.classes_.tolist(),
        "layers": [network.n_features_in_, *widths, len(network.classes_)],
        "activation": params["activation"],
        "sha256": source.digest(),
        "random_state": params["random_state"] if _is_plain(params["random_state"]) else None,
    }
    if hasattr(network, "history_"):
        told |= {
            "best_epoch": network.best_epoch_,
            "epochs": len(network.history_),
            "metric": metric_name(network.monitor),
            "validation_score": validation_score(network),
        }
    sources = getattr(network, "sources_", [])
    return told | {"sources": {name: describe_network(source) for name, source in sources}}


def _is_plain(value):
    return value is None or isinstance(value, int)


def describe_model(path: Path, rows: Path | None = None) -> dict[str, Any]:
    """Return all that the file of a model says of it, as JSON can hold it.

    With a table of rows also which share of these the model, and each source, was trained on.
    """
    model, info = load_model(path), read_model_info(path)
    names = getattr(model, "feature_names_in_", None)
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "sha256": info["sha256"],
        "format_version": info["format_version"],
        "model": describe_network(model),
        "features": {
            "number": int(model.n_features_in_),
            "names": None if names is None else list(names),
            "made": recorded_extractor(info["metadata"]),
        },
        "normalisation": [_describe_step(step) for step in as_source(model).steps],
        "metadata": info["metadata"],
        "versions": {
            name: {"written": written, "here": _installed(name)}
            for name, written in info["versions"].items()
        },
        **({} if rows is None else {"rows": describe_rows(model, info["metadata"], rows)}),
    }


def describe_rows(model: Any, metadata: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return how many rows of features a table has, and which share of them a model knows.

    Raises
    ------
    ValueError
        If they are not the features that the model takes.
    """
    if not hasattr(model, "feature_names_in_"):
        raise ValueError(
            "The features of a table are found by their names, which this model does not know: it "
            "was trained on an array. Ask skprognet.estimators.source_overlap in Python."
        )
    table = read_table(path)
    check_same_extractor(table, str(path), recorded_extractor(metadata))
    shares = source_overlap(model, select(table, model))
    known = {name: None if np.isnan(share) else share for name, share in shares.items()}
    return {"file": str(path), "number": len(table), "known": known}


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
def inspect(model: Path, rows: Path | None, as_json: bool) -> None:
    """Say what a MODEL is: its classes, layers, sources, features, training and versions."""
    with tell_warnings():
        told = describe_model(model, rows)
    click.echo(json.dumps(told, indent=2) if as_json else format_model(told))


def format_model(told: dict[str, Any]) -> str:
    """Return what :func:`describe_model` does as a page of text."""
    metadata, features = told["metadata"], told["features"]
    rows = [
        ("Model", _in_words(told["model"], metadata.get("target"))),
        ("Classes", ", ".join(map(str, told["model"]["classes"]))),
        ("Layers", _layers(told["model"])),
        ("  SHA-256", f"{told['model']['sha256']} (weights)"),
        *_source_rows(told["model"]["sources"], metadata.get("sources", {})),
        ("Features", f"{features['number']}, {describe_extractor(features['made'])}"),
        *_feature_rows(features["names"]),
        ("Normalisation", _normalisation(told["normalisation"])),
        ("Training", _training(told["model"], metadata)),
        *_known_rows(told.get("rows")),
        ("Versions", ", ".join(_version(*pair) for pair in told["versions"].items())),
        ("File", f"{told['file']}, {told['bytes'] / 1e6:.1f} MB, format {told['format_version']}"),
        ("  SHA-256", f"{told['sha256']} (content)"),
    ]
    # A label or a name in the metadata may hold what would steer a terminal, or a line of its own.
    return "\n".join(printable(f"{name:14} {text}") for name, text in rows)


def _in_words(network, target):
    return network["class"] + (f" of {target}" if target else "")


def _layers(network):
    return f"{' - '.join(map(str, network['layers']))} ({network['activation']})"


def _source_rows(sources, origins, depth=1):
    """Yield the rows of all sources, those of a source after it."""
    for name, source in sources.items():
        origin = origins.get(name, {})
        where = ", ".join(f"{key} {value}" for key, value in origin.items() if key != "sha256")
        yield (
            "Source",
            f"{'  ' * (depth - 1)}{name}{f' ({where})' if where else ''}: "
            + (f"{source['class']}, {len(source['classes'])} classes, {_layers(source)}"),
        )
        yield "  SHA-256", f"{'  ' * (depth - 1)}{source['sha256']} (weights)"
        yield from _source_rows(source["sources"], {}, depth + 1)


def _feature_rows(names):
    if names is not None:
        yield "", f"from {names[0]!r} to {names[-1]!r}"


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
