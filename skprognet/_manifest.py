"""manifest.json, which lists the files that a study wrote into a folder."""

import json
import os
import warnings
from pathlib import Path

from skprognet._files import sha256

MANIFEST = "manifest.json"


def read_manifest(folder):
    """Read the manifest of a folder.

    Parameters
    ----------
    folder : path
        A folder that may hold a study.

    Returns
    -------
    files : dict of str to list of str
        The digests that each file may have, by its name; empty if there is no manifest.
    complete : bool
        Whether these are all files of the study.

    Raises
    ------
    ValueError
        If the file is not the manifest of a study.
    OSError
        If the file cannot be read.
    """
    path = Path(folder) / MANIFEST
    if not path.exists():
        return {}, False
    try:
        manifest = json.loads(path.read_text("utf-8"))
        files = {str(name): list(digests) for name, digests in manifest["files"].items()}
        return files, bool(manifest["complete"])
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{str(path)!r} must be the manifest of a study; it has another form. Move it, or "
            "choose another folder."
        ) from error


def warn_if_changed(path):
    """Warn if a file is not the one that a study wrote under its name.

    Parameters
    ----------
    path : Path
        A file whose digest in the manifest covers all its bytes. (The digest of a file with
        durations leaves them out, so such a file would seem changed.)

    Warns
    -----
    UserWarning
        If the manifest beside it has other digests for this name.
    """
    try:
        files, _ = read_manifest(path.parent)
    except (ValueError, OSError):  # a file of this name by another program
        return
    if path.name in files and sha256(path) not in files[path.name]:
        warnings.warn(
            f"{path.name} in {str(path.parent)!r} is not the file that the study wrote there. It "
            "was changed, or it comes from another study, so the other files may not match it.",
            UserWarning,
            stacklevel=3,
        )


def check_no_result(path):
    """Raise if writing a file would replace a file of a study, even under another name.

    Parameters
    ----------
    path : Path
        The file to be written.

    Raises
    ------
    FileExistsError
        If it is a file of a study.
    """
    if not path.is_file():
        return
    for folder in dict.fromkeys([path.parent, path.resolve().parent]):
        for name in _files_of_study(folder):
            if (folder / name).exists() and os.path.samefile(folder / name, path):
                raise FileExistsError(
                    f"The output must not replace a file of a study; got {str(path)!r} of the "
                    f"study in {str(folder)!r}. Choose another name."
                )


def _files_of_study(folder):
    try:
        files, _ = read_manifest(folder)
    except (ValueError, OSError):  # a file of this name by another program
        return []
    return [*files, MANIFEST] if files else []
