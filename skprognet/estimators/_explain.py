"""Why this prediction, asked of a network or of whatever stands around one."""

import pandas as pd

from skprognet.estimators._feature_groups import find_groups, group_by_name, names_at_network
from skprognet.sources import as_source, network_of


def explain(model, X, *, groups=None, method="mean", reference=None):
    """Return what speaks for the prediction of each row, or changes it: sources, feature groups.

    It is :meth:`skprognet.ProgressiveClassifier.explain`, or
    :meth:`skprognet.ProgressiveRegressor.explain`, of the network in a pipeline, on the rows that
    the steps before it make of X; there stands what the numbers are, and what they are not.

    Parameters
    ----------
    model : classifier or regressor of this package
        Fitted, such as a ProgressiveClassifier or DNNRegressor; or a pipeline or FrozenEstimator
        that ends in one, or a search that was fitted on one.
    X : array-like of shape (n_samples, n_features)
        Rows as the `predict` of `model` takes them.
    groups : dict, sequence of str or None, default=None
        The groups of features, as they arrive at the network. None groups them by their names,
        which steps hand on by ``get_feature_names_out``.
    method : {"mean", "silence"}, default="mean"
        Whether a source says what it says of the average row, or 0 stands in its place.
    reference : array-like of shape (n_reference, n_features), default=None
        The rows that are averaged, as `predict` takes them. None takes the mean of the training
        rows, which the network remembers.

    Returns
    -------
    DataFrame
        A row for each row of X: predicted, of classes log_probability, then a column
        ``source_<name>`` for each source and ``features_<group>`` for each group. Above 0 it
        speaks for the predicted class, or raises the predicted number. Of several numbers the name
        of each column ends with the number of its output.

    Raises
    ------
    TypeError
        If there is no such network in `model`, or `groups` is of another kind.
    ValueError
        If X or `reference` do not fit, a group is not found, or there is nothing to take away.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.estimators import explain
    >>> emodb = load_emodb(as_frame=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> model = make_pipeline(StandardScaler(), clf).fit(emodb.data, emodb.target)
    >>> groups = {"pitch": "F0", "loudness": "loudness"}
    >>> list(explain(model, emodb.data[:3], groups=groups))
    ['predicted', 'log_probability', 'features_pitch', 'features_loudness']
    """
    network = network_of(model)
    if not hasattr(network, "explain"):
        raise TypeError(
            "explain asks a fitted classifier or regressor of skprognet, or a pipeline, "
            f"FrozenEstimator or fitted search around one; got {type(model).__name__}."
        )
    source = as_source(model)
    rows = source.before_network(X)
    if reference is not None:
        reference = source.before_network(reference)
    if getattr(network, "feature_names_in_", None) is None:
        names = names_at_network(source, X)
        if names is not None:
            groups = find_groups(
                group_by_name(names) if groups is None else groups, names, len(names)
            )
    explained = network.explain(rows, groups=groups, method=method, reference=reference)
    return explained.set_axis(X.index) if isinstance(X, pd.DataFrame) else explained
