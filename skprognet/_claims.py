"""Who works in a folder: claims, which name host and process and end with that process."""

import json
import os
import socket
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from skprognet._wording import differences, printable

_TURN = ".claims.lock"
_PATIENCE = 60  # seconds to wait while another process looks at the claims
_UNKNOWN = {
    "host": "an unknown host",
    "process": "unknown",
    "since": "",
    "run": {},
    "jobs": [],
    "id": "",
}


def _lock(path, timeout):
    # A generator may be closed, and so a lock released, by another thread than began it.
    return FileLock(path, timeout=timeout, thread_local=False)


@contextmanager
def turn(folder):
    """Keep all others from looking at the claims of a folder, or adding one, meanwhile."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        lock = _lock(Path(folder) / _TURN, _PATIENCE).acquire()
    except Timeout as error:
        raise BlockingIOError(
            f"The folder {str(folder)!r} is being looked at by another process, for more than "
            f"{_PATIENCE} s. Try again, or choose another folder."
        ) from error
    except OSError as error:
        raise OSError(
            f"The folder {str(folder)!r} could not be locked ({error.strerror or error}). Choose "
            "another one."
        ) from error
    with lock:
        try:
            yield
        finally:
            if not _claims(folder):
                with suppress(OSError):
                    (Path(folder) / _TURN).unlink()


def _claims(folder):
    return sorted(Path(folder).glob(".claim-*.lock"))


def _whose(path):
    """Return what a claim says of its process."""
    try:
        return _UNKNOWN | json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return _UNKNOWN


def _living(folder, everywhere=False):
    """Return the claims of processes that are alive, and remove those of others on this host.

    A claim of another host stays unless `everywhere`: on a file system whose locks do not reach
    from one host to another its process may be alive, and would stop if its claim were gone.
    """
    living = []
    for path in _claims(folder):
        whose = _whose(path)
        try:
            with _lock(path, 0):
                if everywhere or whose["host"] in (socket.gethostname(), _UNKNOWN["host"]):
                    _remove(path)
        except Timeout:
            living.append(whose)
    return living


def has_claims(folder):
    """Return whether any process may be at work in a folder; to be asked inside :func:`turn`."""
    return bool(_claims(folder))


def clear_claims(folder):
    """Remove the claims of all processes that ended, wherever they ran, now that all is done."""
    if has_claims(folder):
        with suppress(OSError), turn(folder):
            _living(folder, everywhere=True)


def _in_words(claim):
    return f"process {claim['process']} on {printable(claim['host'])}, since {claim['since']}"


def _remove(lock_path):
    for path in (lock_path.with_suffix(".json"), lock_path):
        with suppress(OSError):  # on Windows an open file stays, and goes next time
            path.unlink(missing_ok=True)


def check_claims(folder, run, jobs):
    """Raise BlockingIOError if a living process does another run there, or one of these jobs."""
    for other in _living(folder):
        if other["run"] != run or set(other["jobs"]) & set(jobs):
            raise BlockingIOError(_refusal(folder, other, run))


class Claim:
    """Jobs of one run in a folder that only this process does, until it lets go or ends.

    To be made inside :func:`turn`, after :func:`check_claims`. It lives as long as the lock on
    its file, which the system takes away from a process that ends in any way; a file beside it
    says whose it is.

    Parameters
    ----------
    folder : path
        Where the work is kept.
    run : dict of str to str
        What the run is, for telling another one what differs.
    jobs : sequence of str
        What is to be done.
    """

    def __init__(self, folder, run, jobs):
        self.folder = Path(folder)
        self._path = self.folder / f".claim-{uuid.uuid4().hex[:12]}.lock"
        self._lock = _lock(self._path, 0)
        self._lock.acquire()
        whose = {"host": socket.gethostname(), "process": os.getpid(), "run": run}
        whose |= {"since": time.strftime("%Y-%m-%d %H:%M:%S"), "jobs": list(jobs)}
        whose |= {"id": self._path.stem}
        self._path.with_suffix(".json").write_text(json.dumps(whose), "utf-8")

    def is_lost(self):
        """Return whether the folder was removed, or another one is in its place."""
        return not self._path.with_suffix(".json").exists()

    def check(self):
        """Raise FileNotFoundError if the folder was removed, or another one is in its place."""
        if self.is_lost():
            raise FileNotFoundError(
                f"The folder {str(self.folder)!r} was removed or replaced while this run was at "
                "work in it; the run stops, and leaves what is there now as it is. Start it "
                "again, in another folder if that one is in use."
            )

    def others(self):
        """Return in words which other processes are at work in the folder, each a text."""
        with turn(self.folder):
            living = _living(self.folder)
        return [_in_words(claim) for claim in living if claim["id"] != self._path.stem]

    def is_alone(self):
        """Return whether no other process may be at work; to be asked inside :func:`turn`."""
        return _claims(self.folder) == [self._path]

    def release(self):
        """Let go of the jobs, and leave no trace."""
        if not self.is_lost():
            with suppress(OSError), turn(self.folder):
                _remove(self._path)
        self._lock.release()


def _refusal(folder, other, run):
    who = _in_words(other)
    if other["run"] == run:
        return (
            f"The folder {str(folder)!r} is in use for the same run by {who}. Wait for it to end, "
            "or stop it: the same call goes on from what is there."
        )
    return (
        f"The folder {str(folder)!r} is in use for another run by {who}; different are "
        f"{differences(other['run'], run)}. Choose another folder."
    )
