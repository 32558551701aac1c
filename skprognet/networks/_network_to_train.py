"""What a network that is trained together with others needs, and how its training went."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from skprognet.networks._adam import FusedAdam
from skprognet.networks._column import Column
from skprognet.networks._column_stack import shape_of
from skprognet.networks._losses import CrossEntropy
from skprognet.networks._pull import PullToStart

# What the history of a network has for each epoch; NaN where there are no such rows.
HISTORY = ("train_loss", "valid_loss", "valid_score", "valid_monitor", "test_score")
MONITORS = ("uar", "ccc", "loss")


@dataclass
class NetworkToTrain:
    """One network of a group, with its rows and seeds.

    Attributes
    ----------
    column : Column
        The network; it has the trained weights afterwards.
    training : object
        The rows that train, with the attributes ``X`` (n, F), ``y``, and ``weight`` (n,) or None.
        y holds class positions (n,), int64; or the probability of each class (n, C); or the
        numbers of each row (n, K).
    validation : object or None
        The rows that choose the epoch, likewise; None keeps the last epoch.
    order_seed : int
        Seed of the order of rows, which is drawn for each epoch.
    dropout_seed : int
        Seed of the dropout masks.
    test : object, default=None
        Rows that are scored after each epoch and influence nothing; their weights do not count.
    loss : type, default=CrossEntropy
        What is minimised: the cross-entropy or one of the losses of numbers.
    monitor : {"uar", "ccc", "loss"}, default="uar"
        What scores an epoch; "loss" is minus the loss.
    class_weights : sequence of float, default=None
        Weights of the classes in the recall that chooses the epoch; None is equal.
    pull : PullToStart, default=None
        What pulls copied weights back to where they started.
    probe_epochs : int or float, default=0
        In so many first epochs the output alone learns, without any dropout; ``math.inf`` is all.
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
    """How the training of one network went.

    Attributes
    ----------
    best_epoch : int
        The epoch, from 1, whose weights the column has.
    history : Tensor of shape (n_epochs, 5), float64
        Of each epoch the training loss, the validation loss and score, what chooses the epoch
        where that is another number, and the test score; NaN where there is none.
    finite : bool
        Whether all losses and weights stayed finite. A network of which they did not is of no
        use; those beside it are not touched by that.
    stopped : bool
        Whether patience ended the training.
    interrupted : bool
        Whether Ctrl-C ended it; the history then has the epochs that were complete.
    order_generator : torch.Generator
        What drew the order of the rows, as it is after the training.
    optimizer : FusedAdam or None
        The optimizer of a network that computed by itself, as it is after the training. What Adam
        keeps of stacked weights is not handed back.
    n_together : int
        How many networks were trained at once.
    seconds : float
        What an epoch of this network took: that of the group, divided by their number.
    """

    best_epoch: int
    history: Tensor
    finite: bool
    stopped: bool
    interrupted: bool
    order_generator: torch.Generator
    optimizer: FusedAdam | None
    n_together: int
    seconds: float


def must_share(network: NetworkToTrain) -> dict:
    """Return what networks must have in common to be trained together, as plain values.

    That is the shape of the column and the kind of everything else. Learning rates, batch size and
    epochs are arguments of :func:`train_together`, and so they are shared as well.

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
