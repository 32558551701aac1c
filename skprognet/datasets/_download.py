"""Download open corpora from audb's public repository."""

import re
import sys
from contextlib import redirect_stdout

from skprognet._extras import import_extra
from skprognet.datasets._audformat import read_audformat
from skprognet.datasets._no_foreign_code import no_foreign_code
from skprognet.datasets.corpora import CORPORA, OPEN_CORPORA

_shown = set()  # the corpora whose licence this process has shown


def fetch_corpus(name, *, version=None, cache=None, duplicates="keep", verbose=True):
    """Download an open corpus, or take it from the cache, and read its labels.

    The recordings and labels come from the public repository of audb [1]_, which checks each
    file against its checksum and keeps it, so the next call needs no network. The first call for a
    corpus in a process prints its licence and what to cite on standard error.

    ===========  ========================  ===========  =======================================
    Name         Corpus                    Language     Licence
    ===========  ========================  ===========  =======================================
    'emodb'      EmoDB                     German       CC0-1.0
    'crema_d'    CREMA-D                   English      ODbL-1.0
    'emouerj'    emoUERJ                   Portuguese   CC-BY-4.0
    'nemo'       nEMO                      Polish       CC-BY-NC-SA-4.0 (not commercial)
    'ravdess'    RAVDESS, speech only      English      CC-BY-NC-SA-4.0 (not commercial)
    'subesco'    SUBESCO                   Bangla       CC-BY-4.0
    ===========  ========================  ===========  =======================================

    Parameters
    ----------
    name : str
        Name of the corpus in the table above.
    version : str, default=None
        Version of the database. None means the version that this function was written for, so
        the data do not change during a study.
    cache : path-like, default=None
        Folder that keeps the data. None means the folder of audb: the environment variable
        ``AUDB_CACHE_ROOT``, or else ``~/audb``.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.
    verbose : bool, default=True
        Show the progress of the download, the licence and what to cite on standard error.

    Returns
    -------
    DataFrame
        One row per recording, with the columns of :func:`check_corpus`; ``attrs`` holds licence,
        citation and version.

    Warns
    -----
    UserWarning
        For the reasons of :func:`check_corpus`.

    Raises
    ------
    ValueError
        If there is no such corpus, or :func:`check_corpus` finds a problem.
    RuntimeError
        If it cannot be downloaded.
    ImportError
        If audb is missing: ``pip install 'skprognet[corpora]'``.

    See Also
    --------
    read_audformat : Reads any other database of audb, once ``audb.load`` has fetched it.

    Notes
    -----
    The repositories are those of ``audb.config``. If you have a mirror, name it there.

    No code from the download or the cache runs. Headers are read as plain YAML, and tables and
    the list of files from CSV or Parquet. Pickles that audb has put into the cache are ignored.

    References
    ----------
    .. [1] H. Wierstorf et al., "audb - Sharing and Versioning of Audio and Annotation Data in
       Python", 2023. https://arxiv.org/abs/2303.00645

    Examples
    --------
    >>> from skprognet.datasets import fetch_corpus
    >>> emodb = fetch_corpus("emodb")  # doctest: +SKIP
    >>> emodb["emotion"].value_counts().to_dict()  # doctest: +SKIP
    {'angry': 127, 'bored': 81, 'neutral': 79, 'happy': 71, 'fearful': 69, 'sad': 62,
    'disgusted': 46}
    """
    if name not in OPEN_CORPORA:
        raise ValueError(
            f"name must be one of {OPEN_CORPORA}; got {name!r}. Read licensed corpora from your "
            "copy, for instance with read_iemocap."
        )
    known = CORPORA[name]
    database, tested_version, tables = known.audb
    version = version or tested_version
    loaded = _load(database, version, cache, verbose)
    labels = [table for table in loaded.tables if re.fullmatch(tables, table)]
    frame = read_audformat(loaded, tables=labels, corpus=name, duplicates=duplicates)
    # EmoDB's speaker 03 is the number 3 in audb.
    frame["speaker"] = frame["speaker"].str.zfill(2)
    frame.attrs |= {"citation": known.citation, "version": version}
    if verbose and name not in _shown:
        _shown.add(name)
        print(
            f"{known.title} {version}, licence {frame.attrs['licence']}. Please cite: "
            f"{known.citation}",
            file=sys.stderr,
        )
    return frame


def _load(database, version, cache, verbose):
    audb = import_extra("audb", "corpora")
    cache = None if cache is None else str(cache)
    try:
        # audb's progress bars already go to standard error.
        with redirect_stdout(sys.stderr), no_foreign_code():
            return audb.load(
                database,
                version=version,
                pickle_tables=False,
                cache_root=cache,
                verbose=verbose,
            )
    except Exception as error:  # audb passes on whatever its backends raise
        raise RuntimeError(
            f"{database} {version} could not be fetched with audb ({error}). Check the version, "
            "the network, and the repositories in audb.config."
        ) from error
