"""Pretrained speech networks, one kind per file, and averages of their layers over time."""

from os import PathLike

from skprognet.features.speech_models._pooling import POOLINGS, PooledLayers, column_names
from skprognet.features.speech_models._speech_model import (
    SpeechModel,
    are_random,
    short_name,
)

__all__ = [
    "POOLINGS",
    "PooledLayers",
    "SpeechModel",
    "are_random",
    "column_names",
    "load_speech_model",
    "short_name",
]


def load_speech_model(model, weights, device, batch_size, download):
    """Load a speech model.

    Parameters
    ----------
    model : str, path-like or SpeechModule
        "ge2e", the folder or the hub name of a transformers model, or the user's own module.
    weights : str, path-like or None
        None for the pretrained weights, "random" for untrained ones, or a file of weights.
    device : str
        Device on which torch computes.
    batch_size : int
        Number of windows to compute at once.
    download : bool
        Whether a model that is not on this machine may be downloaded.

    Returns
    -------
    SpeechModel
        The model, ready to run.

    Raises
    ------
    TypeError
        If `model` has another type.
    ValueError
        If there is no such model or device, or the weights do not fit.
    OSError
        If the file of weights does not exist, or the download fails.
    ImportError
        If a package is missing.
    """
    # Each kind is imported only if it is needed, since all of them import torch.
    if isinstance(model, SpeechModel):
        if weights is not None:
            raise ValueError(
                f"weights must be None for a SpeechModule, which has its own; got {weights!r}."
            )
        return model.to(device)
    if isinstance(model, str) and model == "ge2e":
        from skprognet.features.speech_models._ge2e import GE2E

        return GE2E(weights, device, batch_size)
    if isinstance(model, (str, PathLike)):
        from skprognet.features.speech_models._transformers_model import TransformersModel

        return TransformersModel(model, weights, device, batch_size, download)
    raise TypeError(
        "model must be 'ge2e', the folder or the hub name of a transformers model, or a "
        f"SpeechModule of your own; got {model!r:.200}."
    )
