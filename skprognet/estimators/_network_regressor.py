"""The base of the regressors: they learn and predict numbers."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from skprognet._checks import check_choice, in_order_of, text_columns
from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._changes_without import explain_rows
from skprognet.estimators._explained_values import of_numbers
from skprognet.estimators._monitor import LOSS, net_score
from skprognet.estimators._number_scale import (
    check_first_call,
    check_later_call,
    moments,
    warn_of_constant_validation,
    warn_of_constants,
)
from skprognet.estimators._number_target import NumberTarget
from skprognet.estimators._rows import FitArguments
from skprognet.networks import NUMBER_LOSSES


class NetworkRegressor(RegressorMixin, NetworkEstimator):
    """Base of the regressors."""

    _target_kind = NumberTarget

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags

    def _check_parameters(self):
        super()._check_parameters()
        check_choice("loss", self.loss, list(NUMBER_LOSSES))
        if self.loss == "ccc" and self.batch_size == 1:
            raise ValueError(
                "batch_size must be at least 2 with loss='ccc', since a single row has no "
                "correlation; got 1. Use larger batches, or loss='squared_error'."
            )

    @property
    def _target(self):
        """The target that the network learns."""
        return NumberTarget(
            self.target_mean_, self.target_std_, self.target_ndim_, NUMBER_LOSSES[self.loss]
        )

    def _set_target(self, target):
        """Store the target; its scale is only known after rows have been held out."""
        self.target_mean_, self.target_std_ = target.mean, target.std
        self.target_ndim_ = target.ndim

    def _keep_names_of_y(self, y):
        vars(self).pop("target_names_in_", None)
        names = text_columns(y)
        if len(names) > 1:
            self.target_names_in_ = np.array(names, dtype=object)

    def _in_order_of_fit_y(self, y):
        names = list(getattr(self, "target_names_in_", ()))
        return in_order_of("y", y, names, "the y of the first fit")

    def _set_scale(self, rows):
        mean, std = moments(rows.y, rows.weight)
        warn_of_constants(std, self.loss, stacklevel=6)
        self.target_mean_, self.target_std_ = mean, std

    def _check_same_target(self, target):
        """Raise if the number of outputs differs from the last fit."""
        if target.n_outputs != len(self.target_mean_):
            raise ValueError(
                f"y must have {len(self.target_mean_)} outputs, as in the last fit, with "
                f"warm_start=True; got {target.n_outputs}. Set warm_start=False to train a new "
                "network."
            )

    def _monitored(self):
        # The correlation with a constant is 0 whatever the network predicts.
        return self.monitor if self.target_std_.any() else LOSS

    def _check_validation(self, rows):
        default_score = self._target_kind.default_score
        if net_score(self._monitored(), default_score) == default_score:
            warn_of_constant_validation(rows.y, stacklevel=6)

    def _check_continued(self, rows):
        _, std = moments(rows.y, rows.weight)
        warn_of_constants(std, self.loss, stacklevel=6)

    def _train_one_epoch(self, target, rows, first):
        if first:
            check_first_call(rows.y, stacklevel=5)
        else:
            check_later_call(rows.y, self.loss)
        super()._train_one_epoch(target, rows, first)

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one more epoch on these rows.

        No rows are held out and no epoch is chosen. The optimizer and the random numbers carry
        over to the next call. Pickling or copying keeps the weights, but not the state of these
        two. The first call builds the network and its optimizer, so a later change of parameters
        such as `lr` has no effect.

        All calls standardise the target by the mean and standard deviation of the rows of the
        first call. So make the first call a large one, or call `fit` first, whose scale is kept as
        well.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not scaled. Rows of weight 0 are left out.

        Returns
        -------
        self : regressor
            The trained regressor.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, labels that are not numbers, a different number of outputs than
            before, an output that is constant over the rows of the first call, or, with
            ``loss="ccc"``, outputs that are all constant over the rows of any call.

        Warns
        -----
        UserWarning
            If the first call has fewer than 10 rows.
        """
        return self._partial_fit(FitArguments(X, y, sample_weight))

    def score(self, X, y, sample_weight=None):
        """Return the coefficient of determination (R²) of the predictions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers. The columns of a table are matched with those of `fit` by name.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        float
            1 for perfect predictions, and 0 for those of the mean; averaged over the outputs.
        """
        return super().score(X, self._in_order_of_fit_y(y), sample_weight)

    def predict(self, X):
        """Return the numbers that the network predicts for each row.

        In float32, the other rows do not change the result for a row by a single bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Numbers on the scale of the `y` of `fit` and with its number of dimensions, in float64.

        Raises
        ------
        ValueError
            For a different number of features, NaN or infinity.
        """
        outputs = self._evaluate(X, lambda outputs_NK, dim: outputs_NK)
        target = self._target
        return target.decode(target.restored(outputs))

    def explain(self, X, *, groups=None, method="mean", reference=None):
        r"""Return how each source and group of features changes the predicted number of each row.

        Let :math:`f(x)` be the number that is predicted for a row x. The change of a source or
        group of features s is

        .. math:: \Delta_s(x) = f(x) - f(x \text{ without } s)

        in the unit of y. Above 0, s raises the number by this much; below 0, it lowers it. With
        several outputs, each has its own changes.

        *Without a source*, its hidden activations are replaced by their mean over the rows of
        `reference` ("mean"), or by 0 ("silence"), as if all weights that read it were 0. *Without
        a group of features*, these features have the values of the average row, both for the
        network and for its sources. The first shows what the source says about this row in
        particular; the second, how the prediction depends on what was measured.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.
        groups : dict, sequence of str or None, default=None
            Maps the name of each group to its features: their names, beginnings of their names, or
            their positions. A sequence of beginnings makes one group of each. Groups may overlap
            and need not cover all features. None groups the features by their names, if `fit` had
            names. A group is then the name up to ``_sma``, the middle part of openSMILE's names (a
            V or UV before it, for voiced or unvoiced frames, makes no difference), or else up to
            the first dot or underscore; features that only a source reads are left out. An empty
            dict takes no features away.
        method : {"mean", "silence"}, default="mean"
            What replaces the activations of a source.
        reference : array-like of shape (n_reference, n_features), default=None
            The rows whose mean replaces features and activations. None uses a single row, the mean
            of the training rows; a source then has the activations of this row.

        Returns
        -------
        DataFrame of shape (n_samples, n_outputs * (1 + n_sources + n_groups))
            One row for each row of X, with its index. The columns are predicted, as from
            `predict`; then the changes, a column ``source_<name>`` for each source and
            ``features_<group>`` for each group. Several outputs have a column each, whose name
            ends with the number of the output: ``predicted_0``, ``predicted_1``,
            ``source_<name>_0`` and so on.

        Raises
        ------
        TypeError
            If `groups` has another type.
        ValueError
            If X or `reference` does not fit, a group is not found, `method` is unknown, or there
            is nothing to take away.

        Notes
        -----
        The changes say how *this network* computes its prediction. They do not say that a feature
        causes an emotion, or that the prediction is right. If two sources carry the same
        information, the network needs only one of them. Both changes are then near 0, although
        the prediction would change without the two of them. So the changes do not add up to the
        distance from the average prediction. A row with some values of the average row may be
        unlike any recording.

        Each source costs one more pass through the network alone, and each group one more pass
        through the network and its sources.

        Examples
        --------
        >>> from sklearn.preprocessing import StandardScaler
        >>> from skprognet import DNNClassifier, ProgressiveRegressor
        >>> from skprognet.datasets import load_emodb
        >>> emodb = load_emodb(as_frame=True)
        >>> X = StandardScaler().set_output(transform="pandas").fit_transform(emodb.data)
        >>> loudness = X.pop("loudness_sma3_amean")
        >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
        >>> emotion = DNNClassifier(**options).fit(X, emodb.target)
        >>> reg = ProgressiveRegressor([("emotion", emotion)], **options).fit(X, loudness)
        >>> list(reg.explain(X.iloc[:3], groups={"pitch": "F0", "formants": ["F1", "F2"]}))
        ['predicted', 'source_emotion', 'features_pitch', 'features_formants']
        """
        check_is_fitted(self)
        return explain_rows(self, of_numbers, X, groups, method, reference)
