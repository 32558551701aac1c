"""What the regressors share: numbers as the target, and numbers as predictions."""

from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from skprognet._checks import check_choice
from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._changes_without import explain_rows
from skprognet.estimators._explained_values import of_numbers
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

    def explain(self, X, *, groups=None, method="mean", reference=None):
        r"""Return what raises or lowers the predicted number of each row: sources, feature groups.

        With :math:`f(x)` the number that is predicted of a row x, the change that belongs to a
        source or to a group of features s is

        .. math:: \Delta_s(x) = f(x) - f(x \text{ without } s)

        in the unit of y. Above 0, s raises the number by so much; below 0 it lowers it. Of several
        outputs each has changes of its own.

        *Without a source* its hidden activations are those that it has for the average row
        ("mean"), or 0 ("silence"), which is as if all weights that read it were 0. *Without a
        group of features* these features have the values of the average row, in what the network
        reads and in what its sources read. The first asks what a source says of this row more than
        of any other; the second, how the prediction depends on what was measured.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.
        groups : dict, sequence of str or None, default=None
            From the name of each group to its features: their names, what their names begin with,
            or their places. A sequence of beginnings makes a group of each. Groups may overlap,
            and need not hold all features. None groups features by their names if `fit` had
            names: up to ``_sma``, with which openSMILE's go on (a V or UV before it, for voiced or
            unvoiced frames, makes no difference), or to the first dot or underscore. Features that
            are for a source alone are then left out. An empty dict takes no features away.
        method : {"mean", "silence"}, default="mean"
            What stands in the place of what a source says.
        reference : array-like of shape (n_reference, n_features), default=None
            The rows over which features, and what sources say, are averaged. None takes the mean
            of the training rows as the one row, so that a source says what it says of this row.

        Returns
        -------
        DataFrame of shape (n_samples, n_outputs * (1 + n_sources + n_groups))
            A row for each row of X, with its index: predicted, as `predict` gives it; then the
            changes, a column ``source_<name>`` for each source and ``features_<group>`` for each
            group. Of several outputs there is a column for each, whose name ends with its number:
            ``predicted_0``, ``predicted_1``, ``source_<name>_0`` and so on.

        Raises
        ------
        TypeError
            If `groups` is of another kind.
        ValueError
            If X or `reference` do not fit, a group is not found, `method` is another, or there is
            nothing to take away.

        Notes
        -----
        The changes say how *this network* computes its prediction. They do not say that a feature
        causes an emotion, or that the prediction is right. Two sources that say the same can each
        be spared, so that both changes are near 0 though not both could be spared. Changes
        therefore do not add up to the distance from the average prediction. A row with some values
        of the average row may be one that no recording gives.

        Each source costs a prediction without frozen columns, each group a whole prediction.

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
