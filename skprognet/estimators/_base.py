"""The base of all estimators of this package, from `fit` to the outputs for rows."""

import copy
from dataclasses import replace

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
from skprognet.estimators._rows import check_rows, check_training_rows
from skprognet.estimators._training_job import Seeds, seed_dropout, train_jobs
from skprognet.networks import (
    ROWS_PER_PREDICTION,
    Column,
    evaluate_logits,
    limit_threads,
    undisturbed,
)
from skprognet.sources import MOMENTS, NetworkSource, as_tensor


def _rows_at_once(loss, validation):
    """Return how many validation rows to evaluate at once: all, if the loss needs all."""
    if loss.needs_all_rows and validation is not None:
        return max(len(validation), ROWS_PER_PREDICTION)
    return ROWS_PER_PREDICTION


class NetworkEstimator(RememberedRowsMixin, BaseEstimator):
    """Base of the estimators that own a network.

    A subclass defines its column, what the column reads, and what it learns: its `_target_kind`
    and `_target`.

    `fit` has three parts. *Prepare* checks everything, draws the seeds and builds a training job.
    *Train* trains a list of jobs, here a single one. *Keep* stores the result.
    """

    class_weight = None  # only classifiers have it as a parameter
    _trains_together = True  # whether networks with this loss can be trained in a group

    # With metadata routing, the groups of the rows reach fit without a request.
    __metadata_request__fit = {"groups": True}

    def as_source(self):
        """Return a view of this network that other networks can read.

        Returns
        -------
        Source
            The view, which has no weights of its own.
        """
        return NetworkSource(
            self,
            read=self._column_input,
            sources=self._read_by_name(),
            write=self._add_column_input,
        )

    def _read_by_name(self):
        """Return the sources by name; here there are none."""
        return []

    def _source_slices(self):
        """Return the slice of the network's input that each source fills; here none."""
        return {}

    def _kind_of_target(self, y):
        """Return the kind of target that checks the raw `y` of a fit and learns from it."""
        return self._target_kind

    def _target_of_fit(self, kind):
        """Return the target that encodes the `y` of this fit."""
        return self._target

    def _check_parameters(self):
        """Raise unless the parameters are valid."""
        check_parameters(self)

    def _monitored(self):
        """Return the monitor that chooses the epoch."""
        return self.monitor

    def _optimizer_options(self, column):
        """Return the options of skorch's optimizer, besides the learning rate."""
        return {}

    def _read_sources(self, rows, train, held_out, seed):
        """Freeze or train the sources; here there are none."""

    def _check_same_sources(self):
        """Raise if the sources are not those of the last fit; here there are none."""

    def _check_sources(self):
        """Raise if a source has changed; here there are none."""

    def _in_order_of_fit(self, X):
        """Return X with the columns in the order of `fit`, if features are found by name."""
        return X

    def _n_inputs(self):
        """Return how many numbers of a row the column reads."""
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
        """Store the scale of the target over the training rows; classes have none."""

    def _check_validation(self, rows):
        """Warn or raise if the encoded validation rows cannot choose the epoch."""

    def _check_continued(self, rows):
        """Warn or raise if the encoded rows of a warm start have nothing to learn."""

    def _codes_learned(self, rows):
        """Return what the network learns from encoded training rows."""
        return rows.y

    def _column_input(self, X):
        """Return the tensor that the column reads for X, an array."""
        return as_tensor(X, self._dtype(), self._device())

    def _add_column_input(self, graph, rows):
        """Add the computation of `_column_input` to an ONNX graph; return its name."""
        return graph.cast(rows, self._dtype())

    def _tensor_rows(self, X, y, weight=None):
        """Return rows in the form from which the network learns."""
        inputs = self._column_input(X)
        if weight is not None:
            weight = torch.tensor(weight, dtype=inputs.dtype, device=inputs.device)
        learned = torch.tensor(self._target.standardised(y), device=self._device())
        if learned.is_floating_point():
            learned = learned.to(inputs.dtype)
        return TensorRows(inputs, learned, weight)

    def _dtype(self):
        """Return the type in which the network computes, also before it exists."""
        if not hasattr(self, "net_"):
            return self.dtype
        return self.net_.module_.dtype_name

    def _device(self):
        """Return the device of the network, also before it exists."""
        return self.net_.device if hasattr(self, "net_") else self.device

    def _training_options(self, column, device):
        """Return options of the net for a column with a special training."""
        return {}

    def _make_net(self, column, *, device, validation=None, seed=0, score=None):
        """Return the initialised skorch net around a column."""
        target = self._target
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
            optimizer=OPTIMIZERS.get(self.optimizer, self.optimizer),
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

    def _fit(self, arguments):
        """Fit, or leave everything as it was. A training that Ctrl-C ended counts as a fit."""
        self._check_parameters()
        with last_fit_kept(self), undisturbed(self.device), limit_threads(self.n_threads):
            job, tables = prepare(self, arguments)
            self.net_ = job.net  # already now, since a scorer calls predict
            (error,) = train_jobs([job], n_together=1)
            if error is not None:
                raise error
            self._keep(job.net, tables)
        if self.interrupted_:
            raise KeyboardInterrupt
        return self

    def _keep_names_of_y(self, y):
        """Remember the names of the columns of `y`, if several numbers are learned."""

    def _in_order_of_fit_y(self, y):
        """Return `y` with its columns, if it has several, in the order of the first fit."""
        return y

    def _partial_fit(self, arguments, named=None):
        """Train for one epoch; `named` are the classes that the user names, or None."""
        self._check_parameters()
        with last_fit_kept(self), undisturbed(self.device), limit_threads(self.n_threads):
            first = not hasattr(self, "net_")
            if first:
                self._keep_names_of_y(arguments.y)
            else:
                arguments = replace(arguments, y=self._in_order_of_fit_y(arguments.y))
            kind = self._kind_of_target(arguments.y)
            rows = check_training_rows(self, arguments, kind, reset=first).present()
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
        """Train for one epoch on encoded rows; the first call builds the network."""
        seeds = Seeds.draw(self.random_state)
        if first:
            self._set_scale(rows)
            self._read_sources(rows, np.arange(len(rows)), np.arange(0), seeds.sources)
            column = self._make_column(torch.Generator().manual_seed(seeds.weights))
            self.net_ = self._make_net(column, device=self.device, seed=seeds.order)
        if self.net_.module_.dropout_generator is None:
            # A network that was loaded must not repeat the random numbers of its earlier epochs.
            n_epochs = len(self.net_.history)
            seed_dropout(self.net_.module_, self._device(), seeds.dropout + n_epochs)
            if n_epochs:
                order = torch.Generator().manual_seed(seeds.order + n_epochs)
                self.net_.iterator_train__generator = order
        weight = target.weigh(self.class_weight, rows.y, rows.weight)
        self.net_.train_one_epoch(self._tensor_rows(rows.X, rows.y, weight))
        self._remember([rows.X])
        self.interrupted_, self.best_epoch_ = False, len(self.net_.history)

    def _check_named(self, named):
        """Raise if a later call of `partial_fit` names other classes than the first one."""

    def _keep(self, net, tables):
        """Store the net, its best epoch, whether Ctrl-C ended it, and the rows to remember."""
        if net.interrupted_ and not len(net.history):
            raise KeyboardInterrupt  # within the first epoch: nothing is worth keeping
        self.net_ = net
        self.interrupted_ = net.interrupted_
        self.best_epoch_ = net.best_epoch_
        self._remember(tables)
        self._check_sources()

    def _forget(self):
        """Delete the results of the last fit."""
        for name in ("net_", "row_fingerprints_", *MOMENTS):
            vars(self).pop(name, None)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "net_")

    @property
    def history_(self):
        """DataFrame with one row per epoch: losses, scores, and seconds (dur)."""
        check_is_fitted(self)
        columns = ["epoch", "train_loss", "valid_loss", "valid_score", "valid_monitor"]
        columns += ["test_score", "dur"]
        rows = [{key: row.get(key) for key in columns} for row in self.net_.history]
        return pd.DataFrame(rows, columns=columns).dropna(axis="columns", how="all")

    def _evaluate(self, X, normalise):
        """Return ``normalise(outputs, dim)`` of the outputs for the rows X."""
        if not self.__sklearn_is_fitted__():  # scikit-learn's check takes longer than a layer
            check_is_fitted(self)
        X = check_rows(self, X, self._dtype())
        with limit_threads(self.n_threads), undisturbed(self._device()):
            outputs = [
                evaluate_logits(self.net_.module_, self._column_input(part)) for part in _parts(X)
            ]
            # The outputs of auxiliary tasks follow those of the target.
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
