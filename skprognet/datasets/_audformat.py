"""Read databases in audformat, the format of audEERING's tools."""

from importlib import import_module
from pathlib import Path

import pandas as pd

from skprognet._extras import import_extra
from skprognet._wording import first_few
from skprognet.datasets._check_corpus import checked
from skprognet.datasets._frame import COLUMNS, make_frame, translate
from skprognet.datasets._no_foreign_code import check_inside, no_foreign_code, stays_inside
from skprognet.datasets.corpora import find_attrs


def read_audformat(
    database,
    *,
    emotion="emotion",
    speaker="speaker",
    gender=("gender", "sex"),
    session="session",
    others=(),
    tables=None,
    words=None,
    corpus=None,
    duplicates="keep",
):
    """Read the labels of a database in audformat.

    No code of the database runs. Its header is read as plain YAML, and its tables from CSV or
    Parquet, never from the pickles that audformat writes beside them. Paths that lead out of its
    folder are refused.

    audEERING's audb stores corpora in audformat [1]_: tables of labels for files or for segments
    of files. Each column follows a scheme, and a scheme of speakers may also hold their genders.

    Parameters
    ----------
    database : audformat.Database or path-like
        The database, or the folder with its ``db.yaml``.
    emotion : str, default='emotion'
        Scheme or column of the emotion. Its rows are the utterances.
    speaker : str, default='speaker'
        Scheme or column of the speaker.
    gender : str or tuple of str, default=('gender', 'sex')
        Scheme or column of the gender; if there are several, the first that has a value.
    session : str, default='session'
        Scheme or column of the session.
    others : str or sequence of str, default=()
        Schemes or columns to add as further columns.
    tables : str or list of str, default=None
        The tables in which to look for the emotion, if several have one. None means all.
    words : dict of str to str or None, default=None
        The package's word for each label of emotion or gender; None makes the label missing.
        Nouns such as 'anger' are known.
    corpus : str, default=None
        Name of the corpus. None means the name of the database.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per row of the emotion, with the columns of :func:`check_corpus`, then `others`.
        ``attrs`` holds the licence of the database.

    Warns
    -----
    UserWarning
        For the reasons of :func:`check_corpus`.

    Raises
    ------
    FileNotFoundError
        If a folder holds no database.
    ValueError
        If the database lacks this emotion, has more than one for the same file, or has no value of
        one of `others`; if one of `others` would replace a column of other values; if its header
        is more than plain YAML, a table exists only as a pickle, or a path leads out of the
        folder; or if :func:`check_corpus` finds a problem.
    ImportError
        If audformat is missing: ``pip install 'skprognet[corpora]'``.

    References
    ----------
    .. [1] https://audeering.github.io/audformat/

    Examples
    --------
    >>> import tempfile, audformat
    >>> from pathlib import Path
    >>> from skprognet.datasets import read_audformat
    >>> database = audformat.Database("calls", license="CC0-1.0")
    >>> database.schemes["emotion"] = audformat.Scheme(labels=["anger", "sadness"])
    >>> database.schemes["speaker"] = audformat.Scheme(labels={"Kim": {"gender": "female"}})
    >>> files = audformat.filewise_index(["a.wav", "b.wav"])
    >>> labels = database["labels"] = audformat.Table(files)
    >>> for scheme, values in [("emotion", ["anger", "sadness"]), ("speaker", ["Kim", "Kim"])]:
    ...     labels[scheme] = audformat.Column(scheme_id=scheme)
    ...     labels[scheme].set(values)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in files:
    ...         _ = Path(folder, name).write_text(name)
    ...     database.save(folder)
    ...     calls = read_audformat(folder)
    >>> calls[["emotion", "speaker", "gender", "corpus"]]
      emotion speaker  gender corpus
    0   angry     Kim  female  calls
    1     sad     Kim  female  calls
    >>> calls.attrs["licence"]
    'CC0-1.0'
    """
    audformat = import_extra("audformat", "corpora")
    genders = (gender,) if isinstance(gender, str) else tuple(gender)
    others = [others] if isinstance(others, str) else list(others)
    own = {"emotion": (emotion,), "speaker": (speaker,), "gender": genders, "session": (session,)}
    replacing = [
        name
        for name in others
        if not (name == "corpus" and corpus is None)
        and name in COLUMNS
        and name not in own.get(name, ())
    ]
    if replacing:
        raise ValueError(
            f"others must not replace the columns of a corpus; got {first_few(replacing)}, "
            "which the corpus already has, with other values. Leave it out (--others)."
        )
    wanted = list(dict.fromkeys([speaker, *genders, session, *others]))
    with no_foreign_code():  # get() loads tables too
        folder = None if isinstance(database, audformat.Database) else Path(database)
        database = database if folder is None else _load(audformat, folder)
        labels = database.get(emotion, wanted, tables=tables)
    if labels.empty:
        raise ValueError(
            f"The database {database.name!r} has no labels for {emotion!r}"
            f"{'' if tables is None else f' in {tables!r}'}; it has the schemes "
            f"{first_few(sorted(database.schemes))} and the tables "
            f"{first_few(sorted(database.tables))}. Pass one of the schemes as emotion "
            "(--emotion)."
        )
    absent = [name for name in others if labels[name].isna().all()]
    if absent:
        raise ValueError(
            f"others must be schemes or columns of the database {database.name!r}; got "
            f"{first_few(absent)} without any value. The schemes are "
            f"{first_few(sorted(database.schemes))}. Check the spelling (--others)."
        )
    labels = audformat.utils.to_segmented_index(labels).reset_index()
    if folder is not None:
        _check_files(labels["file"].unique(), folder)

    frame = pd.DataFrame({"file": _absolute(labels["file"], database.root)})
    frame["start"], frame["end"] = _seconds(labels["start"], labels["end"])
    frame["emotion"] = _text(labels[emotion])
    frame["speaker"] = _text(labels[speaker])
    frame["gender"] = _text(labels[list(genders)].astype(object).bfill(axis=1).iloc[:, 0])
    frame["session"] = _text(labels[session])
    further = [name for name in others if name not in frame]
    frame[further] = labels[further]
    name = corpus or database.name
    frame = translate(make_frame(frame, name, find_attrs(name)), words)
    if database.license:
        frame.attrs["licence"] = str(database.license)
    return checked(frame, duplicates)


