"""What submodules of a network give while it runs, noted by hooks."""

import threading

import torch
from torch import Tensor, nn

# A hook belongs to the module, so it would also note what another thread runs there.
_one_at_a_time = threading.Lock()


def record_outputs(module: nn.Module, names: list[str], *inputs: Tensor) -> list[list[Tensor]]:
    """Run a module and return what each of some submodules gave, without gradients.

    Parameters
    ----------
    module : nn.Module
        In evaluation mode.
    names : list of str
        The submodules, as ``module.named_modules()`` calls them.
    *inputs : Tensor
        What the module is given.

    Returns
    -------
    list of list of Tensor
        For each name a copy of every output, one for each time that it ran. Of an output of
        several parts, as that of an LSTM, it is the first. A copy, since the submodule behind may
        work in place.

    Examples
    --------
    >>> import torch
    >>> network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(inplace=True))
    >>> [[linear], [relu]] = record_outputs(network, ["0", "1"], torch.ones(1, 3))
    >>> torch.equal(relu, linear.clamp(min=0))
    True
    """
    found = {name: [] for name in names}

    def keep(name):
        def hook(_, args, output):
            first = output[0] if isinstance(output, tuple) and output else output
            found[name].append(first.clone() if torch.is_tensor(first) else first)

        return hook

    with _one_at_a_time:
        hooks = [module.get_submodule(name).register_forward_hook(keep(name)) for name in found]
        try:
            with torch.inference_mode():
                module(*inputs)
        finally:
            for hook in hooks:
                hook.remove()
    return list(found.values())
