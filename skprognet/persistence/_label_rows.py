"""What a model says of rows of features, as a table: labels, probabilities, explanations."""

import pandas as pd

from skprognet.estimators import explain


def label_rows(model, X, *, explaining=False):
    """Return the label of each row, and the probability of every class.

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
        of features if they are asked for, with the index of X.
    """
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


def as_learned(model, X):
    """Return rows with the names of their features, if the model has learned names."""
    return X if hasattr(model, "feature_names_in_") else X.to_numpy()
