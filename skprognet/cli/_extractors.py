"""What made the features of a table: three columns that go wherever its rows go."""

from importlib.metadata import version

import pandas as pd

from skprognet.features import OpenSmileFeatures
from skprognet.features._feature_sets import config_digest, find_config

EXTRACTOR = "extractor"
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


def describe(made: dict[str, object] | None) -> str:
    """Return in words what made features."""
    if made is None:
        return "of unknown origin"
    return f"{made['feature_set']} at {made['sampling_rate']} Hz by {made[EXTRACTOR]}"
