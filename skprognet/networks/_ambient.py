"""Shield the computation of a network from torch contexts of the caller."""

from contextlib import ExitStack, contextmanager

import torch


@contextmanager
def undisturbed(device: str | torch.device):
    """Switch off contexts of the caller that would change what a network computes.

    These are autocast, which computes in another type; inference mode and ``no_grad``, in which
    nothing learns; and a default device, which would create tensors away from the CPU tensors that
    they are combined with.

    Parameters
    ----------
    device : str or torch.device
        The device of the network.
    """
    with torch.inference_mode(False):  # also turns autograd on
        switched_on = [
            torch.autocast(kind, enabled=False)
            for kind in {"cpu", _kind(device)}
            if _computes_in_another_type(kind)
        ]
        # A tensor shows the default device in a quarter of the time that asking for it takes.
        if not torch.empty(0).is_cpu:  # only if needed: it slows every call down
            switched_on.append(torch.device("cpu"))
        if not switched_on:  # nearly always; an ExitStack takes as long as a product of one row
            yield
            return
        with ExitStack() as stack:
            for context in switched_on:
                stack.enter_context(context)
            yield


def _computes_in_another_type(kind: str) -> bool:
    """Return whether autocast is on for a kind of device."""
    known = kind == "cpu" or torch.amp.is_autocast_available(kind)
    return known and torch.is_autocast_enabled(kind)


def _kind(device: str | torch.device) -> str:
    """Return the type of a device, such as "cpu" or "cuda"."""
    return device if device == "cpu" else torch.device(device).type
