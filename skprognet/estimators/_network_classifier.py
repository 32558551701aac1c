"""What the classifiers share: classes as the target, labels and probabilities as predictions."""

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._changes_without import explain_rows
from skprognet.estimators._class_weight import check_class_weight, refuse_balanced
from skprognet.estimators._explained_values import of_class
from skprognet.estimators._rows import Given
from skprognet.estimators._soft_class_target import SoftClassTarget
from skprognet.estimators._target import ClassTarget, check_named_classes


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """Base of the classifiers."""

    _target_kind = ClassTarget

    def _check_parameters(self):
        super()._check_parameters()
        check_class_weight(self.class_weight)

    def _kind_of_target(self, y):
        return SoftClassTarget.of(y) or self._target_kind

    def _target_of_fit(self, kind):
        target = self._target
        if isinstance(kind, SoftClassTarget):
            kind.check_classes("y", target.classes)
            return kind
        return target

    @property
    def _target(self):
        """What is learned."""
        return ClassTarget(self.classes_)

    def _set_target(self, target):
        """Store what is learned."""
        self.classes_ = target.classes

    def _check_same_target(self, target):
        """Raise if the classes are not those of the last fit."""
        if not np.array_equal(target.classes, self.classes_):
            raise ValueError(
                "warm_start=True goes on with the classes of the last fit, "
                f"{self.classes_.tolist()}; got {target.classes.tolist()}. Set warm_start=False."
            )

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on these rows, going on from where the network is.

        No rows are held out and no epoch is chosen. Optimizer and random numbers go on too, except
        after pickling, which keeps the weights only.

        Weights act as they are, as in scikit-learn's ``SGDClassifier``: the loss of a batch is the
        mean over its rows of weight times cross-entropy, the weight being `sample_weight` times
        the class's in `class_weight`. `fit` scales weights to mean 1 over its training rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels, hard or soft as in `fit`.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call unless y has them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not scaled. A row of weight 0 is left out.

        Returns
        -------
        self : classifier
            The trained classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a label that is not among `classes`, other classes than before,
            a single class, or ``class_weight="balanced"``.
        """
        self._check_parameters()
        refuse_balanced(self.class_weight)
        named = None if classes is None else check_named_classes(classes)
        return self._partial_fit(Given(X, y, sample_weight), named)

    def _check_named(self, named):
        if named is not None and not np.array_equal(named, self.classes_):
            raise ValueError(
                f"classes must be those of the first call, {self.classes_.tolist()}; got "
                f"{named.tolist()}."
            )

    def score(self, X, y, sample_weight=None):
        """Return the accuracy: the share of rows whose predicted label is right.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels. Of soft labels the most likely class counts, of equally likely ones the
            first of ``classes_``.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        float
            Between 0 and 1.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, or soft labels of other classes.
        """
        soft = SoftClassTarget.of(y)
        return super().score(
            X, y if soft is None else soft.labels(y, self.classes_), sample_weight
        )

    def predict_proba(self, X):
        """Return the probability of each class.

        In float32 the result for a row does not depend on the other rows, bit for bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``; each row sums to 1.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.softmax)

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class.

        It is finite also where a probability is too small for the type of the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms in the order of ``classes_``.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.log_softmax)

    def predict(self, X):
        """Return the most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels as in the `y` of `fit`.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self._target.decode(most_probable)

    def explain(self, X, *, groups=None, method="mean", reference=None):
        r"""Return what speaks for the predicted class of each row: sources, groups of features.

        With :math:`c` the predicted class of a row x, and p the probabilities of the network, the
        change that belongs to a source or to a group of features s is

        .. math:: \Delta_s(x) = \log p_c(x) - \log p_c(x \text{ without } s)

        Above 0, s speaks for the prediction: with it the probability is :math:`e^{\Delta_s(x)}`
        times what it is without. Below 0 it speaks against it.

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
        DataFrame of shape (n_samples, 2 + n_sources + n_groups)
            A row for each row of X, with its index: predicted; log_probability, natural, of the
            predicted class; then the changes, a column ``source_<name>`` for each source and
            ``features_<group>`` for each group.

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
        therefore do not add up, neither to the log-probability nor to what is lost without all. A
        probability near 1 can hardly rise: its changes are small as long as other reasons remain.
        A row with some values of the average row may be one that no recording gives.

        Each source costs a prediction without frozen columns, each group a whole prediction.

        Examples
        --------
        >>> from sklearn.preprocessing import StandardScaler
        >>> from skprognet import DNNClassifier, ProgressiveClassifier
        >>> from skprognet.datasets import load_emodb
        >>> emodb = load_emodb(as_frame=True)
        >>> X = StandardScaler().set_output(transform="pandas").fit_transform(emodb.data)
        >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
        >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
        >>> clf = ProgressiveClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
        >>> explanation = clf.explain(X.iloc[:3], groups={"pitch": "F0", "formants": ["F1", "F2"]})
        >>> list(explanation)[2:]
        ['source_speaker', 'features_pitch', 'features_formants']
        """
        check_is_fitted(self)
        return explain_rows(self, of_class, X, groups, method, reference)
