"""Compute features of audio files: one row of named numbers per utterance."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skprognet.features._choice import choose_features
    from skprognet.features._extracted_table import make_feature_table
    from skprognet.features._feature_extractor import FeatureExtractor
    from skprognet.features._feature_function import FeatureFunction
    from skprognet.features._feature_tables import read_features
    from skprognet.features._finite import select_features
    from skprognet.features._joined_features import JoinedFeatures
    from skprognet.features._joined_labels import join_labels
    from skprognet.features._labelled_table import split_features
    from skprognet.features._opensmile import OpenSmileFeatures
    from skprognet.features._origin import FeatureOrigin
    from skprognet.features._speech_model_features import SpeechModelFeatures
    from skprognet.features.engine._cache import clear_cache, count_cached, remove_cache
    from skprognet.features.engine._report import describe_errors
    from skprognet.features.speech_models._speech_module import SpeechModule

__all__ = [
    "FeatureExtractor",
    "FeatureFunction",
    "FeatureOrigin",
    "JoinedFeatures",
    "OpenSmileFeatures",
    "SpeechModelFeatures",
    "SpeechModule",
    "choose_features",
    "clear_cache",
    "count_cached",
    "describe_errors",
    "join_labels",
    "make_feature_table",
    "read_features",
    "remove_cache",
    "select_features",
    "split_features",
]

_HOMES = {
    "FeatureExtractor": "_feature_extractor",
    "FeatureFunction": "_feature_function",
    "FeatureOrigin": "_origin",
    "JoinedFeatures": "_joined_features",
    "OneRecording": "_one_recording",  # for what predicts from audio
    "OpenSmileFeatures": "_opensmile",
    "SpeechModelFeatures": "_speech_model_features",
    "SpeechModule": "speech_models._speech_module",
    "check_column": "_labelled_table",  # for the command line
    "choose_features": "_choice",
    "clear_cache": "engine._cache",
    "count_cached": "engine._cache",
    "describe_errors": "engine._report",
    "join_labels": "_joined_labels",
    "make_feature_table": "_extracted_table",
    "name_speech_models": "_layer_columns",  # for the command line
    "read_features": "_feature_tables",
    "remove_cache": "engine._cache",
    "select_features": "_finite",
    "split_features": "_labelled_table",
    "warn_of_layers": "_layer_columns",  # for the studies
}


def __getattr__(name):
    # Imported at first use (PEP 562), so that processes that extract features need not wait for
    # scikit-learn and pandas.
    if name in _HOMES:
        return getattr(import_module(f"skprognet.features.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'skprognet.features' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
