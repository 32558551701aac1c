"""manifest.json: which files of a folder a study wrote there."""

import json
import os
from pathlib import Path

MANIFEST = "manifest.json"


def read_manifest(folder):
    """Return what the manifest of a folder says.

    Parameters
    ----------
    folder : path
        Where a study may have been written.

    Returns
    -------
    files : dict of str to list of str
        The digests that each file may have, by its name; empty where there is no manifest.
    complete : bool
        Whether these are all files of the study.

    Raises
    ------
    ValueError
        If it is no manifest of a study.
    OSError
        If it cannot be read.
    """
    path = Path(folder) / MANIFEST
    if not path.exists():
        return {}, False
    try:
        told = json.loads(path.read_text("utf-8"))
        files = {str(name): list(digests) for name, digests in told["files"].items()}
        return files, bool(told["complete"])
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{str(path)!r} is no manifest of a study.") from error


def check_no_result(path):
    """Raise if the file that is to be written is one of a study, by whatever name.

    Parameters
    ----------
    path : Path
        The file that is to be written.

    Raises
    ------
    FileExistsError
        If it is one, which would be lost.
    """
    if not path.is_file():
        return
    for folder in dict.fromkeys([path.parent, path.resolve().parent]):
        for name in _files_of_study(folder):
            if (folder / name).exists() and os.path.samefile(folder / name, path):
                raise FileExistsError(
                    f"{str(path)!r} is a file of the study in {str(folder)!r} and would be lost; "
                    "choose another name."
                )


def _files_of_study(folder):
    try:
        files, _ = read_manifest(folder)
    except (ValueError, OSError):  # somebody else's file of this name
        return []
    return [*files, MANIFEST] if files else []
