"""Find the device on which torch computes."""

import torch

from skprognet._wording import first_line


def find_device(device):
    """Return a device of torch; raise a ValueError unless torch can compute there.

    Parameters
    ----------
    device : str or torch.device
        Such as "cpu" or "cuda".

    Returns
    -------
    torch.device
        The device.

    Examples
    --------
    >>> find_device("cpu")
    device(type='cpu')
    """
    try:
        return torch.empty(0, device=device).device
    except Exception as error:  # its type depends on why the device is missing
        reason = first_line(error)
        raise ValueError(
            f"device must be one on which torch can compute here, such as 'cpu' or 'cuda'; got "
            f"{device!r:.200} ({reason:.150})."
        ) from error
