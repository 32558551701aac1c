"""Whether the features of a table are those that a model takes."""

from typing import Any

import numpy as np
import pandas as pd

from skprognet._wording import first_few
from skprognet.cli._extractors import describe, find_extractor, same_features


def check_same_extractor(table: pd.DataFrame, path: str, made: dict[str, Any] | None) -> None:
    """Raise unless the features of a table are of the set and rate that the model learned from."""
    here = find_extractor(table, path)
    if here is None or made is None:
        return
    if not same_features(here, made):
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
            f"{first_few(missing)}."
        )
    X = features[wanted]
    bad = X.columns[~np.isfinite(X.to_numpy(dtype=float, na_value=np.nan)).all(axis=0)]
    if len(bad):
        raise ValueError(
            f"Features must be finite numbers; {first_few(bad)} have missing or infinite values. "
            "Leave these rows out."
        )
    return X
