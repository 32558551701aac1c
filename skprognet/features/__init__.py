"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._choice import choose_features
from skprognet.features._feature_extractor import FeatureExtractor, FeatureFunction
from skprognet.features._feature_tables import read_features
from skprognet.features._finite import select_features
from skprognet.features._joined_labels import join_labels
from skprognet.features._labelled_table import check_column as check_column
from skprognet.features._labelled_table import split_features
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features._origin import FeatureOrigin, make_feature_table
from skprognet.features.engine import clear_cache
from skprognet.features.engine import count_cached as count_cached
from skprognet.features.engine import describe_errors as describe_errors
from skprognet.features.engine import remove_cache as remove_cache

# The names above that are not below are for our own packages that stand on this one.
__all__ = [
    "FeatureExtractor",
    "FeatureFunction",
    "FeatureOrigin",
    "OpenSmileFeatures",
    "choose_features",
    "clear_cache",
    "join_labels",
    "make_feature_table",
    "read_features",
    "select_features",
    "split_features",
]
