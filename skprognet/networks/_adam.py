"""torch's optimizers without their heavy imports, and its Adam with less overhead per step."""

import inspect

import torch


class WithoutCompiler:
    """Mixin for an optimizer of torch that is built without importing torch's compiler.

    torch wraps these methods so that its compiler skips them. The first call of a wrapped method
    imports the compiler, which takes over a second and 70 MB in each process. Nothing here is
    compiled, so the unwrapped methods do the same.
    """

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)
    load_state_dict = inspect.unwrap(torch.optim.Optimizer.load_state_dict)
    state_dict = inspect.unwrap(torch.optim.Optimizer.state_dict)
    zero_grad = inspect.unwrap(torch.optim.Optimizer.zero_grad)


class SGD(WithoutCompiler, torch.optim.SGD):
    """``torch.optim.SGD``, with the same results bit for bit."""


class FusedAdam(WithoutCompiler, torch.optim.Adam):
    """``torch.optim.Adam(fused=True)``, bit for bit, in about three quarters of its time.

    On networks of this size, collecting the tensors takes nearly as long as updating them. Here
    they are collected once, and again only if the set of parameters with a gradient changes.

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
        """Return the parameters of the group that learn, with Adam's state of them.

        Missing state is created. Parameters with the same number of steps share one step counter.
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
        """Update the parameters that have a gradient, like :class:`torch.optim.Adam`."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.update()
        return loss

    def update(self):
        """Do the same as :meth:`step`, without its hooks. Autograd must be off.

        torch wraps every ``step`` in a profiler record, which takes a tenth of Adam's time.
        """
        without = [p.grad is None for group in self.param_groups for p in group["params"]]
        if without != self._without_gradient:
            with torch.inference_mode(False), torch.no_grad():  # the state outlives the caller's
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
