"""Pre-training and fine-tuning: the source's network goes on learning another task."""

from skprognet.estimators._fine_tuning_mixin import FineTuningMixin
from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import Given
from skprognet.sources import WEIGHTS


class FineTunedClassifier(FineTuningMixin, NetworkClassifier):
    r"""Network that starts from the weights of a source, the PT/FT of Gideon et al. 2017.

    The hidden layers of the source are copied, a new output layer for the classes of y is put on
    top, and all layers are trained. The source itself stays as it is, bit for bit. A source that
    reads frozen columns keeps them, frozen.

    Parameters
    ----------
    source : estimator or None, default=None
        The network to start from. Fitted: an estimator of this package that owns a network, or
        scikit-learn's MLPClassifier or MLPRegressor, or a pipeline or FrozenEstimator that ends
        in one; it survives ``clone``. Unfitted: trained inside `fit` on `source_y`. None: no
        transfer, a DNN.
    n_frozen_layers : int or "all", default=0
        How many of the copied hidden layers, from the input on, stay as they are; in training they
        have dropout like the others. "all" is a linear probe: only the new output is trained, and
        no layer has dropout, so that it reads the layers as they are.
    copied_lr : float or None, default=None
        Learning rate of the copied layers; None is `lr`, which the new output layer has.
    l2_sp : float, default=0.0
        How strongly the copied layers are pulled back to the weights of the source: the factor
        alpha of L2-SP. 0 is PT/FT.
    probe_epochs : int, default=0
        Number of first epochs in which only the new output is trained, as in a linear probe. All
        layers are trained after them (LP-FT). 0 is PT/FT, `max_epochs` is a linear probe. The best
        of all epochs is kept, those of the probe included.
    hidden_layer_sizes : sequence of int, default=(256, 256, 256, 256)
        Width of each hidden layer. With a source, the widths of the source are taken instead.
    activation : {"sigmoid", "tanh", "relu", "identity"}, default="sigmoid"
        Activation of the hidden layers. With a source, that of the source is taken instead.
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
    sources_ : list of (str, estimator)
        Frozen copies of the fitted sources; empty without one.
    source_digest_ : dict of str
        For each source the SHA-256 of its weights, the same before and after `fit`.

    See Also
    --------
    ProgressiveClassifier : Reads the layers of a source that stays as it is.
    SideBySideClassifier : Reads them beside the features.

    Notes
    -----
    Three parameters turn it into rivals of PT/FT. Without a source they do nothing.

    - ``n_frozen_layers="all"`` is a linear probe: what a linear classifier finds in the last layer
      of the source.
    - `l2_sp` adds to the loss

      .. math:: \Omega(w) = \frac{\alpha}{2} \lVert w - w_0 \rVert^2

      over weights and biases w of the copied layers, which started as :math:`w_0`. Its gradient
      :math:`\alpha (w - w_0)` is added to that of the loss before the optimizer uses it, as
      the weight decay of ``torch.optim.Adam`` is. The losses in ``history_`` are the cross-entropy
      alone. The paper of L2-SP also decays the new output, with a second factor. That is left out
      here: no other network of this package decays its output, so rows of a table would differ
      in more than the transfer.
    - `probe_epochs` is LP-FT: fine-tuning from a random output changes the copied layers by large
      gradients at first, and a probe before it gives the output a good start. The first
      `probe_epochs` epochs are those of a linear probe, to the bit. Each call of `fit` begins
      with them; `partial_fit` counts its epochs.

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
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier, FineTunedClassifier
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb()
    >>> X = StandardScaler().fit_transform(emodb.data)
    >>> options = dict(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> speaker = DNNClassifier(**options).fit(X, emodb.speaker)
    >>> clf = FineTunedClassifier(speaker, **options).fit(X, emodb.target)
    >>> clf.predict(X[:2]).shape
    (2,)
    """

    needs_from_source = WEIGHTS

    def __init__(
        self,
        source=None,
        *,
        n_frozen_layers=0,
        copied_lr=None,
        l2_sp=0.0,
        probe_epochs=0,
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
        self.n_frozen_layers = n_frozen_layers
        self.copied_lr = copied_lr
        self.l2_sp = l2_sp
        self.probe_epochs = probe_epochs
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
        """Train the copied network on rows X with labels y.

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
        self : FineTunedClassifier
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
