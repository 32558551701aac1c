"""The first epochs train the new output alone, on copied layers that stay as they are."""

from skorch.callbacks import Callback


class ProbeFirst(Callback):
    """Let the copied layers learn after a number of epochs only.

    Until then they have no dropout either: what the output reads of a row is the same in each
    step, as in a linear probe.

    Parameters
    ----------
    n_epochs : int or float
        The number of epochs, ``math.inf`` for all.
    copied : list of nn.Parameter
        The weights that learn after these epochs.
    dropout : float
        The rate of dropout after these epochs.
    """

    def __init__(self, n_epochs, copied, dropout):
        self.n_epochs = n_epochs
        self.copied = copied
        self.dropout = dropout

    def on_epoch_begin(self, net, **kwargs):
        probing = net.history[-1, "epoch"] <= self.n_epochs
        for parameter in self.copied:
            parameter.requires_grad = not probing
            if probing:
                parameter.grad = None  # the optimizer passes over it
        rate = 0.0 if probing else self.dropout
        if rate != net.module_.dropout:
            net.module_.dropout = rate
            net.forget_step()  # it draws masks for the rate that was
