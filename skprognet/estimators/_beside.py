"""The base of the classifiers that read their sources beside the features."""

from skprognet.estimators._beside_mixin import BesideMixin
from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import FitArguments


class BesideClassifier(BesideMixin, NetworkClassifier):
    """Base of the classifiers whose first layer reads the features and the sources."""

    def __init__(
        self,
        source=None,
        *,
        features=None,
        hidden_layer_sizes=(256, 256, 256, 256),
        activation="sigmoid",
        dropout=0.5,
        lr=5e-4,
        max_epochs=600,
        batch_size=32,
        optimizer="adam",
        early_stopping=True,
        monitor="uar",
        validation_fraction=0.1,
        patience=None,
        class_weight=None,
        random_state=None,
        device="cpu",
        dtype="float32",
        n_threads=1,
        warm_start=False,
        callbacks=None,
        verbose=0,
    ):
        self.source = source
        self.features = features
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.lr = lr
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.early_stopping = early_stopping
        self.monitor = monitor
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.class_weight = class_weight
        self.random_state = random_state
        self.device = device
        self.dtype = dtype
        self.n_threads = n_threads
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.verbose = verbose

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
        """Train the network on rows X with labels y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows of finite numbers, preferably with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels of the rows: strings, integers or booleans. Or soft labels: the probability of
            each class, as floats. The columns of a DataFrame name the classes; the columns of an
            array are the classes 0, 1, ...
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over the training rows. Rows of weight 0 are left
            out. The weights of held-out rows count in the validation loss and score.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows, which choose the epoch. They never train the network.
        y_val : array-like of shape (n_validation,) or (n_validation, n_classes), default=None
            Labels of the validation rows; soft labels, in the form of `y`, only if `y` has soft
            labels.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers. If `validation_fraction` is a number, no group is split. If
            it is a splitter, it gets them as its `groups`.
        source_y : array-like or DataFrame of shape (n_samples,) or (n_samples, n_sources), \
                default=None
            Labels of the source task, or numbers if the source is a regressor. An unfitted source
            is trained on them. For several sources, a DataFrame, or a dict of arrays, with a
            column for each unfitted source, by its name.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows to score after every epoch, for the learning curve in ``history_["test_score"]``.
            They do not influence the fit.
        y_test : array-like of shape (n_test,) or (n_test, n_classes), default=None
            Labels of the test rows, in the form of `y_val`.

        Returns
        -------
        self : classifier
            The fitted classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a single class, classes too rare to hold out rows, a parameter
            out of range, a loss that is no longer finite, or a source that does not fit X.
        TypeError
            For sparse rows, for a source that is no model, or for a parameter that must be a
            number, a bool, a splitter, a scorer or callbacks, and is not.
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
