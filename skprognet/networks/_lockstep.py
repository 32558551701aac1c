"""Many networks of one shape trained at once, step by step together.

On a GPU a step of one small network is sixty kernels that each leave the device almost idle. Here
the networks of a group share every kernel, and each goes through the sums that it would go through
alone. Within an epoch the host reads no value from the device, and every tensor that outlives a
step keeps its address, so that an epoch can be recorded as one CUDA graph.

Networks are sorted by their number of steps in an epoch: those that have one left are then always
the first ones of the group.

Letters in names: B networks, S steps of an epoch, N rows of a batch, F features, C classes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._column_stack import ColumnStack, shape_of
from skprognet.networks._counter_masks import GroupDropout
from skprognet.networks._group_rows import GroupRows
from skprognet.networks._group_validation import BestEpochs, GroupValidation
from skprognet.networks._stacked_adam import StackedAdam
from skprognet.networks._stacked_step import StackedStep


@dataclass
class NetworkToTrain:
    """One network of a group, with its rows and seeds.

    Attributes
    ----------
    column : Column
        The network; it has the trained weights afterwards.
    training : object
        The rows that train, with the attributes ``X`` (n, F), ``y`` (n,) of class positions, and
        ``weight`` (n,) or None.
    validation : object or None
        The rows that choose the epoch, likewise; None keeps the last epoch.
    order_seed : int
        Seed of the order of rows, drawn anew for each epoch.
    dropout_seed : int
        Seed of the dropout masks.
    """

    column: Column
    training: Any
    validation: Any
    order_seed: int
    dropout_seed: int


@dataclass
class Trained:
    """How the training of one network went.

    Attributes
    ----------
    best_epoch : int
        The epoch, from 1, whose weights the column has.
    history : Tensor of shape (n_epochs, 3), float64
        Of each epoch the training loss, the validation loss and the validation UAR; NaN where
        there are no validation rows.
    """

    best_epoch: int
    history: Tensor


class Lockstep:
    """A group of networks in training.

    Parameters
    ----------
    networks : list of NetworkToTrain
        The networks, all of one shape; those with more batches in an epoch come first.
    lr : float
        Learning rate of Adam.
    copied_lr : float or None
        Learning rate of all layers but the output; None is `lr`.
    batch_size : int
        Rows of a batch.
    max_epochs : int
        How many epochs the history has room for.
    patience : int or None
        Epochs without a better one after which a network is no longer followed.
    device : str or torch.device
        Where the networks compute.

    Attributes
    ----------
    loss_BS : Tensor of shape (B, S)
        The loss of each batch of the last epoch; 0 where a network has no further batch.
    """

    def __init__(
        self, networks, *, lr, copied_lr=None, batch_size=32, max_epochs, patience=None, device
    ):
        B, column = len(networks), networks[0].column
        self.stack = ColumnStack([each.column for each in networks], lr, copied_lr, device)
        self.rows = GroupRows(
            [each.training for each in networks],
            batch_size,
            [each.order_seed for each in networks],
            device,
        )
        self.dropout = GroupDropout(
            column, [each.dropout_seed for each in networks], batch_size, device
        )
        n_steps = self.rows.n_steps
        self.adam = StackedAdam(self.stack, n_steps)
        # How many networks have a batch left, for each step.
        self.active = [sum(n > s for n in n_steps) for s in range(n_steps[0])]
        self.steps = {n: StackedStep(self.stack, n) for n in {B, *self.active}}
        self.validation = None
        if networks[0].validation is not None:
            rows = [each.validation for each in networks]
            self.validation = GroupValidation(rows, self.stack.n_classes, device)
        self.best = BestEpochs(self.stack, B, patience)
        self.loss_BS = torch.zeros_like(self.rows.batch_part_BS, dtype=self.rows.X.dtype)
        self.epoch_number = torch.zeros((), dtype=torch.int64, device=device)
        self.first_step_B = torch.zeros(B, dtype=torch.int64, device=device)
        self.n_steps_B = torch.tensor(n_steps, device=device)
        self.history = torch.full(
            (max_epochs, B, 3), torch.nan, dtype=torch.float64, device=device
        )

    def epoch(self) -> None:
        """Train for one epoch and score it: operations of the device alone."""
        self.dropout.draw(self.first_step_B, len(self.active))
        for s, B in enumerate(self.active):
            self.loss_BS[:B, s] = self.steps[B](*self.rows.batch(s, B), self.dropout.of_step(s, B))
            self.adam.update(B)
        self.first_step_B += self.n_steps_B
        self.epoch_number += 1
        # In float64 and one after the other: the sum must not depend on the longest neighbour.
        loss_B = (self.loss_BS * self.rows.batch_part_BS).cumsum(1)[:, -1]
        scores = [loss_B, *self._validate()]
        row = torch.stack(scores, dim=1)[None]
        self.history[:, :, : len(scores)].index_copy_(0, self.epoch_number[None] - 1, row)

    def _validate(self) -> list[Tensor]:
        """Return validation loss and UAR of each network, if there are rows; note the best."""
        if self.validation is None:
            return []
        uar_B, loss_B = self.validation.score(self.steps[len(self.first_step_B)])
        self.best.note(self.epoch_number, uar_B, loss_B)
        return [loss_B, uar_B]

    def results(self) -> list[Trained]:
        """Put the weights of the best epoch into the columns, and return how it went."""
        chosen = self.validation is not None
        self.stack.unload(best=chosen)
        n_epochs, history = int(self.epoch_number), self.history.cpu()
        best = self.best.epoch_B.tolist() if chosen else [n_epochs] * history.shape[1]
        patience = n_epochs if self.best.patience is None else self.best.patience
        return [
            Trained(epoch, history[: min(epoch + patience, n_epochs), b])
            for b, epoch in enumerate(best)
        ]


def record_epoch(lockstep: Lockstep) -> Callable[[], None]:
    """Return a function that repeats ``lockstep.epoch``, recorded as one CUDA graph.

    An epoch must have run before: the libraries of the device prepare themselves in it.
    """
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        lockstep.epoch()
    return graph.replay


def _check(networks: list[NetworkToTrain]) -> None:
    """Raise unless the networks can be trained together."""
    shape = shape_of(networks[0].column)
    for each in networks:
        if not each.column.gradients_written_out:
            raise ValueError(
                "Networks with adapters cannot be trained together: train each alone."
            )
        differing = [name for name, value in shape_of(each.column).items() if value != shape[name]]
        if differing:
            raise ValueError(
                "Networks that are trained together must have one shape; they differ in "
                f"{differing}. Train them in groups of one shape."
            )
        if (each.validation is None) != (networks[0].validation is None):
            raise ValueError(
                "Either all networks that are trained together have validation rows, or none."
            )
    if not any(shape["learns"]):
        raise ValueError("At least one layer must learn; all are frozen.")


def train_together(
    networks: list[NetworkToTrain],
    *,
    max_epochs: int,
    lr: float = 5e-4,
    copied_lr: float | None = None,
    batch_size: int = 32,
    patience: int | None = None,
    device: str | torch.device = "cpu",
) -> list[Trained]:
    """Train networks of one shape at once; each column then has the weights of its best epoch.

    Every network goes through the sums of :class:`~skprognet.networks.TrainingStep` and
    :class:`~skprognet.networks.FusedAdam`, up to the order of summation. What it drops depends on
    its seed, the step and the unit only. On the CPU its numbers are the same bits whatever is
    trained beside it.

    Parameters
    ----------
    networks : list of NetworkToTrain
        The networks with their rows and seeds, all of one shape, as
        :func:`~skprognet.networks.shape_of` says; they may have different numbers of rows.
    max_epochs : int
        Epochs.
    lr : float, default=5e-4
        Learning rate of Adam.
    copied_lr : float or None, default=None
        Learning rate of all layers but the output; None is `lr`.
    batch_size : int, default=32
        Rows of a batch.
    patience : int or None, default=None
        Epochs without a better validation score after which a network is done; None never stops.
    device : str or torch.device, default="cpu"
        Where the networks compute.

    Returns
    -------
    list of Trained
        For each network, in the order of `networks`.

    Raises
    ------
    ValueError
        If the networks do not have one shape, or have adapters.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import torch
    >>> from skprognet.networks import Column, NetworkToTrain, train_together
    >>> generator = torch.Generator().manual_seed(0)
    >>> X = torch.randn(40, 5, generator=generator)
    >>> rows = SimpleNamespace(X=X, y=(X[:, 0] > 0).long(), weight=None)
    >>> networks = [
    ...     NetworkToTrain(Column(5, (8,), 2, generator=generator), rows, rows, seed, seed)
    ...     for seed in range(3)
    ... ]
    >>> [result.best_epoch for result in train_together(networks, max_epochs=4, lr=0.01)]
    [4, 3, 4]
    """
    _check(networks)
    sizes = [len(each.training.X) for each in networks]
    largest_first = sorted(range(len(networks)), key=lambda b: -sizes[b])
    with torch.inference_mode():
        lockstep = Lockstep(
            [networks[b] for b in largest_first],
            lr=lr,
            copied_lr=copied_lr,
            batch_size=batch_size,
            max_epochs=max_epochs,
            patience=patience,
            device=device,
        )
        epoch = lockstep.epoch
        for number in range(max_epochs):
            lockstep.rows.shuffle()
            if number == 1 and torch.device(device).type == "cuda":
                epoch = record_epoch(lockstep)
            epoch()
            if patience is not None and lockstep.best.stopped_B.all():
                break
        results = lockstep.results()
    by_place = dict(zip(largest_first, results, strict=True))
    return [by_place[b] for b in range(len(networks))]
