"""Files that are there whole or not at all."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_DRAFT = ".draft"


def check_folder(folder):
    """Raise unless files can be written to `folder`, which need not be there yet.

    Nothing is left behind: it is for finding out before hours of work end in a failing write.

    Parameters
    ----------
    folder : path
        Where results are to go.

    Raises
    ------
    OSError
        If it, or the nearest folder above it that is there, cannot be written to.
    """
    there = Path(folder).absolute()
    try:
        while not there.exists():
            there = there.parent
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"x")
    except OSError as error:
        raise OSError(
            f"The output must go to a folder that can be written to; {str(folder)!r} cannot "
            f"({error.strerror or error}). Choose another one."
        ) from error


def write_whole(contents, advice="Make room, or choose another folder."):
    """Write files that appear under their names only when all of them are on disk.

    Parameters
    ----------
    contents : dict of path to bytes
        What each file is to hold; folders are made, and files that are there are replaced.
    advice : str, default="Make room, or choose another folder."
        What to do where that fails; the end of the message.

    Raises
    ------
    OSError
        If one cannot be written, as on a full disk; what was there before is still there.
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
            with suppress(FileNotFoundError):  # the folder was removed meanwhile
                os.unlink(draft)


def sha256(path):
    """Return the SHA-256 of a file in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_drafts(folder, name):
    """Remove what a killed process had begun to write, from a folder where no other one writes.

    Parameters
    ----------
    folder : path
        It need not be there.
    name : str
        Of the file that was being written; ``*`` stands for anything.
    """
    for draft in Path(folder).glob(f".{name}-????????{_DRAFT}"):
        with suppress(OSError):
            draft.unlink()


def _umask():
    """Return the permissions that new files are not to have; it can be read only by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
