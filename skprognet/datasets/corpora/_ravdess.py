"""RAVDESS, the Ryerson Audio-Visual Database of Emotional Speech and Song."""

from skprognet.datasets._check_corpus import checked
from skprognet.datasets._corpus import AudbTables, Corpus
from skprognet.datasets._frame import select_values
from skprognet.datasets._named_files import NamedFiles

RAVDESS = Corpus(
    name="ravdess",
    title="RAVDESS",
    summary="RAVDESS (English).",
    licence="CC-BY-NC-SA-4.0",
    citation="S. R. Livingstone, F. A. Russo, The Ryerson Audio-Visual Database of Emotional "
    "Speech and Song (RAVDESS), PLOS ONE 13(5), e0196391, 2018. "
    "https://doi.org/10.1371/journal.pone.0196391",
    audb=AudbTables("ravdess", "1.1.3", r"emotion\.speech\..+"),
)
_NAMES = NamedFiles(
    corpus=RAVDESS.name,
    example="03-01-06-01-02-01-12.wav",
    pattern=(
        r"0[13]-(?P<channel>0[12])-(?P<emotion>0[1-8])-(?P<intensity>0[12])-"
        r"(?P<text>0[12])-(?P<repetition>0[12])-(?P<speaker>[01]\d|2[0-4])"
    ),
    words={
        "channel": {"01": "speech", "02": "song"},
        "emotion": {
            "01": "neutral",
            "02": "calm",
            "03": "happy",
            "04": "sad",
            "05": "angry",
            "06": "fearful",
            "07": "disgusted",
            "08": "surprised",
        },
        "intensity": {"01": "normal", "02": "strong"},
    },
    gender=lambda actor: "male" if int(actor) % 2 else "female",
    licence=RAVDESS.licence,
    citation=RAVDESS.citation,
)


def read_ravdess(root, *, emotions="all", channel="speech", duplicates="keep"):
    """Read RAVDESS [1]_, the Ryerson database of emotional speech and song, from your copy.

    Twenty-four actors, odd numbers male, even ones female, speak (and sing) two English
    sentences. A name such as ``03-01-06-01-02-01-12.wav`` gives modality, channel,
    emotion, intensity, sentence, repetition and actor.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'calm', 'disgusted', 'fearful', 'happy', 'neutral', 'sad',
        'surprised'.
    channel : {'speech', 'song', 'all'}, default='speech'
        The recordings to keep.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per recording, with the columns of :func:`check_corpus`, and ``channel``,
        ``intensity`` ('normal' or 'strong'), ``text`` and ``repetition``. ``attrs`` holds licence
        and citation.

    Warns
    -----
    UserWarning
        If a recording exists in several formats, and for the reasons of :func:`check_corpus`.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is not a folder, or holds no recordings.
    ValueError
        If a recording has an unexpected name, `emotions` or `channel` is unknown, or
        :func:`check_corpus` finds a problem.

    References
    ----------
    .. [1] S. R. Livingstone, F. A. Russo, "The Ryerson Audio-Visual Database of Emotional Speech
       and Song (RAVDESS)", PLOS ONE 13(5), 2018. https://doi.org/10.1371/journal.pone.0196391

    Examples
    --------
    Two recordings that contain only their names:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.datasets import read_ravdess
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("03-01-06-01-02-01-12.wav", "03-01-01-01-02-01-12.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     ravdess = read_ravdess(folder)
    >>> ravdess[["emotion", "speaker", "gender", "intensity"]]
       emotion speaker  gender intensity
    0  neutral      12  female    normal
    1  fearful      12  female    normal
    """
    channels = _NAMES.words["channel"].values()
    if channel != "all" and channel not in channels:
        raise ValueError(f"channel must be 'all' or one of {sorted(channels)}; got {channel!r}.")
    frame = _NAMES.read(root, emotions=emotions, duplicates=duplicates)
    return checked(select_values(frame, "channel", channel, channels), duplicates)
