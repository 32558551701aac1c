"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._choice import choose_features
from skprognet.features._feature_extractor import FeatureExtractor, FeatureFunction
from skprognet.features._feature_tables import read_features
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features.engine import clear_cache

__all__ = [
    "FeatureExtractor",
    "FeatureFunction",
    "OpenSmileFeatures",
    "choose_features",
    "clear_cache",
    "read_features",
]
