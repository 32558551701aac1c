"""torch's optimizers without what they import, and its Adam without what it does before a step."""

import inspect

import torch


class WithoutCompiler:
    """Mixin for an optimizer of torch whose making does not import torch's compiler.

    torch marks these methods as code that its compiler leaves alone. The first call of such a
    method in a process imports the compiler: over a second and 70 MB, in each worker once more.
    Nothing here is compiled, so the methods without the mark do the same.
    """

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)
    load_state_dict = inspect.unwrap(torch.optim.Optimizer.load_state_dict)
    state_dict = inspect.unwrap(torch.optim.Optimizer.state_dict)
    zero_grad = inspect.unwrap(torch.optim.Optimizer.zero_grad)


class SGD(WithoutCompiler, torch.optim.SGD):
    """``torch.optim.SGD``, to the same bits."""


class FusedAdam(WithoutCompiler, torch.optim.Adam):
    """``torch.optim.Adam(fused=True)``, to the same bits, in about three quarters of its time.

    On networks of this size it takes nearly as long to collect what is to be updated as to update
    it. Here it is collected once, for as long as the same parameters have a gradient.

    Parameters
    ----------
    params : iterable
        Parameters, or groups of them, as for :class:`torch.optim.Adam`.
    lr : float, default=0.001
        Learning rate.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import FusedAdam
    >>> weight = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = FusedAdam([weight], lr=0.1)
    >>> weight.grad = torch.tensor([1.0, -1.0])
    >>> optimizer.step()
    >>> weight.detach().round(decimals=2)
    tensor([0.9000, 1.1000])
    """

    _without_gradient = None

    def __init__(self, params, lr: float = 1e-3):
        super().__init__(params, lr=lr, fused=True)

    def __setstate__(self, state):  # unpickling and load_state_dict
        super().__setstate__(state)
        self._without_gradient = None

    def _collect(self, group) -> list[list]:
        """Return the group's parameters that learn, and what Adam keeps of them, made if need be.

        Parameters that have made equally many steps share the tensor that counts them.
        """
        lists = learning, _, means, squares, greatest, steps = [[] for _ in range(6)]
        self._init_group(group, *lists)
        shared = {}
        for p, step in zip(learning, steps, strict=True):
            self.state[p]["step"] = shared.setdefault(step.item(), step.clone())
        steps = [self.state[p]["step"] for p in learning]
        return [learning, means, squares, greatest, steps, list(shared.values())]

    @torch.no_grad()
    def step(self, closure=None):
        """Update the parameters that have a gradient, as :class:`torch.optim.Adam` does."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.update()
        return loss

    def update(self):
        """Do what :meth:`step` does, without its hooks, where autograd is off.

        torch puts a profiler's record around every ``step``: a tenth of what Adam takes.
        """
        without = [p.grad is None for group in self.param_groups for p in group["params"]]
        if without != self._without_gradient:
            with torch.inference_mode(False), torch.no_grad():  # what is made here outlives it
                self._collected = [self._collect(group) for group in self.param_groups]
            self._without_gradient = without
        for group, (learning, *kept, counts) in zip(
            self.param_groups, self._collected, strict=True
        ):
            if not learning:
                continue
            for count in counts:
                count.add_(1)
            beta1, beta2 = group["betas"]
            torch._fused_adam_(
                learning,
                [p.grad for p in learning],
                *kept,
                lr=group["lr"],
                beta1=beta1,
                beta2=beta2,
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=group["amsgrad"],
                maximize=group["maximize"],
            )
