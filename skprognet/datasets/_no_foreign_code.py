"""Keep audformat and audb from running code in a database.

Both read the header of a database with a YAML loader that makes any Python object, and prefer a
pickle of a table, or of the list of files, to its text. Either can run any command. Inside
:func:`no_foreign_code` headers are plain YAML, tables are CSV or Parquet, and pickles are ignored,
even those that audb itself has put into its cache.
"""

import os
import sys
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import PurePosixPath, PureWindowsPath
from threading import RLock

_LONGEST = 2**25  # characters of a header; a normal one has some thousands
_DEEPEST = 50
_COPIED = 10**6  # nodes that aliases may expand to
_FILES_OF_AUDB = "dependencies.parquet"
_lock = RLock()  # the replaced functions are shared by all threads


@contextmanager
def no_foreign_code():
    """Let audformat, and audb if it is imported, read nothing that could run code."""
    table = import_module("audformat.core.table").Base
    replaced = [
        (import_module("audformat.core.database"), "Loader", _header_loader()),
        (table, "load", _load_text),
    ]
    if "audb" in sys.modules:
        dependencies = import_module("audb").Dependencies
        replaced += [
            (import_module("audb.core.define"), "CACHED_DEPENDENCY_FILE", _FILES_OF_AUDB),
            (dependencies, "load", _load_checked(dependencies.load)),
        ]
    with _lock, ExitStack() as stack:
        for owner, name, value in replaced:
            # This fails if the attribute is missing, so a new release cannot bypass it silently.
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield


def stays_inside(path):
    """Return whether a relative path stays in its folder, on any operating system."""
    kinds = (PurePosixPath(path), PureWindowsPath(path))
    return not any(kind.anchor or ".." in kind.parts for kind in kinds)


def _load_text(table, path):
    """Load a table like ``audformat.Table.load``, but never from a pickle."""
    read = {".parquet": table._load_parquet, ".csv": table._load_csv}
    for suffix, load in read.items():
        if os.path.isfile(path + suffix):
            check_inside(path + suffix)
            return load(path + suffix)
    if os.path.exists(f"{path}.pkl"):
        raise ValueError(
            f"A table must be CSV or Parquet, since a pickle can run any command; got only "
            f"{path + '.pkl'!r}. If you trust it, load the database with audformat, and save it "
            "with storage_format='csv'."
        )
    raise FileNotFoundError(
        f"Each table in the header must have a file; got neither {path + '.csv'!r} nor the same "
        "name with .parquet. Remove the table from the header, or get a complete copy of the "
        "database."
    )


def check_inside(path):
    """Raise if a file is a link that leads out of its folder."""
    folder = os.path.realpath(os.path.dirname(path))
    if os.path.dirname(os.path.realpath(path)) != folder:
        raise ValueError(
            f"A database must hold its own tables; got {str(path)!r}, which is a link to "
            f"{os.path.realpath(path)!r}. Replace it by a copy."
        )


def _load_checked(load):
    """Return a safe form of audb's function that loads the list of files of a database."""

    def load_checked(dependencies, path):
        if str(path).endswith(".pkl"):
            raise ValueError(
                f"The list of files of a database must not be a pickle; got {str(path)!r}. Do "
                "not use this database, since a pickle can run any code."
            )
        load(dependencies, path)
        _check_paths(dependencies.files, "files")

    return load_checked


def _header_loader():
    """Return the class that reads a header: safe YAML of bounded size, paths in the folder."""
    yaml = import_module("yaml")
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class HeaderLoader(safe):
        def __init__(self, stream):
            text = stream.read(_LONGEST + 1)
            _check_size(text, yaml, safe)
            super().__init__(text)

        def get_single_data(self):
            try:
                header = super().get_single_data()
            except yaml.constructor.ConstructorError as error:
                raise ValueError(
                    "The header of a database must be plain YAML, without objects of Python or "
                    f"other tags; got {error.problem}. Do not use this database unless you know "
                    "why it has them."
                ) from error
            except ValueError as error:  # of a number or a date that Python cannot hold
                raise ValueError(
                    "Each number and date in the header of a database must be valid; got one that "
                    f"is not ({str(error).partition(';')[0]}). Get a complete copy of it."
                ) from error
            if not isinstance(header, dict):
                raise ValueError(
                    "The header of a database must be a mapping of YAML; got "
                    f"{type(header).__name__}. Get a complete copy of it."
                )
            for part in ("tables", "misc_tables"):
                _check_paths(header.get(part) or (), part, allowed=1)
            return header

    return HeaderLoader


def _check_size(text, yaml, loader):
    """Raise if a header is too long, too deep, or grows too much when its aliases are expanded.

    The parser of events needs no recursion. The later steps do, and such a header would crash them
    together with the process.
    """
    if len(text) > _LONGEST:
        raise ValueError(
            f"A header must have at most {_LONGEST} characters; got {len(text)}. Do not use this "
            "database."
        )
    sizes, copied, depth = {}, 0, [[None, 0]]
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            # An alias without a known size is inside the value that it stands for.
            size = sizes.get(event.anchor, _COPIED + 1)
            copied += size
            depth[-1][1] += size
        elif isinstance(event, yaml.CollectionStartEvent):
            depth.append([event.anchor, 1])
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = depth.pop()
            sizes[anchor] = size
            depth[-1][1] += size
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
            depth[-1][1] += 1
        if len(depth) > _DEEPEST or copied > _COPIED:
            raise ValueError(
                f"A header must have at most {_DEEPEST} levels, and aliases that expand to at "
                f"most {_COPIED} values in total; got more. It is damaged or malicious; do not "
                "use it."
            )


def _check_paths(names, what, allowed=None):
    """Raise if a name is not text, leads out of the folder, or has too many parts."""
    for name in names:
        inside = isinstance(name, str) and stays_inside(name) and "\0" not in name
        if not inside or (allowed and len(PureWindowsPath(name).parts) > allowed):
            raise ValueError(
                f"The {what} of a database must be in its folder; got {name!r}. Do not use this "
                "database unless you know why."
            )
