"""The networks themselves: torch only, tensors in and out."""

from skprognet.networks._adam import FusedAdam
from skprognet.networks._adapters import Adapter
from skprognet.networks._column import Column, evaluate_hidden, evaluate_logits
from skprognet.networks._progressive_column import (
    ProgressiveColumn,
    build_column,
    join_frozen,
    source_layer,
)
from skprognet.networks._step import TrainingStep, loss_and_gradients
from skprognet.networks._threads import limit_threads

__all__ = [
    "Adapter",
    "Column",
    "FusedAdam",
    "ProgressiveColumn",
    "TrainingStep",
    "build_column",
    "evaluate_hidden",
    "evaluate_logits",
    "join_frozen",
    "limit_threads",
    "loss_and_gradients",
    "source_layer",
]
