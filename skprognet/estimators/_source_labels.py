"""The labels for unfitted sources, as passed to `fit`."""

from sklearn.base import is_regressor

from skprognet._target_kind import check_no_ratings
from skprognet._wording import first_few
from skprognet.estimators._number_target import NumberTarget
from skprognet.estimators._target import ClassTarget
from skprognet.sources import check_can_be_trained, is_fitted, named_sources


def labels_to_learn(estimator, name, rows, train):
    """Return the checked labels for one unfitted source.

    Parameters
    ----------
    estimator : estimator
        The network that reads the source.
    name : str
        The source.
    rows : Rows
        All rows of the fit; `source_y` has the labels.
    train : ndarray of int
        Numbers of the training rows.

    Returns
    -------
    ndarray of shape (n_rows,)
        Labels, or numbers if the source is a regressor.

    Raises
    ------
    ValueError
        If there are no labels for this source, or it cannot learn them.
    """
    labels = given_labels(estimator, name, rows)
    if is_regressor(dict(named_sources(estimator.source))[name]):
        NumberTarget.check_rows("source_y", labels, len(labels))
        return labels
    other = "take a regressor as the source, such as DNNRegressor"
    check_no_ratings("source_y", labels, instead=other)
    ClassTarget.learn(estimator, labels[train], "source_y")
    return labels


def given_labels(estimator, name, rows):
    """Return the column of `source_y` for the unfitted source called `name`."""
    sources = dict(named_sources(estimator.source))
    source, is_single = sources[name], not isinstance(estimator.source, (list, tuple))
    check_can_be_trained(source)
    if rows.source_y is None:
        raise ValueError(
            "source_y must be passed for an unfitted source, as the labels of its task; got None "
            f"for {source!r:.200}. Pass fit(..., source_y=labels) or a fitted source. In the "
            "grid of a search, wrap a fitted source in a FrozenEstimator, since a search clones "
            "its grid."
        )
    columns = list(rows.source_y.columns)
    unfitted = [key for key, model in sources.items() if not is_fitted(model)]
    if len(columns) == len(unfitted) == 1 and is_single:
        return rows.source_y.iloc[:, 0].to_numpy()
    if unfitted == [name] and len(columns) > 1 and is_single:
        raise ValueError(
            "source_y must have one label or number for each row, since it trains a single "
            f"source; got the columns [{first_few(columns)}]. Pass one of them, or a source "
            "fitted on all of them."
        )
    if name not in columns and not (columns == [None] and unfitted == [name]):
        raise ValueError(
            "source_y must have a column for each unfitted source by its name; got "
            f"[{first_few(columns)}], without {name!r}. Add this column."
        )
    return rows.source_y[name if name in columns else None].to_numpy()
