"""The summary that the verb train prints: what was trained, how well, and what comes next."""

import shlex
from pathlib import Path
from typing import Any

from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline

from skprognet._table_metric import monitor_label, score_named
from skprognet.features import FeatureOrigin
from skprognet.persistence import describe_network


def training_summary(
    model: Pipeline, metadata: dict[str, Any], output: Path, table: str, speaker: str, options: str
) -> str:
    """Return what was trained, its score on the rows that chose its epoch, and what comes next.

    Parameters
    ----------
    model : Pipeline
        The normalisation and the network.
    metadata : dict
        What the model file records.
    output : Path
        The model file.
    table : str
        The table, as named on the command line.
    speaker : str
        The column of the speakers.
    options : str
        Options of the command that a study needs as well, as written on a command line.
    """
    network, origin = model[-1], metadata["features"]
    description = describe_network(network)
    origin = "of unknown origin" if origin is None else FeatureOrigin(**origin)
    sources, left_out = metadata["sources"], len(metadata["table"].get("dropped_rows", ()))
    options = f"{_study_options(sources)} {options}".strip()
    data = shlex.join([table, "--target", metadata["target"]])
    score = monitor_label(score_named(description["metric"]))
    learned, held_out = _numbers(network) if is_regressor(network) else _classes(network)
    if metadata["validation"] == "speaker-independent":
        held_out = "other speakers"
    # No network can recognise speakers that it does not know.
    new_speakers = " --folds-by speaker-independent" if metadata["target"] != speaker else ""
    return (
        f"{type(network).__name__} of {metadata['target']} ({learned})"
        f"{' from ' + ', '.join(sources) if sources else ''}, trained on "
        f"{metadata['table']['rows']} rows"
        f"{f' ({left_out} left out as copies of others)' if left_out else ''}, features "
        f"{origin}.\n"
        f"Best epoch {network.best_epoch_} of {len(network.history_)}, by the {score} on "
        f"{held_out}: {description['validation_score']:.3f}.\n"
        f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB).\n"
        f"This {score} chose the epoch, so it does not estimate the score on new speakers. For "
        "an estimate, run:\n"
        f"  skprognet tasks {data} {options}{new_speakers} --output results"
    )


def _classes(network):
    """Return in words what a classifier learned, and which rows chose its epoch."""
    return ", ".join(map(str, network.classes_)), "a tenth of each class"


def _numbers(network):
    """Return in words what a regressor learned, and which rows chose its epoch."""
    mean, spread = network.target_mean_[0], network.target_std_[0]
    return f"numbers of mean {mean:.3g} and spread {spread:.3g}", "a tenth of the rows"


def _study_options(sources):
    """Return the options of a study with the same sources, as far as a study can have them."""
    kinds = {"--sources": "column", "--layers": "layers"}
    named = {
        option: [name for name, source in sources.items() if kind in source]
        for option, kind in kinds.items()
    }
    options = [shlex.join([option, *names]) for option, names in named.items() if names]
    return " ".join(options) or "--sources COLUMN"
