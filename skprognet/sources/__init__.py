"""Sources, which networks can read, and functions that find the source in a model.

Names outside ``__all__`` are for the other packages of skprognet.
"""

from skprognet.sources._as_source import as_source, network_of
from skprognet.sources._as_source import is_fitted as is_fitted
from skprognet.sources._as_source import is_source as is_source
from skprognet.sources._ask import add_layers as add_layers
from skprognet.sources._ask import ask_digest as ask_digest
from skprognet.sources._ask import ask_match as ask_match
from skprognet.sources._ask import ask_rows_seen as ask_rows_seen
from skprognet.sources._ask import no_posteriors as no_posteriors
from skprognet.sources._ask import read_layers as read_layers
from skprognet.sources._ask import read_log_posteriors as read_log_posteriors
from skprognet.sources._find_columns import as_names as as_names
from skprognet.sources._find_columns import find_columns as find_columns
from skprognet.sources._frozen import check_can_be_trained as check_can_be_trained
from skprognet.sources._frozen import clone_sources as clone_sources
from skprognet.sources._frozen import frozen_copy as frozen_copy
from skprognet.sources._frozen import is_trainable as is_trainable
from skprognet.sources._frozen import train_source as train_source
from skprognet.sources._frozen_module import check_described as check_described
from skprognet.sources._frozen_module import check_module as check_module
from skprognet.sources._layer_source import LayerSource
from skprognet.sources._named_sources import named_sources as named_sources
from skprognet.sources._offers import LABELS as LABELS
from skprognet.sources._offers import LAYERS as LAYERS
from skprognet.sources._offers import POSTERIORS as POSTERIORS
from skprognet.sources._offers import WEIGHTS as WEIGHTS
from skprognet.sources._offers import offers as offers
from skprognet.sources._own_network import NetworkSource as NetworkSource
from skprognet.sources._placebo import PlaceboSource as PlaceboSource
from skprognet.sources._rows_read import as_tensor as as_tensor
from skprognet.sources._source import Source
from skprognet.sources._torch_source import TorchSource
from skprognet.sources._training_rows import FARTHEST as FARTHEST
from skprognet.sources._training_rows import MOMENTS as MOMENTS
from skprognet.sources._training_rows import add_rows as add_rows
from skprognet.sources._training_rows import count_off_scale as count_off_scale
from skprognet.sources._training_rows import is_known as is_known

__all__ = ["LayerSource", "Source", "TorchSource", "as_source", "network_of"]
