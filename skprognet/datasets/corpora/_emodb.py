"""EmoDB, the Berlin Database of Emotional Speech."""

from skprognet.datasets._check_corpus import checked
from skprognet.datasets._corpus import AudbTables, Corpus
from skprognet.datasets._named_files import NamedFiles

EMODB = Corpus(
    name="emodb",
    title="EmoDB",
    summary="EmoDB, the Berlin database (German).",
    licence="CC0-1.0",
    citation="F. Burkhardt et al., A database of German emotional speech, Interspeech 2005, "
    "1517-1520. https://doi.org/10.21437/Interspeech.2005-446",
    audb=AudbTables("emodb", "1.4.1", "emotion"),
)
_NAMES = NamedFiles(
    corpus=EMODB.name,
    example="03a01Fa.wav",
    pattern=r"(?P<speaker>\d\d)(?P<text>[ab]\d\d)(?P<emotion>[AEFLNTW])(?P<version>[a-z])",
    words={
        "emotion": {
            "A": "fearful",  # Angst
            "E": "disgusted",  # Ekel
            "F": "happy",  # Freude
            "L": "bored",  # Langeweile
            "N": "neutral",
            "T": "sad",  # Trauer
            "W": "angry",  # Wut
        }
    },
    gender=lambda actor: "female" if actor in {"08", "09", "13", "14", "16"} else "male",
    licence=EMODB.licence,
    citation=EMODB.citation,
)


def read_emodb(root, *, emotions="all", duplicates="keep"):
    """Read the Berlin Database of Emotional Speech [1]_ from your copy.

    Ten actors speak ten German sentences in seven emotions. A name such as ``03a01Fa.wav`` gives
    speaker, sentence, German initial of the emotion, and version.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'bored', 'disgusted', 'fearful', 'happy', 'neutral', 'sad'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per recording, with the columns of :func:`check_corpus`, and ``text`` and
        ``version``. ``attrs`` holds licence and citation.

    Warns
    -----
    UserWarning
        If a recording exists in several formats, and for the reasons of :func:`check_corpus`.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is not a folder, or holds no recordings.
    ValueError
        If a recording has an odd name, an emotion is unknown, or :func:`check_corpus` finds a
        problem.

    See Also
    --------
    load_emodb : Features of 339 of these recordings, shipped with the package.
    fetch_corpus : Downloads the recordings.

    References
    ----------
    .. [1] F. Burkhardt et al., "A database of German emotional speech", Interspeech 2005.
       https://doi.org/10.21437/Interspeech.2005-446

    Examples
    --------
    Two recordings that contain only their names:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.datasets import read_emodb
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("03a01Fa.wav", "03a01Nc.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     emodb = read_emodb(folder)
    >>> emodb[["emotion", "speaker", "gender", "text"]]
       emotion speaker gender text
    0    happy      03   male  a01
    1  neutral      03   male  a01
    """
    return checked(_NAMES.read(root, emotions=emotions, duplicates=duplicates), duplicates)
