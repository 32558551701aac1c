"""Keep the epoch that is best on the validation rows."""

import copy

from skorch.callbacks import Callback, EarlyStopping


class BestEpoch(Callback):
    """Record the best epoch and its weights, for :class:`EndOfTraining` to restore.

    The best epoch has the highest ``valid_score``, or ``valid_monitor`` if the history has it. If
    scores are equal after rounding to six decimals (six significant digits for a scorer), the
    lowest ``valid_loss`` decides, since many epochs score the same on a few validation rows.
    skorch's ``EarlyStopping`` compares one number only.

    It comes before all callbacks that may end the training: skorch skips every callback after the
    one that does.

    Attributes
    ----------
    best_epoch_ : int
        The epoch (from 1) of the kept weights; 0 before the first epoch ends.
    weights_ : dict of Tensor or None
        The weights of that epoch.
    """

    def on_train_begin(self, net, **kwargs):
        self.best_epoch_ = 0
        self.weights_ = None
        self._best = (float("-inf"), float("-inf"))

    def on_epoch_end(self, net, **kwargs):
        epoch, score, loss = net.history[-1, ("epoch", "valid_score", "valid_loss")]
        score = net.history[-1].get("valid_monitor", score)
        # Six decimals suit the scores of the net itself. A scorer may have any unit.
        rounded = float(f"{score:.6g}") if callable(net.score) else round(score, 6)
        rank = rounded, -loss
        if self.weights_ is None or rank > self._best:
            # A copy, since training changes the weights in the state itself.
            self.weights_ = copy.deepcopy(net.module_.state_dict())
            self._best, self.best_epoch_ = rank, epoch


class EndOfTraining(Callback):
    """End the training when patience runs out, and restore the best weights at its end.

    It comes after all other callbacks, so they see the last epoch, and weights that they load at
    the end of training do not stay.

    Parameters
    ----------
    best : BestEpoch
        The callback that recorded the best epoch.
    patience : int or None, default=None
        Training stops after this many epochs in a row without a better one; None never stops.

    Attributes
    ----------
    stopped_ : bool
        Whether patience ended the training.
    """

    def __init__(self, best, patience=None):
        self.best = best
        self.patience = patience

    def on_train_begin(self, net, **kwargs):
        self.stopped_ = False

    def on_epoch_end(self, net, **kwargs):
        waited = net.history[-1, "epoch"] - self.best.best_epoch_
        if self.patience is not None and waited >= self.patience:
            self.stopped_ = True
            raise KeyboardInterrupt  # skorch's way to end the training

    def on_train_end(self, net, **kwargs):
        if self.best.weights_ is not None:
            net.module_.load_state_dict(self.best.weights_)
        self.best.weights_ = None


def has_stopped(callback):
    """Return whether the callback, skorch's or ours, has ended the training."""
    if isinstance(callback, EarlyStopping):
        return callback.misses_ == callback.patience
    return isinstance(callback, EndOfTraining) and callback.stopped_


def kept_epoch(callbacks, n_epochs):
    """Return the epoch whose weights the net has after training: the last if none was chosen.

    Parameters
    ----------
    callbacks : list of Callback
        All callbacks of the net, in their order.
    n_epochs : int
        Number of epochs that ended.

    Returns
    -------
    int
        The epoch, from 1; 0 if not even the first one ended.
    """
    for callback in callbacks:
        if isinstance(callback, BestEpoch):
            return callback.best_epoch_
    loading = [c for c in callbacks if isinstance(c, EarlyStopping) and c.load_best]
    loaded = [c.best_epoch_ for c in loading if getattr(c, "best_epoch_", 0)]
    return loaded[-1] if loaded else n_epochs
