"""Keep finished jobs on disk, so that a run can continue after it was stopped."""

import json
import re
from contextlib import contextmanager, suppress
from pathlib import Path

from skprognet._claims import Claim, check_claims, clear_claims, has_claims, turn
from skprognet._files import check_folder, remove_drafts, write_whole
from skprognet.evaluation._run_identity import (
    describe_run,
    differences_of_runs,
    run_digest,
    sha256,
)

_DESIGN = "design.json"


@contextmanager
def open_checkpoint(folder, run, splits, jobs):
    """Open the checkpoint of a run, and claim its missing jobs until the block ends.

    Parameters
    ----------
    folder : path or None
        The folder, which is made if it does not exist. None yields None: nothing is kept.
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every fit.
    jobs : list of str
        Names of all jobs.

    Raises
    ------
    ValueError
        If the folder holds another run (the message says what differs), or if part of the run,
        such as a lambda, cannot be identified.
    BlockingIOError
        If another process is doing the same jobs there.
    OSError
        If the folder cannot be written to.
    """
    if folder is None:
        yield None
        return
    store = Checkpoint(folder, describe_run(run, splits), jobs)
    try:
        yield store
    finally:
        store.claim.release()


class Checkpoint:
    """A folder with a file for each finished job, and a file that identifies the run.

    A file appears under its name only when it is complete and on disk. It holds the digest of its
    run. A file of another run, or one that was changed or cut off, is ignored, and its job is
    done again.

    Attributes
    ----------
    kept : dict of str to dict
        The record of each job that was already finished.
    claim : Claim
        The claim on the other jobs.
    """

    def __init__(self, folder, run, jobs):
        self.folder, self._run = Path(folder), run_digest(run)
        check_folder(self.folder)
        with turn(self.folder):
            self.kept = _kept(self.folder, self._run, jobs)
            missing = [job for job in jobs if job not in self.kept]
            check_claims(self.folder, run, missing)
            _check_same(self.folder, run)
            if not has_claims(self.folder):  # another process may be writing a draft right now
                remove_drafts(self.folder, "*.json")
            self.claim = Claim(self.folder, run, missing)
            if not (self.folder / _DESIGN).exists():
                content = (json.dumps(run, indent=1) + "\n").encode()
                write_whole({self.folder / _DESIGN: content})

    def keep(self, job, record, n_fits):
        """Write the record of a finished job to disk.

        Parameters
        ----------
        job : str
            Name of the job.
        record : dict
            Its results, as plain values.
        n_fits : int
            How many networks it trained.

        Raises
        ------
        OSError
            If it cannot be written, for example because the disk is full, or if the folder was
            removed meanwhile. Earlier records stay.
        """
        self.claim.check()
        body = {"run": self._run, "job": job, "fits": n_fits, "record": record}
        body = json.dumps(body, default=lambda number: number.item())  # integers of numpy
        content = f"{sha256(body.encode())}\n{body}".encode()
        path = _path(self.folder, self._run, job)
        write_whole({path: content}, advice="Free some space; finished jobs are kept.")


def find_missing_jobs(folder, run, jobs):
    """Return the jobs of a run that are not in its checkpoint.

    Parameters
    ----------
    folder : path
        The checkpoint, which need not exist.
    run : dict of str to str
        The run, as :func:`describe_run` returns it.
    jobs : list of str
        Names of all jobs.

    Raises
    ------
    ValueError
        If the folder holds another run; the message says what differs.
    """
    _check_same(Path(folder), run)
    kept = _kept(Path(folder), run_digest(run), jobs)
    return [job for job in jobs if job not in kept]


def _path(folder, run, job):
    # The name includes the run: if the folder is replaced, two runs do not overwrite each other.
    name = re.sub(r"[^a-z0-9]+", "-", job.lower()).strip("-")[:80]
    return folder / f"{name}-{sha256(f'{run} {job}'.encode())}.json"


def _kept(folder, run, jobs):
    """Return the record of each job whose file is complete and of this run."""
    bodies = {job: _read(_path(folder, run, job), run) for job in jobs}
    return {job: body["record"] for job, body in bodies.items() if body and body["job"] == job}


def _read_design(plan):
    """Return the design of the run of a checkpoint, as :func:`describe_run` described it."""
    try:
        design = json.loads(plan.read_text("utf-8"))
        if not isinstance(design, dict):
            raise ValueError("it is not a JSON object")
    except (ValueError, OSError, RecursionError) as error:
        raise ValueError(
            f"The checkpoint must hold the design of its run; {str(plan)!r} cannot be read "
            f"({error}). Use another folder, or remove this one."
        ) from error
    return design


def _check_same(folder, run):
    """Raise if the folder holds another run."""
    if not (folder / _DESIGN).exists():
        return
    other = differences_of_runs(_read_design(folder / _DESIGN), run)
    if other:
        raise ValueError(
            f"The checkpoint {str(folder)!r} must be of this run; got one that differs in "
            f"{other}. Use another folder, or the design of that run."
        )


def _read(path, run):
    """Return the content of the file of a finished job; None unless it is valid for this run."""
    try:
        digest, body = path.read_text("utf-8").split("\n", 1)
        if digest != sha256(body.encode()):
            return None
        body = json.loads(body)
        return body if body["run"] == run else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _plans(folder):
    """Return the digest of the run of a checkpoint and of each checkpoint inside it, by path."""
    plans = {}
    for path in [folder / _DESIGN, *folder.glob(f"*/{_DESIGN}")]:
        with suppress(ValueError):
            run = _read_design(path)
            plans |= {path: run_digest(run)} if "version of skprognet" in run else {}
    return plans


def _finished(folder):
    """Yield path and content of each finished job of a checkpoint and of those inside it."""
    for plan, run in _plans(folder).items():
        for path in plan.parent.glob("[!.]*.json"):
            body = _read(path, run)
            if body:
                yield path, body


def count_kept_fits(folder):
    """Count the networks in a checkpoint, or in the checkpoints of a folder.

    Parameters
    ----------
    folder : Path
        The folder, which need not exist. Files that are damaged or of another run do not count.

    Returns
    -------
    int
        Number of networks, including those of sources.
    """
    return sum(body["fits"] for _, body in _finished(folder))


def has_checkpoint(folder):
    """Return whether a folder, or a folder inside it, is a checkpoint."""
    return bool(_plans(folder))


def remove_checkpoint(folder):
    """Remove a checkpoint, or the checkpoints of a folder; files of other origin stay.

    Parameters
    ----------
    folder : Path
        The folder, which is removed as well if nothing else is in it.
    """
    paths = [path for path, _ in _finished(folder)]
    plans = list(_plans(folder))
    for path in [*paths, *plans]:
        path.unlink(missing_ok=True)
    for each in [*(plan.parent for plan in plans if plan.parent != folder), folder]:
        clear_claims(each)
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
