"""The score of rows that take no part in the training, after every epoch."""

from skorch.callbacks import Callback

from skprognet.estimators._net import mean_recall


class RecordTestScore(Callback):
    """Record as ``test_uar`` how well the network does on rows that influence nothing.

    Parameters
    ----------
    inputs_NF : Tensor of shape (N, F)
        The rows as the network reads them.
    codes_N : Tensor of shape (N,), int64
        Their class positions.
    """

    def __init__(self, inputs_NF, codes_N):
        self.inputs_NF = inputs_NF
        self.codes_N = codes_N

    def on_epoch_end(self, net, **kwargs):
        predicted = net.evaluation_step((self.inputs_NF, self.codes_N)).argmax(dim=1)
        net.history.record("test_uar", mean_recall(predicted, self.codes_N))
