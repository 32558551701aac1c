"""Train a group of networks one after the other, with the operations of an ordinary fit.

A CPU computes them this way, since a batch of networks is no faster there than one at a time, and
another order of summation would change the last digits.

Letters in names: B networks, S steps of an epoch.
"""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from skprognet.networks._adam import FusedAdam
from skprognet.networks._batch_orders import BatchOrders
from skprognet.networks._column_stack import parameters_of
from skprognet.networks._epoch_scores import EPOCH_SCORES
from skprognet.networks._mask_scheme import StepCounter
from skprognet.networks._network_to_train import NetworkToTrain
from skprognet.networks._output_alone import OutputAlone
from skprognet.networks._probed_layers import ProbedLayers
from skprognet.networks._step import TrainingStep

ROWS_PER_PREDICTION = 4096  # bounds the memory that activations take


class SeparateNetwork:
    """The training of one network.

    Parameters
    ----------
    network : NetworkToTrain
        The network.
    lr : float
        Learning rate of Adam.
    copied_lr : float or None
        Learning rate of all layers except the output; None means `lr`.
    """

    def __init__(self, network: NetworkToTrain, lr: float, copied_lr: float | None):
        self.network, self.column = network, network.column
        self.column.dropout_generator = StepCounter(network.dropout_seed)
        self.probed = ProbedLayers(self.column)
        output = parameters_of(self.column, len(self.column.layers) - 1)
        is_output = {id(p) for p in output}
        copied = [p for p in self.column.parameters() if id(p) not in is_output]
        groups = [{"params": copied, "lr": lr if copied_lr is None else copied_lr}]
        self.adam = FusedAdam([*(groups if copied else []), {"params": output}], lr=lr)
        self.best: dict | None = None
        self.begin_epoch(probing=False)

    def begin_epoch(self, *, probing: bool) -> None:
        """Prepare the training step of all layers, or of the output alone."""
        if self.network.probe_epochs:
            self.probed.set_probing(probing)
        output: Any = OutputAlone(self.column) if probing else None
        X = self.network.training.X
        self.step = TrainingStep(self.column if output is None else output, self.network.loss)
        self.X = X if output is None else output.inputs(X)  # computed once for all steps

    def train(self, batches: Iterable[Tensor]) -> Tensor:
        """Train on batches of row numbers; return the loss of each batch."""
        rows, losses = self.network.training, []
        for places in batches:
            weight = None if rows.weight is None else rows.weight.index_select(0, places)
            X, y = [values.index_select(0, places) for values in (self.X, rows.y)]
            losses.append(self.step(X, y, weight)[0])
            if self.network.pull is not None:
                self.network.pull()
            self.adam.update()
        return torch.stack(losses)

    def score_validation(self) -> list[float]:
        """Return the loss, the score and, if it differs, the number that chooses the epoch."""
        network, rows = self.network, self.network.validation
        at_once = ROWS_PER_PREDICTION
        if network.loss.needs_all_rows:
            at_once = max(len(rows.X), at_once)
        outputs = [self._outputs(X) for X in rows.X.split(at_once)]
        y = rows.y.split(at_once)
        weights = [None] * len(y) if rows.weight is None else rows.weight.split(at_once)
        losses = [self._loss(*part) for part in zip(outputs, y, weights, strict=True)]
        loss = _mean_loss(torch.stack(losses), [len(part) for part in y])
        if network.monitor == "loss":
            return [loss, -loss]
        kind = EPOCH_SCORES[network.monitor]
        scored = torch.cat([kind.predict(part) for part in outputs]), rows.y, rows.weight
        scores = [kind.compute(*scored)]
        if network.class_weights is not None:
            class_weights = torch.as_tensor(network.class_weights, dtype=torch.float64)
            scores.append(kind.compute(*scored, class_weights))
        return [loss, *scores]

    def score_test(self) -> list[float]:
        """Return the score of the test rows, which all count equally."""
        rows, monitor = self.network.test, self.network.monitor
        outputs = self._outputs(rows.X)
        if monitor == "loss":
            return [-self._loss(outputs, rows.y, None).item()]
        kind = EPOCH_SCORES[monitor]
        return [kind.compute(kind.predict(outputs), rows.y)]

    def _outputs(self, X_NF: Tensor) -> Tensor:
        return self.column._units_first(X_NF, dropping=False)[-1].t()

    def _loss(self, outputs: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        criterion = self.network.loss.criterion()
        if self.network.loss.needs_all_rows:
            return criterion(outputs, y, weight)
        of_rows = criterion(outputs, y)
        return (of_rows if weight is None else of_rows * weight).mean()


class SeparateNetworks:
    """The networks of a group, one after the other in each epoch.

    Parameters as for :class:`StackedNetworks`.
    """

    def __init__(
        self, networks: list[NetworkToTrain], *, lr: float, copied_lr, batch_size: int, device
    ):
        sizes = [len(network.training.X) for network in networks]
        seeds = [network.order_seed for network in networks]
        self.orders = BatchOrders(sizes, batch_size, seeds, device, [0] * len(sizes))
        self.networks = [SeparateNetwork(network, lr, copied_lr) for network in networks]
        self.scores: list[tuple] = [([], [])] * len(networks)
        self.probing = False

    def begin_epoch(self, *, probing: bool) -> None:
        """Set whether only the output learns in the next epoch."""
        if probing != self.probing:
            for network in self.networks:
                network.begin_epoch(probing=probing)
        self.probing = probing

    def train(self, stopped_B: Tensor) -> Tensor:
        """Train for one epoch and return the training loss of each network, (B,), float64.

        Networks whose patience has run out do not change.
        """
        self.going_on = (~stopped_B).nonzero()[:, 0].tolist()
        rows_BS = self.orders.rows_BS.tolist()
        losses = torch.full(stopped_B.shape, torch.nan, dtype=torch.float64)
        for b in self.going_on:
            sizes = [n for n in rows_BS[b] if n]
            places = [self.orders.order_SBN[s, b, :n] for s, n in enumerate(sizes)]
            losses[b] = _mean_loss(self.networks[b].train(places), sizes)
        return losses

    def score(self) -> tuple[list[Tensor], list[Tensor]]:
        """Return the scores of the epoch on validation rows and on test rows."""
        for b in self.going_on:
            trained = self.networks[b]
            self.scores[b] = (
                [] if trained.network.validation is None else trained.score_validation(),
                [] if trained.network.test is None else trained.score_test(),
            )
        validation, test = [
            list(torch.tensor(scores, dtype=torch.float64).unbind(1))
            for scores in zip(*self.scores, strict=True)
        ]
        return validation, test

    def keep(self, better_B: Tensor) -> None:
        """Keep the weights of the networks with a new best epoch."""
        for trained, better in zip(self.networks, better_B.tolist(), strict=True):
            if better:
                trained.best = copy.deepcopy(trained.column.state_dict())

    def finish(self, *, best: bool) -> None:
        """Load the kept weights into the columns, or leave the current ones."""
        for trained in self.networks:
            if best and trained.best is not None:
                trained.column.load_state_dict(trained.best)


def _mean_loss(losses: Tensor, sizes: list[int]) -> float:
    """Return the mean over rows of the losses of batches of these sizes."""
    rows = torch.tensor(sizes, dtype=torch.float64)
    return (losses.double().cpu() @ rows / rows.sum()).item()
