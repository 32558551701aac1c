"""The folder that a study's results go to: whose it is, and which files in it a run wrote."""

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
from skprognet.experiments._record import differences, essence, format_record

CHECKPOINT = "checkpoint"
REPORT = "report.html"
_RESULTS = ["results"]  # what only one process at a time may write


def _in_the_way(folder, names):
    return FileExistsError(
        f"The folder {str(folder)!r} has files that no run wrote, or that were changed since, "
        f"where results are to go: {first_few(names)}. Move them elsewhere, or choose another "
        "folder."
    )


class OutputFolder:
    """A folder that this process writes results or a part to, inside a ``with`` statement.

    Only one process at a time may write the results; others may do parts of the same run.

    Its manifest has the digests of all files that runs wrote there, without durations. Any other
    file, and one that was changed since, is the user's: it is neither replaced nor removed.

    Parameters
    ----------
    folder : path
        Made if need be, and removed again if nothing comes into it.
    run : dict of str to str
        What is being done there, for telling another process what differs.
    is_part : bool, default=False
        Whether this process does a part of the run, and writes no results.

    Raises
    ------
    BlockingIOError
        If another process does another run there, or writes the results.
    OSError
        If it cannot be written to.
    """

    def __init__(self, folder, run, is_part=False):
        self.folder = Path(folder)
        self.checkpoint = self.folder / CHECKPOINT
        self._run, self._is_part = run, is_part

    def __enter__(self):
        check_folder(self.folder)
        absent = [p for p in (self.folder, *self.folder.absolute().parents) if not p.exists()]
        self._made = absent[::-1]
        with turn(self.folder):
            check_claims(self.folder, self._run, _RESULTS)
            self._files, self.is_complete = self._read_manifest()
            if not has_claims(self.folder):  # another process may be writing right now
                for name in (*self._files, MANIFEST):
                    remove_drafts(self.folder, name)
            # What a part trains is claimed in the checkpoint.
            self.claim = Claim(self.folder, self._run, [] if self._is_part else _RESULTS)
        return self

    def __exit__(self, *_):
        lost = self.claim.is_lost()
        self.claim.release()
        with suppress(OSError):  # something is in it, as of another process
            for path in () if lost else reversed(self._made):
                path.rmdir()

    @property
    def is_unfinished(self):
        """Whether work is kept here that is not among the results yet."""
        return has_checkpoint(self.checkpoint)

    def _is_ours(self, name):
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return False
        return digest(name, path.read_bytes()) in self._files.get(name, ())

    def check(self, names):
        """Raise FileExistsError if one of these files is there and no run's, or was changed."""
        there = [name for name in names if (self.folder / name).is_symlink()]
        there += [name for name in names if (self.folder / name).exists()]
        users = [name for name in dict.fromkeys(there) if not self._is_ours(name)]
        if users:
            raise _in_the_way(self.folder, users)

    def _read_manifest(self):
        """Return the digests that each file of a run may have, and whether the run is complete."""
        try:
            files, complete = read_manifest(self.folder)
        except (OSError, ValueError) as error:
            raise _in_the_way(self.folder, [MANIFEST]) from error
        return files, complete and (self.folder / REPORT).exists()

    def begin(self, record, names, replace=False):
        """Get ready for a run, before anything is trained.

        Parameters
        ----------
        record : dict
            What `make_record` returns.
        names : sequence of str
            Of the files that the run may write.
        replace : bool, default=False
            Whether complete results of another design may be replaced, when new ones are there.

        Returns
        -------
        bool
            False if the folder holds this run, complete.

        Raises
        ------
        ValueError
            If it holds another run, or this one with files that are missing or were changed.
        FileExistsError
            If a file of the user is in the way.
        """
        with turn(self.folder):
            self._files, self.is_complete = self._read_manifest()  # of others that do parts
            return self._begin(record, names, replace)

    def _begin(self, record, names, replace):
        self.check([DESIGN_FILE])
        there = self.folder / DESIGN_FILE
        other = differences(essence(read_record(there)), essence(record)) if there.exists() else ""
        if other and (self.is_unfinished or (self.is_complete and not replace)):
            raise ValueError(
                f"The folder {str(self.folder)!r} holds another run; different are {other}. Use "
                "another folder, or the design of that run, or remove that folder."
            )
        if self.is_complete and not (other or self.is_unfinished or replace):
            self._check_whole()
            return False
        self.check(names)
        is_written = self._is_part and there.exists() and not other
        if not (self.is_complete or is_written):
            self.write({DESIGN_FILE: format_record(record).encode()}, complete=False)
        return True

    def _check_whole(self):
        """Raise ValueError unless all files of the run are as it wrote them."""
        others = [name for name in self._files if not self._is_ours(name)]
        if others:
            raise ValueError(
                f"The folder {str(self.folder)!r} holds this run, but some files are missing or "
                f"were changed since: {first_few(others)}. To run it again, remove the folder or "
                "choose another."
            )

    def write(self, contents, complete=True):
        """Write files, all of them or none, and say in the manifest that they are a run's.

        Parameters
        ----------
        contents : dict of str to bytes
            What each file is to hold, by its name in the folder.
        complete : bool, default=True
            Whether these are all: then files of earlier runs that are not among them go.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        OSError
            If one cannot be written, a file of the user is in the way, or the folder was removed.
        """
        self.check(contents)
        self.claim.check()
        new = {name: [digest(name, content)] for name, content in contents.items()}
        # First the old and the new: whichever is there after a power cut is known as a run's.
        both = {n: self._files.get(n, []) + new.get(n, []) for n in {**self._files, **new}}
        self._note(both, complete=False)
        write_whole({self.folder / name: content for name, content in contents.items()})
        if complete:
            for name in set(self._files) - set(new):
                if self._is_ours(name):
                    (self.folder / name).unlink()
            self._note(new, complete=True)
        return [self.folder / name for name in contents]

    def _note(self, files, complete):
        content = json.dumps({"complete": complete, "files": files}, indent=1) + "\n"
        write_whole({self.folder / MANIFEST: content.encode()})
        self._files, self.is_complete = files, complete

    def abandon(self):
        """Take away the design of a run that could not begin."""
        if self.is_complete or self.is_unfinished or self.claim.is_lost():
            return
        with turn(self.folder):
            if self.claim.is_alone():  # another process may have begun with it
                self._remove_design()

    def _remove_design(self):
        if set(self._files) <= {DESIGN_FILE} and self._is_ours(DESIGN_FILE):
            (self.folder / DESIGN_FILE).unlink()
            (self.folder / MANIFEST).unlink()

    def remove_checkpoint(self):
        """Remove the work that was kept, now that the results are written."""
        remove_checkpoint(self.checkpoint)
        clear_claims(self.folder)
