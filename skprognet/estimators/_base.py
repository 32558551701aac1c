"""What the three classifiers share: from fit to predict."""

import copy

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from skorch.dataset import Dataset
from skorch.helper import predefined_split

from skprognet._checks import (
    check_classes,
    check_named_classes,
    check_rows,
    check_scored_rows,
    check_training_data,
    check_validation_data,
    encode_labels,
)
from skprognet._fingerprints import fingerprints
from skprognet.estimators._class_weight import (
    refuse_balanced,
    scale_to_mean_one,
    weigh_classes,
    weigh_recalls,
    weigh_rows,
)
from skprognet.estimators._hold_out import holdout_split, is_splitter, split_by
from skprognet.estimators._last_fit import last_fit_kept
from skprognet.estimators._monitor import greater_is_better, net_score, score_of_epoch
from skprognet.estimators._net import Batches, Net
from skprognet.estimators._overlap import MOMENTS, add_rows, overlap
from skprognet.estimators._parameters import (
    DTYPES,
    OPTIMIZERS,
    check_parameters,
    device_or_cpu,
    draw_seeds,
)
from skprognet.estimators._plain_state import plain_state, restore_net
from skprognet.estimators._rows import RowLabels
from skprognet.estimators._test_rows import RecordTestScore
from skprognet.networks import Column, evaluate_logits, limit_threads
from skprognet.networks._ambient import undisturbed
from skprognet.sources._source import as_tensor

ROWS_PER_PREDICTION = 4096  # bounds the memory that frozen activations take


def continue_from(previous, column):
    """Give `column` the weights of the column of the last fit, if it has the same shape."""
    shape = {**column.config(), "dropout": 0, "lateral_dropout": 0, "dtype": 0}
    before = {**previous.config(), "dropout": 0, "lateral_dropout": 0, "dtype": 0}
    changed = [name for name in shape if shape[name] != before.get(name)]
    if changed:
        raise ValueError(
            f"warm_start=True goes on with the network of the last fit; {changed} changed, from "
            f"{[before.get(name) for name in changed]} to {[shape[name] for name in changed]}. "
            "Set warm_start=False to start anew."
        )
    column.load_state_dict(previous.state_dict())


