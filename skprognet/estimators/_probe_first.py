"""Train only the new output in the first epochs, on unchanged copied layers."""

from skorch.callbacks import Callback

from skprognet.estimators._batches import Batches, TensorRows
from skprognet.networks import OutputAlone


class ProbeFirst(Callback):
    """Let the copied layers learn only after a number of epochs.

    Until then they have no dropout either. So, as in a linear probe, the output reads the same
    numbers for a row in each step, which are computed once.

    Parameters
    ----------
    n_epochs : int or float
        The number of epochs, ``math.inf`` for all.
    copied : list of nn.Parameter
        The weights of the copied layers, which learn after these epochs.
    dropout, lateral_dropout : float
        The rates of dropout after these epochs.

    Attributes
    ----------
    output : OutputAlone or None
        The output layer if only it is trained in this epoch; None if all layers are trained.
    """

    def __init__(self, n_epochs, copied, dropout, lateral_dropout=0.0):
        self.n_epochs = n_epochs
        self.copied = copied
        self.dropout = dropout
        self.lateral_dropout = lateral_dropout
        self.output = None
        self._read = None, None  # the rows of a fit, and the inputs of the output for them

    def on_epoch_begin(self, net, **kwargs):
        probing = net.history[-1, "epoch"] <= self.n_epochs
        for parameter in self.copied:
            parameter.requires_grad = not probing
            if probing:
                parameter.grad = None  # the optimizer skips it
        net.module_.dropout = 0.0 if probing else self.dropout
        if self.lateral_dropout:
            net.module_.lateral_dropout = 0.0 if probing else self.lateral_dropout
        if probing != (self.output is not None):
            self.output = OutputAlone(net.module_) if probing else None
            net.forget_step()

    def on_train_end(self, net, **kwargs):
        self._read = None, None

    def batches(self, iterator):
        """Return the same batches with the inputs of the output layer."""
        rows, read = self._read
        if rows is not iterator.dataset:
            rows = iterator.dataset
            read = TensorRows(self.output.inputs(rows.X), rows.y, rows.weight)
            self._read = rows, read
        return Batches(read, iterator.batch_size, iterator.generator)
