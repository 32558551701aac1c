"""Which epoch is kept: the best on the validation rows."""

import copy

from skorch.callbacks import Callback, EarlyStopping


class BestEpoch(Callback):
    """Note the best epoch and its weights; :class:`EndOfTraining` acts on it.

    Best is the highest ``valid_score``, or ``valid_monitor`` where the history has it. Of epochs
    that are equal to six digits, it is the one with the lowest ``valid_loss``, since on a few
    validation rows many epochs score the same. skorch's ``EarlyStopping`` compares one number
    only.

    It stands before all callbacks that may end the training, since skorch lets no later one know
    of the epoch.

    Attributes
    ----------
    best_epoch_ : int
        The epoch (from 1) of the kept weights; 0 before the first has ended.
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
        rank = (round(score, 6), -loss)
        if self.weights_ is None or rank > self._best:
            # A copy: the state itself is the live weights, which train on.
            self.weights_ = copy.deepcopy(net.module_.state_dict())
            self._best, self.best_epoch_ = rank, epoch


class EndOfTraining(Callback):
    """End the training when patience runs out, and put the best weights back at its end.

    It stands behind all other callbacks: they learn of the last epoch, and what they load at the
    end of training does not stay.

    Parameters
    ----------
    best : BestEpoch
        What has noted the best epoch.
    patience : int or None, default=None
        Epochs without a better one after which training stops; None never stops.

    Attributes
    ----------
    stopped_ : bool
        Whether patience ran out.
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
    """Return whether the callback has ended the training, as skorch and we do it."""
    if isinstance(callback, EarlyStopping):
        return callback.misses_ == callback.patience
    return isinstance(callback, EndOfTraining) and callback.stopped_


def kept_epoch(callbacks, n_epochs):
    """Return the epoch whose weights the net has after training: the last where nothing chose.

    Parameters
    ----------
    callbacks : list of Callback
        All callbacks of the net, in their order.
    n_epochs : int
        How many epochs ended.

    Returns
    -------
    int
        The epoch, from 1; 0 if not even the first ended.
    """
    for callback in callbacks:
        if isinstance(callback, BestEpoch):
            return callback.best_epoch_
    loading = [each for each in callbacks if isinstance(each, EarlyStopping) and each.load_best]
    loaded = [each.best_epoch_ for each in loading if getattr(each, "best_epoch_", 0)]
    return loaded[-1] if loaded else n_epochs