def take(arrays, rows):
    """Return the chosen rows of each array; None stays None."""
    return tuple(None if array is None else array[rows] for array in arrays)


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """Base of the three classifiers; a subclass says what its column is and what it reads."""

    # With metadata routing on, the speakers of the rows reach fit without being asked for.
    __metadata_request__fit = {"groups": True}

    def _check_parameters(self):
        """Raise unless the parameters are of the right kind."""
        check_parameters(self)

    def _optimizer_options(self, column):
        """Return what the optimizer of skorch gets beside the learning rate."""
        return OPTIMIZERS.get(self.optimizer, (None, {}))[1]

    def _read_sources(self, X, rows, train, held_out, seed):
        """Freeze or train the sources; a classifier without any has nothing to do."""

    def _check_same_sources(self):
        """Raise if the sources are not those of the last fit; a classifier may have none."""

    def _check_sources(self):
        """Raise if a source is no longer what it was; a classifier without any has none."""

    def _make_column(self, generator):
        """Return the column to train."""
        return Column(
            self.n_features_in_,
            self.hidden_layer_sizes,
            len(self.classes_),
            activation=self.activation,
            dropout=self.dropout,
            generator=generator,
            dtype=DTYPES[self.dtype],
        )

    def _network_input(self, X):
        """Return the tensor that the column reads for the rows X."""
        return as_tensor(X, self._dtype(), self._device())

    def _dtype(self):
        """Return the type that the network computes in, or, before it is there, will."""
        if not hasattr(self, "net_"):
            return self.dtype
        return self.net_.module_.config()["dtype"]

    def _device(self):
        """Return where the network is, or, before it is there, where it will be."""
        return self.net_.device if hasattr(self, "net_") else self.device

    def _make_net(self, column, *, device, valid_set=None, seed=0, score="uar"):
        optimizer, _ = OPTIMIZERS.get(self.optimizer, (self.optimizer, {}))
        options = self._optimizer_options(column)
        return Net(
            column,
            patience=self.patience,
            score=score,
            score_weights=weigh_recalls(self.class_weight, self.classes_),
            greater_is_better=greater_is_better(self.monitor),
            criterion=torch.nn.CrossEntropyLoss,
            criterion__reduction="none",
            optimizer=optimizer,
            lr=self.lr,
            max_epochs=self.max_epochs,
            batch_size=self.batch_size,
            iterator_train=Batches,
            iterator_train__generator=torch.Generator().manual_seed(seed),
            iterator_valid=Batches,
            iterator_valid__batch_size=ROWS_PER_PREDICTION,
            dataset=Dataset,
            train_split=None if valid_set is None else predefined_split(valid_set),
            callbacks=copy.deepcopy(self.callbacks),
            verbose=self.verbose,
            device=device,
            **{f"optimizer__{name}": value for name, value in options.items()},
        )

    def _fit(self, *data, source_y=None):
        """Fit, or leave everything as it was; what Ctrl-C ended within the training is a fit."""
        self._check_parameters()
        with last_fit_kept(self), undisturbed(self.device):
            self._fit_rows(*data, source_y=source_y)
            if self.interrupted_ and not len(self.net_.history):
                raise KeyboardInterrupt  # within the first epoch: nothing is worth keeping
        if self.interrupted_:
            raise KeyboardInterrupt
        return self

    def _fit_rows(
        self, X, y, sample_weight, X_val, y_val, groups, X_test, y_test, *, source_y=None
    ):
        goes_on = self.warm_start and hasattr(self, "net_")
        X, y = check_training_data(self, X, y, self.dtype, reset=not goes_on)
        given, y_given = RowLabels(sample_weight, groups, source_y, n_rows=len(X)), y
        # A row of weight zero is as good as absent: it must not even add its class.
        X, y, rows = X[given.present], y[given.present], given.select(given.present)
        classes = check_classes(self, y)
        previous = self._previous(classes)
        self.classes_ = classes
        X_val, codes_val = check_validation_data(self, X_val, y_val, classes, self.dtype)
        tested = check_scored_rows(self, X_test, y_test, classes, self.dtype, ("X_test", "y_test"))
        seeds = draw_seeds(self.random_state, 5)
        codes = encode_labels(y, classes)
        class_weights = weigh_classes(self.class_weight, classes, y)
        train, held_out = np.arange(len(X)), np.arange(0)
        if self.early_stopping and X_val is None:
            train, held_out = self._hold_out(codes, rows, y_given, given, seeds[0])
        validation = take((X, codes, rows.weight), held_out) if self.early_stopping else None
        if X_val is not None:
            validation = X_val, codes_val, None
        score = self._epoch_score(validation)
        training = take((X, codes, rows.weight), train)
        training = self._weighted(training, class_weights, "training")
        if validation is not None:
            validation = self._weighted(validation, class_weights, "validation")
        with limit_threads(self.n_threads):
            if previous is None:
                self._read_sources(X, rows, train, held_out, seeds[1])
            else:
                self._check_same_sources()
            column = self._make_column(torch.Generator().manual_seed(seeds[2]))
            if previous is not None:
                continue_from(previous.module_, column)
            self._train(column, training, validation, tested, score, *seeds[3:])
        self._remember([X] if X_val is None else [X, X_val])
        self._check_sources()

    def _hold_out(self, codes, rows, y_given, given, seed):
        """Return which of the rows train and which choose the epoch.

        A splitter may know rows by their number, so it gets those of weight zero, too.
        """
        fraction, classes = self.validation_fraction, self.classes_
        if is_splitter(fraction):
            return split_by(fraction, y_given, given.groups, classes, given.present)
        return holdout_split(codes, classes, rows.groups, fraction, seed)

    def _previous(self, classes):
        """Return the net that ``warm_start=True`` goes on from; without it forget the last fit."""
        if self.warm_start and hasattr(self, "net_"):
            if not np.array_equal(classes, self.classes_):
                raise ValueError(
                    "warm_start=True goes on with the classes of the last fit, "
                    f"{self.classes_.tolist()}; got {classes.tolist()}. Set warm_start=False."
                )
            return self.net_
        for name in ("net_", "row_fingerprints_", *MOMENTS):
            vars(self).pop(name, None)
        return None

    def _train(self, column, training, validation, tested, score, order_seed, dropout_seed):
        """Train the column and keep it, the epoch it is of, and whether Ctrl-C ended it."""
        vars(self).pop("net_", None)
        net = self._make_net(
            column,
            device=self.device,
            valid_set=None if validation is None else self._dataset(*validation),
            seed=order_seed,
            score=score,
        ).initialize()
        column.dropout_generator = torch.Generator(self.device).manual_seed(dropout_seed)
        if tested[0] is not None:
            rows = self._dataset(*tested, None)
            # Before the timer, which marks the epoch as ended.
            record = RecordTestScore(rows.X, rows.y, self._epoch_score((*tested, None)))
            net.callbacks_.insert(0, ("test_score", record))
        training = self._dataset(*training)
        self.net_ = net  # already now, since a scorer calls predict
        net.partial_fit(training)
        net.check_weights()
        # The rows are not the model's: a fitted net would carry them along.
        net.callbacks_ = [p for p in net.callbacks_ if not isinstance(p[1], RecordTestScore)]
        net.forget_unfinished_epoch()
        self.interrupted_ = net.interrupted_
        self.best_epoch_ = net.best_epoch_

    def _epoch_score(self, scored):
        """Return what scores an epoch: the name of a quantity or a function without arguments."""
        name = net_score(self.monitor)
        if scored is None or name is not None:
            return name
        X, codes, weight = scored
        return score_of_epoch(self, X, self.classes_[codes], weight)

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch on these rows, going on from where the network is.

        No rows are held out and no epoch is chosen. Optimizer and random numbers go on too, except
        after pickling, which keeps the weights only.

        Weights act as they are, as in scikit-learn's ``SGDClassifier``: the loss of a batch is the
        mean over its rows of weight times cross-entropy, the weight being `sample_weight` times
        the class's in `class_weight`. `fit` scales weights to mean 1 over its training rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call unless y has them all.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not scaled. A row of weight 0 is left out.

        Returns
        -------
        self : classifier
            The trained classifier.

        Raises
        ------
        ValueError
            For NaN, wrong shapes, a label that is not among `classes`, other classes than before,
            a single class, or ``class_weight="balanced"``.
        """
        self._check_parameters()
        refuse_balanced(self.class_weight)
        with last_fit_kept(self), undisturbed(self.device):
            self._partial_fit_rows(X, y, classes, sample_weight)
        return self

    def _partial_fit_rows(self, X, y, classes, sample_weight):
        first = not hasattr(self, "net_")
        named = None if classes is None else check_named_classes(classes)
        X, y = check_training_data(self, X, y, self.dtype, reset=first)
        rows = RowLabels(sample_weight, None, None, n_rows=len(X))
        X, y, rows = X[rows.present], y[rows.present], rows.select(rows.present)
        known = check_classes(self, y if named is None else named) if first else self.classes_
        if named is not None and not np.array_equal(named, known):
            raise ValueError(
                f"classes must be those of the first call, {known.tolist()}; got {named.tolist()}."
            )
        self.classes_, codes = known, encode_labels(y, known)
        weight = weigh_rows(weigh_classes(self.class_weight, known, known), codes, rows.weight)
        seeds = draw_seeds(self.random_state, 5)
        with limit_threads(self.n_threads):
            if first:
                self._read_sources(X, rows, np.arange(len(X)), np.arange(0), seeds[1])
                column = self._make_column(torch.Generator().manual_seed(seeds[2]))
                net = self._make_net(column, device=self.device, seed=seeds[3]).initialize()
                self.net_ = net
            column = self.net_.module_
            if column.dropout_generator is None:
                column.dropout_generator = torch.Generator(self._device()).manual_seed(seeds[4])
            self.net_.train_one_epoch(self._dataset(X, codes, weight))
        self._remember([X])
        self.interrupted_, self.best_epoch_ = False, len(self.net_.history)

    def _remember(self, tables):
        """Add the fingerprints of rows in training and validation, and the scale of the former."""
        seen = [] if not hasattr(self, "row_fingerprints_") else [self.row_fingerprints_]
        self.row_fingerprints_ = np.unique(np.concatenate([*seen, *map(fingerprints, tables)]))
        before = [getattr(self, name) for name in MOMENTS if hasattr(self, name)]
        for name, value in zip(MOMENTS, add_rows(tables[0], *before), strict=True):
            setattr(self, name, value)

    def _has_seen(self, X):
        """Return for each row whether `fit` has had it, shape (n_samples,)."""
        return np.isin(fingerprints(np.asarray(X)), self.row_fingerprints_)

    def source_overlap(self, X, *, per_row=False):
        """Return the share of rows of X that the network, and each source, had in its own `fit`.

        The same as :func:`~skprognet.estimators.source_overlap`, which also takes a pipeline
        around the classifier.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, such as those of a test set, scaled as those of `fit`.
        per_row : bool, default=False
            Whether to answer for each row instead of counting them.

        Returns
        -------
        Series of float, or DataFrame of bool of shape (n_samples, 1 + n_sources)
            The share, between 0 and 1, under "own" for the rows of this `fit`, and under its name
            for each source; NaN for a source that does not remember its rows. With
            ``per_row=True`` a column for each of them; NA where it is unknown.

        Warns
        -----
        UserWarning
            If X is not on the scale of the training rows.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        return overlap(self, X, per_row, stacklevel=3)

    def _weighted(self, arrays, class_weights, which):
        """Return rows, class positions and the weights of rows in the loss, of mean one."""
        X, codes, sample_weight = arrays
        weight = weigh_rows(class_weights, codes, sample_weight)
        return X, codes, scale_to_mean_one(weight, which)

    def _dataset(self, X, codes, weight):
        """Return rows as skorch takes them, already where the network will be."""
        X = self._network_input(X)
        if weight is not None:
            weight = torch.tensor(weight, dtype=X.dtype, device=X.device)
            X = {"X": X, "sample_weight": weight}
        return Dataset(X, torch.tensor(codes, device=self._device()))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "net_")

    @property
    def history_(self):
        """DataFrame with a row per epoch: losses, scores, and seconds (dur)."""
        check_is_fitted(self)
        columns = ["epoch", "train_loss", "valid_loss", "valid_score", "valid_monitor"]
        columns += ["test_score", "dur"]
        rows = [{key: row.get(key) for key in columns} for row in self.net_.history]
        return pd.DataFrame(rows, columns=columns).dropna(axis="columns", how="all")

    def predict_proba(self, X):
        """Return the probability of each class.

        In float32 the result for a row does not depend on the other rows, bit for bit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``; each row sums to 1.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.softmax)

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class.

        It is finite also where a probability is too small for the type of the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms in the order of ``classes_``.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        return self._evaluate(X, torch.log_softmax)

    def _evaluate(self, X, normalise):
        """Return what ``normalise(logits, dim)`` makes of the outputs for the rows X."""
        check_is_fitted(self)
        X = check_rows(self, X, self._dtype())
        with limit_threads(self.n_threads), undisturbed(self._device()):
            parts = [
                evaluate_logits(self.net_.module_, self._network_input(rows))
                for rows in np.array_split(
                    X, range(ROWS_PER_PREDICTION, len(X), ROWS_PER_PREDICTION)
                )
            ]
            lost = sum(len(part) - part.isfinite().all(dim=1).sum().item() for part in parts)
            if lost:
                raise ValueError(
                    f"The outputs of the network must be finite; they overflow {self._dtype()} "
                    f"for {lost} of {len(X)} rows. Bring the features into the range of the "
                    "training rows, or leave such rows out."
                )
            return torch.cat([normalise(part, 1) for part in parts]).cpu().numpy()

    def predict(self, X):
        """Return the most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows, with the features that `fit` had.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels as in the `y` of `fit`.

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most_probable]

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "net_" in state:
            state["network_state"] = plain_state(state.pop("net_"))
        return state

    def __setstate__(self, state):
        state = dict(state)
        network = state.pop("network_state", None)
        super().__setstate__(state)
        if network is not None:
            device = device_or_cpu(self.device)
            with undisturbed(device):
                self.net_ = restore_net(
                    network, lambda column: self._make_net(column, device=device)
                )
