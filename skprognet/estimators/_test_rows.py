"""Score test rows, which do not influence training, after every epoch."""

import math

from skorch.callbacks import Callback


class RecordTestScore(Callback):
    """Record the score of test rows after every epoch, as ``test_score``.

    Parameters
    ----------
    inputs_NF : Tensor of shape (N, F)
        The rows as the network reads them.
    codes_N : Tensor of shape (N,) or (N, K)
        Their class positions, or numbers as the network learns them.
    score : str or callable
        The value to record: minus the loss for "loss", the net's own score for its name, or the
        result of the callable.
    """

    def __init__(self, inputs_NF, codes_N, score):
        self.inputs_NF = inputs_NF
        self.codes_N = codes_N
        self.score = score

    def on_epoch_end(self, net, **kwargs):
        net.history.record("test_score", self._value(net))

    def _value(self, net):
        if callable(self.score):
            try:
                return self.score()
            except ValueError:  # many scores need rows of every class, which a small test may lack
                return math.nan
        outputs = net.evaluation_step((self.inputs_NF, self.codes_N))
        if self.score == "loss":
            return -net.criterion_(outputs, self.codes_N).mean().item()
        return net.epoch_score.compute(net.epoch_score.predict(outputs), self.codes_N)
