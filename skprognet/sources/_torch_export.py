"""Export the named layers of a torch module to ONNX with torch's own exporter."""

import logging
import warnings
from contextlib import contextmanager

import torch
from torch import nn

from skprognet._extras import import_extra
from skprognet._wording import first_line
from skprognet.networks import record_outputs
from skprognet.sources._torch_layers import dtype_of, pool_over_time

_OPSET = 18  # the oldest that torch writes


def export_layers(module, names, pooling, n_features):
    """Return an ONNX model of the named layers of a module, for any number of rows.

    Parameters
    ----------
    module : nn.Module
        The module, in evaluation mode.
    names : sequence of str
        Names of the submodules whose outputs are the layers.
    pooling : sequence of str
        The statistics over time.
    n_features : int
        Number of features of a row.

    Returns
    -------
    onnx.ModelProto
        A model with one input, the rows in the type of the module, and one output per layer.

    Raises
    ------
    ImportError
        If the packages of the extra ``onnx`` are not installed.
    ValueError
        If torch cannot export the module, or needs operations outside of ONNX.
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
        reason = first_line(error)
        raise ValueError(
            "torch must be able to export the module; got "
            f"{type(module).__name__}, which it cannot export ({type(error).__name__}: "
            f"{reason:.150}). Export a model that does not read it."
        ) from error
    if model.functions or {opset.domain for opset in model.opset_import} != {""}:
        raise ValueError(
            "The module must consist of standard ONNX operations; got others in "
            f"{type(module).__name__}. Export a model that does not read it."
        )
    return model


class _Layers(nn.Module):
    """A module that returns the named layers of another module."""

    def __init__(self, module, names, pooling):
        super().__init__()
        self.module, self.names, self.pooling = module, names, pooling

    def forward(self, X_NF):
        outputs = record_outputs(self.module, self.names, X_NF)
        return tuple(pool_over_time(h, self.pooling) for (h,) in outputs)


@contextmanager
def _silent():
    """Silence the exporter's messages about optional packages and future versions."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
