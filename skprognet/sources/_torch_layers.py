"""Compute the named layers of a torch module for rows.

Letters in names: N rows, F features, T steps of time, H units of one layer.
"""

from collections import Counter

import torch
from torch import Tensor, nn

from skprognet._checks import check_choice
from skprognet._wording import did_you_mean, first_few, first_line
from skprognet.networks import ROWS_PER_BLOCK, record_outputs, undisturbed
from skprognet.sources._find_columns import as_names

POOLS = {
    "mean": lambda h_NTH: h_NTH.mean(1),
    "std": lambda h_NTH: h_NTH.std(1, correction=0),
    "max": lambda h_NTH: h_NTH.amax(1),
}
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}  # allows another order of sums; rows differ far more


def tensors_of(module):
    """Return all parameters and buffers of a module by name, each under its first name."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def dtype_of(module):
    """Return the type in which a module computes, from its first floating-point tensor."""
    types = (values.dtype for values in tensors_of(module).values() if values.is_floating_point())
    return next(types, torch.float32)


def check_layers(module, layers):
    """Return the names of layers as a list; raise unless they are different submodules."""
    layers = as_names(layers, "layers")
    known = [name for name, _ in module.named_modules(remove_duplicate=False) if name]
    for name in layers:
        if name not in known:
            hint = did_you_mean(name, known, "Check the names of named_modules().")
            raise ValueError(
                "layers must name submodules of the module, "
                f"[{first_few(known)}]; got {name!r}. {hint}"
            )
    twice = [name for name, n in Counter(layers).items() if n > 1]
    if twice:
        raise ValueError(
            f"layers must name each layer once; got {first_few(twice)} twice. Leave one out."
        )
    return layers


def check_pooling(pooling):
    """Return the statistics over time as a list; raise unless they are known and different."""
    pooling = as_names(pooling, "pooling")
    for name in pooling:
        check_choice("pooling", name, POOLS)
    if len(set(pooling)) < len(pooling):
        raise ValueError(
            f"pooling must name each statistic once; got {pooling!r:.200}. Leave one out."
        )
    return pooling


def layers_of(module, names, pooling, X_NF):
    """Compute the layers of a module for rows, in blocks of one size.

    Zeros pad the last block, so that the number of rows does not change the order of summation.

    Parameters
    ----------
    module : nn.Module
        The module, in evaluation mode.
    names : sequence of str
        Names of the submodules whose outputs are the layers.
    pooling : sequence of str
        The statistics over time, among the keys of `POOLS`.
    X_NF : Tensor of shape (N, F)
        The rows.

    Returns
    -------
    list of Tensor of shape (N, H)
        One layer for each name.
    """
    blocks = []
    for rows in X_NF.split(ROWS_PER_BLOCK):
        full = nn.functional.pad(rows, (0, 0, 0, ROWS_PER_BLOCK - len(rows)))
        layers = _run(module, names, pooling, full)
        blocks.append([h_NH[: len(rows)] for h_NH in layers])
    return [torch.cat(layer) for layer in zip(*blocks, strict=True)]


def probe(module, names, pooling, n_features):
    """Return the widths of the layers; raise unless each row's numbers depend only on the row.

    The module runs twice on five rows, and the first and last row are the same both times. Their
    numbers differ if the module draws random numbers, normalises over the rows, treats rows as
    time steps, or keeps state between calls.

    Parameters
    ----------
    module, names, pooling
        As in `layers_of`.
    n_features : int
        Number of features of a row.

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
                f"The numbers of a row must not depend on other rows; got two results for one row "
                f"from the layer {name!r} of the module. In evaluation mode, do not draw random "
                "numbers (functional.dropout needs training=self.training), normalise over the "
                "rows, or treat rows as time steps."
            )
    return tuple(h_NH.shape[1] for h_NH in once)


def find_n_features(module):
    """Return the number of features that the first layer of a module takes; None if unknown.

    The first layer with a width might not read the rows of X directly. So the module runs on two
    rows of this width, and the layer must get exactly these rows. Then the module runs on rows
    that are one feature wider. If the layer gets only a part of them, the module slices its rows
    and may read the rest elsewhere, so the number is unknown.
    """
    first = next((part for part in module.modules() if _width(part)), None)
    if first is None or not _gets_whole_rows(module, first, _width(first)):
        return None
    cuts_rows = _gets_whole_rows(module, first, _width(first) + 1) is False
    return None if cuts_rows else _width(first)


def _gets_whole_rows(module, layer, n_features):
    """Return whether a layer gets the rows of its module as they are; None if it gets none."""
    X_NF = torch.zeros(2, n_features, dtype=dtype_of(module))
    reads = []

    def note(_, args):
        rows = args[0] if args and torch.is_tensor(args[0]) else X_NF[:0]
        reads.append(rows.data_ptr() == X_NF.data_ptr() and rows.shape == X_NF.shape)

    hook = layer.register_forward_pre_hook(note)
    try:
        _forward(module, X_NF)
    except ValueError:
        pass  # reading the layers reports the error
    finally:
        hook.remove()
    return reads[0] if reads else None


def _width(layer):
    width = getattr(layer, "in_features", getattr(layer, "num_features", None))
    return width if isinstance(width, int) else None


def _run(module, names, pooling, X_NF):
    """Return the layers for one block of rows."""
    outputs = _forward(module, X_NF, names)
    return [_pooled(n, hs, len(X_NF), pooling) for n, hs in zip(names, outputs, strict=True)]


def _forward(module, X_NF, names=()):
    """Run a module and return the outputs of layers; its errors become one message."""
    try:
        with undisturbed("cpu"):
            return record_outputs(module, list(names), X_NF)
    except Exception as error:
        reason = first_line(error)
        raise ValueError(
            f"The module must compute with the features of X; got an error with "
            f"{X_NF.shape[1]} features ({type(error).__name__}: {reason:.150}). Pass the features "
            "on which it was trained."
        ) from error


def _pooled(name, outputs, n_rows, pooling):
    """Return the output of a layer as (rows, width)."""
    if len(outputs) != 1:
        raise ValueError(
            f"A layer must run once when its module runs; got {len(outputs)} runs of {name!r}. "
            "Name a submodule that runs once."
        )
    (h,) = outputs
    if not torch.is_tensor(h) or not h.is_floating_point():
        got = f"one of {h.dtype}" if torch.is_tensor(h) else f"a {type(h).__name__}"
        raise ValueError(
            f"The layer {name!r} must return a tensor of floating-point numbers; got {got}. Name "
            "another submodule."
        )
    if len(h) == n_rows and (h.ndim == 2 or (h.ndim == 3 and h.shape[1])):
        return pool_over_time(h, pooling)
    raise ValueError(
        f"The layer {name!r} must return (rows, width) or (rows, time, width); got the shape "
        f"{tuple(h.shape)} for {n_rows} rows. Name another submodule; a recurrent one needs "
        "batch_first=True."
    )


def pool_over_time(h, pooling):
    """Return a layer of shape (rows, width), pooling a layer of shape (rows, time, width)."""
    return h if h.ndim == 2 else torch.cat([POOLS[pool](h) for pool in pooling], dim=1)


def check_finite(names, layers: list[Tensor]):
    """Raise if a layer holds NaN or infinity."""
    for name, h_NH in zip(names, layers, strict=True):
        bad = ~torch.isfinite(h_NH).all(dim=1)
        if bad.any():
            raise ValueError(
                f"The layer {name!r} of the module must return finite numbers; got NaN or "
                f"infinity for {int(bad.sum())} of {len(bad)} rows. Leave these rows out, or "
                "bring them into the range of the training rows of the module."
            )
