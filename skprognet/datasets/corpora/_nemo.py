"""nEMO, emotional speech in Polish."""

from skprognet.datasets._check_corpus import checked
from skprognet.datasets._corpus import AudbTables, Corpus
from skprognet.datasets._named_files import NamedFiles

NEMO = Corpus(
    name="nemo",
    title="nEMO",
    summary="nEMO (Polish).",
    licence="CC-BY-NC-SA-4.0",
    citation="I. Christop, nEMO: Dataset of emotional speech in Polish, LREC-COLING 2024. "
    "https://arxiv.org/abs/2404.06292",
    audb=AudbTables("nemo", "1.0.1", r"emotion\.categories\..+"),
)
_NAMES = NamedFiles(
    corpus=NEMO.name,
    example="EB0_anger_1.wav",
    pattern=(
        r"(?P<speaker>[A-Z]{2}\d)_(?P<emotion>anger|fear|happiness|neutral|sadness|surprised)_"
        r"(?P<text>\d+)"
    ),
    words={
        "emotion": {
            "anger": "angry",
            "fear": "fearful",
            "happiness": "happy",
            "neutral": "neutral",
            "sadness": "sad",
            "surprised": "surprised",
        }
    },
    gender={
        **dict.fromkeys(("EB0", "IC0", "KD0", "MK0"), "female"),
        **dict.fromkeys(("KS0", "MP0", "SM0", "TP0", "WR0"), "male"),
    }.get,
    licence=NEMO.licence,
    citation=NEMO.citation,
)


def read_nemo(root, *, emotions="all", duplicates="keep"):
    """Read nEMO [1]_, Polish emotional speech, from your copy.

    Nine actors speak ninety sentences. A name such as ``EB0_anger_1.wav`` gives speaker, emotion
    and sentence.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'fearful', 'happy', 'neutral', 'sad', 'surprised'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per recording, with the columns of :func:`check_corpus`, and ``text``. ``attrs``
        holds licence and citation.

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

    References
    ----------
    .. [1] I. Christop, "nEMO: Dataset of emotional speech in Polish", LREC-COLING 2024.
       https://arxiv.org/abs/2404.06292

    Examples
    --------
    Two recordings that contain only their names:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.datasets import read_nemo
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("EB0_anger_1.wav", "EB0_neutral_13.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     nemo = read_nemo(folder)
    >>> nemo[["emotion", "speaker", "gender", "text"]]
       emotion speaker  gender text
    0    angry     EB0  female    1
    1  neutral     EB0  female   13
    """
    return checked(_NAMES.read(root, emotions=emotions, duplicates=duplicates), duplicates)
