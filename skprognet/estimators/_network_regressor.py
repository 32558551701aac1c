"""What the regressors share: numbers as the target, and numbers as predictions."""

from sklearn.base import RegressorMixin

from skprognet._checks import check_choice
from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._monitor import LOSS
from skprognet.estimators._number_target import NumberTarget, moments, warn_of_constants
from skprognet.estimators._rows import Given
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

    @property
    def _target(self):
        """What is learned."""
        return NumberTarget(
            self.target_mean_, self.target_std_, self.target_ndim_, NUMBER_LOSSES[self.loss]
        )

    def _set_target(self, target):
        """Store what is learned; its scale is not known before some rows are held out."""
        self.target_mean_, self.target_std_ = target.mean, target.std
        self.target_ndim_ = target.ndim

    def _set_scale(self, rows):
        mean, std = moments(rows.y, rows.weight)
        warn_of_constants(std, self.loss, stacklevel=6)
        self.target_mean_, self.target_std_ = mean, std

    def _check_same_target(self, target):
        """Raise if there are not as many outputs as in the last fit."""
        if target.n_outputs != len(self.target_mean_):
            raise ValueError(
                "warm_start=True goes on with the outputs of the last fit, "
                f"{len(self.target_mean_)} for each row; got {target.n_outputs}. Set "
                "warm_start=False."
            )

    def _monitored(self):
        # The correlation with a constant is 0 whatever the network says.
        return self.monitor if self.target_std_.any() else LOSS

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on these rows, going on from where the network is.

        No rows are held out and no epoch is chosen. The target is standardised by mean and
        standard deviation of the rows of the first call. Optimizer and random numbers go on too,
        except after pickling, which keeps the weights only.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not scaled. A row of weight 0 is left out.

        Returns
        -------
        self : regressor
            The trained regressor.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, labels that are no numbers, or another number of outputs than
            before.
        """
        return self._partial_fit(Given(X, y, sample_weight))

    def predict(self, X):
        """Return the numbers that the network predicts for each row.

        In float32 the result for a row does not depend on the other rows, bit for bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Numbers on the scale of the `y` of `fit`, with as many dimensions, in float64.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        outputs = self._evaluate(X, lambda outputs_NK, dim: outputs_NK)
        target = self._target
        return target.decode(target.restored(outputs))
