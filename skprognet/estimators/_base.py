"""What all estimators of this package share: from `fit` to what a network gives for rows."""

import copy

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from skorch.helper import predefined_split

from skprognet.estimators._batches import Batches, TensorRows
from skprognet.estimators._last_fit import last_fit_kept
from skprognet.estimators._monitor import greater_is_better
from skprognet.estimators._net import Net
from skprognet.estimators._outputs import check_finite
from skprognet.estimators._parameters import (
    DTYPES,
    OPTIMIZERS,
    check_parameters,
    device_or_cpu,
)
from skprognet.estimators._plain_state import plain_state, restore_net
from skprognet.estimators._prepare import prepare
from skprognet.estimators._remembered_rows import RememberedRowsMixin
from skprognet.estimators._rows import check_given, check_rows
from skprognet.estimators._training_job import Seeds, seed_dropout, train
from skprognet.networks import (
    ROWS_PER_PREDICTION,
    Column,
    evaluate_logits,
    limit_threads,
    undisturbed,
)
from skprognet.sources import MOMENTS, NetworkSource, as_tensor


def _rows_at_once(loss, validation):
    """Return how many validation rows are evaluated at once: all, if the loss needs them all."""
    if loss.needs_all_rows and validation is not None:
        return max(len(validation), ROWS_PER_PREDICTION)
    return ROWS_PER_PREDICTION


