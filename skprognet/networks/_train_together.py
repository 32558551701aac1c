"""Training a list of networks at once, from the first epoch to the weights of the best one."""

from collections.abc import Callable

import torch

from skprognet.networks._column_stack import shape_of
from skprognet.networks._lockstep import Lockstep, NetworkToTrain, Trained


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
