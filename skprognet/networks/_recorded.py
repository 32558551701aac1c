"""Record the outputs of submodules of a network with hooks."""

import threading

import torch
from torch import Tensor, nn

# A hook belongs to the module, so it would also record calls of other threads.
_one_at_a_time = threading.Lock()


def record_outputs(module: nn.Module, names: list[str], *inputs: Tensor) -> list[list[Tensor]]:
    """Run a module and return the outputs of some submodules, without gradients.

    Parameters
    ----------
    module : nn.Module
        The module, in evaluation mode.
    names : list of str
        Names of the submodules, as in ``module.named_modules()``.
    *inputs : Tensor
        The inputs of the module.

    Returns
    -------
    list of list of Tensor
        For each name a copy of every output, one per call. If an output has several parts, as in
        an LSTM, this is the first part. It is a copy, since the next submodule may work in place.

    Examples
    --------
    >>> import torch
    >>> network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(inplace=True))
    >>> [[linear], [relu]] = record_outputs(network, ["0", "1"], torch.ones(1, 3))
    >>> torch.equal(relu, linear.clamp(min=0))
    True
    """
    outputs = {name: [] for name in names}

    def keep(name):
        def hook(_, args, output):
            first = output[0] if isinstance(output, tuple) and output else output
            outputs[name].append(first.clone() if torch.is_tensor(first) else first)

        return hook

    with _one_at_a_time:
        hooks = [module.get_submodule(name).register_forward_hook(keep(name)) for name in outputs]
        try:
            with torch.inference_mode():
                module(*inputs)
        finally:
            for hook in hooks:
                hook.remove()
    return list(outputs.values())