def _load(audformat, folder):
    if not (folder / "db.yaml").is_file():
        raise FileNotFoundError(
            f"database must be a folder with a db.yaml; got {str(folder)!r} without one. Pass the "
            "folder of the database."
        )
    check_inside(folder / "db.yaml")
    damage = (KeyError, TypeError, AttributeError, AssertionError, import_module("yaml").YAMLError)
    try:
        return audformat.Database.load(str(folder))
    except damage as error:
        raise ValueError(
            f"{str(folder / 'db.yaml')!r} cannot be read as the header of a database "
            f"({type(error).__name__}: {error}). Get a complete copy of it."
        ) from error


def _check_files(files, folder):
    """Raise if the tables of a folder name recordings elsewhere."""
    roots = folder.absolute(), folder.resolve()
    outside = [
        file
        for file in files
        if not stays_inside(file)
        and (".." in Path(file).parts or not any(map(Path(file).is_relative_to, roots)))
    ]
    if outside:
        raise ValueError(
            f"The tables must name recordings in the folder of the database, {str(folder)!r}; got "
            f"{first_few(outside)}. If you trust it, load it with audformat and pass the Database."
        )


def _absolute(files, root):
    """Return the paths as str; relative ones start at the folder of the database."""
    return [str(Path(root or "", file)) for file in files]


def _seconds(start, end):
    """Return start and end in s; for a whole file (0 and no end), both are NaN."""
    start, end = start.dt.total_seconds(), end.dt.total_seconds()
    return start.mask((start == 0) & end.isna()), end


def _text(column):
    return column.astype(object).map(str, na_action="ignore")
