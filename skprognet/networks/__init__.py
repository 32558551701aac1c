"""The networks themselves: pure torch, with tensors as input and output.

Names outside ``__all__`` are for the other packages of skprognet: fast training, and constants.
"""

from skprognet.networks._adam import SGD as SGD
from skprognet.networks._adam import FusedAdam as FusedAdam
from skprognet.networks._adapters import ADAPTERS as ADAPTERS
from skprognet.networks._adapters import Adapter
from skprognet.networks._ambient import undisturbed as undisturbed
from skprognet.networks._column import ACTIVATIONS as ACTIVATIONS
from skprognet.networks._column import Column
from skprognet.networks._column_graph import add_column as add_column
from skprognet.networks._column_graph import add_older_columns as add_older_columns
from skprognet.networks._column_stack import shape_of as shape_of
from skprognet.networks._counter_masks import CounterMasks as CounterMasks
from skprognet.networks._epoch_scores import MeanConcordance as MeanConcordance
from skprognet.networks._epoch_scores import MeanRecall as MeanRecall
from skprognet.networks._evaluate import ROWS_PER_BLOCK as ROWS_PER_BLOCK
from skprognet.networks._evaluate import evaluate_hidden, evaluate_logits
from skprognet.networks._group_memory import memory_of as memory_of
from skprognet.networks._lockstep import Lockstep as Lockstep
from skprognet.networks._losses import CrossEntropy as CrossEntropy
from skprognet.networks._mask_scheme import are_masks_counted as are_masks_counted
from skprognet.networks._mask_scheme import counter_masks as counter_masks
from skprognet.networks._mask_scheme import seed_masks as seed_masks
from skprognet.networks._multi_task import MultiTaskLoss as MultiTaskLoss
from skprognet.networks._multi_task import add_outputs as add_outputs
from skprognet.networks._network_to_train import HISTORY as HISTORY
from skprognet.networks._network_to_train import NetworkToTrain as NetworkToTrain
from skprognet.networks._network_to_train import must_share as must_share
from skprognet.networks._number_losses import NUMBER_LOSSES as NUMBER_LOSSES
from skprognet.networks._output_alone import OutputAlone as OutputAlone
from skprognet.networks._progressive_column import (
    ProgressiveColumn,
    build_column,
    join_frozen,
    source_layer,
)
from skprognet.networks._pull import PullToStart as PullToStart
from skprognet.networks._recorded import record_outputs as record_outputs
from skprognet.networks._separate_networks import ROWS_PER_PREDICTION as ROWS_PER_PREDICTION
from skprognet.networks._step import TrainingStep as TrainingStep
from skprognet.networks._step import loss_and_gradients
from skprognet.networks._threads import limit_threads as limit_threads
from skprognet.networks._train_together import record_epoch as record_epoch
from skprognet.networks._train_together import train_together as train_together
from skprognet.networks._validation_pass import ValidationPass as ValidationPass

__all__ = [
    "Adapter",
    "Column",
    "ProgressiveColumn",
    "build_column",
    "evaluate_hidden",
    "evaluate_logits",
    "join_frozen",
    "loss_and_gradients",
    "source_layer",
]
