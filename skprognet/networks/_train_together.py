"""Train a list of networks at once, up to the weights of the best epochs."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch

from skprognet._wording import first_few
from skprognet.networks._lockstep import Lockstep
from skprognet.networks._network_to_train import MONITORS, NetworkToTrain, Trained, must_share
from skprognet.networks._stacked_losses import STACKED_LOSSES


def record_epoch(lockstep: Lockstep) -> Callable[[], None]:
    """Return a function that repeats ``lockstep.epoch``, recorded as one CUDA graph.

    An epoch of the same kind must have run before, to initialise the libraries of the device.
    """
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        lockstep.epoch()
    return graph.replay


def train_together(
    networks: list[NetworkToTrain],
    *,
    max_epochs: int,
    lr: float = 5e-4,
    copied_lr: float | None = None,
    batch_size: int = 32,
    patience: int | None = None,
    device: str | torch.device = "cpu",
    stacked: bool | None = None,
) -> list[Trained]:
    """Train networks of one shape at once, and give each column its best epoch's weights.

    Every network goes through the sums of :class:`~skprognet.networks.TrainingStep` and
    :class:`~skprognet.networks.FusedAdam`. What it drops depends only on its seed, the step and
    the unit. On the CPU, its numbers do not depend on the other networks and equal those of an
    ordinary fit inside :func:`~skprognet.networks.counter_masks`, bit for bit. Stacked, they are
    equal up to the order of summation.

    If the device runs out of memory, the two halves of the networks are trained one after the
    other, from the start.

    Parameters
    ----------
    networks : list of NetworkToTrain
        The networks with their rows and seeds, all of one shape and kind according to
        :func:`~skprognet.networks.must_share`. They may have different numbers of rows.
    max_epochs : int
        Maximum number of epochs.
    lr : float, default=5e-4
        Learning rate of Adam.
    copied_lr : float or None, default=None
        Learning rate of all layers except the output; None means `lr`.
    batch_size : int, default=32
        Number of rows in a batch.
    patience : int or None, default=None
        A network stops after this many epochs in a row without a better one; None never stops. It
        has no effect without validation rows.
    device : str or torch.device, default="cpu"
        The device of the networks.
    stacked : bool, default=None
        Whether each operation computes all networks at once; None means True except on a CPU,
        where it gains nothing.

    Returns
    -------
    list of Trained
        For each network, in the order of `networks`.

    Raises
    ------
    ValueError
        If the networks differ in shape or kind, have adapters or no layer that learns, have a
        monitor other than "uar", "ccc" and "loss", or have a loss that does not fit their y.
    KeyboardInterrupt
        On Ctrl-C within the first epoch. Later, Ctrl-C ends training, and the results say so. But
        if the networks are trained in two halves for lack of memory, Ctrl-C at any time within the
        first half raises it too.

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
    results = _train_or_halve(
        [networks[b] for b in largest_first],
        max_epochs,
        lr=lr,
        copied_lr=copied_lr,
        batch_size=batch_size,
        patience=patience,
        device=device,
        stacked=stacked,
    )
    by_place = dict(zip(largest_first, results, strict=True))
    return [by_place[b] for b in range(len(networks))]


def _train_or_halve(networks: list, max_epochs: int, **options) -> list[Trained]:
    """Train the networks at once, or one half after the other if memory runs out."""
    try:
        return _train_group(networks, max_epochs, **options)
    except torch.OutOfMemoryError:
        if len(networks) == 1:
            raise
    # After the block, since until its end the error keeps the memory alive.
    if torch.device(options["device"]).type == "cuda":
        torch.cuda.empty_cache()
    half = (len(networks) + 1) // 2
    first = _train_or_halve(networks[:half], max_epochs, **options)
    if any(result.interrupted for result in first):
        raise KeyboardInterrupt
    return [*first, *_train_or_halve(networks[half:], max_epochs, **options)]


def _train_group(networks: list, max_epochs: int, **options) -> list[Trained]:
    """Train the networks at once. Networks with more batches in an epoch come first."""
    with torch.inference_mode(), _on(options["device"]):
        lockstep = Lockstep(networks, max_epochs=max_epochs, **options)
        interrupted = False
        try:
            _run_epochs(lockstep, max_epochs)
        except KeyboardInterrupt:
            if not lockstep.n_epochs:
                raise
            interrupted = True
        return lockstep.results(interrupted=interrupted)


def _on(device) -> AbstractContextManager:
    """Make a CUDA device the current one, since a CUDA graph records only what runs there."""
    return torch.cuda.device(device) if torch.device(device).type == "cuda" else nullcontext()


def _run_epochs(lockstep: Lockstep, max_epochs: int) -> None:
    """Run epochs until the last or until patience ends; on a GPU, record each kind of epoch."""
    probe_epochs, on_gpu = lockstep.probe_epochs, lockstep.history.is_cuda
    for number in range(max_epochs):
        lockstep.begin_epoch()
        if number in (0, probe_epochs):
            epoch, first = lockstep.epoch, number
        elif number == first + 1 and on_gpu:
            epoch = record_epoch(lockstep)
        epoch()
        lockstep.end_epoch()
        if lockstep.best.patience is not None and lockstep.best.stopped_B.all():
            break


def _check(networks: list[NetworkToTrain]) -> None:
    """Raise unless the networks can be trained together."""
    first = networks[0]
    shared = must_share(first)
    for network in networks:
        if not network.column.gradients_written_out:
            raise ValueError(
                "Networks that are trained together must have no adapters; got a network with "
                "adapters. Train it alone."
            )
        differing = [name for name, value in must_share(network).items() if value != shared[name]]
        if differing:
            raise ValueError(
                "Networks that are trained together must have one shape and kind; got differences "
                f"in [{first_few(differing)}]. Train them in groups."
            )
    if not any(shared["learns"]):
        raise ValueError("At least one layer must learn; got frozen layers only. Unfreeze one.")
    if first.monitor not in MONITORS:
        raise ValueError(
            f"monitor must be one of [{first_few(list(MONITORS))}]; got {first.monitor!r}. Train "
            "other networks alone."
        )
    if (first.loss, first.training.y.dim() == 2) not in STACKED_LOSSES:
        raise ValueError(
            "The loss must fit y in networks that are trained together; got "
            f"{shared['loss']} with y of {first.training.y.dim()} dimensions. Train them alone."
        )
