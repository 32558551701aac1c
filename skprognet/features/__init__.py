"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._cache import clear_cache
from skprognet.features._choice import choose_features
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features._tables import read_features

__all__ = ["OpenSmileFeatures", "choose_features", "clear_cache", "read_features"]
