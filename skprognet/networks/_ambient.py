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
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))  # which turns autograd on as well
        for kind in {"cpu", _kind(device)}:
            if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":  # not always: it slows every call down
            stack.enter_context(torch.device("cpu"))
        yield


def _kind(device: str | torch.device) -> str:
    """Return what a device is, such as "cpu" or "cuda"."""
    return device if device == "cpu" else torch.device(device).type
