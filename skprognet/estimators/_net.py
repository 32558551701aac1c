"""The skorch net that every estimator of this package owns.

It changes three things in skorch's net. Batches are cut from whole tensors, a
:class:`~skprognet.networks.Column` has hand-written gradients, and an interrupt is not mistaken
for an early stop.
"""

import math
from functools import partial

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import EpochTimer, PrintLog

from skprognet.estimators._best_epoch import BestEpoch, EndOfTraining, has_stopped, kept_epoch
from skprognet.estimators._last_fit import training_kept
from skprognet.networks import (
    CrossEntropy,
    FusedAdam,
    MeanRecall,
    TrainingStep,
    ValidationPass,
)


def _step_inputs(batch):
    """Return the rows of a batch, their class positions, and their weights or None."""
    X, y = batch
    return (X["X"], y, X["sample_weight"]) if isinstance(X, dict) else (X, y, None)


class Net(NeuralNetClassifier):
    """skorch net for classes or numbers, with weighted rows and the score of every epoch.

    For each epoch, the history has ``epoch``, ``train_loss``, ``dur`` in seconds and, with
    validation rows, ``valid_loss`` and ``valid_score``. If the loss is defined for single rows,
    the recorded loss is the mean over rows of sample weight times loss. The training loss is
    measured during the epoch, while the parameters of the network change. If a number other than
    ``valid_score`` chooses the epoch, the history has it as ``valid_monitor``: with weighted
    classes, or if lower scores are better.

    Parameters
    ----------
    patience : int or None, default=None
        Training stops after this many epochs in a row without a better one; None never stops.
    score : str or callable, default="uar"
        The score of an epoch on the validation rows. "loss" is minus the loss, any other name
        stands for `epoch_score`, and a callable returns the score itself.
    epoch_score : type, default=MeanRecall
        The score that the net itself computes from predictions.
    score_weights : ndarray of shape (n_classes,) or None, default=None
        Weights of the classes in the recall that chooses the epoch; None means equal.
    greater_is_better : bool, default=True
        Whether the epoch with the greatest score is the best.
    loss : type, default=CrossEntropy
        The loss with hand-written gradients.
    n_outputs : int or None, default=None
        Number of outputs, from the first one, that are validated and predicted; None means all.
    penalty : PullToStart or None, default=None
        Adds its gradient to that of the loss; the recorded loss excludes it.
    probe : ProbeFirst or None, default=None
        Decides at the beginning of each epoch which layers learn.
    **options
        As for :class:`skorch.NeuralNetClassifier`.
    """

    def __init__(
        self,
        module,
        *,
        patience=None,
        score="uar",
        epoch_score=MeanRecall,
        score_weights=None,
        greater_is_better=True,
        loss=CrossEntropy,
        n_outputs=None,
        penalty=None,
        probe=None,
        **options,
    ):
        self.patience = patience
        self.score = score
        self.epoch_score = epoch_score
        self.score_weights = score_weights
        self.greater_is_better = greater_is_better
        self.loss = loss
        self.n_outputs = n_outputs
        self.penalty = penalty
        self.probe = probe
        super().__init__(module, **options)

    @property
    def _default_callbacks(self):
        # PrintLog formats its table even if it prints nothing.
        printing = [("print_log", PrintLog())] if self.verbose else []
        return [("epoch_timer", EpochTimer()), *printing]

    def initialize_module(self):
        super().initialize_module()
        self.module_.eval()  # always, except during training steps
        return self

    def initialize_history(self):
        self._lowest = {}  # lowest loss so far, for the prefixes "train" and "valid"
        return super().initialize_history()

    def initialize_callbacks(self):
        super().initialize_callbacks()
        if self.probe is not None:
            self.callbacks_.append(("probe", self.probe))
        if self.train_split is not None:
            best = BestEpoch()
            # After the timer, which marks an epoch as ended.
            self.callbacks_.insert(1, ("best_epoch", best))
            self.callbacks_.append(("end_of_training", EndOfTraining(best, self.patience)))
        return self

    def get_loss(self, y_pred, y_true, X=None, training=False):
        if self.loss.needs_all_rows:
            weight = X["sample_weight"] if isinstance(X, dict) else None
            return self.criterion_(y_pred, y_true, weight)
        loss_N = super().get_loss(y_pred, y_true, X=X, training=training)
        if isinstance(X, dict):
            loss_N = loss_N * X["sample_weight"].to(loss_N.device)
        return loss_N.mean()

    def infer(self, x, **fit_params):
        outputs = super().infer(x["X"] if isinstance(x, dict) else x, **fit_params)
        return outputs if self.module_.training else outputs[:, : self.n_outputs]

    def predict(self, X):
        """Return class positions, or for a regressor the numbers as the network learns them."""
        outputs = torch.from_numpy(self.predict_proba(X))
        return self.epoch_score.predict(outputs).numpy()

    def _prepared_step(self):
        """Return the hand-written training step of a column; None leaves it to autograd."""
        by_hand = getattr(self.module_, "gradients_written_out", False)
        if not by_hand or isinstance(self.optimizer_, torch.optim.LBFGS):  # it wants a closure
            return None
        # The step writes only the gradients of weights that learn. A gradient from before a layer
        # was frozen would still move it. A layer that is frozen within an epoch still moves until
        # that epoch ends.
        for parameter in self.module_.parameters():
            if not parameter.requires_grad:
                parameter.grad = None
        return TrainingStep(self._output_alone() or self.module_, self.loss)

    def _output_alone(self):
        """Return the output layer if only it learns in this epoch, else None."""
        return None if self.probe is None else self.probe.output

    def train_step(self, batch, step=None, **fit_params):
        if step is None:
            return super().train_step(batch, **fit_params)
        with torch.no_grad():
            loss, y_pred = step(*_step_inputs(batch))
        self._add_penalty()
        self.notify(
            "on_grad_computed",
            named_parameters=list(self.get_all_learnable_params()),
            batch=batch,
            training=True,
        )
        self.optimizer_.step()
        return {"loss": loss, "y_pred": y_pred}

    def train_step_single(self, batch, **fit_params):
        step = super().train_step_single(batch, **fit_params)
        self._add_penalty()
        return step

    def _add_penalty(self):
        if self.penalty is not None:
            self.penalty()

    def forget_step(self):
        """Discard the prepared training step, since the layers that learn have changed."""
        self._step = self._passes = None

    def _train_unwatched(self, iterator):
        """Train on all batches without calling callbacks; return their losses and sizes."""
        ours = isinstance(self.optimizer_, FusedAdam)
        update = self.optimizer_.update if ours else self.optimizer_.step
        losses, sizes = [], []
        # In inference mode, the state of another optimizer could not be used outside it later.
        with torch.inference_mode() if ours else torch.no_grad():
            for X, y, weight in iterator.parts():
                loss, _ = self._step(X, y, weight)
                self._add_penalty()
                update()
                losses.append(loss)
                sizes.append(len(y))
        return losses, sizes

    def _validate_unwatched(self, iterator):
        """Return the losses, sizes and predictions of the validation batches."""
        losses, sizes, predicted = [], [], []
        with torch.inference_mode():
            if self._passes is None:  # the rows are the same in every epoch
                self._passes = [
                    (ValidationPass(self.module_, _step_inputs(batch)[0]), batch)
                    for batch in iterator
                ]
            for outputs, (X, y) in self._passes:
                outputs_NC = outputs()[:, : self.n_outputs]
                losses.append(self.get_loss(outputs_NC, y, X=X, training=False))
                sizes.append(len(y))
                predicted.append(self.epoch_score.predict(outputs_NC))
        return losses, sizes, predicted

    def _run_batches(self, iterator, training, prefix, step_fn, **fit_params):
        """Return the losses and sizes of the batches, and predictions of validation rows."""
        # Single batches are recorded only if the user has callbacks: a whole fit would record a
        # hundred thousand small dictionaries.
        watched = bool(self.callbacks)
        if training:
            if watched or self._step is None:  # between epochs a callback may replace layers
                self._step = self._prepared_step()
            if self._step is not None and self._output_alone():
                iterator = self.probe.batches(iterator)
            if self._step is not None and not watched:
                return *self._train_unwatched(iterator), []
            step_fn = partial(step_fn, step=self._step)
        elif self._step is not None and not watched:
            return self._validate_unwatched(iterator)
        losses, sizes, predicted = [], [], []
        for batch in iterator:
            if watched:
                self.notify("on_batch_begin", batch=batch, training=training)
            step = step_fn(batch, **fit_params)
            losses.append(step["loss"].detach())
            sizes.append(len(batch[1]))
            if not training:
                predicted.append(self.epoch_score.predict(step["y_pred"]))
            if watched:
                self.history.record_batch(prefix + "_loss", step["loss"].item())
                self.history.record_batch(prefix + "_batch_size", sizes[-1])
                self.notify("on_batch_end", batch=batch, training=training, **step)
        return losses, sizes, predicted

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        if iterator is None:
            return
        losses, sizes, predicted = self._run_batches(
            iterator, training, prefix, step_fn, **fit_params
        )
        rows = torch.tensor(sizes, dtype=torch.float64)
        loss = (torch.stack(losses).double().cpu() @ rows / rows.sum()).item()
        self.record_loss(prefix, loss, len(sizes))
        if not training:
            score, monitored = self._score_epoch(iterator.dataset, torch.cat(predicted), loss)
            self.history.record(prefix + "_score", score)
            if monitored is not None:
                self.history.record(prefix + "_monitor", monitored)

    def find_lowest(self):
        """Find the lowest losses of a loaded history, to compare later epochs with them."""
        for prefix in ("train", "valid"):
            losses = [epoch.get(f"{prefix}_loss", math.inf) for epoch in self.history]
            self._lowest[prefix] = min(losses, default=math.inf)

    def record_loss(self, prefix, loss, n_batches):
        """Record the loss of an epoch over all its batches; raise if it is not finite."""
        self.history.record(prefix + "_batch_count", n_batches)
        lowest = self._lowest.get(prefix, math.inf)
        self._lowest[prefix] = min(loss, lowest)
        self.history.record(prefix + "_loss", loss)
        self.history.record(prefix + "_loss_best", loss < lowest)  # for skorch's Checkpoint
        if not math.isfinite(loss):
            which = "training" if prefix == "train" else "validation"
            self._raise_infinite(f"{which} loss", f"got {loss}")

    def _score_epoch(self, dataset, predicted, loss):
        """Return the validation score, and the number that chooses the epoch if it differs."""
        if callable(self.score):
            score = self.score()
            return score, None if self.greater_is_better else -score
        if self.score == "loss":
            return -loss, None
        score = self.epoch_score.compute(predicted, dataset.y, dataset.weight)
        if self.score_weights is None:
            return score, None
        weighed = predicted, dataset.y, dataset.weight, self.score_weights
        return score, self.epoch_score.compute(*weighed)

    def _raise_infinite(self, what, got):
        raise ValueError(
            f"The {what} must stay finite; {got} in epoch {len(self.history)}. Lower lr (now "
            f"{self.lr}), or check the scale of the features and sample weights."
        )

    def train_one_epoch(self, dataset):
        """Train for one more epoch, without validation rows."""
        ours = (BestEpoch, EndOfTraining)
        with training_kept(self):
            self.train_split = None
            self.callbacks_ = [pair for pair in self.callbacks_ if not isinstance(pair[1], ours)]
            self.notify("on_train_begin", X=dataset, y=None)
            self.fit_loop(dataset, epochs=1)
            self.notify("on_train_end", X=dataset, y=None)
            self.check_weights()

    def forget_unfinished_epoch(self):
        """Remove an interrupted epoch from the history, since it has no scores."""
        if self.history and "dur" not in self.history[-1]:
            self.history.pop()

    def check_weights(self):
        """Raise if a weight is not finite, since no loss follows the very last step."""
        if not all(values.isfinite().all() for values in self.module_.parameters()):
            self._raise_infinite("weights", "got infinite or undefined weights")

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        # skorch treats every KeyboardInterrupt as an early stop, even Ctrl-C.
        self.interrupted_ = False
        self._step = self._passes = None
        try:
            return super().fit_loop(X, y, epochs=epochs, **fit_params)
        except KeyboardInterrupt:
            self.interrupted_ = not any(has_stopped(c) for _, c in self.callbacks_)
            raise
        finally:
            self._step = self._passes = None  # they hold their last results in memory
            self._set_training(False)

    @property
    def best_epoch_(self):
        """The epoch whose weights are in the module: the last one if none was chosen."""
        return kept_epoch([callback for _, callback in self.callbacks_], len(self.history))
