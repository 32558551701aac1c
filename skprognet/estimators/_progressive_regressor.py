"""The progressive network for numbers: a new column reads those of the sources."""

from sklearn.utils.validation import check_is_fitted

from skprognet.estimators._importances import measure_importances
from skprognet.estimators._network_regressor import NetworkRegressor
from skprognet.estimators._progressive_mixin import ProgressiveMixin
from skprognet.estimators._rows import Given


class ProgressiveRegressor(ProgressiveMixin, NetworkRegressor):
    r"""Network that reads the layers of frozen ones, the ProgNet of Gideon et al. 2017.

    Beside each frozen source column j with hidden layers :math:`h_k^{(j)}` a new column is
    trained. With :math:`h_0 = x`, its layer k + 1 computes

    .. math:: h_{k+1} = f\Big(W_{k+1} h_k + b_{k+1} + \sum_j U_{k+1}^{(j)} h_k^{(j)}\Big)

    for k = 1 .. L. Layer 1 reads x only; layer L + 1 is the output, which has no activation and
    gives standardised numbers (see :class:`DNNRegressor`). Dropout acts on the new column alone.
    Where a source has another depth, its hidden layer ``ceil(k * its depth / L)`` stands for k.
    Sources may have learned classes or numbers. They come out of every fit bit for bit as they
    went in, so that nothing is forgotten, and their layers are computed once per fit.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        The column or columns to read. Fitted: an estimator of this package that owns a network
        (of a progressive one all columns are read), or scikit-learn's MLPClassifier or
        MLPRegressor, or a pipeline or FrozenEstimator that ends in one; it survives ``clone``.
        Unfitted: trained inside `fit` on `source_y`. None: no transfer, a DNN.
    adapter : {None, "linear", "mlp"}, default=None
        What stands between the frozen layers and the layer that reads them. None is the paper;
        the others scale the frozen layers of all sources by learned scalars and project them to
        the width of the new layer below, "mlp" with the activation after it (Rusu et al. 2016,
        equation 2; see :class:`~skprognet.networks.Adapter`).
    lateral_dropout : float, default=0.0
        Probability that a unit of a frozen layer is dropped, in training, for the layer that
        reads it.
    features : str, sequence of str or None, default=None
        The features that the new column itself reads: names of columns of X, or what their names
        begin with. None is all but those that are for a source alone, such as the layers of a
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
        Places of the features of X that the new column itself reads; None is all of them.
    sources_ : list of (str, estimator)
        Frozen copies of the fitted sources; empty without one.
    source_digest_ : dict of str
        For each source the SHA-256 of its weights, the same before and after `fit`.

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

    # Several at a time: cross_validate_transfer asks.
    reads_several_sources = True
    # The layers stay frozen beside its own: a placebo source can tell knowledge from more weights.
    keeps_its_source = True

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
        """Train the new column on rows X with numbers y.

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
        self : ProgressiveRegressor
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

    def source_importances(
        self, X, y, *, scoring="ccc", method="permute", n_repeats=5, random_state=None
    ):
        """Return how much the score of rows with known numbers falls without each source.

        The hidden activations of a source are set to 0 ("silence"), or exchanged among the rows
        of X ("permute"): then they keep their distribution and lose what they say about a row.
        The importance is the score with the source minus the score without it. If lower values of
        the score are better, it is the reverse. Below 0 the network does better without the
        source.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, best such that were not in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their numbers.
        scoring : str or Score, default="ccc"
            The score: its name, or a :class:`~skprognet.metrics.Score`. With several outputs,
            "ccc" is their mean.
        method : {"permute", "silence"}, default="permute"
            What is done to the source.
        n_repeats : int, default=5
            Number of permutations; "silence" has nothing to repeat.
        random_state : int, RandomState instance or None, default=None
            Fixes the permutations.

        Returns
        -------
        DataFrame
            By name of the source: importance_mean, and importance_std over the permutations
            (ddof 0; 0 for "silence").

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
            raise ValueError("source_importances needs a source; this regressor has none.")
        return measure_importances(self, X, y, scoring, method, n_repeats, random_state)
