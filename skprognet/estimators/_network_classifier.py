"""What the classifiers share: classes as the target, labels and probabilities as predictions."""

import numpy as np
import torch
from sklearn.base import ClassifierMixin

from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._class_weight import check_class_weight, refuse_balanced
from skprognet.estimators._rows import Given
from skprognet.estimators._target import ClassTarget, check_named_classes


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """Base of the classifiers."""

    _target_kind = ClassTarget

    def _check_parameters(self):
        super()._check_parameters()
        check_class_weight(self.class_weight)

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
        y : array-like of shape (n_samples,)
            Their labels.
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
