"""The plain network for numbers."""

from skprognet.estimators._network_regressor import NetworkRegressor
from skprognet.estimators._rows import FitArguments


class DNNRegressor(NetworkRegressor):
    r"""Feed-forward network for numbers, such as valence, arousal and dominance.

    With :math:`h_0 = x`, the hidden layers and the prediction are

    .. math:: h_k = f(W_k h_{k-1} + b_k), \quad
        \hat y = \mu + \sigma (W_{L+1} h_L + b_{L+1}),

    where :math:`\mu` and :math:`\sigma` are the mean and the standard deviation of each output
    over the training rows: the network learns standardised numbers. Dropout acts after each hidden
    layer. The hidden layers and their defaults are the same as in :class:`DNNClassifier`, from
    Table 1 of Gideon et al. 2017; the paper itself only predicts classes. Several outputs share
    all hidden layers.

    Parameters
    ----------
    loss : {"squared_error", "absolute_error", "ccc"}, default="squared_error"
        The loss on the standardised numbers: the squared or the absolute error, averaged over rows
        and outputs, or 1 minus the concordance correlation of each batch, averaged over outputs.
        The correlation of a batch is not defined if it has one row, or the same truth in all rows;
        then the gradient is 0. So a single row that is left over at the end of an epoch has no
        effect in that epoch. Each epoch draws a new order, so it is usually a different row each
        time.
    hidden_layer_sizes : sequence of int, default=(256, 256, 256, 256)
        Width of each hidden layer.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the hidden layers.
    dropout : float, default=0.5
        Probability that a training step drops a hidden unit.
    lr : float, default=5e-4
        Learning rate.
    max_epochs : int, default=600
        Number of passes over the training rows.
    batch_size : int, default=32
        Rows in each training step; with ``loss="ccc"`` at least 2.
    optimizer : {"adam", "sgd"} or subclass of torch.optim.Optimizer, default="adam"
        The optimizer that updates the weights.
    early_stopping : bool, default=True
        Whether to score validation rows after every epoch and keep the best epoch's weights; the
        lowest loss breaks ties. Without early stopping, all rows train and the last epoch is kept.
    monitor : {"ccc", "loss"}, name of a scorer, Score or callable, default="ccc"
        What ranks the epochs on the validation rows: the concordance correlation, the loss,
        another :class:`~skprognet.metrics.Score`, or a scikit-learn scorer such as "r2" (greater
        is better). A score that takes `sample_weight` gets the weights of the held-out rows.
    validation_fraction : float or cross-validation splitter, default=0.1
        Share of the rows to hold out for choosing the epoch, drawn at random; unused if `fit` gets
        `X_val`. Or a splitter, whose first split is used.
    patience : int or None, default=None
        Training stops after this many epochs in a row without a better one. None runs all epochs,
        since deep sigmoid networks with dropout learn late.
    random_state : int, RandomState instance or None, default=None
        Fixes the initial weights, the internal split, the order of rows and dropout. None gives
        a different result each time; the global random states are neither read nor changed.
    device : str, default="cpu"
        Device on which torch computes, such as "cuda".
    dtype : {"float32", "float64"}, default="float32"
        Floating-point type of all computation.
    n_threads : int or None, default=1
        Number of threads that torch may use; more than one slows networks of this size down. None
        keeps torch's setting.
    warm_start : bool, default=False
        Whether `fit` continues from the weights of the last `fit`. The features must be the same.
    callbacks : list of skorch callbacks or None, default=None
        More skorch callbacks. `fit` uses copies of them, which ``net_.callbacks_`` holds. Scores
        of skorch read the numbers as the network learns them, with mean 0 and variance 1.
    verbose : int, default=0
        1 prints a line per epoch.

    Attributes
    ----------
    target_mean_, target_std_ : ndarray of shape (n_outputs,)
        Weighted mean and standard deviation of each output over the rows that trained the network.
        `partial_fit` and ``warm_start`` keep the values of the first call.
    target_ndim_ : int
        Number of dimensions of the `y` of `fit`, 1 or 2. Predictions have the same number.
    target_names_in_ : ndarray of str of shape (n_outputs,)
        Names of the columns of `y`, if it is a table of several columns. A later `y` may have
        them in another order.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X has names that are all strings.
    net_ : skorch.NeuralNetClassifier
        The fitted net. ``net_.module_`` is the torch network; ``net_.history`` is skorch's record.
    history_ : DataFrame
        One row per epoch: epoch, train_loss, valid_loss, valid_score (the value of `monitor` on
        the validation rows; minus the loss for "loss"), valid_monitor (only for a score whose
        lower values are better: minus the score, which chooses the epoch), test_score (with
        `X_test`), dur (seconds).
    best_epoch_ : int
        The epoch (from 1) whose weights were kept.
    row_fingerprints_ : ndarray of uint64
        A hash of each distinct row that `fit` used, validation rows included.
    n_samples_seen_ : int
        Number of rows that trained the network or were held out by `fit`. With ``warm_start`` and
        `partial_fit`, a row counts each time it is passed.
    training_mean_, training_std_ : ndarray of shape (`n_features_in_`,)
        Mean and standard deviation of each feature over these rows, held-out rows included.
    interrupted_ : bool
        Whether Ctrl-C ended the fit. The fit restores the best epoch so far and re-raises
        KeyboardInterrupt. During the first epoch, an interrupt keeps the earlier fit, if any. With
        ``early_stopping=False``, the weights also include the updates of the unfinished epoch.

    See Also
    --------
    DNNClassifier : The same network for classes.
    FineTunedRegressor : Starts from the weights of a source.
    ProgressiveRegressor : Reads the layers of a frozen source.
    skprognet.metrics.ccc_score : The concordance correlation.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3 and Table 1.

    Examples
    --------
    Predict how loud a recording is from the features that do not measure loudness.

    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNRegressor
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.metrics import ccc_score
    >>> X = load_emodb(as_frame=True).data
    >>> y = X["loudness_sma3_amean"]
    >>> X = StandardScaler().fit_transform(X.loc[:, ~X.columns.str.startswith("loudness")])
    >>> reg = DNNRegressor(hidden_layer_sizes=(32,), max_epochs=20, lr=5e-3, random_state=0)
    >>> reg = reg.fit(X[:300], y[:300])
    >>> round(ccc_score(y[300:], reg.predict(X[300:])), 1)
    0.8
    """

    def __init__(
        self,
        *,
        loss="squared_error",
        hidden_layer_sizes=(256, 256, 256, 256),
        activation="sigmoid",
        dropout=0.5,
        lr=5e-4,
        max_epochs=600,
        batch_size=32,
        optimizer="adam",
        early_stopping=True,
        monitor="ccc",
        validation_fraction=0.1,
        patience=None,
        random_state=None,
        device="cpu",
        dtype="float32",
        n_threads=1,
        warm_start=False,
        callbacks=None,
        verbose=0,
    ):
        self.loss = loss
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
        X_test=None,
        y_test=None,
    ):
        """Train the network on rows X with numbers y.

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
        X_test : array-like of shape (n_test, n_features), default=None
            Rows to score after every epoch, for the learning curve in ``history_["test_score"]``.
            They do not influence the fit.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs), default=None
            Their numbers.

        Returns
        -------
        self : DNNRegressor
            The fitted regressor.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, labels that are not numbers, too few rows to hold any out, a
            constant output with ``loss="ccc"``, a parameter out of range, or a loss that
            is no longer finite.
        TypeError
            For sparse rows, or for a parameter that must be a number, a bool, a splitter, a scorer
            or callbacks, and is not.

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
            X_val=X_val,
            y_val=y_val,
            X_test=X_test,
            y_test=y_test,
        )
        return self._fit(arguments)
