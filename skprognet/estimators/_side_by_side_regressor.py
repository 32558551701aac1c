"""The plain network on the features and all layers of the sources, for numbers."""

from skprognet.estimators._beside_mixin import BesideMixin
from skprognet.estimators._network_regressor import NetworkRegressor
from skprognet.estimators._rows import Given


class SideBySideRegressor(BesideMixin, NetworkRegressor):
    r"""Network whose first layer reads the features and all layers of frozen sources.

    It is the plain network of :class:`~skprognet.DNNRegressor` on a longer row. With
    :math:`h_k^{(j)}` hidden layer k of frozen column j, its input is

    .. math:: h_0 = \big[x, h_1^{(1)}, \dots, h_{L_1}^{(1)}, h_1^{(2)}, \dots\big]

    The progressive network reads the same numbers, but layer by layer. So this is the control that
    says whether that matters: if :class:`~skprognet.ProgressiveRegressor` is no better, the layers
    help, and reading them progressively adds nothing.

    Layers of a network are read as they are. Sources come out of every fit bit for bit as they
    went in, and their layers are computed once per fit.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        What is read; it may classify or predict numbers. Fitted: an estimator of this package (all
        its columns are read), scikit-learn's MLPClassifier or MLPRegressor, a
        :class:`~skprognet.sources.Source`, or a pipeline or FrozenEstimator that ends in one; it
        survives ``clone``. Unfitted: trained inside `fit` on `source_y`. None: no transfer, a DNN.
    features : str, sequence of str or None, default=None
        The features that the first layer reads of X: names of columns, or what their names begin
        with. None is all but those that are for a source alone, such as the layers of a
        :class:`~skprognet.sources.LayerSource`.
    loss : {"squared_error", "absolute_error", "ccc"}, default="squared_error"
        What is minimised over the standardised numbers; see :class:`DNNRegressor`.
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
    monitor : {"ccc", "loss"}, name of a scorer, Score or callable, default="ccc"
        What makes an epoch the best: the concordance correlation or the loss on the validation
        rows, another :class:`~skprognet.metrics.Score`, or what a scikit-learn scorer, such as
        "r2", gives there (greater is better). A score that takes `sample_weight` gets the weights
        of the held-out rows.
    validation_fraction : float or cross-validation splitter, default=0.1
        Share of the rows that are held out to choose the epoch, at random, where `fit` gets no
        `X_val`; or a splitter, whose first split is taken.
    patience : int or None, default=None
        Training ends after so many epochs without a better one. None runs all epochs, since deep
        sigmoid networks with dropout learn late.
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
    target_mean_, target_std_ : ndarray of shape (n_outputs,)
        Weighted mean and standard deviation of each output over the rows that trained the
        network. `partial_fit` and ``warm_start`` keep those of the first call.
    target_ndim_ : int
        Number of dimensions of the `y` of `fit`, 1 or 2. Predictions have as many.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where X has names that are all strings.
    net_ : skorch.NeuralNetClassifier
        The fitted net; ``net_.module_`` is the torch network, ``net_.history`` skorch's record.
    history_ : DataFrame
        A row per epoch: epoch, train_loss, valid_loss, valid_score (what `monitor` gives on the
        validation rows; minus the loss for "loss"), valid_monitor (only for a score whose lower
        values are better: minus the score, which chooses the epoch), test_score (with `X_test`),
        dur (seconds).
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
    features_read_ : ndarray of int or None
        Places of the features of X that the first layer reads; None is all of them.
    source_widths_ : dict of str to int
        For each source, how many numbers of it the first layer reads.
    sources_ : list of (str, estimator)
        Frozen copies of the fitted sources; empty without one.
    source_digest_ : dict of str
        For each source the SHA-256 of its weights, the same before and after `fit`.

    See Also
    --------
    ProgressiveRegressor : Reads the same layers, layer by layer.
    SideBySideClassifier : The same for classes.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256.

    J. Yosinski, J. Clune, Y. Bengio, H. Lipson: How transferable are features in deep neural
    networks? NeurIPS 2014, arXiv 1411.1792; on the layers of a network as features of another
    task.

    Examples
    --------
    What a network knows of emotions, read by one that predicts a loudness.

    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, SideBySideRegressor
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb(as_frame=True)
    >>> loudness = emodb.data["loudness_sma3_amean"]
    >>> X = emodb.data.loc[:, ~emodb.data.columns.str.startswith("loudness")]
    >>> X = StandardScaler().fit_transform(X)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> emotion = DNNClassifier(**options).fit(X, emodb.target)
    >>> reg = SideBySideRegressor(emotion, **options).fit(X, loudness)
    >>> reg.source_widths_, reg.net_.module_.n_features, X.shape[1]
    ({'source': 32}, 109, 77)
    """

    def __init__(
        self,
        source=None,
        *,
        features=None,
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
        self.source = source
        self.features = features
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
        source_y=None,
        X_test=None,
        y_test=None,
    ):
        """Train the network on rows X with numbers y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows, finite numbers; best with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over the rows that train. A row of weight 0 is
            left out. The weights of held-out rows count in the validation loss and score.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows that choose the epoch; they never train.
        y_val : array-like of shape (n_validation,) or (n_validation, n_outputs), default=None
            Their numbers.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers, that the internal validation split keeps apart.
        source_y : array-like or DataFrame of shape (n_samples,) or (n_samples, n_sources), \
                default=None
            Labels of the source task, on which an unfitted source is trained; with several
            sources a DataFrame with a column per source name.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows that are scored after every epoch, for a learning curve, in
            ``history_["test_score"]``. They influence nothing.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs), default=None
            Their numbers.

        Returns
        -------
        self : SideBySideRegressor
            The fitted regressor.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, labels that are not numbers, too few rows to hold any out, a
            constant target with ``loss="ccc"``, a parameter out of range, a loss that is
            no longer finite, or a source that does not fit X.
        TypeError
            For a parameter of the wrong kind.

        Warns
        -----
        UserWarning
            If the target, or one of several outputs, is constant over the training rows. If all
            outputs are constant, the loss chooses the epoch.
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
