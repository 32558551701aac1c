"""Train a group of networks as a few large tensors, as suits a GPU.

Letters in names: B networks, S steps of an epoch.
"""

import torch
from torch import Tensor

from skprognet.networks._column_stack import ColumnStack, parameters_of
from skprognet.networks._group_dropout import NOTHING_DROPPED, GroupDropout
from skprognet.networks._group_rows import GroupRows
from skprognet.networks._losses import CrossEntropy
from skprognet.networks._network_to_train import NetworkToTrain
from skprognet.networks._probed_layers import ProbedLayers
from skprognet.networks._stacked_adam import StackedAdam
from skprognet.networks._stacked_losses import STACKED_LOSSES
from skprognet.networks._stacked_scores import StackedScores
from skprognet.networks._stacked_step import StackedStep


class StackedNetworks:
    """The networks of a group, which share every operation.

    Parameters
    ----------
    networks : list of NetworkToTrain
        The networks. Networks with more batches in an epoch come first.
    lr : float
        Learning rate of Adam.
    copied_lr : float or None
        Learning rate of all layers except the output; None means `lr`.
    batch_size : int
        Number of rows in a batch.
    device : str or torch.device
        The device of the networks.
    """

    def __init__(
        self, networks: list[NetworkToTrain], *, lr: float, copied_lr, batch_size: int, device
    ):
        first, columns = networks[0], [network.column for network in networks]
        self.pull, self.probing = first.pull, False
        self.stack = ColumnStack(
            columns,
            lr,
            copied_lr,
            device,
            padding=-torch.inf if first.loss is CrossEntropy else 0.0,
            output_apart=first.pull is not None or first.probe_epochs > 0,
        )
        self.probed = [ProbedLayers(column) for column in columns if first.probe_epochs]
        order_seeds = [network.order_seed for network in networks]
        training = [network.training for network in networks]
        self.rows = GroupRows(training, self.stack.n_classes, batch_size, order_seeds, device)
        self.orders = self.rows.orders
        seeds = [network.dropout_seed for network in networks]
        self.dropout = GroupDropout(first.column, seeds, batch_size, device)
        n_steps = self.orders.n_steps
        self.adam = StackedAdam(self.stack, n_steps)
        # For each step, the number of networks that have a batch left.
        self.active = [sum(n > s for n in n_steps) for s in range(n_steps[0])]
        loss = STACKED_LOSSES[first.loss, training[0].y.dim() == 2]
        self.steps = {B: StackedStep(self.stack, B, loss) for B in {len(networks), *self.active}}
        self.validation, self.test = [
            None if rows[0] is None else StackedScores(rows, networks, self._full, loss, device)
            for rows in _rows_that_score(networks)
        ]
        if self.pull is not None:
            self._note_starts(networks)
        self.batch_part_BS = (
            self.orders.rows_BS.double() / torch.tensor(self.orders.sizes)[:, None]
        )
        self.batch_part_BS = self.batch_part_BS.to(device)
        self.loss_BS = torch.zeros_like(self.batch_part_BS, dtype=self.rows.X.dtype)
        self.first_step_B = torch.zeros(len(networks), dtype=torch.int64, device=device)
        self.n_steps_B = torch.tensor(n_steps, device=device)

    @property
    def _full(self) -> StackedStep:
        """The step of all networks."""
        return self.steps[len(self.stack.columns)]

    def _note_starts(self, networks: list[NetworkToTrain]) -> None:
        """Store the initial values of the copied weights with each block."""
        of_columns = []
        for network in networks:
            pairs = [] if network.pull is None else network.pull.pairs
            start, column = {id(weight): values for weight, values in pairs}, network.column
            of_columns.append(
                [
                    [start.get(id(p), p) for p in parameters_of(column, k)]
                    for k in range(len(column.layers))
                ]
            )
        gathered = self.stack.gather(of_columns)
        for block, values in zip(self.stack.blocks, gathered, strict=True):
            block.starts = values

    def begin_epoch(self, *, probing: bool) -> None:
        """Set whether only the output learns in the next epoch."""
        self.probing = probing

    def train(self, stopped_B: Tensor) -> Tensor:
        """Train for one epoch and return the training loss of each network, (B,), float64.

        Networks whose patience has run out keep computing.
        """
        dropping = not self.probing
        if dropping:
            self.dropout.draw(self.first_step_B, len(self.active))
            self.first_step_B += self.n_steps_B
        for s, B in enumerate(self.active):
            dropped = self.dropout.of_step(s, B) if dropping else NOTHING_DROPPED
            batch = self.rows.batch(s, B)
            self.loss_BS[:B, s] = self.steps[B](*batch, dropped, output_alone=self.probing)
            self._add_pull(B)
            self.adam.update(B, output_alone=self.probing)
        # A sequential sum in float64, which does not depend on the longest neighbour.
        return (self.loss_BS * self.batch_part_BS).cumsum(1)[:, -1]

    def _add_pull(self, B: int) -> None:
        if self.pull is None or self.probing:
            return
        for block in self.stack.learning:
            if block.copied:
                away = block.values[:B] - block.starts[:B]
                block.grads[:B].add_(away, alpha=self.pull.strength)

    def score(self) -> tuple[list[Tensor], list[Tensor]]:
        """Return loss and scores of validation rows, and the score of test rows, each (B,)."""
        validation = [] if self.validation is None else self.validation()
        return validation, [] if self.test is None else [self.test()[1]]

    def keep(self, better_B: Tensor) -> None:
        """Keep the weights of the networks with a new best epoch."""
        for block in self.stack.learning:
            torch.where(better_B[:, None], block.values, block.best, out=block.best)

    def finish(self, *, best: bool) -> None:
        """Copy the kept weights, or the current ones, into the columns."""
        self.stack.unload(best=best)
        for layers in self.probed:
            layers.set_probing(self.probing)


def _rows_that_score(networks: list[NetworkToTrain]) -> tuple[list, list]:
    """Return the validation rows and the unweighted test rows of all networks."""
    test = [None if n.test is None else _Unweighted(n.test) for n in networks]
    return [n.validation for n in networks], test


class _Unweighted:
    """Rows that all count equally."""

    weight = None

    def __init__(self, rows):
        self.X, self.y = rows.X, rows.y
