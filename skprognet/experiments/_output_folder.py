"""The folder for the results of a study: who may write there, and which files a run wrote."""

import json
from contextlib import suppress
from pathlib import Path

from skprognet._claims import Claim, check_claims, clear_claims, has_claims, turn
from skprognet._files import check_folder, remove_drafts, write_whole
from skprognet._manifest import MANIFEST, read_manifest
from skprognet._wording import first_few
from skprognet.evaluation import has_checkpoint, remove_checkpoint
from skprognet.experiments._arguments import DESIGN_FILE
from skprognet.experiments._durations import digest
from skprognet.experiments._read_design import read_record
from skprognet.experiments._record import (
    differ_only_in,
    differences,
    format_record,
    identity_of,
)

CHECKPOINT = "checkpoint"
_RESULTS = ["results"]  # what only one process at a time may write


def _in_the_way(folder, names):
    return FileExistsError(
        f"The folder {str(folder)!r} must not have files of yours where results will be written; "
        f"got files that no run wrote, or that were changed since: {first_few(names)}. Move them "
        "elsewhere, or choose another folder."
    )


class OutputFolder:
    """A folder for the results of a study or of a part of it, used in a ``with`` statement.

    Only one process at a time may write the results. Other processes may do parts of the same run.

    The manifest of the folder has the digests of all files that runs wrote there, computed without
    durations. Any other file, or a file that was changed since, belongs to the user. It is neither
    replaced nor removed.

    Parameters
    ----------
    folder : path
        The folder. It is made if it does not exist, and removed again if it stays empty.
    run : dict of str to str
        Description of the run, so that another process can say what differs.
    is_part : bool, default=False
        Whether this process does only a part of the run, and writes no results.

    Raises
    ------
    BlockingIOError
        If another process does another run there, or writes the results.
    OSError
        If the folder cannot be written to.
    """

    def __init__(self, folder, run, is_part=False):
        self.folder = Path(folder)
        self.checkpoint = self.folder / CHECKPOINT
        self._run, self._is_part, self._is_begun = run, is_part, False

    def __enter__(self):
        check_folder(self.folder)
        absent = [p for p in (self.folder, *self.folder.absolute().parents) if not p.exists()]
        self._new_folders = absent[::-1]
        with turn(self.folder):
            check_claims(self.folder, self._run, _RESULTS)
            self._files, self.is_complete = self._read_manifest()
            if not has_claims(self.folder):  # another process may be writing right now
                for name in (*self._files, MANIFEST):
                    remove_drafts(self.folder, name)
            # The jobs of a part are claimed in the checkpoint instead.
            self.claim = Claim(self.folder, self._run, [] if self._is_part else _RESULTS)
        return self

    def __exit__(self, *_):
        lost = self.claim.is_lost()
        self.claim.release()
        with suppress(OSError):  # the folder is not empty, for example because of another process
            for path in () if lost else reversed(self._new_folders):
                path.rmdir()

    @property
    def is_unfinished(self):
        """Whether the folder has finished jobs that are not yet among the results."""
        return has_checkpoint(self.checkpoint)

    def _is_ours(self, name):
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return False
        return digest(name, path.read_bytes()) in self._files.get(name, ())

    def check(self, names):
        """Raise FileExistsError if one of these files exists and belongs to the user."""
        existing = [name for name in names if (self.folder / name).is_symlink()]
        existing += [name for name in names if (self.folder / name).exists()]
        users = [name for name in dict.fromkeys(existing) if not self._is_ours(name)]
        if users:
            raise _in_the_way(self.folder, users)

    def _read_manifest(self):
        """Return the allowed digests of each file of a run, and whether the run is complete."""
        try:
            files, complete = read_manifest(self.folder)
        except (OSError, ValueError) as error:
            raise _in_the_way(self.folder, [MANIFEST]) from error
        return files, complete

    def begin(self, record, names, may_differ=()):
        """Prepare the folder for a run, before anything is trained.

        Parameters
        ----------
        record : dict
            What `make_record` returns.
        names : sequence of str
            Names of the files that the run may write.
        may_differ : sequence of str, default=()
            Values of the record. Complete results whose design differs only in these, or in
            nothing, are replaced. If there are no such values, no complete results are replaced.

        Returns
        -------
        bool
            False if the folder already holds this run, complete.

        Raises
        ------
        ValueError
            If the folder holds another run, or this run with missing or changed files.
        FileExistsError
            If a file of the user is in the way.
        """
        with turn(self.folder):
            # Read again, since other processes that do parts may have written to the folder.
            self._files, self.is_complete = self._read_manifest()
            self._is_begun = True
            return self._begin(record, names, may_differ)

    def _begin(self, record, names, may_differ):
        self.check([DESIGN_FILE])
        path = self.folder / DESIGN_FILE
        now = identity_of(record)
        then = identity_of(read_record(path)) if path.exists() else now
        other = differences(then, now)
        replace = path.exists() and differ_only_in(may_differ, then, now)
        # A run that replaces complete results writes its design only at the end. Until then, its
        # checkpoint alone can tell whose it is, and refuses another run.
        must_agree = not replace if self.is_complete else self.is_unfinished
        if other and must_agree:
            raise ValueError(
                f"The folder {str(self.folder)!r} must hold this run or none; got one that "
                f"differs in {other}. Use another folder, or the design of that run, or remove "
                "that folder."
            )
        if self.is_complete and not (other or self.is_unfinished or replace):
            self._check_whole()
            return False
        self.check(names)
        is_written = self._is_part and path.exists() and not other
        if not (self.is_complete or is_written):
            self.write({DESIGN_FILE: format_record(record).encode()}, complete=False)
        return True

    def _check_whole(self):
        """Raise ValueError if a file of the run is missing or was changed."""
        others = [name for name in self._files if not self._is_ours(name)]
        if others:
            raise ValueError(
                f"The folder {str(self.folder)!r} must hold all files of this run unchanged; got "
                f"missing or changed files: {first_few(others)}. To run it again, remove the "
                "folder or choose another."
            )

    def write(self, contents, complete=True):
        """Write all of these files or none, and list them in the manifest.

        Parameters
        ----------
        contents : dict of str to bytes
            Content of each file, by its name in the folder.
        complete : bool, default=True
            Whether these are all files of the run. If so, other files of earlier runs are removed.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        ValueError
            If the folder holds an unfinished run that was not continued by `begin`.
        OSError
            If a file cannot be written, a file of the user is in the way, or the folder was
            removed.
        """
        if complete and self._is_of_another_run(contents):
            raise ValueError(
                f"The folder {str(self.folder)!r} must not hold a study that is not finished; got "
                "one with finished jobs. Finish it, or choose another folder."
            )
        self.check(contents)
        self.claim.check()
        new = {name: [digest(name, content)] for name, content in contents.items()}
        # First note old and new digests, so that after a power cut either version is recognised.
        both = {n: self._files.get(n, []) + new.get(n, []) for n in {**self._files, **new}}
        self._note(both, complete=False)
        write_whole({self.folder / name: content for name, content in contents.items()})
        if complete:
            for name in set(self._files) - set(new):
                if self._is_ours(name):
                    (self.folder / name).unlink()
            self._note(new, complete=True)
        return [self.folder / name for name in contents]

    def _is_of_another_run(self, contents):
        """Return whether the checkpoint here is not that of the study that is to be written."""
        if self._is_begun or not self._files or not self.is_unfinished:
            return False
        # Results that are written a second time, beside the checkpoint of the same study.
        design = self.folder / DESIGN_FILE
        is_same = design.exists() and design.read_bytes() == contents.get(DESIGN_FILE)
        return not (self.is_complete and is_same)

    def _note(self, files, complete):
        content = json.dumps({"complete": complete, "files": files}, indent=1) + "\n"
        write_whole({self.folder / MANIFEST: content.encode()})
        self._files, self.is_complete = files, complete

    def abandon(self):
        """Remove the design of a run that could not begin."""
        if self.is_complete or self.is_unfinished or self.claim.is_lost():
            return
        with turn(self.folder):
            if self.claim.is_alone():  # another process may have begun the same run
                self._remove_design()

    def _remove_design(self):
        if set(self._files) <= {DESIGN_FILE} and self._is_ours(DESIGN_FILE):
            (self.folder / DESIGN_FILE).unlink()
            (self.folder / MANIFEST).unlink()

    def remove_checkpoint(self):
        """Remove the checkpoint, after the results are written."""
        remove_checkpoint(self.checkpoint)
        clear_claims(self.folder)
