"""Features on disk, by a key made of all that they depend on; none that is damaged returns."""

import hashlib
import json
import sqlite3
import struct
import time
import warnings
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from skprognet._files import check_folder
from skprognet.features.engine._extraction import Result

_FILE = "features.sqlite3"
_HEAD = struct.Struct("<dii")  # seconds, own_rate, bytes of the remark
_CHECK = 32  # bytes of SHA-256
_PATIENCE = 60.0  # seconds to wait for another process that writes
_DELAY = 1.0  # seconds between two writings
_TOGETHER = 500  # keys in one question
_SIZES = ("page_count", "freelist_count", "page_size")


def clear_cache(folder):
    """Remove all features from a cache of :class:`OpenSmileFeatures`.

    Parameters
    ----------
    folder : str or path-like
        What was given as `cache`. Other files in it are left alone; a cache that is damaged is
        removed as well.

    See Also
    --------
    OpenSmileFeatures : Fills it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clear_cache(folder)
    """
    path = Path(folder) / _FILE
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as database:
            database.execute("DROP TABLE IF EXISTS entries")
            database.execute("VACUUM")
    except sqlite3.OperationalError:  # somebody else is at work, or it may not be written to
        raise
    except sqlite3.DatabaseError:
        path.unlink()


def remove_cache(folder):
    """Remove a cache, and its folder unless there is something else in it.

    Parameters
    ----------
    folder : str or path-like
        Where it is.
    """
    (Path(folder) / _FILE).unlink(missing_ok=True)
    with suppress(OSError):
        Path(folder).rmdir()


def count_cached(folder):
    """Return how many utterances a cache has features of; 0 if there is none.

    Parameters
    ----------
    folder : str or path-like
        Where it is.

    Returns
    -------
    int
        The number.

    Examples
    --------
    >>> count_cached("no folder at all")
    0
    """
    path = Path(folder) / _FILE
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as database:
            return database.execute("SELECT count(*) FROM entries").fetchone()[0]
    except sqlite3.Error:
        return 0


class FeatureCache:
    """Keeps results by their keys in one SQLite file; an error of SQLite ends its use, no more.

    Parameters
    ----------
    folder : str or path-like
        Where the file is; made if need be.
    size_limit : int or None
        Bytes that the entries may take up; those not used for longest are dropped.
    n_values : int, default=None
        How many features an entry must have to be used; None is any number.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """

    def __init__(self, folder, size_limit, n_values=None):
        check_folder(folder)
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.folder, self.size_limit, self.n_values = folder, size_limit, n_values
        self._database, self._new, self._used, self._written = None, {}, set(), time.monotonic()
        self._attempt(self._open)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._attempt(self._write)
        if self._database is not None:
            self._database.close()

    def find(self, keys):
        """Return the results of those keys that are there and whole, as a dict."""
        return self._attempt(self._find, list(keys)) or {}

    def add(self, key, result):
        """Keep a result: on disk a second later, or when the work ends or is interrupted."""
        self._new[key] = _pack(key, result)
        if time.monotonic() - self._written > _DELAY:
            self._attempt(self._write)

    def _attempt(self, act, *args):
        """Return what `act` returns; without a working database, None."""
        if self._database is None and act != self._open:
            return None
        try:
            return act(*args)
        except sqlite3.Error as error:
            if self._database is not None:
                self._database.close()
                self._database = None
            warnings.warn(
                f"The cache in {str(self.folder)!r} cannot be used ({error}); what is not found "
                "there is extracted and not kept. If it is damaged, empty it: "
                f"skprognet.features.clear_cache({str(self.folder)!r}).",
                stacklevel=4,
            )
            return None

    def _open(self):
        path = Path(self.folder) / _FILE
        self._database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        self._database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB, used REAL)"
        )
        self._database.execute("CREATE INDEX IF NOT EXISTS by_use ON entries (used)")

    def _find(self, keys):
        found = {}
        for first in range(0, len(keys), _TOGETHER):
            some = keys[first : first + _TOGETHER]
            marks = ",".join("?" * len(some))
            rows = self._database.execute(
                f"SELECT key, value FROM entries WHERE key IN ({marks})", some
            )
            found.update((key, self._usable(key, value)) for key, value in rows)
        found = {key: result for key, result in found.items() if result is not None}
        self._used.update(found)
        return found

    def _usable(self, key, value):
        """Return the result in these bytes, or None if it is not what an extraction gives."""
        try:
            result = _unpack(key, value)
        except (ValueError, TypeError, struct.error):  # its digest is right, its length is not
            return None
        wrong = result is not None and self.n_values not in (None, len(result.values))
        return None if wrong else result

    def _write(self):
        now = time.time()
        with self._database:  # all of it or, if anything fails, nothing
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "UPDATE entries SET used = ? WHERE key = ?", [(now, key) for key in self._used]
            )
            self._database.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)",
                [(key, value, now) for key, value in self._new.items()],
            )
            self._trim()
        self._database.executescript("PRAGMA incremental_vacuum")  # execute() frees one page only
        self._new, self._used, self._written = {}, set(), time.monotonic()

    def _trim(self):
        """Drop the entries that were not used for longest until the others fit."""
        while self.size_limit is not None and self._size() > self.size_limit:
            dropped = self._database.execute(
                "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used "
                "LIMIT 1 + (SELECT count(*) FROM entries) / 20)"
            )
            if not dropped.rowcount:
                return

    def _size(self):
        ask = (self._database.execute(f"PRAGMA {name}") for name in _SIZES)
        pages, free, size = (answer.fetchone()[0] for answer in ask)
        return (pages - free) * size


def _pack(key, result):
    """Return a result as bytes, with a hash by which damage shows."""
    remark = json.dumps(result.remark).encode()
    content = _HEAD.pack(result.seconds, result.own_rate, len(remark)) + remark
    content += result.values.astype("<f4").tobytes()
    return hashlib.sha256(key + content).digest() + content


def _unpack(key, value):
    """Return the result in these bytes, or None if they are not what was written."""
    if not isinstance(value, bytes) or len(value) < _CHECK + _HEAD.size:
        return None
    content = value[_CHECK:]
    if hashlib.sha256(key + content).digest() != value[:_CHECK]:
        return None
    seconds, own_rate, n_bytes = _HEAD.unpack(content[: _HEAD.size])
    remark = json.loads(content[_HEAD.size : _HEAD.size + n_bytes])
    values = np.frombuffer(content[_HEAD.size + n_bytes :], "<f4").astype(np.float32)
    return Result(values, None, seconds, own_rate, remark and tuple(remark))
