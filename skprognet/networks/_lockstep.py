"""Train many networks of one shape at once, in the same steps.

On a GPU, a step of one small network is sixty kernels, each of which leaves the device almost
idle. Here the networks of a group share every kernel, and each goes through the same sums as
alone. Within an epoch the host reads no value from the device, and every tensor that outlives a
step keeps its address, so an epoch can be recorded as one CUDA graph. On a CPU, where sharing
gains nothing, each network computes alone, as in an ordinary fit.

Networks are sorted by their number of steps in an epoch, so those with steps left always come
first in the group.

Letters in names: B networks.
"""

import time

import torch

from skprognet.networks._best_epochs import BestEpochs
from skprognet.networks._network_to_train import HISTORY, NetworkToTrain, Trained
from skprognet.networks._separate_networks import SeparateNetworks
from skprognet.networks._stacked_networks import StackedNetworks


class Lockstep:
    """The training of a group of networks.

    Parameters
    ----------
    networks : list of NetworkToTrain
        The networks, all of one shape. Networks with more batches in an epoch come first.
    lr : float
        Learning rate of Adam.
    copied_lr : float or None
        Learning rate of all layers except the output; None means `lr`.
    batch_size : int
        Number of rows in a batch.
    max_epochs : int
        Number of epochs for which the history has room.
    patience : int or None
        A network is no longer followed after this many epochs in a row without a better one.
    device : str or torch.device
        The device of the networks.
    stacked : bool, default=None
        Whether the weights of all networks form one tensor; None means True except on a CPU.

    Attributes
    ----------
    group : StackedNetworks or SeparateNetworks
        The networks that compute.
    history : Tensor of shape (max_epochs, B, 5), float64
        See :class:`Trained`.
    """

    def __init__(
        self,
        networks: list[NetworkToTrain],
        *,
        lr: float,
        copied_lr: float | None = None,
        batch_size: int = 32,
        max_epochs: int,
        patience: int | None = None,
        device: str | torch.device,
        stacked: bool | None = None,
    ):
        if stacked is None:
            stacked = torch.device(device).type != "cpu"
        kind = StackedNetworks if stacked else SeparateNetworks
        self.networks = networks
        self.group = kind(
            networks, lr=lr, copied_lr=copied_lr, batch_size=batch_size, device=device
        )
        self.chosen = networks[0].validation is not None
        self.probe_epochs = networks[0].probe_epochs
        self.best = BestEpochs(len(networks), patience if self.chosen else None, device)
        self.n_epochs = 0  # counted by the host, and on the next line by the device
        self.epoch_number = torch.zeros((), dtype=torch.int64, device=device)
        self.history = torch.full(
            (max_epochs, len(networks), len(HISTORY)),
            torch.nan,
            dtype=torch.float64,
            device=device,
        )
        self.start = time.perf_counter()

    def begin_epoch(self) -> None:
        """Draw the order of the rows, and set which layers learn."""
        self.group.orders.shuffle()
        self.group.begin_epoch(probing=self.n_epochs < self.probe_epochs)

    def end_epoch(self) -> None:
        """Count a complete epoch."""
        self.n_epochs += 1

    def epoch(self) -> None:
        """Train for one epoch and score it, with operations on the device only."""
        loss_B = self.group.train(self.best.stopped_B)
        self.epoch_number += 1
        validation, test = self.group.score()
        if validation:
            valid_loss_B, *scores = validation
            self.group.keep(self.best.note(self.epoch_number, scores[-1], valid_loss_B))
        nothing_B = torch.full_like(loss_B, torch.nan)
        padded = [*validation, *[nothing_B] * (3 - len(validation))]
        row = [loss_B, *padded, *(test or [nothing_B])]
        self.history.index_copy_(0, self.epoch_number[None] - 1, torch.stack(row, dim=1)[None])

    def results(self, *, interrupted: bool = False) -> list[Trained]:
        """Copy the weights of the best epoch into the columns; return the results."""
        history, n_epochs = self.history.cpu(), self.n_epochs
        self.group.finish(best=self.chosen)
        seconds = time.perf_counter() - self.start  # the device has finished
        B = len(self.networks)
        best = self.best.epoch_B.tolist() if self.chosen else [n_epochs] * B
        # Without patience, a number of epochs that is never reached.
        patience = n_epochs + 1 if self.best.patience is None else self.best.patience
        results = []
        for b in range(B):
            stopped = best[b] + patience <= n_epochs
            last = min(best[b] + patience, n_epochs)
            results.append(
                Trained(
                    best_epoch=best[b],
                    history=history[:last, b].clone(),
                    stopped=stopped,
                    interrupted=interrupted and not stopped,
                    n_together=B,
                    seconds=seconds / max(n_epochs, 1) / B,
                )
            )
        return results
