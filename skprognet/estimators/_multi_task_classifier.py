"""Multi-task learning: one network learns the target and the source tasks at the same time."""

import numpy as np

from skprognet._checks import check_number
from skprognet._target_kind import check_no_ratings
from skprognet._wording import first_few
from skprognet.estimators._multi_task_target import MultiTaskTarget
from skprognet.estimators._network_classifier import NetworkClassifier
from skprognet.estimators._rows import FitArguments
from skprognet.estimators._soft_class_target import SoftClassTarget
from skprognet.estimators._source_labels import given_labels
from skprognet.estimators._target import ClassTarget
from skprognet.estimators._with_source import TransferMixin
from skprognet.networks import add_outputs
from skprognet.sources import LABELS, is_fitted, named_sources


class MultiTaskClassifier(TransferMixin, NetworkClassifier):
    r"""Network whose hidden layers serve the target and the source tasks, all trained together.

    Every task has an output layer of its own on the last hidden layer, and all hidden layers are
    shared. With the cross-entropy :math:`\ell_0` of the target and :math:`\ell_t` of T source
    tasks on the same rows, training minimises

    .. math:: \ell = \ell_0 + \frac{\lambda}{T} \sum_{t=1}^{T} \ell_t,

    where :math:`\lambda` is `source_weight`. This is how gender and speaker have been used beside
    emotion since long before the progressive network (references [1-3, 6, 7] of Gideon et al.
    2017). The method uses no trained network. It needs labels of the source tasks for the same
    rows.

    Predictions, scores and the choice of the epoch concern the target alone, so validation rows
    need no labels of the source tasks. In ``history_``, train_loss is :math:`\ell`, and valid_loss
    is :math:`\ell_0`.

    Parameters
    ----------
    source : estimator, list of (str, estimator) or None, default=None
        The names of the source tasks, given as for the other classifiers: each unfitted estimator
        stands for a task whose labels are in `source_y`. The estimators themselves are not
        trained. None makes every column of `source_y` a task; without `source_y` the network is a
        DNN.
    source_weight : float, default=1.0
        Weight of all source tasks together: the factor :math:`\lambda` of the mean of their
        losses.
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
    source_classes_ : dict of str to ndarray
        The labels of each source task in the rows that trained, sorted.
    sources_ : list
        Empty, since no network is read.
    source_digest_ : dict
        Empty.

    See Also
    --------
    ProgressiveClassifier : Reads networks that were trained on the source tasks.

    Notes
    -----
    The hidden layers and the target's output start with the same weights as a
    :class:`~skprognet.DNNClassifier` with the same seed. With ``source_weight=0`` the two networks
    are equal up to rounding. `partial_fit` has no labels of source tasks and continues with the
    target alone. The weight of a row, `sample_weight` times the `class_weight` of its label in y,
    weighs its losses in all tasks.

    References
    ----------
    R. Caruana: Multitask Learning. Machine Learning 28, 1997, pages 41-75.

    B. Zhang, E. Mower Provost, G. Essl: Cross-corpus Acoustic Emotion Recognition from Singing and
    Speaking: A Multi-task Learning Approach. ICASSP 2016, pages 5805-5809.

    R. Xia, Y. Liu: A Multi-task Learning Framework for Emotion Recognition Using 2D Continuous
    Space. IEEE Transactions on Affective Computing, 2015.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import MultiTaskClassifier
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb(as_frame=True)
    >>> X = StandardScaler().fit_transform(emodb.data)
    >>> clf = MultiTaskClassifier(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> clf = clf.fit(X, emodb.target, source_y=emodb.frame[["gender", "speaker"]])
    >>> clf.classes_.tolist(), clf.source_classes_["gender"].tolist()
    (['angry', 'happy', 'neutral', 'sad'], ['female', 'male'])
    >>> clf.predict_proba(X[:2]).shape
    (2, 4)
    """

    needs_from_source = LABELS
    _trains_together = False
    # cross_validate_transfer reads this: several sources at a time are possible.
    reads_several_sources = True

    def __init__(
        self,
        source=None,
        *,
        source_weight=1.0,
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
        self.source_weight = source_weight
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
        """Train the network on rows X with labels y, and on the source tasks.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows of finite numbers, preferably with mean 0 and variance 1 in each feature.
        y : array-like of shape (n_samples,)
            Labels of the rows: strings, integers or booleans.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, scaled to mean 1 over the training rows. Rows of weight 0 are left
            out. The weights of held-out rows count in the validation loss and score.
        X_val : array-like of shape (n_validation, n_features), default=None
            Validation rows, which choose the epoch. They never train the network.
        y_val : array-like of shape (n_validation,), default=None
            Their labels.
        groups : array-like of shape (n_samples,), default=None
            Groups, such as speakers. If `validation_fraction` is a number, no group is split. If
            it is a splitter, it gets them as its `groups`.
        source_y : array-like or DataFrame of shape (n_samples,) or (n_samples, n_tasks), \
                default=None
            Labels of the source tasks for the same rows. For several tasks, a DataFrame with a
            column for each, under the names in `source` if it has any.
        X_test : array-like of shape (n_test, n_features), default=None
            Rows to score after every epoch, for the learning curve in ``history_["test_score"]``.
            They do not influence the fit.
        y_test : array-like of shape (n_test,), default=None
            Their labels.

        Returns
        -------
        self : MultiTaskClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a single class, classes too rare to hold out rows, a parameter
            out of range, a loss that is no longer finite, or a fitted source.
        TypeError
            For sparse rows, or for a parameter that must be a number, a bool, a splitter, a scorer
            or callbacks, and is not.
        """
        arguments = FitArguments(
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
        return self._fit(arguments)

    def _check_parameters(self):
        super()._check_parameters()
        check_number("source_weight", self.source_weight, "number", low=0)

    def _kind_of_target(self, y):
        if SoftClassTarget.of(y) is not None:
            raise ValueError(
                "y must have one label for each row in MultiTaskClassifier; got shape "
                f"{np.shape(y)}. Pass the most likely class, or use another classifier for soft "
                "labels."
            )
        return self._target_kind

    def _read_by_name(self):
        return []  # no network is read

    @property
    def _target(self):
        tasks = getattr(self, "source_classes_", {})
        if not tasks:
            return ClassTarget(self.classes_)
        return MultiTaskTarget(self.classes_, tasks, self.source_weight)

    def _tasks(self, rows):
        """Return the labels of each source task by its name."""
        sources = named_sources(self.source)
        fitted = [name for name, source in sources if is_fitted(source)]
        if fitted:
            raise ValueError(
                "source must have no fitted network in MultiTaskClassifier, which trains all "
                f"tasks together; got {first_few(fitted)}, which is fitted. Pass "
                "fit(..., source_y=labels) with source=None, or an unfitted estimator for each "
                "task."
            )
        if sources:
            return {name: given_labels(self, name, rows) for name, _ in sources}
        columns = {} if rows.source_y is None else rows.source_y.items()
        return {"source" if n is None else str(n): y.to_numpy() for n, y in dict(columns).items()}

    def _read_sources(self, rows, train, held_out, seed):
        self.sources_, self.source_digest_, self.source_classes_ = [], {}, {}
        for name, labels in self._tasks(rows).items():
            check_no_ratings("source_y", labels)
            self.source_classes_[name] = ClassTarget.learn(self, labels[train], "source_y").classes

    def _check_same_sources(self):
        """Leave it to `_codes_learned`, which has the labels of the source tasks."""

    def _codes_learned(self, rows):
        tasks = self._tasks(rows)
        if tasks.keys() != self.source_classes_.keys():
            raise ValueError(
                "source_y must have the source tasks of the last fit, "
                f"[{first_few(self.source_classes_)}], with warm_start=True; got "
                f"[{first_few(tasks)}]. Set warm_start=False to train a new network."
            )
        if not tasks:
            return rows.y
        codes = [  # in the order of the outputs, which a later table need not have
            ClassTarget(classes).encode(tasks[name], name="source_y")
            for name, classes in self.source_classes_.items()
        ]
        return np.column_stack([rows.y, *codes])

    def _make_column(self, generator):
        column = super()._make_column(generator)
        if self.source_classes_:
            add_outputs(column, list(map(len, self.source_classes_.values())), generator)
        return column

    def _training_options(self, column, device):
        return {"n_outputs": len(self.classes_)}
