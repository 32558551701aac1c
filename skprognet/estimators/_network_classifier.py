"""The base of the classifiers: they learn classes and predict labels and probabilities."""

import numpy as np
import torch
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from skprognet._wording import first_few
from skprognet.estimators._base import NetworkEstimator
from skprognet.estimators._changes_without import explain_rows
from skprognet.estimators._class_weight import check_class_weight, refuse_balanced
from skprognet.estimators._explained_values import of_class
from skprognet.estimators._monitor import net_score
from skprognet.estimators._rows import FitArguments
from skprognet.estimators._soft_class_target import SoftClassTarget, most_likely
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
        """The target that the network learns."""
        return ClassTarget(self.classes_)

    def _set_target(self, target):
        """Store the target."""
        self.classes_ = target.classes

    def _check_validation(self, rows):
        """Raise if all most likely classes of soft labels have weight 0, so there is no recall."""
        weights = self._target.score_weights(self.class_weight)
        default_score = self._target_kind.default_score
        if (
            weights is not None
            and rows.y.ndim == 2
            and net_score(self._monitored(), default_score) == default_score
            and not weights[most_likely(rows.y)].any()
        ):
            raise ValueError(
                "The validation rows must have a row whose most likely class has a weight above 0 "
                "in class_weight, since their recall chooses the epoch; got none. Change the "
                "weights, or the rows."
            )

    def _check_same_target(self, target):
        """Raise if the classes are not those of the last fit."""
        if not np.array_equal(target.classes, self.classes_):
            raise ValueError(
                f"y must have the classes of the last fit, [{first_few(self.classes_.tolist())}], "
                f"with warm_start=True; got [{first_few(target.classes.tolist())}]. Set "
                "warm_start=False to train a new network."
            )

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one more epoch on these rows.

        No rows are held out and no epoch is chosen. The optimizer and the random numbers carry
        over to the next call. Pickling or copying keeps the weights, but not the state of these
        two. The first call builds the network and its optimizer, so a later change of parameters
        such as `lr` has no effect.

        Weights are not scaled, as in scikit-learn's ``SGDClassifier``: the loss of a batch is the
        mean over its rows of weight times cross-entropy, where the weight is `sample_weight` times
        the `class_weight` of the row's class. `fit`, in contrast, scales weights to mean 1 over
        its training rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels of the rows, hard or soft as in `fit`.
        classes : array-like of shape (n_classes,), default=None
            All labels that any call will have. The first call needs it unless its y has them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not scaled. Rows of weight 0 are left out.

        Returns
        -------
        self : classifier
            The trained classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a label that is not among `classes`, classes that differ from
            those of the first call, a single class, or ``class_weight="balanced"``.
        """
        refuse_balanced(self.class_weight)
        named = None if classes is None else check_named_classes(classes)
        return self._partial_fit(FitArguments(X, y, sample_weight), named)

    def _check_named(self, named):
        if named is not None and not np.array_equal(named, self.classes_):
            raise ValueError(
                "classes must be those of the first call, "
                f"[{first_few(self.classes_.tolist())}]; got [{first_few(named.tolist())}]. Leave "
                "classes out after the first call."
            )

    def score(self, X, y, sample_weight=None):
        """Return the accuracy: the share of rows whose predicted label is right.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels of the rows. For soft labels, the most likely class counts; among equally likely
            classes, the first of ``classes_``.
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

        In float32, the other rows do not change the result for a row by a single bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``; each row sums to 1.

        Raises
        ------
        ValueError
            For a different number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.softmax)

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class.

        It is finite even if a probability is too small for the type of the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms in the order of ``classes_``.

        Raises
        ------
        ValueError
            For a different number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.log_softmax)

    def predict(self, X):
        """Return the most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels as in the `y` of `fit`.

        Raises
        ------
        ValueError
            For a different number of features, NaN or infinity.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self._target.decode(most_probable)

    def explain(self, X, *, groups=None, method="mean", reference=None):
        r"""Return how each source and group of features changes the predicted class of each row.

        Let :math:`c` be the predicted class of a row x, and p the probabilities of the network.
        The change of a source or group of features s is

        .. math:: \Delta_s(x) = \log p_c(x) - \log p_c(x \text{ without } s)

        Above 0, s speaks for the prediction: with s, the probability is :math:`e^{\Delta_s(x)}`
        times the probability without s. Below 0, s speaks against the prediction.

        *Without a source*, its hidden activations (in PosteriorClassifier its log-probabilities)
        are replaced by their mean over the rows of `reference` ("mean"), or by 0 ("silence"), as
        if all weights that read it were 0. *Without a group of features*, these features have the
        values of the average row, both for the network and for its sources. The first shows what
        the source says about this row in particular; the second, how the prediction depends on
        what was measured.

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
        DataFrame of shape (n_samples, 2 + n_sources + n_groups)
            One row for each row of X, with its index. The columns are predicted; log_probability,
            the natural logarithm for the predicted class; then the changes, a column
            ``source_<name>`` for each source and ``features_<group>`` for each group.

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
        log-probability, nor to its fall when everything is taken away at once. A probability near
        1 has small changes as long as the remaining sources and features suffice for the
        prediction. A row with some values of the average row may be unlike any recording.

        Each source costs one more pass through the network alone, and each group one more pass
        through the network and its sources.

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
