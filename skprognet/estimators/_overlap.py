"""Find rows that a model or its sources know from `fit`, and rows on another scale."""

import warnings

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted, validate_data

from skprognet._wording import first_few
from skprognet.sources import (
    FARTHEST,
    as_source,
    ask_rows_seen,
    count_off_scale,
    is_known,
    network_of,
)

OWN = "own"


def source_overlap(model, X, *, per_row=False):
    """Return the share of rows of X that a model and each of its sources had in `fit`.

    A score on such rows may be too good, even if a source saw them with other labels. Rows
    are recognised by a hash of their numbers in float32, in the form in which they reach the
    network, after the steps of a pipeline. A row that was scaled differently counts as new.

    Parameters
    ----------
    model : estimator of this package
        A fitted model; or a pipeline or FrozenEstimator that ends in one, a search that was fitted
        on one (its ``best_estimator_`` is used), or a nesting of these.
    X : array-like of shape (n_samples, n_features)
        Rows in the form that `model.predict` takes, such as a test set.
    per_row : bool, default=False
        Whether to return an answer for each row instead of shares.

    Returns
    -------
    Series of float, or DataFrame of bool of shape (n_samples, 1 + n_sources)
        The share, between 0 and 1: under "own" for the model's own `fit` (validation rows
        included), and under its name for each source; NaN for a source that does not remember its
        rows, such as scikit-learn's ``MLPClassifier``. With ``per_row=True``, a column for each of
        them, and the index of X; NA if unknown.

    Warns
    -----
    UserWarning
        If X is not on the scale of the training rows, so that a share of 0 means nothing. This is
        the case if, in over half of the columns, the median is more than 10 training standard
        deviations from the training mean, or the spread (of 10 or more different rows) is more
        than 10 times larger or smaller than in training. Columns that were constant in training do
        not count.

    Raises
    ------
    TypeError
        If `model` is something else.
    ValueError
        For a different number of features, NaN or infinity.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier
    >>> from skprognet.estimators import source_overlap
    >>> from skprognet.datasets import load_emodb
    >>> X, emotion = load_emodb(return_X_y=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> model = make_pipeline(StandardScaler(), clf).fit(X[:300], emotion[:300])
    >>> print(source_overlap(model, X[299:]))
    own    0.025
    Name: source_overlap, dtype: float64
    """
    return overlap(model, X, per_row, stacklevel=3)


def overlap(model, X, per_row, *, stacklevel):
    """Compute :func:`source_overlap`; warnings point to the caller `stacklevel` frames up."""
    network = network_of(model)
    if not hasattr(network, "source_overlap"):
        raise TypeError(
            "model must be a fitted estimator of skprognet, such as DNNClassifier, or a pipeline, "
            f"FrozenEstimator or fitted search around one; got {type(model).__name__}. Pass one "
            "of these."
        )
    check_is_fitted(network)
    answers = [_Answer(model, each) for each in _same_numbers(model, X)]
    answers[0].warn(stacklevel + 1)
    index = X.index if isinstance(X, pd.DataFrame) else None
    seen = pd.DataFrame({name: _known(name, answers) for name in answers[0].seen}, index=index)
    if per_row:
        return seen
    shares = seen.apply(lambda rows: rows.to_numpy(dtype=float, na_value=np.nan))
    return shares.mean(skipna=False).rename("source_overlap")


class _Answer:
    """The rows that a model and its sources had in fit, and whether X is on another scale."""

    def __init__(self, model, X):
        whole = as_source(model)
        network = whole.network
        # X is not rounded to float32 yet, since the steps of a source did not get rounded rows in
        # `fit`.
        X = network._in_order_of_fit(whole.before_network(X))
        X = validate_data(network, X, reset=False)
        self.seen = {OWN: is_known(network, X)}
        self.off_scale = {OWN: count_off_scale(X, network)}
        for name, source in network._read_by_name():
            rows = network._select(source, X)
            self.seen[name] = ask_rows_seen(source, rows)
            self.off_scale[name] = source.off_scale(rows)
        self.off_scale = {n: pair for n, pair in self.off_scale.items() if 2 * pair[0] > pair[1]}

    def warn(self, stacklevel):
        """Warn if the rows are on another scale than the training rows of any network."""
        if not self.off_scale:
            return
        n_off, n_columns = next(iter(self.off_scale.values()))
        whose = first_few([name for name in self.off_scale if name != OWN])
        whose = "the model" if OWN in self.off_scale else f"the source {whose}"
        warnings.warn(
            f"X should be on the scale of the rows that {whose} was trained on; got {n_off} of "
            f"{n_columns} columns with a median over {FARTHEST} training standard deviations from "
            f"the training mean, or a spread over {FARTHEST} times larger or smaller, so a share "
            "of 0 means nothing. Pass the pipeline that scales, or rows scaled as in fit.",
            stacklevel=stacklevel,
        )


def _known(name, answers):
    """Return which rows any of the answers knows; all NA if a source does not remember."""
    masks = [answer.seen[name] for answer in answers]
    if masks[0] is None:
        return pd.array([pd.NA] * len(answers[0].seen[OWN]), dtype="boolean")
    return pd.array(np.any(masks, axis=0), dtype="boolean")


def _same_numbers(model, X):
    """Yield X, then X in the other floating-point type, in which `fit` may have had the same rows.

    Parquet keeps float32 and CSV does not. A step computes in the type of its input, so the rows
    of the network would differ in their last digits.
    """
    yield X
    source = as_source(model)
    if not source.has_steps() and source.network is model:
        return
    types = set(X.dtypes) if hasattr(X, "dtypes") else {getattr(X, "dtype", None)}
    if types == {np.dtype("float64")}:
        with np.errstate(over="ignore"):
            yield X.astype("float32")
    elif types == {np.dtype("float32")}:
        yield X.astype(str).astype("float64")
