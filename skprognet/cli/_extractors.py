"""What made the features of a table: three columns that go wherever its rows go."""

from importlib.metadata import version
from pathlib import Path

import pandas as pd

from skprognet._wording import printable
from skprognet.features import OpenSmileFeatures
from skprognet.features._choice import EXTRACTOR
from skprognet.features._feature_sets import config_digest, find_config, is_built_in

COLUMNS = ("feature_set", "sampling_rate", EXTRACTOR)
# What tools/make_emodb.py says of the data in the package.
SHIPPED_WITH = {
    "feature_set": "eGeMAPSv02",
    "sampling_rate": 16_000,
    EXTRACTOR: "opensmile 2.6.0",
}


def describe_extractor(features: OpenSmileFeatures) -> dict[str, object]:
    """Return what the features depend on beside the audio.

    Parameters
    ----------
    features : OpenSmileFeatures
        What makes them.

    Returns
    -------
    dict
        feature_set, sampling_rate (Hz) and extractor, the software; the feature set is a name or,
        if it is a configuration file, its path, and then the extractor has its SHA-256 too.
    """
    feature_set, extractor = str(features.feature_set), f"opensmile {version('opensmile')}"
    if feature_set.endswith(".conf"):
        config = find_config(feature_set)
        feature_set = str(config)
        extractor += f", configuration {config_digest(config)}"
    return dict(zip(COLUMNS, (feature_set, features.sampling_rate, extractor), strict=True))


def find_extractor(table: pd.DataFrame, path: object) -> dict[str, object] | None:
    """Return what made the features of a table, or None if it does not say.

    Raises
    ------
    ValueError
        If not all rows were made in one way.
    """
    if not set(COLUMNS) <= set(table.columns):
        return None
    ways = table[[*COLUMNS]].drop_duplicates()
    if len(ways) != 1:
        raise ValueError(
            f"All features of a table must have been made in one way; in {str(path)!r} there are "
            f"{len(ways)}: {'; '.join(map(describe, ways.to_dict('records')))}. Extract them anew."
        )
    feature_set, sampling_rate, extractor = ways.iloc[0]
    return dict(zip(COLUMNS, (feature_set, int(sampling_rate), extractor), strict=True))


def recorded_extractor(metadata: dict[str, object]) -> dict[str, object] | None:
    """Return what made the features of a model, as its file says, or None if it does not say.

    Raises
    ------
    ValueError
        If what the file says is of another form; anyone can write such a file.
    """
    made = metadata.get("features")
    if made is None:
        return None
    kinds = dict(zip(COLUMNS, (str, int, str), strict=True))
    if not isinstance(made, dict) or {name: type(v) for name, v in made.items()} != kinds:
        raise ValueError(
            f"The file of a model says of its features {', '.join(COLUMNS)}, or nothing; this one "
            f"says {made!r:.200}. Train it again."
        )
    return made


def choose_feature_set(made: dict[str, object], chosen: Path | None) -> str:
    """Return the feature set to extract for a model: never a file that only the model names.

    A configuration of openSMILE may write any file, and a model may come from a stranger.

    Parameters
    ----------
    made : dict
        What made the features of the model, as its file says.
    chosen : Path or None
        The configuration file that the user asks for.

    Returns
    -------
    str
        The name of a feature set in openSMILE, or the path that the user gave.

    Raises
    ------
    ValueError
        If the user's configuration is not the one that the model learned from, or there is none
        though the model learned from one.
    """
    wanted = _recorded_digest(made)
    if is_built_in(made["feature_set"]):
        if chosen is not None:
            raise ValueError(
                f"The model learned from {made['feature_set']}, which openSMILE has; leave "
                f"--configuration {str(chosen)!r} out."
            )
        return str(made["feature_set"])
    if chosen is None:
        raise ValueError(
            "The model learned from features of the openSMILE configuration "
            f"{made['feature_set']!r}, and a configuration that a model names is never run. If "
            "you trust that file, name it with --configuration; or give a table of features."
        )
    found = config_digest(find_config(chosen))
    if found != wanted:
        raise ValueError(
            f"The openSMILE configuration must be the one that the model learned from, of SHA-256 "
            f"{wanted}; {str(chosen)!r} has {found}. Look for the original file, and those that "
            "it includes."
        )
    return str(chosen)


def same_features(one: dict[str, object], other: dict[str, object]) -> bool:
    """Return whether features were made by the same feature set at the same rate.

    A configuration file counts by its content, wherever it lies.
    """
    sets = [_recorded_digest(made) or made["feature_set"] for made in (one, other)]
    return sets[0] == sets[1] and one["sampling_rate"] == other["sampling_rate"]


def _recorded_digest(made):
    """Return the SHA-256 of the configuration that made features, or None."""
    _, found, digest = str(made[EXTRACTOR]).rpartition(", configuration ")
    return digest if found else None


def describe(made: dict[str, object] | None) -> str:
    """Return in words what made features."""
    if made is None:
        return "of unknown origin"
    return printable(f"{made['feature_set']} at {made['sampling_rate']} Hz by {made[EXTRACTOR]}")
