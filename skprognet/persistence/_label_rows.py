"""What a model says of rows of features, as a table."""

import pandas as pd
from sklearn.base import is_regressor

from skprognet.estimators import explain
from skprognet.sources import network_of


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
    if is_regressor(model):
        return _numbers_of_rows(model, X, explaining)
    columns = [f"p_{name}" for name in model.classes_]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=["label", *columns])
    rows = as_learned(model, X)
    probabilities = model.predict_proba(rows)
    table = pd.DataFrame(probabilities, X.index, columns)
    table.insert(0, "label", model.classes_[probabilities.argmax(axis=1)])
    if not explaining:
        return table
    changes = explain(model, rows).drop(columns=["predicted", "log_probability"])
    return pd.concat([table, changes.set_axis(X.index)], axis=1)


def _numbers_of_rows(model, X, explaining):
    """Return the numbers that a regressor predicts for each row, a column for each output."""
    if explaining:
        raise ValueError(
            "Only the label of a classifier can be explained; the model is a "
            f"{type(network_of(model)).__name__}, which predicts numbers. Leave explaining out."
        )
    n_outputs = len(network_of(model).target_mean_)
    columns = ["predicted"] if n_outputs == 1 else [f"predicted_{k}" for k in range(n_outputs)]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=columns, dtype=float)
    numbers = model.predict(as_learned(model, X)).reshape(len(X), n_outputs)
    return pd.DataFrame(numbers, X.index, columns)


def as_learned(model, X):
    """Return rows with the names of their features, if the model has learned names."""
    return X if hasattr(model, "feature_names_in_") else X.to_numpy()
