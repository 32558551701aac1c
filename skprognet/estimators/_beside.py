"""The base of the classifiers that read their sources beside the features."""

from skprognet.estimators._beside_mixin import BesideMixin
from skprognet.estimators._transfer_classifier import TransferClassifier


class BesideClassifier(BesideMixin, TransferClassifier):
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
