"""The plain network, the baseline of the paper."""

from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import Given


class DNNClassifier(NetworkClassifier):
    r"""Feed-forward network for classification, the DNN of Gideon et al. 2017.

    With :math:`h_0 = x`, the hidden layers and the probabilities are

    .. math:: h_k = f(W_k h_{k-1} + b_k), \quad p = \mathrm{softmax}(W_{L+1} h_L + b_{L+1}),

    trained by cross-entropy with dropout after each hidden layer. The defaults are those of
    Table 1 of the paper. It does not say where dropout acts, how weights start and how they are
    trained: here after each hidden layer, Glorot uniform, and by Adam with batches of 32.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=(256, 256, 256, 256)
        Width of each hidden layer.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the hidden layers.
    dropout : float, default=0.5
        Probability that a hidden unit of the column being trained is dropped in a training step.
    lr : float, default=5e-4
        Learning rate.
    max_epochs : int, default=600
        Number of passes over the training rows.
    batch_size : int, default=32
        Rows in each training step.
    optimizer : {"adam", "sgd"} or class of torch.optim.Optimizer, default="adam"
        How the weights are updated.
    early_stopping : bool, default=True
        Whether to score validation rows after every epoch and keep the weights of the best epoch.
        Of equally good epochs the one with the lowest loss is kept. Without early stopping all
        rows train, and the last epoch is kept.
    monitor : {"uar", "loss"}, name of a scorer, Score or callable, default="uar"
        What makes an epoch the best: the unweighted average recall or the loss on the validation
        rows, another :class:`~skprognet.metrics.Score`, or what a scikit-learn scorer, such as
        "accuracy", gives there (greater is better). A score that takes `sample_weight` gets the
        weights of the held-out rows.
    validation_fraction : float or cross-validation splitter, default=0.1
        Share of the rows that are held out to choose the epoch, by class, where `fit` gets no
        `X_val`; or a splitter, whose first split is taken.
    patience : int or None, default=None
        Training ends after so many epochs without a better one. None runs all epochs, since deep
        sigmoid networks with dropout learn late.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class in the loss of training and validation rows, as in scikit-learn. A
        dict also weighs the recalls in the score that chooses the epoch; "balanced" does not,
        since that score is balanced already. `partial_fit` refuses "balanced".
    random_state : int, RandomState instance or None, default=None
        Fixes the initial weights, the internal split, the order of rows and dropout. None draws
        fresh entropy; the global random states are neither read nor changed.
    device : str, default="cpu"
        Where torch computes, such as "cuda".
    dtype : {"float32", "float64"}, default="float32"
        Type of all computation.
    n_threads : int or None, default=1
        Threads that torch may use; more than one slows networks of this size. None leaves
        torch's setting.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last `fit`, with the same features.
    callbacks : list of skorch callbacks or None, default=None
        Further skorch callbacks; `fit` works on copies, which ``net_.callbacks_`` holds.
    verbose : int, default=0
        1 prints a line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has names that are all strings.
    net_ : skorch.NeuralNetClassifier
        The fitted net; ``net_.module_`` is the torch network, ``net_.history`` skorch's record.
    history_ : DataFrame
        A row per epoch: epoch, train_loss, valid_loss, valid_score (what `monitor` gives on the
        validation rows; minus the loss for "loss"), valid_monitor (the number that chooses the
        epoch, only where that is another one: with a dict as `class_weight`, or for a score whose
        lower values are better), test_score (with `X_test`), dur (seconds).
    best_epoch_ : int
        The epoch (from 1) whose weights were kept.
    row_fingerprints_ : ndarray of uint64
        A hash of each row that `fit` had, validation rows included.
    n_samples_seen_ : int
        Number of rows that trained the network or were held out by `fit`. With ``warm_start`` and
        `partial_fit` a row counts each time it comes.
    training_mean_, training_std_ : ndarray of shape (`n_features_in_`,)
        Mean and standard deviation of each feature over these rows, validation rows included.
    interrupted_ : bool
        Whether Ctrl-C ended the fit; the interrupt is raised again after the best epoch so far
        has been restored. Within the first epoch it leaves the earlier fit, if any.

    See Also
    --------
    FineTunedClassifier : Starts from the weights of a source.
    ProgressiveClassifier : Reads the layers of a source that stays as it is.

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
            Training rows, finite numbers; best with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels: strings, integers or booleans. Or soft labels: floats, the probability of
            each class, in columns that are named by the classes in a DataFrame and are 0, 1, ...
            in an array.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over the rows that train. A row of weight 0 is
            left out. The weights of held-out rows count in the validation loss and score.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows that choose the epoch; they never train.
        y_val : array-like of shape (n_validation,), default=None
            Their labels; soft labels, as `y`, only where `y` has them.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers, that the internal validation split keeps apart.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows that are scored after every epoch, for a learning curve, in
            ``history_["test_score"]``. They influence nothing.
        y_test : array-like of shape (n_test,), default=None
            Their labels, as `y_val`.

        Returns
        -------
        self : DNNClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a single class, classes too rare to hold rows out, a parameter
            out of range, or a loss that is no longer finite.
        TypeError
            For a parameter of the wrong kind.
        """
        given = Given(
            X,
            y,
            sample_weight,
            groups,
            X_val=X_val,
            y_val=y_val,
            X_test=X_test,
            y_test=y_test,
        )
        return self._fit(given)
