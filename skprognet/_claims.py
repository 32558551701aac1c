"""Claims of processes on a folder, so that no two do the same work; each ends with its process."""

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
_PATIENCE = 60  # seconds to wait while another process reads the claims
_UNKNOWN = {
    "host": "an unknown host",
    "process": "unknown",
    "since": "",
    "run": {},
    "jobs": [],
    "id": "",
}


def _lock(path, timeout):
    # A generator may be closed by another thread, which must be able to release the lock.
    return FileLock(path, timeout=timeout, thread_local=False)


@contextmanager
def turn(folder):
    """Let no other process read or add claims of a folder while this context is open."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        lock = _lock(Path(folder) / _TURN, _PATIENCE).acquire()
    except Timeout as error:
        raise BlockingIOError(
            f"The folder {str(folder)!r} was locked by another process for more than "
            f"{_PATIENCE} s. Try again, or choose another folder."
        ) from error
    except OSError as error:
        raise OSError(
            f"The folder {str(folder)!r} cannot be locked ({error.strerror or error}). Choose "
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


def _read_claim(path):
    """Return the content of a claim: host, process, start, run, jobs and id."""
    try:
        return _UNKNOWN | json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return _UNKNOWN


def _living(folder, everywhere=False):
    """Return the claims of living processes, and remove those of dead processes of this host.

    Claims of other hosts stay unless `everywhere`. Some file systems do not share locks between
    hosts, so the process may be alive, and it would stop if its claim were removed.
    """
    living = []
    for path in _claims(folder):
        claim = _read_claim(path)
        try:
            with _lock(path, 0):
                if everywhere or claim["host"] in (socket.gethostname(), _UNKNOWN["host"]):
                    _remove(path)
        except Timeout:
            living.append(claim)
    return living


def has_claims(folder):
    """Return whether any process may be at work in a folder; call it inside :func:`turn`."""
    return bool(_claims(folder))


def clear_claims(folder):
    """Remove the claims of all processes that ended, on any host; call it when all is done."""
    if has_claims(folder):
        with suppress(OSError), turn(folder):
            _living(folder, everywhere=True)


def _in_words(claim):
    if claim is _UNKNOWN:
        return "a process whose claim cannot be read"
    return f"process {claim['process']} on {printable(claim['host'])}, since {claim['since']}"


def _remove(lock_path):
    for path in (lock_path.with_suffix(".json"), lock_path):
        with suppress(OSError):  # on Windows an open file stays until the next call
            path.unlink(missing_ok=True)


def check_claims(folder, run, jobs):
    """Raise BlockingIOError if a living process works on another run, or on one of these jobs."""
    for other in _living(folder):
        if other["run"] != run or set(other["jobs"]) & set(jobs):
            raise BlockingIOError(_refusal(folder, other, run))


class Claim:
    """Reserve jobs of one run in a folder for this process, until it releases them or ends.

    Make it inside :func:`turn`, after :func:`check_claims`. It lasts as long as the lock on its
    file; the system releases the lock when the process ends, for whatever reason. A file beside
    it names host and process.

    Parameters
    ----------
    folder : path
        The folder of the work.
    run : dict of str to str
        Describes the run, so that the message to another run can say what differs.
    jobs : sequence of str
        The jobs to reserve.
    """

    def __init__(self, folder, run, jobs):
        self.folder = Path(folder)
        self._path = self.folder / f".claim-{uuid.uuid4().hex[:12]}.lock"
        self._lock = _lock(self._path, 0)
        self._lock.acquire()
        claim = {"host": socket.gethostname(), "process": os.getpid(), "run": run}
        claim |= {"since": time.strftime("%Y-%m-%d %H:%M:%S"), "jobs": list(jobs)}
        claim |= {"id": self._path.stem}
        self._path.with_suffix(".json").write_text(json.dumps(claim), "utf-8")

    def is_lost(self):
        """Return whether the folder was removed or replaced by another."""
        return not self._path.with_suffix(".json").exists()

    def check(self):
        """Raise FileNotFoundError if the folder was removed or replaced by another."""
        if self.is_lost():
            raise FileNotFoundError(
                f"The folder {str(self.folder)!r} was removed or replaced while this run worked "
                "in it. The run stops and changes nothing there. Start it again, in another "
                "folder if that one is in use."
            )

    def others(self):
        """Return a description of each other process that is at work in the folder."""
        with turn(self.folder):
            living = _living(self.folder)
        return [_in_words(claim) for claim in living if claim["id"] != self._path.stem]

    def is_alone(self):
        """Return whether no other process may be at work; call it inside :func:`turn`."""
        return _claims(self.folder) == [self._path]

    def release(self):
        """Release the jobs and remove the files of this claim."""
        if not self.is_lost():
            with suppress(OSError), turn(self.folder):
                _remove(self._path)
        self._lock.release()


def _refusal(folder, other, run):
    who = _in_words(other)
    if other is _UNKNOWN:
        return (
            f"The folder {str(folder)!r} is in use by {who}. Wait for it to end, or choose "
            "another folder."
        )
    if other["run"] == run:
        return (
            f"The folder {str(folder)!r} is in use for the same run by {who}. Wait for it to end, "
            "or stop it; the same call then continues its work."
        )
    return (
        f"The folder {str(folder)!r} is in use for another run by {who}; the runs differ in "
        f"{differences(other['run'], run)}. Choose another folder."
    )
