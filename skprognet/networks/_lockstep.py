"""Many networks of one shape trained at once, step by step together.

On a GPU a step of one small network is sixty kernels that each leave the device almost idle. Here
the networks of a group share every kernel, and each goes through the sums that it would go through
alone. Within an epoch the host reads no value from the device, and every tensor that outlives a
step keeps its address, so that an epoch can be recorded as one CUDA graph.

Networks are sorted by their number of steps in an epoch: those that have one left are then always
the first ones of the group.

Letters in names: B networks, S steps of an epoch, N rows of a batch, F features, C classes.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from skprognet.networks._column import Column
from skprognet.networks._column_stack import ColumnStack
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
    finite : bool
        Whether all losses and weights stayed finite. A network of which they did not is of no
        use; those beside it are not touched by that.
    """

    best_epoch: int
    history: Tensor
    finite: bool


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
        results = []
        for b, column in enumerate(self.stack.columns):
            of_network = history[: min(best[b] + patience, n_epochs), b]
            losses = of_network[:, :2] if chosen else of_network[:, 0]
            finite = all(values.isfinite().all() for values in (losses, *column.parameters()))
            results.append(Trained(best[b], of_network, finite))
        return results
