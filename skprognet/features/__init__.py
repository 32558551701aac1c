"""Audio files in, one named row of numbers per utterance out."""

from skprognet.features._opensmile import OpenSmileFeatures

__all__ = ["OpenSmileFeatures"]
