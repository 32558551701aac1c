"""The plain network on the features and the log-probabilities of the sources."""

from skprognet.estimators._beside import BesideClassifier
from skprognet.sources import (
    POSTERIORS,
    as_source,
    is_fitted,
    named_sources,
    no_posteriors,
    offers,
    read_log_posteriors,
)


class PosteriorClassifier(BesideClassifier):
    r"""Network whose first layer reads the features and the posteriors of frozen classifiers.

    Sidorov et al. 2014 (reference [4] of Gideon et al. 2017) give an emotion classifier the
    recognised speaker or gender as a further feature. Here the network reads the logarithms of all
    probabilities, which also say how sure each source j is:

    .. math:: h_0 = \big[x, \log p^{(1)}(x), \log p^{(2)}(x), \dots\big]

    and the rest is as in :class:`~skprognet.DNNClassifier`. The logarithms come directly from the
    outputs of the source, so they stay finite even if a probability is too small for its type.
    They are read as they are. No fit changes a source by a single bit, and each source computes
    once per fit.

    A source that was trained on the same rows is more certain about these rows than about new
    ones. So is a source that `fit` trains on `source_y`. The network then learns from what the
    source says about rows that it knows.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        The classifier or classifiers to read. A fitted source is any classifier of this package,
        scikit-learn's MLPClassifier, a :class:`~skprognet.sources.Source` with `log_posteriors`,
        or a pipeline or FrozenEstimator that ends in one of these; ``clone`` keeps it fitted. An
        unfitted source is trained inside `fit` on `source_y`. None means no transfer: a DNN.
    features : str, sequence of str or None, default=None
        The features of X that the first layer reads: names of columns, or beginnings of names.
        None reads all features except those that only a source reads.
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
        An unfitted source is not trained again, and `source_y` is not read.
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
    features_read_ : ndarray of int or None
        Positions in X of the features that the first layer reads; None means all of them.
    source_widths_ : dict of str to int
        Number of classes of each source.
    sources_ : list of (str, Source or estimator)
        Frozen copies of the fitted sources, and the sources that `fit` trained; empty without a
        source.
    source_digest_ : dict of str to str
        The digest of each source, which `fit` does not change. That of a network is the SHA-256
        of its weights.

    See Also
    --------
    SideBySideClassifier : Reads the hidden layers of the sources.

    References
    ----------
    M. Sidorov, S. Ultes, A. Schmitt: Comparison of Gender- and Speaker-adaptive Emotion
    Recognition. LREC 2014, pages 3476-3480.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, PosteriorClassifier
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb()
    >>> X = StandardScaler().fit_transform(emodb.data)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    >>> clf = PosteriorClassifier([("speaker", speaker)], **options).fit(X, emodb.target)
    >>> clf.source_widths_, clf.net_.module_.n_features
    ({'speaker': 10}, 98)
    """

    needs_from_source = POSTERIORS

    def _check_parameters(self):
        super()._check_parameters()
        for _, model in named_sources(self.source):
            # A fitted source fails when its log-probabilities are read. An unfitted one is checked
            # here, before time is spent on its training.
            if not is_fitted(model) and POSTERIORS not in offers(model):
                raise no_posteriors(as_source(model))

    @staticmethod
    def _read_source(source, X):
        return [read_log_posteriors(source, X)]

    @staticmethod
    def _add_source(source, graph, rows):
        return [source.add_log_posteriors(graph, rows)]
