"""Computing as torch does by itself, whatever the caller has switched on around it."""

from contextlib import ExitStack, contextmanager

import torch


@contextmanager
def undisturbed(device: str | torch.device):
    """Switch off what is on around the block and would change what a network computes.

    That is autocast, which computes in another type; inference mode and ``no_grad``, under which
    nothing learns; and a default device, on which tensors would be made that have to meet others
    of the CPU.

    Parameters
    ----------
    device : str or torch.device
        Where the network computes.
    """
    with torch.inference_mode(False):  # which turns autograd on as well
        switched_on = [
            torch.autocast(kind, enabled=False)
            for kind in {"cpu", _kind(device)}
            if _computes_in_another_type(kind)
        ]
        # A tensor shows the default device in a quarter of the time that asking for it takes.
        if not torch.empty(0).is_cpu:  # not always: it slows every call down
            switched_on.append(torch.device("cpu"))
        if not switched_on:  # as nearly always, and a stack takes as long as a product of one row
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
    """Return what a device is, such as "cpu" or "cuda"."""
    return device if device == "cpu" else torch.device(device).type
