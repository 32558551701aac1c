"""Finished work on disk, so that a run that was stopped goes on where it was."""

import json
import re
from contextlib import contextmanager, suppress
from pathlib import Path

from skprognet._claims import Claim, check_claims, clear_claims, has_claims, turn
from skprognet._files import check_folder, remove_drafts, write_whole
from skprognet._wording import differences
from skprognet.evaluation._run_identity import describe_run, run_digest, sha256

_DESIGN = "design.json"


@contextmanager
def open_checkpoint(folder, run, splits, jobs):
    """Give the checkpoint of a run, whose missing jobs are claimed until the end; or None.

    Parameters
    ----------
    folder : path or None
        Where to; made if need be. None is for a run that keeps nothing.
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every fit.
    jobs : list of str
        Names of all jobs.

    Raises
    ------
    ValueError
        If the folder holds another run, with what differs, or the run cannot be identified.
    BlockingIOError
        If another process works there.
    OSError
        If it cannot be written to.
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
    """A folder with a file for each finished job, and one that says of what run.

    A file appears under its name only when it is whole and on disk. It carries the digest of its
    run: one of another run, or one that was changed or torn, is not used, and its work is done
    again.

    Attributes
    ----------
    kept : dict of str to dict
        The record of each job that was finished before.
    claim : Claim
        On the others.
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
        """Put the record of a finished job on disk.

        Parameters
        ----------
        job : str
            Its name.
        record : dict
            Of plain values.
        n_fits : int
            How many networks it trained.

        Raises
        ------
        OSError
            If it cannot be written, as on a full disk; what was kept before stays. Also if the
            folder was removed meanwhile.
        """
        self.claim.check()
        body = {"run": self._run, "job": job, "fits": n_fits, "record": record}
        body = json.dumps(body, default=lambda number: number.item())  # integers of numpy
        content = f"{sha256(body.encode())}\n{body}".encode()
        path = _path(self.folder, self._run, job)
        write_whole({path: content}, advice="Make room; what is finished stays.")


def find_missing_jobs(folder, run, jobs):
    """Return those jobs of a run that a checkpoint does not hold.

    Parameters
    ----------
    folder : path
        It need not be there.
    run : dict of str to str
        What the run is.
    jobs : list of str
        Names of all jobs.

    Raises
    ------
    ValueError
        If the folder holds another run, with what differs.
    """
    _check_same(Path(folder), run)
    kept = _kept(Path(folder), run_digest(run), jobs)
    return [job for job in jobs if job not in kept]


def _path(folder, run, job):
    # The run is part of the name: after the folder was replaced, none overwrites the other's.
    name = re.sub(r"[^a-z0-9]+", "-", job.lower()).strip("-")[:80]
    return folder / f"{name}-{sha256(f'{run} {job}'.encode())}.json"


def _kept(folder, run, jobs):
    """Return the record of each of the jobs that is there, whole and of this run."""
    bodies = {job: _read(_path(folder, run, job), run) for job in jobs}
    return {job: body["record"] for job, body in bodies.items() if body and body["job"] == job}


def _read_design(plan):
    """Return what a checkpoint says its run is."""
    try:
        there = json.loads(plan.read_text("utf-8"))
        if not isinstance(there, dict):
            raise ValueError("it is no JSON object")
    except (ValueError, OSError, RecursionError) as error:
        raise ValueError(
            f"The checkpoint must hold the design it is of; {str(plan)!r} cannot be read "
            f"({error}). Use another folder, or remove this one."
        ) from error
    return there


def _check_same(folder, run):
    """Raise unless the folder holds this run, or none."""
    if not (folder / _DESIGN).exists():
        return
    other = differences(_read_design(folder / _DESIGN), run)
    if other:
        raise ValueError(
            f"The checkpoint {str(folder)!r} is of another run; different are {other}. Use "
            "another folder, or the design of that run."
        )


def _read(path, run):
    """Return what a file of a finished job holds, or None if it is not whole and of this run."""
    try:
        digest, body = path.read_text("utf-8").split("\n", 1)
        if digest != sha256(body.encode()):
            return None
        body = json.loads(body)
        return body if body["run"] == run else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _plans(folder):
    """Return the digest of the run of a checkpoint, and of those inside it, by path."""
    plans = {}
    for path in [folder / _DESIGN, *folder.glob(f"*/{_DESIGN}")]:
        with suppress(ValueError):
            run = _read_design(path)
            plans |= {path: run_digest(run)} if "version of skprognet" in run else {}
    return plans


def _finished(folder):
    """Yield path and content of the files of finished jobs, in a checkpoint or those inside it."""
    for plan, run in _plans(folder).items():
        for path in plan.parent.glob("[!.]*.json"):
            body = _read(path, run)
            if body:
                yield path, body


def count_kept_fits(folder):
    """Return how many networks a checkpoint, or the checkpoints in a folder, hold.

    Parameters
    ----------
    folder : Path
        It need not be there; what is damaged or of another run does not count.

    Returns
    -------
    int
        Those of sources are included.
    """
    return sum(body["fits"] for _, body in _finished(folder))


def has_checkpoint(folder):
    """Return whether a run has begun to keep its work in a folder, or in folders inside it."""
    return bool(_plans(folder))


def remove_checkpoint(folder):
    """Remove a checkpoint, or those in a folder; files that are not of their runs stay.

    Parameters
    ----------
    folder : Path
        Goes as well, if nothing else is in it.
    """
    paths = [path for path, _ in _finished(folder)]
    plans = list(_plans(folder))
    for path in [*paths, *plans]:
        path.unlink(missing_ok=True)
    for place in [*(plan.parent for plan in plans if plan.parent != folder), folder]:
        clear_claims(place)
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
