"""Pre-training and fine-tuning: the network of a source continues with numbers."""

from skprognet.estimators._fine_tuning_mixin import FineTuningMixin
from skprognet.estimators._transfer_regressor import TransferRegressor


class FineTunedRegressor(FineTuningMixin, TransferRegressor):
    r"""Network that starts from the weights of a source, the PT/FT of Gideon et al. 2017.

    PT/FT stands for pre-training and fine-tuning. The hidden layers of the source are copied, a
    new output layer for the numbers in y is put on top, and all layers are trained. The source may
    have learned classes or numbers, and it does not change by a single bit. If the source reads
    frozen columns, the copy reads them too, and they stay frozen.

    Parameters
    ----------
    source : estimator or None, default=None
        The network to start from. A fitted source is an estimator of this package, scikit-learn's
        MLPClassifier or MLPRegressor, a :class:`~skprognet.sources.TorchSource` of a plain stack
        of linear layers, or a pipeline or FrozenEstimator that ends in one of these; ``clone``
        keeps it fitted. An unfitted source is trained inside `fit` on `source_y`. None means no
        transfer: a DNN.
    n_frozen_layers : int or "all", default=0
        Number of copied hidden layers, counted from the input, that do not learn. They have
        dropout in training, like the others. "all" is a linear probe: only the new output learns,
        and no layer has dropout, so that the output reads the layers as they are. `l2_sp` and
        `probe_epochs` must then be 0.
    copied_lr : float or None, default=None
        Learning rate of the copied layers. None uses `lr`, the rate of the new output layer.
    l2_sp : float, default=0.0
        How strongly the copied layers are pulled back to the weights of the source: the factor
        alpha of L2-SP. 0 is PT/FT.
    probe_epochs : int, default=0
        Number of epochs at the start in which only the new output is trained, as in a linear
        probe. After them, all layers are trained (LP-FT). 0 is PT/FT, `max_epochs` is a linear
        probe. The best of all epochs is kept, including the epochs of the probe.
    loss : {"squared_error", "absolute_error", "ccc"}, default="squared_error"
        The loss on the standardised numbers; see :class:`DNNRegressor`.
    hidden_layer_sizes : sequence of int, default=(256, 256, 256, 256)
        Width of each hidden layer. With a source, the network has the widths of the source.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the hidden layers. With a source, the network has the activation of the
        source.
    dropout : float, default=0.5
        Probability that a training step drops a hidden unit of the trained network.
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
    sources_ : list of (str, Source or estimator)
        Frozen copies of the fitted sources, and the sources that `fit` trained; empty without a
        source.
    source_digest_ : dict of str to str
        The digest of each source, which `fit` does not change. That of a network is the SHA-256
        of its weights.

    See Also
    --------
    FineTunedClassifier : The same for classes.
    ProgressiveRegressor : Reads the layers of a frozen source.
    SideBySideRegressor : Reads them beside the features.

    Notes
    -----
    Three parameters turn PT/FT into rival methods. Without a source they do nothing.

    - ``n_frozen_layers="all"`` is a linear probe: what a linear model finds in the last hidden
      layer of the source.
    - `l2_sp` adds to the loss

      .. math:: \Omega(w) = \frac{\alpha}{2} \lVert w - w_0 \rVert^2

      over weights and biases w of the copied layers, which started as :math:`w_0`. Its gradient
      :math:`\alpha (w - w_0)` is added to the gradient of the loss before the optimizer uses it,
      like the weight decay of ``torch.optim.Adam``. The losses in ``history_`` exclude this term.
      The paper of L2-SP also decays the new output, with a second factor. This package leaves that
      out: none of its other networks decays its output, so rows of a table would differ in more
      than the transfer.
    - `probe_epochs` is LP-FT. With a random output, fine-tuning begins with large gradients that
      change the copied layers; a probe before it gives the output a good start. The first
      `probe_epochs` epochs equal those of a linear probe, bit for bit. Each call of `fit` begins
      with a probe; calls of `partial_fit` continue the count of epochs.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 3.

    X. Li, Y. Grandvalet, F. Davoine: Explicit Inductive Bias for Transfer Learning with
    Convolutional Networks. ICML 2018, arXiv 1802.01483 (L2-SP).

    A. Kumar, A. Raghunathan, R. Jones, T. Ma, P. Liang: Fine-Tuning can Distort Pretrained
    Features and Underperform Out-of-Distribution. ICLR 2022, arXiv 2202.10054 (LP-FT).

    Examples
    --------
    A network that has learned emotions goes on to learn loudness.

    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, FineTunedRegressor
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb(as_frame=True)
    >>> loudness = emodb.data["loudness_sma3_amean"]
    >>> X = emodb.data.loc[:, ~emodb.data.columns.str.startswith("loudness")]
    >>> X = StandardScaler().fit_transform(X)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> emotion = DNNClassifier(**options).fit(X, emodb.target)
    >>> reg = FineTunedRegressor(emotion, **options).fit(X, loudness)
    >>> reg.predict(X[:2]).shape
    (2,)
    """

    def __init__(
        self,
        source=None,
        *,
        n_frozen_layers=0,
        copied_lr=None,
        l2_sp=0.0,
        probe_epochs=0,
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
        self.n_frozen_layers = n_frozen_layers
        self.copied_lr = copied_lr
        self.l2_sp = l2_sp
        self.probe_epochs = probe_epochs
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
