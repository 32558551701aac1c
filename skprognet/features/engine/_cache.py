"""Keep features on disk under a key that covers everything they depend on.

Several processes may use one cache at the same time, and any of them may be killed. SQLite handles
both, so the cache is a SQLite file. Each row has a hash that reveals damage. The cache only saves
time: if it fails, extraction continues without it.
"""

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
_DELAY = 1.0  # seconds between two writes
_TOGETHER = 500  # keys in one query
_SIZES = ("page_count", "freelist_count", "page_size")


def clear_cache(folder):
    """Remove all features from the cache of an extractor.

    Parameters
    ----------
    folder : str or path-like
        The folder that was given as `cache`. Other files in it stay; a damaged cache is removed.

    See Also
    --------
    OpenSmileFeatures : Fills the cache.
    remove_cache : Also removes the file and the folder.

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
    except sqlite3.OperationalError:  # another process is writing, or the file is read-only
        raise
    except sqlite3.DatabaseError:
        path.unlink()


def remove_cache(folder):
    """Remove a cache, and its folder unless it holds other files.

    Parameters
    ----------
    folder : str or path-like
        The folder that was given as `cache`.

    See Also
    --------
    clear_cache : Empties a cache and keeps it in use.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.features import remove_cache
    >>> folder = Path(tempfile.mkdtemp())
    >>> remove_cache(folder)
    >>> folder.exists()
    False
    """
    (Path(folder) / _FILE).unlink(missing_ok=True)
    with suppress(OSError):
        Path(folder).rmdir()


def count_cached(folder):
    """Return the number of utterances whose features are in a cache.

    Parameters
    ----------
    folder : str or path-like
        The folder that was given as `cache`.

    Returns
    -------
    int
        The number; 0 if there is no cache, or it cannot be read.

    Examples
    --------
    >>> from skprognet.features import count_cached
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
    """Keep results by their keys in one SQLite file.

    An error of SQLite gives a warning, and then the cache is no longer used.

    Parameters
    ----------
    folder : str or path-like
        Folder of the file; it is made if it is missing.
    size_limit : int or None
        Largest size of the rows in bytes. The rows that were unused for longest are dropped.
    n_values : int, default=None
        Number of features that a usable row must have; None means any number.

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
        """Return the undamaged results of these keys as a dict."""
        return self._attempt(self._find, list(keys)) or {}

    def add(self, key, result):
        """Keep a result. Write all new results if the last write was over a second ago."""
        self._new[key] = _pack(key, result)
        if time.monotonic() - self._written > _DELAY:
            self._attempt(self._write)

    def _attempt(self, act, *args):
        """Call `act` and return its result; return None if the database does not work."""
        if self._database is None and act != self._open:
            return None
        try:
            return act(*args)
        except sqlite3.Error as error:
            if self._database is not None:
                self._database.close()
                self._database = None
            warnings.warn(
                f"The cache in {str(self.folder)!r} cannot be used ({error}). New features are "
                "not kept. If the cache is damaged, empty it: "
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
            batch = keys[first : first + _TOGETHER]
            marks = ",".join("?" * len(batch))
            rows = self._database.execute(
                f"SELECT key, value FROM entries WHERE key IN ({marks})", batch
            )
            found.update((key, self._usable(key, value)) for key, value in rows)
        found = {key: result for key, result in found.items() if result is not None}
        self._used.update(found)
        return found

    def _usable(self, key, value):
        """Return the result in these bytes, or None if it cannot be from this extraction."""
        try:
            result = _unpack(key, value)
        except (ValueError, TypeError, struct.error):  # the hash is correct, but not the length
            return None
        wrong = result is not None and self.n_values not in (None, len(result.values))
        return None if wrong else result

    def _write(self):
        now = time.time()
        with self._database:  # all or nothing
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
        """Drop the rows that were unused for longest until the others fit."""
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
    """Return a result as bytes, with a hash that reveals damage."""
    remark = json.dumps(result.remark).encode()
    content = _HEAD.pack(result.seconds, result.own_rate, len(remark)) + remark
    content += result.values.astype("<f4").tobytes()
    return hashlib.sha256(key + content).digest() + content


def _unpack(key, value):
    """Return the result in these bytes, or None if they are damaged."""
    if not isinstance(value, bytes) or len(value) < _CHECK + _HEAD.size:
        return None
    content = value[_CHECK:]
    if hashlib.sha256(key + content).digest() != value[:_CHECK]:
        return None
    seconds, own_rate, n_bytes = _HEAD.unpack(content[: _HEAD.size])
    remark = json.loads(content[_HEAD.size : _HEAD.size + n_bytes])
    values = np.frombuffer(content[_HEAD.size + n_bytes :], "<f4").astype(np.float32)
    return Result(values, None, seconds, own_rate, remark and tuple(remark))
