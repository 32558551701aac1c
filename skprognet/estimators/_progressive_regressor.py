"""The progressive network for numbers: a new column reads the columns of the sources."""

from sklearn.utils.validation import check_is_fitted

from skprognet.estimators._importances import measure_importances
from skprognet.estimators._progressive_mixin import ProgressiveMixin
from skprognet.estimators._transfer_regressor import TransferRegressor


class ProgressiveRegressor(ProgressiveMixin, TransferRegressor):
    r"""Network that reads the layers of frozen networks, the ProgNet of Gideon et al. 2017.

    A *column* is a stack of layers. A new column is trained beside the frozen columns of the
    sources; :math:`h_k^{(j)}` is hidden layer k of frozen column j. With :math:`h_0 = x`, layer
    k + 1 of the new column computes

    .. math:: h_{k+1} = f\Big(W_{k+1} h_k + b_{k+1} + \sum_j U_{k+1}^{(j)} h_k^{(j)}\Big)

    for k = 1 .. L. The matrices U are the *laterals*. Layer 1 reads x only; layer L + 1 is the
    output, which has no activation and gives standardised numbers (see :class:`DNNRegressor`).
    `dropout` acts on the new column alone. If a source has another depth, its hidden layer
    ``ceil(k * its depth / L)`` takes the place of layer k. Sources may have learned classes or
    numbers. No fit changes a source by a single bit, so the source forgets nothing. Its layers are
    computed once per fit.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        The network or networks to read. A fitted source is an estimator of this package (all
        columns of a progressive one are read), scikit-learn's MLPClassifier or MLPRegressor, a
        :class:`~skprognet.sources.Source`, or a pipeline or FrozenEstimator that ends in one of
        these; ``clone`` keeps it fitted. An unfitted source is trained inside `fit` on `source_y`.
        None means no transfer: a DNN.
    adapter : {None, "linear", "mlp"}, default=None
        What connects the frozen layers to the layer that reads them. None follows the paper: a
        weight matrix for each frozen layer. The others scale the frozen layers k of all sources by
        learned scalars and project them to the width of the new column's layer k; "mlp" then
        applies the activation (Rusu et al. 2016, equation 2; see
        :class:`~skprognet.networks.Adapter`).
    lateral_dropout : float, default=0.0
        Dropout rate of the frozen activations, drawn separately for each layer that reads them.
    features : str, sequence of str or None, default=None
        The features that the new column itself reads: names of columns of X, or beginnings of
        names. None reads all features except those that only a source reads, such as the layers of
        a :class:`~skprognet.sources.LayerSource`.
    loss : {"squared_error", "absolute_error", "ccc"}, default="squared_error"
        The loss on the standardised numbers; see :class:`DNNRegressor`.
    hidden_layer_sizes : sequence of int, default=(256, 256, 256, 256)
        Width of each hidden layer.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the hidden layers.
    dropout : float, default=0.5
        Probability that a training step drops a hidden unit of the new column.
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
        An unfitted source is not trained again, and `source_y` is not read.
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
    features_read_ : ndarray of int or None
        Positions in X of the features that the new column itself reads; None means all of them.
    sources_ : list of (str, Source or estimator)
        Frozen copies of the fitted sources, and the sources that `fit` trained; empty without a
        source.
    source_digest_ : dict of str to str
        The digest of each source, which `fit` does not change. That of a network is the SHA-256
        of its weights.

    See Also
    --------
    ProgressiveClassifier : The same for classes.
    FineTunedRegressor : Starts from the weights of a source.
    SideBySideRegressor : Reads the layers beside the features.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3 and Figure 2.

    A. A. Rusu et al.: Progressive Neural Networks. arXiv 1606.04671; equation 2.

    Examples
    --------
    A network that learns loudness reads one that has learned emotions.

    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, ProgressiveRegressor
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb(as_frame=True)
    >>> loudness = emodb.data["loudness_sma3_amean"]
    >>> X = emodb.data.loc[:, ~emodb.data.columns.str.startswith("loudness")]
    >>> X = StandardScaler().fit_transform(X)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> emotion = DNNClassifier(**options).fit(X, emodb.target)
    >>> reg = ProgressiveRegressor(emotion, **options).fit(X, loudness)
    >>> reg.predict(X[:2]).shape
    (2,)
    """

    def __init__(
        self,
        source=None,
        *,
        adapter=None,
        lateral_dropout=0.0,
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
        self.adapter = adapter
        self.lateral_dropout = lateral_dropout
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

    def source_importances(
        self, X, y, *, scoring="ccc", method="permute", n_repeats=5, random_state=None
    ):
        """Return how much the score falls without each source.

        The hidden activations of a source are set to 0 ("silence") or exchanged among the rows of
        X ("permute"). Exchanged activations keep their distribution and lose what they say about a
        row. The importance is the score with the source minus the score without it, with the
        opposite sign if lower values of the score are better. Below 0, the network does better
        without the source.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, preferably not those of `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        scoring : str or Score, default="ccc"
            The score: its name, or a :class:`~skprognet.metrics.Score`. With several outputs,
            "ccc" is their mean.
        method : {"permute", "silence"}, default="permute"
            How to take the source away.
        n_repeats : int, default=5
            Number of permutations; "silence" needs no repetition.
        random_state : int, RandomState instance or None, default=None
            Fixes the permutations.

        Returns
        -------
        DataFrame
            One row per source, indexed by its name: importance_mean, and importance_std over the
            permutations (ddof 0; 0 for "silence").

        Raises
        ------
        ValueError
            If there is no source, X and y do not fit, or no two rows differ, so that there is
            nothing to exchange.

        Examples
        --------
        >>> from sklearn.preprocessing import StandardScaler
        >>> from skprognet import DNNClassifier, ProgressiveRegressor
        >>> from skprognet.datasets import load_emodb
        >>> emodb = load_emodb(as_frame=True)
        >>> X, loudness = emodb.data, emodb.data["loudness_sma3_amean"]
        >>> X = StandardScaler().fit_transform(X.loc[:, ~X.columns.str.startswith("loudness")])
        >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
        >>> emotion = DNNClassifier(**options).fit(X, emodb.target)
        >>> reg = ProgressiveRegressor([("emotion", emotion)], **options).fit(X, loudness)
        >>> reg.source_importances(X, loudness, random_state=0).shape
        (1, 2)
        """
        check_is_fitted(self)
        if not self.sources_:
            raise ValueError(
                "The regressor must have a source for source_importances; got none. Fit it with "
                "a source."
            )
        return measure_importances(self, X, y, scoring, method, n_repeats, random_state)
