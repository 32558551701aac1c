"""Compute the SHA-256 of all weights of a network."""

import hashlib

import torch


def weights_digest(module):
    """Return the SHA-256 of the names, types, shapes and values in the state of a module.

    Parameters
    ----------
    module : torch.nn.Module
        The network.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, values in module.state_dict().items():
        if not torch.is_tensor(values):  # the result of get_extra_state
            digest.update(f"{name} {values!r} ".encode())
            continue
        digest.update(f"{name} {values.dtype} {tuple(values.shape)} ".encode())
        digest.update(
            values.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        )
    return digest.hexdigest()
