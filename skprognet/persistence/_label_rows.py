"""What a model says of rows of features, as a table."""

import pandas as pd
from sklearn.base import is_regressor

from skprognet.estimators import FEATURES, SOURCE, explain, output_endings
from skprognet.sources import as_source


def label_rows(model, X, *, explaining=False):
    """Return the label of each row and the probability of every class, or its numbers.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        The features that it takes; there may be no rows.
    explaining : bool, default=False
        Whether to add what :func:`~skprognet.estimators.explain` says of each row.

    Returns
    -------
    DataFrame
        ``label`` and ``p_<class>`` for each class, and the changes without each source and group
        of features if they are asked for, with the index of X. Of a regressor ``predicted``, or
        ``predicted_0``, ``predicted_1`` and so on.
    """
    said = _numbers_of(model, X) if is_regressor(model) else _labels_of(model, X)
    if not explaining or X.empty:
        return said
    changes = explain(model, as_learned(model, X)).set_axis(X.index)
    return said.join(changes[[name for name in changes if name.startswith((SOURCE, FEATURES))]])


def _labels_of(model, X):
    """Return the most probable class of each row, and the probability of each class."""
    columns = [f"p_{name}" for name in model.classes_]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=["label", *columns])
    probabilities = model.predict_proba(as_learned(model, X))
    table = pd.DataFrame(probabilities, X.index, columns)
    table.insert(0, "label", model.classes_[probabilities.argmax(axis=1)])
    return table


def _numbers_of(model, X):
    """Return the numbers that a regressor predicts for each row, a column for each output."""
    n_outputs = as_source(model).column().layers[-1].out_features
    columns = [f"predicted{ending}" for ending in output_endings(n_outputs)]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=columns, dtype=float)
    numbers = model.predict(as_learned(model, X)).reshape(len(X), n_outputs)
    return pd.DataFrame(numbers, X.index, columns)


def as_learned(model, X):
    """Return rows with the names of their features, if the model has learned names."""
    return X if hasattr(model, "feature_names_in_") else X.to_numpy()
