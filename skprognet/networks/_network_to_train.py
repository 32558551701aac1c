"""A network that is trained together with others, and the result of its training."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._column_stack import shape_of
from skprognet.networks._losses import CrossEntropy
from skprognet.networks._pull import PullToStart

# The columns of a network's history, which has one row per epoch. Missing values are NaN.
HISTORY = ("train_loss", "valid_loss", "valid_score", "valid_monitor", "test_score")
MONITORS = ("uar", "ccc", "loss")


@dataclass
class NetworkToTrain:
    """One network of a group, with its rows and seeds.

    Attributes
    ----------
    column : Column
        The network, which has the trained weights afterwards.
    training : object
        The training rows, with the attributes ``X`` (n, F), ``y``, and ``weight`` (n,) or None. y
        holds class positions (n,), int64; the probability of each class (n, C); or the numbers of
        each row (n, K).
    validation : object or None
        The validation rows, in the same form, which choose the epoch; None keeps the last epoch.
    order_seed : int
        Seed of the order of rows; each epoch draws a new order.
    dropout_seed : int
        Seed of the dropout masks.
    test : object, default=None
        Test rows, which are scored after each epoch and do not influence training; their weights
        do not count.
    loss : type, default=CrossEntropy
        The loss: the cross-entropy or one of the losses of numbers.
    monitor : {"uar", "ccc", "loss"}, default="uar"
        The score of an epoch; "loss" is minus the loss.
    class_weights : sequence of float, default=None
        Weights of the classes in the recall that chooses the epoch; None means equal.
    pull : PullToStart, default=None
        Pulls copied weights back to their initial values.
    probe_epochs : int or float, default=0
        Number of epochs at the start in which only the output learns, without any dropout;
        ``math.inf`` means all epochs.
    """

    column: Column
    training: Any
    validation: Any
    order_seed: int
    dropout_seed: int
    test: Any = None
    loss: Any = CrossEntropy
    monitor: str = "uar"
    class_weights: Any = None
    pull: PullToStart | None = None
    probe_epochs: float = 0


@dataclass
class Trained:
    """The result of the training of one network.

    Attributes
    ----------
    best_epoch : int
        The epoch, from 1, whose weights the column has.
    history : Tensor of shape (n_epochs, 5), float64
        For each epoch the training loss, the validation loss and score, the number that chooses
        the epoch if it is a different one, and the test score; NaN if there is none.
    stopped : bool
        Whether patience ended the training.
    interrupted : bool
        Whether Ctrl-C ended the training; the history then has the complete epochs.
    n_together : int
        Number of networks trained at once.
    seconds : float
        Seconds per epoch: the duration of the group's epoch divided by the number of networks.
    """

    best_epoch: int
    history: Tensor
    stopped: bool
    interrupted: bool
    n_together: int
    seconds: float


def must_share(network: NetworkToTrain) -> dict:
    """Return the plain values that networks must share to be trained together.

    These are the shape of the column, the loss, the score, the pull and the probe, and whether
    there are validation rows, test rows and weights of classes. Learning rates, batch size and
    epochs are arguments of :func:`train_together`, so networks share them as well.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import torch
    >>> from skprognet.networks import Column, NetworkToTrain, must_share
    >>> column = Column(5, (8,), 2, generator=torch.Generator().manual_seed(0))
    >>> rows = SimpleNamespace(X=torch.zeros(2, 5), y=torch.tensor([0, 1]), weight=None)
    >>> shared = must_share(NetworkToTrain(column, rows, rows, 0, 0))
    >>> shared["loss"], shared["monitor"], shared["validation rows"]
    ('CrossEntropy', 'uar', True)
    """
    return {
        **shape_of(network.column),
        "loss": getattr(network.loss, "__name__", repr(network.loss)),
        "monitor": network.monitor,
        "y of two dimensions": network.training.y.dim() == 2,
        "validation rows": network.validation is not None,
        "test rows": network.test is not None,
        "class weights": network.class_weights is not None,
        "pull": None if network.pull is None else network.pull.strength,
        "probe_epochs": network.probe_epochs,
    }
