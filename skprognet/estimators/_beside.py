"""The classifiers that read what their sources say beside the features: parameters and fit."""

from skprognet.estimators._beside_mixin import BesideMixin
from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import Given


class BesideClassifier(BesideMixin, NetworkClassifier):
    """Base of the classifiers whose first layer reads the features and what the sources say."""

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
            Training rows, finite numbers; best with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels: strings, integers or booleans. Or soft labels: floats, the probability of
            each class, in columns that are named by the classes in a DataFrame and are 0, 1, ...
            in an array.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over those that train. A row of weight 0 is left
            out. Held-out rows keep theirs in the validation loss and scores.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows that choose the epoch; they never train.
        y_val : array-like of shape (n_validation,), default=None
            Their labels; soft labels, as `y`, only where `y` has them.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers, that the internal validation split keeps apart.
        source_y : array-like or DataFrame of shape (n_samples,) or (n_samples, n_sources), \
                default=None
            Labels of the source task, on which an unfitted source is trained; with several
            sources a DataFrame with a column per source name.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows that are scored after every epoch, for a learning curve, in
            ``history_["test_score"]``. They influence nothing.
        y_test : array-like of shape (n_test,), default=None
            Their labels, as `y_val`.

        Returns
        -------
        self : classifier
            The fitted classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a single class, classes too rare to hold rows out, a parameter
            out of range, a loss that is no longer finite, or a source that does not fit X.
        TypeError
            For a parameter of the wrong kind.
        """
        given = Given(
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
        return self._fit(given)
