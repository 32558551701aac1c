"""What the verb train says when it is done: what was trained, how well, and what comes next."""

from pathlib import Path
from typing import Any

from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline

from skprognet._table_metric import monitor_label
from skprognet.features import FeatureOrigin
from skprognet.persistence import describe_network


def training_summary(
    model: Pipeline, metadata: dict[str, Any], output: Path, table: str, given: str
) -> str:
    """Return what was trained, how well it did on the rows that chose its epoch, and what next.

    Parameters
    ----------
    model : Pipeline
        The normalisation and the network.
    metadata : dict
        What the file of the model records.
    output : Path
        The file.
    table : str
        The table, as it was given.
    given : str
        Options that a study would need as well, as they stand on a command line.
    """
    network, made = model[-1], metadata["features"]
    told = describe_network(network)
    made = "of unknown origin" if made is None else FeatureOrigin(**made)
    origins, left_out = metadata["sources"], len(metadata["table"].get("dropped_rows", ()))
    options = f"{_study_options(origins)} {given}".strip()
    score = monitor_label(told["metric"])
    learned, held_out = _numbers(network) if is_regressor(network) else _classes(network)
    if metadata["validation"] == "speaker-independent":
        held_out = "speakers that did not train"
    return (
        f"{type(network).__name__} of {metadata['target']} ({learned})"
        f"{' from ' + ', '.join(origins) if origins else ''}, trained on "
        f"{metadata['table']['rows']} rows"
        f"{f' ({left_out} left out as copies of others)' if left_out else ''}, features {made}.\n"
        f"Best epoch {network.best_epoch_} of {len(network.history_)}, by the {score} on "
        f"{held_out}: {told['validation_score']:.3f}.\n"
        f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB).\n"
        f"This {score} chose the epoch, so that it is no estimate for new speakers. That is:\n"
        f"  skprognet tasks {table} --target {metadata['target']} {options} "
        "--folds-by speaker-independent --output results"
    )


def _classes(network):
    """Return in words what a classifier learned, and which rows chose its epoch."""
    return ", ".join(map(str, network.classes_)), "a tenth of each class"


def _numbers(network):
    """Return the same of a regressor: mean and spread of the rows that trained it."""
    mean, spread = network.target_mean_[0], network.target_std_[0]
    return f"numbers of mean {mean:.3g} and spread {spread:.3g}", "a tenth of the rows"


def _study_options(origins):
    """Return the options of a study that has the sources of a model, where it can have them."""
    kinds = {"--sources": "column", "--layers": "layers"}
    named = {
        option: [name for name, origin in origins.items() if kind in origin]
        for option, kind in kinds.items()
    }
    given = [" ".join([option, *names]) for option, names in named.items() if names]
    return " ".join(given) or "--sources COLUMN"
