"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._cache import clear_cache
from skprognet.features._choice import choose_features
from skprognet.features._feature_tables import read_features
from skprognet.features._opensmile import OpenSmileFeatures

__all__ = ["OpenSmileFeatures", "choose_features", "clear_cache", "read_features"]
