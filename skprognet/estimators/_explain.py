"""Explain predictions of a network, or of a pipeline or search around one."""

import pandas as pd

from skprognet.estimators._feature_groups import find_groups, group_by_name, names_at_network
from skprognet.sources import as_source, network_of


def explain(model, X, *, groups=None, method="mean", reference=None):
    """Return how each source and group of features changes the prediction of each row.

    This calls the method `explain` of the network in a pipeline, on the rows that the earlier
    steps make of X. :meth:`skprognet.ProgressiveClassifier.explain` and
    :meth:`skprognet.ProgressiveRegressor.explain` document what the numbers mean, and what they do
    not mean.

    Parameters
    ----------
    model : classifier or regressor of this package
        A fitted model, such as a ProgressiveClassifier or DNNRegressor; or a pipeline or
        FrozenEstimator that ends in one, or a search that was fitted on one.
    X : array-like of shape (n_samples, n_features)
        Rows in the form that `model.predict` takes.
    groups : dict, sequence of str or None, default=None
        The groups of features, as they reach the network. None groups them by their names, which
        the steps pass on through ``get_feature_names_out``.
    method : {"mean", "silence"}, default="mean"
        Whether the mean activations over the rows of `reference`, or zeros, replace those of a
        source.
    reference : array-like of shape (n_reference, n_features), default=None
        The rows whose mean is used, in the form that `predict` takes. None uses the mean of the
        training rows, which the network remembers.

    Returns
    -------
    DataFrame
        One row for each row of X. The columns are predicted; for a classifier, log_probability;
        then ``source_<name>`` for each source and ``features_<group>`` for each group. A value
        above 0 speaks for the predicted class, or raises the predicted number. With several
        outputs, the name of each column ends with the number of its output.

    Raises
    ------
    TypeError
        If `model` contains no such network, or `groups` has another type.
    ValueError
        If X or `reference` does not fit, a group is not found, or there is nothing to take away.

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
            "model must be a fitted classifier or regressor of skprognet, or a pipeline, "
            f"FrozenEstimator or fitted search around one; got {type(model).__name__}. Pass one "
            "of these."
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
