"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._cache import clear_cache
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features._tables import read_features

__all__ = ["OpenSmileFeatures", "clear_cache", "read_features"]
