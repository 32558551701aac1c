"""The source of the dropout masks of one network: a generator, or a counter of its steps.

A fit on the CPU draws them from a generator, which is the fastest way there. Networks that are
trained together derive them from their seed and the number of the step. Inside
:func:`counter_masks`, and always on a CUDA device, an ordinary fit does the same and drops the
same units.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Tensor

from skprognet.networks._counter_masks import CounterMasks
from skprognet.networks._dropout import DropoutMasks

HIDDEN, LATERAL = 0, 1  # the streams of random bits of a network

_counting = ContextVar("counting", default=False)


@contextmanager
def counter_masks(on: bool = True) -> Iterator[None]:
    """Let networks whose fit begins in this block derive masks from a counter of steps.

    It holds for the thread that enters it. Each worker, thread or process, must enter it itself.

    Parameters
    ----------
    on : bool, default=True
        Whether to switch the counter on; False changes nothing.

    Examples
    --------
    >>> from skprognet.networks import counter_masks, seed_masks
    >>> with counter_masks():
    ...     source = seed_masks("cpu", 7)
    >>> type(source).__name__, type(seed_masks("cpu", 7)).__name__
    ('StepCounter', 'Generator')
    """
    token = _counting.set(on or _counting.get())
    try:
        yield
    finally:
        _counting.reset(token)


def are_masks_counted() -> bool:
    """Return whether this thread is inside :func:`counter_masks`."""
    return _counting.get()


class StepCounter:
    """Replaces the generator of dropout masks by a seed and a counter of draws of each kind.

    Parameters
    ----------
    seed : int
        The seed, taken modulo 2**32.
    """

    def __init__(self, seed: int):
        self.seed = seed
        self.drawn = Counter()

    def next_step(self, kind) -> int:
        """Return how often masks of this kind have been drawn before."""
        self.drawn[kind] += 1
        return self.drawn[kind] - 1

    def get_state(self) -> Counter:
        """Return the state for :meth:`set_state`, like a ``torch.Generator``."""
        return self.drawn.copy()

    def set_state(self, state: Counter) -> None:
        """Restore a state."""
        self.drawn = state.copy()


class CountedMasks:
    """Counter-based masks of one network, with the interface of :class:`DropoutMasks`.

    Parameters
    ----------
    shapes : list of tuple of int
        The shape of each mask.
    rate : float
        Probability that a unit is dropped.
    dtype : torch.dtype
        Type of the masks.
    device : torch.device
        The device of the masks.
    seed : int
        The seed of the network.
    stream, first_layer : int
        As for :class:`CounterMasks`.
    """

    def __init__(self, shapes, rate: float, dtype, device, seed: int, stream, first_layer: int):
        self.shapes = shapes
        self.kind = stream, first_layer
        sizes = [n_rows * width for n_rows, width in shapes]
        self.bits = CounterMasks([seed], sizes, rate, device, stream, first_layer)
        self.dropped_and_kept = torch.tensor([0, self.bits.scale], dtype=dtype, device=device)

    def draw(self, counter: StepCounter) -> list[Tensor]:
        """Return the masks of the next step of this kind."""
        step = torch.tensor([counter.next_step(self.kind)], device=self.dropped_and_kept.device)
        dropped = self.bits.dropped(self.bits.words(step, 1)[:, 0])
        zero, scale = self.dropped_and_kept
        return [
            torch.where(mask[0].view(shape), zero, scale)
            for mask, shape in zip(dropped, self.shapes, strict=True)
        ]


def seed_masks(device: str | torch.device, seed: int) -> torch.Generator | StepCounter:
    """Return the ``dropout_generator`` of a network, which draws its masks."""
    if _counting.get() or torch.device(device).type == "cuda":
        return StepCounter(seed)
    return torch.Generator(device).manual_seed(seed)


def masks_from(
    source: torch.Generator | StepCounter | None,
    shapes: list[tuple],
    rate: float,
    weight: Tensor,
    stream: int = HIDDEN,
    first_layer: int = 0,
) -> DropoutMasks | CountedMasks:
    """Return an object that draws masks of these shapes for a network with such weights."""
    like = weight.dtype, weight.device
    if isinstance(source, StepCounter):
        return CountedMasks(shapes, rate, *like, source.seed, stream, first_layer)
    return DropoutMasks(shapes, rate, *like)
