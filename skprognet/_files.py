"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path


def prepare_folder(folder):
    """Make the folder and try it out, before hours of work end in a failing write.

    Parameters
    ----------
    folder : path
        Where results are to go.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        If it cannot be made or written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        raise OSError(
            f"The output must go to a folder that can be written to; {str(folder)!r} cannot "
            f"({error.strerror or error}). Choose another one."
        ) from error
    return folder


def write_whole(path, content):
    """Write bytes to a draft and give it the name only when all of them are on disk.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If it cannot be written, as on a full disk; what was there before is still there.
    """
    path = Path(path)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, 0o666 & ~_umask())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _umask():
    """Return the permissions that new files are not to have; it can be read only by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
