"""What the named layers of a torch module give for rows.

Letters in names: N rows, F features, T steps of time, H units of one layer.
"""

from collections import Counter

import torch
from torch import Tensor, nn

from skprognet._checks import check_choice
from skprognet._wording import first_few, nearest_name
from skprognet.networks import ROWS_PER_BLOCK, record_outputs, undisturbed
from skprognet.sources._find_columns import as_names

POOLS = {
    "mean": lambda h_NTH: h_NTH.mean(1),
    "std": lambda h_NTH: h_NTH.std(1, correction=0),
    "max": lambda h_NTH: h_NTH.amax(1),
}
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}  # for sums in another order; two rows differ by far more


def tensors_of(module):
    """Return all parameters and buffers of a module by name; one with two names has the first."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def dtype_of(module):
    """Return the type in which a module computes: that of its first floating-point tensor."""
    types = (values.dtype for values in tensors_of(module).values() if values.is_floating_point())
    return next(types, torch.float32)


def check_layers(module, layers):
    """Return the names of layers as a list; raise unless they are submodules, each once."""
    layers = as_names(layers, "layers")
    known = [name for name, _ in module.named_modules(remove_duplicate=False) if name]
    for name in layers:
        if name not in known:
            near = nearest_name(name, known)
            near = f" The nearest is {near!r}." if near else ""
            raise ValueError(
                f"layers must name submodules of the module; got {name!r}, and there are "
                f"{first_few(known) or 'none'}.{near}"
            )
    twice = [name for name, n in Counter(layers).items() if n > 1]
    if twice:
        raise ValueError(f"layers must name each layer once; got {first_few(twice)} twice.")
    return layers


def check_pooling(pooling):
    """Return what is taken over time as a list; raise unless each is known, and named once."""
    pooling = as_names(pooling, "pooling")
    for name in pooling:
        check_choice("pooling", name, POOLS)
    if len(set(pooling)) < len(pooling):
        raise ValueError(f"pooling must name each kind once; got {pooling!r:.200}.")
    return pooling


def layers_of(module, names, pooling, X_NF):
    """Return the layers of a module for rows, computed in blocks of one size.

    A last block is filled up with zeros, so that the number of rows does not change the order of
    summation.

    Parameters
    ----------
    module : nn.Module
        In evaluation mode.
    names : sequence of str
        The layers, by the names of submodules.
    pooling : sequence of str
        What is taken over time, among the keys of `POOLS`.
    X_NF : Tensor of shape (N, F)
        The rows.

    Returns
    -------
    list of Tensor of shape (N, H)
        One for each name.
    """
    blocks = []
    for rows in X_NF.split(ROWS_PER_BLOCK):
        full = nn.functional.pad(rows, (0, 0, 0, ROWS_PER_BLOCK - len(rows)))
        layers = _run(module, names, pooling, full)
        blocks.append([h_NH[: len(rows)] for h_NH in layers])
    return [torch.cat(layer) for layer in zip(*blocks, strict=True)]


def probe(module, names, pooling, n_features):
    """Return the widths of the layers; raise unless a row's numbers depend on that row alone.

    The module runs twice, on five rows of which the first and the last are the same both times.
    Their numbers differ if the module draws random numbers, normalises by the rows at hand, takes
    rows for steps of time, or goes on from its last call.

    Parameters
    ----------
    module, names, pooling
        As for `layers_of`.
    n_features : int
        How many features a row has.

    Returns
    -------
    tuple of int
        One width for each name.
    """
    generator = torch.Generator().manual_seed(0)
    X_NF = torch.randn(8, n_features, generator=generator).to(dtype_of(module))
    once, again = (_run(module, names, pooling, X_NF[[0, *o, 7]]) for o in ([1, 2, 3], [4, 5, 6]))
    for name, one_NH, other_NH in zip(names, once, again, strict=True):
        ends = [h_NH[[0, -1]].double() for h_NH in (one_NH, other_NH)]
        if ends[0].shape != ends[1].shape or not torch.allclose(
            *ends, **TOLERANCE, equal_nan=True
        ):
            raise ValueError(
                f"A row must get the same numbers whatever rows come with it; the layer {name!r} "
                "of the module gave others. In evaluation mode nothing may be drawn "
                "(functional.dropout needs training=self.training) or normalised by the rows at "
                "hand, and no row may be taken for a step of time."
            )
    return tuple(h_NH.shape[1] for h_NH in once)


def find_n_features(module):
    """Return how many features the first layer of a module takes; None if that is not known.

    The first layer with a width may read something else than the rows. So the module runs on two
    rows of this width, and the layer has to get just these.
    """
    first = next((each for each in module.modules() if _width(each)), None)
    if first is None:
        return None
    X_NF = torch.zeros(2, _width(first), dtype=dtype_of(module))
    reads = []

    def note(_, args):
        given = args[0] if args and torch.is_tensor(args[0]) else X_NF[:0]
        reads.append(given.data_ptr() == X_NF.data_ptr() and given.shape == X_NF.shape)

    hook = first.register_forward_pre_hook(note)
    try:
        _forward(module, X_NF)
    except ValueError:
        pass  # what is wrong is said when the layers are read
    finally:
        hook.remove()
    return _width(first) if reads and reads[0] else None


def _width(layer):
    width = getattr(layer, "in_features", getattr(layer, "num_features", None))
    return width if isinstance(width, int) else None


def _run(module, names, pooling, X_NF):
    """Return the layers for one block of rows."""
    outputs = _forward(module, X_NF, names)
    return [_pooled(n, found, len(X_NF), pooling) for n, found in zip(names, outputs, strict=True)]


def _forward(module, X_NF, names=()):
    """Run a module and return the outputs of layers; what it raises becomes one sentence."""
    try:
        with undisturbed("cpu"):
            return record_outputs(module, list(names), X_NF)
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"The module cannot compute with rows of {X_NF.shape[1]} features "
            f"({type(error).__name__}: {said:.150}). Give it the features that it was trained on."
        ) from error


def _pooled(name, outputs, n_rows, pooling):
    """Return the output of a layer as (rows, width)."""
    if len(outputs) != 1:
        raise ValueError(
            f"A layer must run once when its module runs; {name!r} ran {len(outputs)} times. Name "
            "a submodule that runs once."
        )
    (h,) = outputs
    if not torch.is_tensor(h) or not h.is_floating_point():
        got = f"one of {h.dtype}" if torch.is_tensor(h) else f"a {type(h).__name__}"
        raise ValueError(
            f"The layer {name!r} must give a tensor of floating-point numbers; got {got}. Name "
            "another submodule."
        )
    if len(h) == n_rows and (h.ndim == 2 or (h.ndim == 3 and h.shape[1])):
        return pool_over_time(h, pooling)
    raise ValueError(
        f"The layer {name!r} must give (rows, width) or (rows, time, width); for {n_rows} rows it "
        f"gave the shape {tuple(h.shape)}. Name another submodule; a recurrent one needs "
        "batch_first=True."
    )


def pool_over_time(h, pooling):
    """Return a layer of shape (rows, width), pooled where it is (rows, time, width)."""
    return h if h.ndim == 2 else torch.cat([POOLS[pool](h) for pool in pooling], dim=1)


def check_finite(names, layers: list[Tensor]):
    """Raise if a layer holds NaN or infinity."""
    for name, h_NH in zip(names, layers, strict=True):
        bad = ~torch.isfinite(h_NH).all(dim=1)
        if bad.any():
            raise ValueError(
                f"The layer {name!r} of the module must give finite numbers; it gave NaN or "
                f"infinity for {int(bad.sum())} of {len(bad)} rows. Leave such rows out, or bring "
                "them into the range of the rows that the module was trained on."
            )
