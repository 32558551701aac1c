"""Which epoch is kept: the best on the validation rows."""

import copy

from skorch.callbacks import Callback


class BestEpoch(Callback):
    """Keep the weights of the best epoch and put them back when training ends.

    Best is the highest ``valid_score``; of epochs that are equal to six digits, the one with the
    lowest ``valid_loss``, since on a few validation rows many epochs score the same. skorch's
    ``EarlyStopping`` compares one number only.

    Parameters
    ----------
    patience : int or None, default=None
        Epochs without a better one after which training stops; None never stops.

    Attributes
    ----------
    best_epoch_ : int
        The epoch (from 1) of the kept weights; 0 before the first has ended.
    stopped_ : bool
        Whether patience ran out.
    """

    def __init__(self, patience=None):
        self.patience = patience

    def on_train_begin(self, net, **kwargs):
        self.best_epoch_ = 0
        self.stopped_ = False
        self._best = (float("-inf"), float("-inf"))
        self._weights = None

    def on_epoch_end(self, net, **kwargs):
        epoch, score, loss = net.history[-1, ("epoch", "valid_score", "valid_loss")]
        rank = (round(score, 6), -loss)
        if rank > self._best:
            self._best, self.best_epoch_ = rank, epoch
            # A copy: the state itself is the live weights, which train on.
            self._weights = copy.deepcopy(net.module_.state_dict())
        elif self.patience is not None and epoch - self.best_epoch_ >= self.patience:
            self.stopped_ = True
            raise KeyboardInterrupt  # skorch's way to end the training

    def on_train_end(self, net, **kwargs):
        if self._weights is not None:
            net.module_.load_state_dict(self._weights)
        self._weights = None
