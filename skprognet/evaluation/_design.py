"""What a study of transfer has to be, checked before any training."""

import numbers

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array
from sklearn.utils.validation import has_fit_parameter

from skprognet._validation import check_choice, check_row_labels

NO_SOURCE = "none"
NORMALISATIONS = ("corpus", "training", "none")


def takes_validation_rows(estimator):
    """Return whether the estimator's own fit has a place for validation rows."""
    return has_fit_parameter(estimator, "X_val")


def check_design(X, y, methods, sources, source_estimator, normalisation, random_state):
    """Return X, y and the source labels as arrays, and the methods with and without a source."""
    X = check_array(X, dtype=np.float64, input_name="X")
    y = check_row_labels("y", y, len(X))
    if not isinstance(methods, dict) or not methods:
        raise ValueError(
            f"methods must be a dict of at least one classifier by its name; got {methods!r}."
        )
    for name, method in [*methods.items(), ("source_estimator", source_estimator)]:
        if isinstance(method, Pipeline) and takes_validation_rows(method.steps[-1][1]):
            raise ValueError(
                f"{name!r} must be the network itself, not a pipeline around it: the validation "
                "rows cannot be passed through one. Use normalisation= for scaling."
            )
    check_choice("normalisation", normalisation, NORMALISATIONS)
    is_integer = isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool)
    if not is_integer or random_state < 0:
        raise ValueError(
            "random_state must be an integer that is not negative, so that the run can be "
            f"repeated; got {random_state!r}."
        )
    sources = {} if sources is None else sources
    if not isinstance(sources, (dict, pd.DataFrame)):
        raise TypeError(
            "sources must be a DataFrame or dict with the labels of each task by its name; got "
            f"{type(sources).__name__}."
        )
    labels = {name: check_row_labels(name, column, len(X)) for name, column in sources.items()}
    for name, column in labels.items():
        if name == NO_SOURCE:
            raise ValueError(f"A source may not be called {NO_SOURCE!r}; give it another name.")
        if len(np.unique(column)) < 2:
            raise ValueError(
                f"The source task {name!r} must have at least 2 classes; got one, '{column[0]}'."
            )
    transfer = {n: m for n, m in methods.items() if "source" in m.get_params(deep=False)}
    plain = {n: m for n, m in methods.items() if n not in transfer}
    if transfer and labels and source_estimator is None:
        raise ValueError(
            "source_estimator must be the classifier to train on the source tasks "
            f"{list(labels)}; got None."
        )
    if labels and not transfer:
        raise ValueError(
            f"sources {list(labels)} are for methods with a source parameter; none of "
            f"{list(methods)} has one. Leave the sources out, or add such a method."
        )
    if transfer and not labels:
        raise ValueError(
            f"The methods {list(transfer)} transfer from a source; got no sources. Pass "
            "sources={name: labels}, or leave these methods out."
        )
    return X, y, labels, transfer, plain


def check_splits(splits, labels):
    """Raise if a class of any task is missing from the training rows of a split."""
    for repeat, fold, train, validation, test in splits:
        for task, column in labels.items():
            lost = np.setdiff1d(column[np.r_[validation, test]], column[train])
            if lost.size:
                raise ValueError(
                    f"Every class must be in the training rows of every split; class "
                    f"{lost.tolist()[0]!r} of {task} ({(column == lost[0]).sum()} rows) is not in "
                    f"repeat {repeat + 1}, fold {fold + 1}. Drop it, or use other folds."
                )
