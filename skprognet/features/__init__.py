"""Audio files in, one named row of numbers per utterance out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skprognet.features._cache import clear_cache
    from skprognet.features._choice import choose_features
    from skprognet.features._opensmile import OpenSmileFeatures
    from skprognet.features._tables import read_features

__all__ = ["OpenSmileFeatures", "choose_features", "clear_cache", "read_features"]

_HOMES = {
    "OpenSmileFeatures": "_opensmile",
    "choose_features": "_choice",
    "clear_cache": "_cache",
    "read_features": "_tables",
}


def __getattr__(name):
    # Imported at first use (PEP 562): processes that extract features need none of these, and
    # would wait for scikit-learn and pandas.
    if name in _HOMES:
        return getattr(import_module(f"skprognet.features.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'skprognet.features' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
