"""The plain network on the features and the log-probabilities of the sources."""

from skprognet.estimators._beside import BesideClassifier
from skprognet.sources import POSTERIORS, read_log_posteriors


class PosteriorClassifier(BesideClassifier):
    r"""Network whose first layer reads the features and what frozen classifiers say of the row.

    Sidorov et al. 2014 (reference [4] of Gideon et al. 2017) give an emotion classifier the
    recognised speaker or gender as a further feature. Here it reads the logarithms of all
    probabilities, which say as well how sure each source j is:

    .. math:: h_0 = \big[x, \log p^{(1)}(x), \log p^{(2)}(x), \dots\big]

    and the rest is as in :class:`~skprognet.DNNClassifier`. The logarithms are computed from the
    outputs of the source without the way through the probabilities, so that they are finite also
    where a probability is too small for its type. They are read as they are. Sources come out of
    every fit bit for bit as they went in, and compute once per fit.

    A source that was trained on the same rows, also one that `fit` trains on `source_y`, is surer
    of these rows than of new ones. The network learns from what the source says of rows that it
    knows.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        What is read; it must classify. Fitted: any classifier of this package, scikit-learn's
        MLPClassifier, a :class:`~skprognet.sources.Source` with `log_posteriors`, or a pipeline or
        FrozenEstimator that ends in one; it survives ``clone``. Unfitted: trained inside `fit` on
        `source_y`. None: no transfer, a DNN.
    features : str, sequence of str or None, default=None
        The features that the first layer reads of X: names of columns, or what their names begin
        with. None is all but those that are for a source alone.
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
    features_read_ : ndarray of int or None
        Places of the features of X that the first layer reads; None is all of them.
    source_widths_ : dict of str to int
        For each source how many classes it has.
    sources_ : list of (str, estimator)
        Frozen copies of the fitted sources; empty without one.
    source_digest_ : dict of str
        For each source the SHA-256 of its weights, the same before and after `fit`.

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

    @staticmethod
    def _read_source(source, X):
        return [read_log_posteriors(source, X)]

    @staticmethod
    def _add_source(source, graph, rows):
        return [source.add_log_posteriors(graph, rows)]
