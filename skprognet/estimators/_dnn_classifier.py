"""The plain network, the baseline of the paper."""

from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import FitArguments


class DNNClassifier(NetworkClassifier):
    r"""Feed-forward network for classification, the DNN of Gideon et al. 2017.

    With :math:`h_0 = x`, the hidden layers and the probabilities are

    .. math:: h_k = f(W_k h_{k-1} + b_k), \quad p = \mathrm{softmax}(W_{L+1} h_L + b_{L+1}),

    trained by cross-entropy with dropout after each hidden layer. The defaults come from Table 1
    of the paper. The paper does not say where dropout acts, how weights are initialised, or how
    they are trained. Here, dropout acts after each hidden layer, weights start as Glorot uniform,
    and Adam trains them in batches of 32.

    Parameters
    ----------
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
        Rows in each training step.
    optimizer : {"adam", "sgd"} or subclass of torch.optim.Optimizer, default="adam"
        The optimizer that updates the weights.
    early_stopping : bool, default=True
        Whether to score validation rows after every epoch and keep the best epoch's weights; the
        lowest loss breaks ties. Without early stopping, all rows train and the last epoch is kept.
    monitor : {"uar", "loss"}, name of a scorer, Score or callable, default="uar"
        What ranks the epochs on the validation rows: the unweighted average recall, the loss,
        another :class:`~skprognet.metrics.Score`, or a scikit-learn scorer such as "accuracy"
        (greater is better). A score that takes `sample_weight` gets the weights of the held-out
        rows.
    validation_fraction : float or cross-validation splitter, default=0.1
        Share of the rows to hold out for choosing the epoch, stratified by class; unused if `fit`
        gets `X_val`. Or a splitter, whose first split is used.
    patience : int or None, default=None
        Training stops after this many epochs in a row without a better one. None runs all epochs,
        since deep sigmoid networks with dropout learn late.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class in the loss of training and validation rows, as in scikit-learn;
        "balanced" counts the rows of weight above 0. A dict also weights the recalls in the UAR
        that chooses the epoch, which leaves out a class of weight 0. "balanced" does not change
        this UAR, which already weights classes equally. Any other score as `monitor` ignores
        class weights. `partial_fit` rejects "balanced".
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
        More skorch callbacks. `fit` uses copies of them, which ``net_.callbacks_`` holds.
    verbose : int, default=0
        1 prints a line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X has names that are all strings.
    net_ : skorch.NeuralNetClassifier
        The fitted net. ``net_.module_`` is the torch network; ``net_.history`` is skorch's record.
    history_ : DataFrame
        One row per epoch: epoch, train_loss, valid_loss, valid_score (the value of `monitor` on
        the validation rows; minus the loss for "loss"), valid_monitor (the number that chooses the
        epoch, only if it is a different one: for "uar" with a dict as `class_weight`, or for a
        score whose lower values are better), test_score (with `X_test`), dur (seconds).
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
    FineTunedClassifier : Starts from the weights of a source.
    ProgressiveClassifier : Reads the layers of a frozen source.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3 and Table 1.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> X, emotion = load_emodb(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> clf = DNNClassifier(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> clf.fit(X, emotion).predict(X[:2]).shape
    (2,)
    """

    def __init__(
        self,
        *,
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
        X_test : array-like of shape (n_test, n_features), default=None
            Rows to score after every epoch, for the learning curve in ``history_["test_score"]``.
            They do not influence the fit.
        y_test : array-like of shape (n_test,) or (n_test, n_classes), default=None
            Labels of the test rows, in the form of `y_val`.

        Returns
        -------
        self : DNNClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a single class, classes too rare to hold out rows, a parameter
            out of range, or a loss that is no longer finite.
        TypeError
            For sparse rows, or for a parameter that must be a number, a bool, a splitter, a scorer
            or callbacks, and is not.
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
