"""Find the files of a transformers model in a folder, or in the local cache of the hub."""

import json
import re
from pathlib import Path

from skprognet._extras import import_extra
from skprognet._wording import first_line

CONFIG = "config.json"
PREPROCESSING = ("preprocessor_config.json", "processor_config.json")
_READ = (CONFIG, *PREPROCESSING)
_SAFETENSORS = ("model.safetensors", "model.safetensors.index.json")
_PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json")  # read with weights_only=True
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def find_folder(model, *, needs_weights=True, download=False):
    """Return the folder with the files of a model; download them only if this is allowed.

    Parameters
    ----------
    model : str or path-like
        A folder, or the name of a model on the hub, such as ``"facebook/wav2vec2-base"``.
    needs_weights : bool, default=True
        Whether the weights must be there, besides the configuration.
    download : bool, default=False
        Whether a model that is not on this computer may be downloaded from the hub. If False, no
        connection is opened.

    Returns
    -------
    Path
        A folder with ``config.json`` and, if they are needed, weights.

    Raises
    ------
    ValueError
        If files are missing, or there is no such folder and no such model on this computer.
    ConnectionError
        If the download fails.
    """
    name, folder = str(model), Path(model)
    if folder.is_dir():
        missing = _missing(folder, needs_weights)
        if missing:
            raise ValueError(
                f"The folder of a transformers model must hold {CONFIG} and its weights; "
                f"{name!r} has no {missing}. Name the folder that save_pretrained wrote."
            )
        return folder
    if not _HUB_NAME.fullmatch(name):
        raise ValueError(
            "model must be 'ge2e', or the folder or the hub name of a transformers model, such as "
            f"'facebook/wav2vec2-base'; got {name!r:.200}, which is not a folder and cannot be a "
            "hub name."
        )
    cached = _cached_folder(name)
    try:
        if cached is not None and not _missing(cached, needs_weights):
            return cached
    except ValueError:  # some parts of the weights are missing, after an interrupted download
        if not download:
            raise
    if not download:
        raise ValueError(
            f"model must be 'ge2e', a folder, or a model that was downloaded before; got "
            f"{name!r}. If it is the name of a model on the hub, allow its download with "
            "download=True (--download)."
        )
    return _download(name, needs_weights)


def find_weights(folder):
    """Return the files with the weights: safetensors, or else pickled tensors.

    Parameters
    ----------
    folder : Path
        The folder of a model.

    Returns
    -------
    list of Path
        One file, or the parts that an index names; empty if there are no weights.

    Raises
    ------
    ValueError
        If a part is missing.
    """
    for whole, index in (_SAFETENSORS, _PICKLED):
        if (folder / whole).is_file():
            return [folder / whole]
        if (folder / index).is_file():
            return _parts(folder, index)
    return []


def _parts(folder, index):
    names = json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()
    parts = [folder / name for name in sorted(set(names))]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise ValueError(
            f"The folder of a model must hold all parts of its weights; {str(folder)!r} has no "
            f"{missing[0]!r}. Copy or download it again."
        )
    return parts


def _missing(folder, needs_weights):
    """Return the names of missing files; empty if the folder is complete."""
    if not (folder / CONFIG).is_file():
        return CONFIG
    if needs_weights and not find_weights(folder):
        return f"{_SAFETENSORS[0]} or {_PICKLED[0]}"
    return ""


def _cached_folder(name):
    """Return the folder of a model in the local cache of the hub, or None; opens no connection."""
    hub = import_extra("huggingface_hub", "speech")
    try:
        # Of the whole repository, `_download` takes only some files, so that it is incomplete.
        # The files with the preprocessing must be there, since a model may do without them.
        known = {"local_files_only": True, "allow_patterns": [*_READ]}
        return Path(hub.snapshot_download(name, **known))
    except (hub.errors.LocalEntryNotFoundError, hub.errors.HFValidationError):
        return None


def _download(name, needs_weights):
    """Download the configuration and the weights in one form, but no code."""
    hub = import_extra("huggingface_hub", "speech")
    try:
        files = hub.HfApi().list_repo_files(name)
        weights = (
            "model*.safetensors*" if set(_SAFETENSORS) & set(files) else "pytorch_model*.bin*"
        )
        wanted = [*_READ, weights] if needs_weights else [*_READ]
        folder = Path(hub.snapshot_download(name, allow_patterns=wanted))
    except Exception as error:  # errors of the hub, of its HTTP library, and of the disk
        reason = first_line(error).rstrip(".")
        raise ConnectionError(
            f"The model {name!r} could not be downloaded from the hub: {reason:.300}. Check "
            "its name and the connection, or give the folder of a copy."
        ) from error
    missing = _missing(folder, needs_weights)
    if missing:
        raise ValueError(f"The model {name!r} on the hub has no {missing}. Choose another one.")
    return folder
