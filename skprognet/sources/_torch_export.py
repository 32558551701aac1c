"""The named layers of a torch module as an ONNX model, written by torch's own exporter."""

import logging
import warnings
from contextlib import contextmanager

import torch
from torch import nn

from skprognet._extras import import_extra
from skprognet.networks import record_outputs
from skprognet.sources._torch_layers import dtype_of, pool_over_time

_OPSET = 18  # the oldest that torch writes


def export_layers(module, names, pooling, n_features):
    """Return an ONNX model that computes the named layers of a module for any number of rows.

    Parameters
    ----------
    module : nn.Module
        In evaluation mode.
    names : sequence of str
        The layers, by the names of submodules.
    pooling : sequence of str
        What is taken over time.
    n_features : int
        How many features a row has.

    Returns
    -------
    onnx.ModelProto
        With one input, the rows in the type of the module, and an output for each layer.

    Raises
    ------
    ImportError
        If the packages of the extra ``onnx`` are not installed.
    ValueError
        If torch cannot write the module, or needs operations that are not ONNX's own.
    """
    import_extra("onnxscript", "onnx")
    X_NF = torch.zeros(3, n_features, dtype=dtype_of(module))
    try:
        with _silent():
            model = torch.onnx.export(
                _Layers(module, names, pooling).eval(),
                (X_NF,),
                dynamo=True,
                verbose=False,
                opset_version=_OPSET,
                dynamic_shapes=({0: torch.export.Dim("n")},),
            ).model_proto
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"torch has no ONNX graph for the module {type(module).__name__} "
            f"({type(error).__name__}: {said:.150}). Export a model that does not read it."
        ) from error
    if model.functions or {each.domain for each in model.opset_import} != {""}:
        raise ValueError(
            f"The module {type(module).__name__} must be made of ONNX's own operations; torch "
            "wrote others. Export a model that does not read it."
        )
    return model


class _Layers(nn.Module):
    """A module that gives the named layers of another one."""

    def __init__(self, module, names, pooling):
        super().__init__()
        self.module, self.names, self.pooling = module, names, pooling

    def forward(self, X_NF):
        outputs = record_outputs(self.module, self.names, X_NF)
        return tuple(pool_over_time(h, self.pooling) for (h,) in outputs)


@contextmanager
def _silent():
    """Keep the exporter from talking: of optional packages, of what later versions will do."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
