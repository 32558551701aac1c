"""The rows that a model reads: the part that reads them first, and a row to try the model with."""

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skprognet._checks import check_number
from skprognet.persistence._fitted_state import MOST_FEATURES


def reader_of(model):
    """Return the part of a fitted model that reads its rows first and may know their names.

    scikit-learn's Pipeline asks its first step only, which may be "passthrough".
    """
    if isinstance(model, FrozenEstimator):
        return reader_of(model.estimator)
    if hasattr(model, "best_estimator_"):
        return reader_of(model.best_estimator_)
    if isinstance(model, Pipeline):
        return reader_of(next(step for _, step in model.steps if hasattr(step, "get_params")))
    return model


def one_row(estimator):
    """Return a row for a fitted estimator: numbers evenly spread between -1 and 1."""
    estimator = reader_of(estimator)
    if not hasattr(estimator, "n_features_in_"):
        raise TypeError(
            "The first step of a model must know its number of features, n_features_in_; got "
            f"{type(estimator).__name__} without it. Set it in fit, or put a StandardScaler first."
        )
    check_number("n_features_in_", estimator.n_features_in_, "integer", low=1, high=MOST_FEATURES)
    row = np.linspace(-1, 1, estimator.n_features_in_)[np.newaxis]
    names = getattr(estimator, "feature_names_in_", None)
    return row if names is None else pd.DataFrame(row, columns=names)


def as_learned(model, X):
    """Return rows with the names of their features if the model knows names."""
    return X if hasattr(reader_of(model), "feature_names_in_") else X.to_numpy()
