"""The base of the regressors that learn from a source."""

from skprognet.estimators._network_regressor import NetworkRegressor
from skprognet.estimators._rows import FitArguments
from skprognet.estimators._with_source import TransferMixin


class TransferRegressor(TransferMixin, NetworkRegressor):
    """Base of the regressors that learn from a source; it has their `fit`."""

    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        groups=None,
        source_y=None,
        X_test=None,
        y_test=None,
    ):
        """Train the network on rows X with numbers y. An unfitted source is trained first.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows of finite numbers, preferably with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over the training rows. Rows of weight 0 are left
            out. The weights of held-out rows count in the validation loss and score.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows, which choose the epoch. They never train the network.
        y_val : array-like of shape (n_validation,) or (n_validation, n_outputs), default=None
            Their numbers.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers. If `validation_fraction` is a number, no group is split. If
            it is a splitter, it gets them as its `groups`.
        source_y : array-like or DataFrame of shape (n_samples,) or (n_samples, n_sources), \
                default=None
            Labels of the source task, or numbers if the source is a regressor. An unfitted source
            is trained on them. For several sources, if the class reads several, a DataFrame, or a
            dict of arrays, with a column for each unfitted source, by its name.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows to score after every epoch, for the learning curve in ``history_["test_score"]``.
            They do not influence the fit.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs), default=None
            Their numbers.

        Returns
        -------
        self : regressor
            The fitted regressor.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, labels that are not numbers, too few rows to hold any out, a
            constant output with ``loss="ccc"``, a parameter out of range, a loss that is
            no longer finite, or a source that does not fit X.
        TypeError
            For sparse rows, for a source that is not a model, or for a parameter that must be a
            number, a bool, a splitter, a scorer or callbacks, and is not.

        Warns
        -----
        UserWarning
            If an output is constant over the training rows, or if all outputs are constant over
            the validation rows and ``monitor="ccc"``. In both cases, the loss chooses the epoch if
            all outputs are constant.
        """
        arguments = FitArguments(
            X,
            y,
            sample_weight,
            groups,
            source_y,
            X_val=X_val,
            y_val=y_val,
            X_test=X_test,
            y_test=y_test,
        )
        return self._fit(arguments)