class NetworkEstimator(RememberedRowsMixin, BaseEstimator):
    """Base of the estimators that own a network.

    A subclass says what its column is and what it reads, and what is learned: its `_target_kind`
    and `_target`.

    `fit` has three parts. *Prepare* checks everything, draws the seeds and builds a training job.
    *Train* trains a list of jobs, here of one. *Keep* stores what was learned.
    """

    class_weight = None  # only classifiers have it as a parameter
    _trains_together = True  # whether a lockstep knows the loss

    # With metadata routing on, the speakers of the rows reach fit without being asked for.
    __metadata_request__fit = {"groups": True}

    def as_source(self):
        """Return this network as another one reads it.

        Returns
        -------
        Source
            A view of the network, without weights of its own.
        """
        return NetworkSource(
            self,
            read=self._column_input,
            sources=self._read_by_name(),
            write=self._add_column_input,
        )

    def _read_by_name(self):
        """Return the sources by name; an estimator without any has none."""
        return []

    def _source_slices(self):
        """Return where what each source says stands in what the network reads; here nowhere."""
        return {}

    def _kind_of_target(self, y):
        """Return what checks the `y` of a fit, as it was given, and learns the target from it."""
        return self._target_kind

    def _target_of_fit(self, kind):
        """Return what is learned, as it encodes the `y` of this fit."""
        return self._target

    def _check_parameters(self):
        """Raise unless the parameters are of the right kind."""
        check_parameters(self)

    def _monitored(self):
        """Return what chooses the epoch."""
        return self.monitor

    def _optimizer_options(self, column):
        """Return what the optimizer of skorch gets beside the learning rate."""
        return OPTIMIZERS.get(self.optimizer, (None, {}))[1]

    def _read_sources(self, rows, train, held_out, seed):
        """Freeze or train the sources; an estimator without any has nothing to do."""

    def _check_same_sources(self):
        """Raise if the sources are not those of the last fit; an estimator may have none."""

    def _check_sources(self):
        """Raise if a source is no longer what it was; an estimator without any has none."""

    def _in_order_of_fit(self, X):
        """Return rows as `fit` had them; an estimator may find the features by name."""
        return X

    def _n_inputs(self):
        """Return how many numbers the column reads of a row."""
        return self.n_features_in_

    def _make_column(self, generator):
        """Return the column to train."""
        return Column(
            self._n_inputs(),
            self.hidden_layer_sizes,
            self._target.n_outputs,
            activation=self.activation,
            dropout=self.dropout,
            generator=generator,
            dtype=DTYPES[self.dtype],
        )

    def _set_scale(self, rows):
        """Note the scale of what is learned in the rows that train; classes have none."""

    def _check_validation(self, rows):
        """Warn if encoded rows that are to choose the epoch cannot; those of classes can."""

    def _codes_learned(self, rows):
        """Return what the network learns of encoded rows that train."""
        return rows.y

    def _column_input(self, X):
        """Return the tensor that the column reads for the rows X, an array."""
        return as_tensor(X, self._dtype(), self._device())

    def _add_column_input(self, graph, rows):
        """Add to an ONNX graph what `_column_input` computes, and return its name."""
        return graph.cast(rows, self._dtype())

    def _tensor_rows(self, X, y, weight=None):
        """Return rows as the network learns from them."""
        inputs = self._column_input(X)
        if weight is not None:
            weight = torch.tensor(weight, dtype=inputs.dtype, device=inputs.device)
        learned = torch.tensor(self._target.standardised(y), device=self._device())
        if learned.is_floating_point():
            learned = learned.to(inputs.dtype)
        return TensorRows(inputs, learned, weight)

    def _dtype(self):
        """Return the type that the network computes in, or, before it is there, will."""
        if not hasattr(self, "net_"):
            return self.dtype
        return self.net_.module_.dtype_name

    def _device(self):
        """Return where the network is, or, before it is there, where it will be."""
        return self.net_.device if hasattr(self, "net_") else self.device

    def _training_options(self, column, device):
        """Return options of the net for a column that is not trained as a plain one."""
        return {}

    def _make_net(self, column, *, device, validation=None, seed=0, score=None):
        """Return the initialised skorch net around a column."""
        target = self._target
        optimizer, _ = OPTIMIZERS.get(self.optimizer, (self.optimizer, {}))
        options = self._optimizer_options(column)
        return Net(
            column,
            patience=self.patience,
            score=score or target.default_score,
            epoch_score=target.epoch_score,
            score_weights=target.score_weights(self.class_weight),
            greater_is_better=greater_is_better(self.monitor),
            loss=target.loss,
            criterion=target.loss.criterion,
            criterion__reduction="none",
            optimizer=optimizer,
            lr=self.lr,
            max_epochs=self.max_epochs,
            batch_size=self.batch_size,
            iterator_train=Batches,
            iterator_train__generator=torch.Generator().manual_seed(seed),
            iterator_valid=Batches,
            iterator_valid__batch_size=_rows_at_once(target.loss, validation),
            dataset=TensorRows,
            train_split=None if validation is None else predefined_split(validation),
            callbacks=copy.deepcopy(self.callbacks),
            verbose=self.verbose,
            device=device,
            **self._training_options(column, device),
            **{f"optimizer__{name}": value for name, value in options.items()},
        ).initialize()

    def _fit(self, given):
        """Fit, or leave everything as it was; what Ctrl-C ended within the training is a fit."""
        self._check_parameters()
        with last_fit_kept(self), undisturbed(self.device), limit_threads(self.n_threads):
            job, tables = prepare(self, given)
            self.net_ = job.net  # already now, since a scorer calls predict
            train([job])
            self._keep(job.net, tables)
        if self.interrupted_:
            raise KeyboardInterrupt
        return self

    def _partial_fit(self, given, named=None):
        """Train for one epoch; `named` is what the first call learns, where the user says it."""
        self._check_parameters()
        with last_fit_kept(self), undisturbed(self.device), limit_threads(self.n_threads):
            first = not hasattr(self, "net_")
            kind = self._kind_of_target(given.y)
            rows = check_given(self, given, kind, reset=first).present()
            if first:
                by_name = named is not None
                self._set_target(
                    self._target_kind.learn(self, named) if by_name else kind.learn(self, rows.y)
                )
            self._check_named(named)
            target = self._target_of_fit(kind)
            self._train_one_epoch(target, rows.encoded(target), first)
        return self

    def _train_one_epoch(self, target, rows, first):
        """Train for one epoch on encoded rows; the first call makes the network."""
        seeds = Seeds.draw(self.random_state)
        if first:
            self._set_scale(rows)
            self._read_sources(rows, np.arange(len(rows)), np.arange(0), seeds.sources)
            column = self._make_column(torch.Generator().manual_seed(seeds.weights))
            self.net_ = self._make_net(column, device=self.device, seed=seeds.order)
        if self.net_.module_.dropout_generator is None:
            seed_dropout(self.net_.module_, self._device(), seeds.dropout)
        weight = target.weigh(self.class_weight, rows.y, rows.weight)
        self.net_.train_one_epoch(self._tensor_rows(rows.X, rows.y, weight))
        self._remember([rows.X])
        self.interrupted_, self.best_epoch_ = False, len(self.net_.history)

    def _check_named(self, named):
        """Raise if what a later call of `partial_fit` names is not what the first one did."""

    def _keep(self, net, tables):
        """Store what was learned: the epoch, whether Ctrl-C ended it, and what rows there were."""
        if net.interrupted_ and not len(net.history):
            raise KeyboardInterrupt  # within the first epoch: nothing is worth keeping
        self.net_ = net
        self.interrupted_ = net.interrupted_
        self.best_epoch_ = net.best_epoch_
        self._remember(tables)
        self._check_sources()

    def _forget(self):
        """Take back what the last fit has learned."""
        for name in ("net_", "row_fingerprints_", *MOMENTS):
            vars(self).pop(name, None)

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

    def _evaluate(self, X, normalise):
        """Return what ``normalise(outputs, dim)`` makes of the outputs for the rows X."""
        if not self.__sklearn_is_fitted__():  # scikit-learn's check takes longer than a layer
            check_is_fitted(self)
        X = check_rows(self, X, self._dtype())
        with limit_threads(self.n_threads), undisturbed(self._device()):
            outputs = [
                evaluate_logits(self.net_.module_, self._column_input(part)) for part in _parts(X)
            ]
            # Outputs of other tasks, which are learned along, stand behind those of the target.
            outputs = [part[:, : self._target.n_outputs] for part in outputs]
            check_finite(outputs)
            return torch.cat([normalise(part, 1) for part in outputs]).cpu().numpy()

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


def _parts(X):
    """Return rows in parts of at most `ROWS_PER_PREDICTION`."""
    if len(X) <= ROWS_PER_PREDICTION:
        return [X]
    return np.array_split(X, range(ROWS_PER_PREDICTION, len(X), ROWS_PER_PREDICTION))
