"""Predict rows of features and return a table."""

import pandas as pd
from sklearn.base import is_regressor

from skprognet.estimators import FEATURES, SOURCE, explain, output_endings
from skprognet.persistence._rows_of_a_model import as_learned
from skprognet.sources import as_source


def label_rows(model, X, *, explaining=False):
    """Return the label of each row with the probability of each class, or its numbers.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        The features of the model; there may be no rows.
    explaining : bool, default=False
        Whether to add the changes without each source and each group of features, from
        :func:`~skprognet.estimators.explain`.

    Returns
    -------
    DataFrame
        ``label`` and ``p_<class>`` for each class, or for a regressor ``predicted`` (with several
        outputs ``predicted_0``, ``predicted_1`` and so on). With ``explaining=True``, also the
        changes without each source and group of features, if there are rows. The index is that
        of X.
    """
    predictions = _numbers_of(model, X) if is_regressor(model) else _labels_of(model, X)
    if not explaining or X.empty:
        return predictions
    changes = explain(model, as_learned(model, X)).set_axis(X.index)
    shown = [name for name in changes if name.startswith((SOURCE, FEATURES))]
    return predictions.join(changes[shown])


def _labels_of(model, X):
    """Return the most probable class of each row and the probability of each class."""
    columns = [f"p_{name}" for name in model.classes_]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=["label", *columns])
    probabilities = model.predict_proba(as_learned(model, X))
    table = pd.DataFrame(probabilities, X.index, columns)
    table.insert(0, "label", model.classes_[probabilities.argmax(axis=1)])
    return table


def _numbers_of(model, X):
    """Return the predicted numbers of each row, one column per output."""
    n_outputs = as_source(model).column().layers[-1].out_features
    columns = [f"predicted{ending}" for ending in output_endings(n_outputs)]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=columns, dtype=float)
    numbers = model.predict(as_learned(model, X)).reshape(len(X), n_outputs)
    return pd.DataFrame(numbers, X.index, columns)
