"""Write files completely or not at all."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_DRAFT = ".draft"


def check_folder(folder):
    """Raise unless files can be written to `folder`, which need not exist yet.

    Call it before hours of work, which would otherwise end in a failing write. It leaves no file.

    Parameters
    ----------
    folder : path
        The folder for the results.

    Raises
    ------
    OSError
        If the folder, or its nearest existing parent, cannot be written to.
    """
    existing = Path(folder).absolute()
    try:
        while not existing.exists():
            existing = existing.parent
        with tempfile.TemporaryFile(dir=existing) as probe:
            probe.write(b"x")
    except OSError as error:
        raise OSError(
            f"The output must go to a folder that can be written to; got {str(folder)!r} "
            f"({error.strerror or error}). Choose another one."
        ) from error


def write_whole(contents, advice="Make room, or choose another folder."):
    """Write files that appear under their names only when all of them are on disk.

    Parameters
    ----------
    contents : dict of path to bytes
        The content of each file. Missing folders are made, and existing files are replaced.
    advice : str, default="Make room, or choose another folder."
        What to do if writing fails, for the end of the message.

    Raises
    ------
    OSError
        If a file cannot be written, as on a full disk. Existing files then stay unchanged, unless
        one of several cannot be replaced at the end.
    """
    drafts = {}
    folders = [str(path) for path in contents if Path(path).is_dir()]
    if folders:
        raise IsADirectoryError(f"{folders[0]!r} is a folder. Give the name of a file in it.")
    try:
        for path, content in contents.items():
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, drafts[path] = tempfile.mkstemp(
                dir=path.parent, prefix=f".{path.name}-", suffix=_DRAFT
            )
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(drafts[path], 0o666 & ~_umask())
        for path, draft in list(drafts.items()):
            os.replace(draft, path)
            del drafts[path]
    except OSError as error:
        raise OSError(
            f"{str(path)!r} could not be written ({error.strerror or error}). {advice}"
        ) from error
    finally:
        for draft in drafts.values():
            with suppress(FileNotFoundError):  # if the folder was removed in between
                os.unlink(draft)


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_drafts(folder, name):
    """Remove files that a killed process began to write. No other process may write there.

    Parameters
    ----------
    folder : path
        The folder, which need not exist.
    name : str
        Name of the file that was being written; ``*`` stands for anything.
    """
    for draft in Path(folder).glob(f".{name}-????????{_DRAFT}"):
        with suppress(OSError):
            draft.unlink()


def _umask():
    """Return the permissions that new files must not have; reading the mask means setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
