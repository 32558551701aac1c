"""Corpora whose file names say everything: a row of facts and a reader each."""

import warnings
from pathlib import Path

import pandas as pd

from skprognet.datasets._checks import checked
from skprognet.datasets._frame import select_values
from skprognet.datasets._named_files import NamedFiles, read_named_files

_EMODB = NamedFiles(
    corpus="emodb",
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
)
_RAVDESS = NamedFiles(
    corpus="ravdess",
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
)
_CREMA_D = NamedFiles(
    corpus="crema_d",
    example="1001_DFA_ANG_XX.wav",
    # One recording of the corpus, 1040_ITH_SAD_X.wav, ends in a single X.
    pattern=(
        r"(?P<speaker>1\d{3})_(?P<text>[A-Z]{3})_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_"
        r"(?P<intensity>LO|MD|HI|XX?)"
    ),
    words={
        "emotion": {
            "ANG": "angry",
            "DIS": "disgusted",
            "FEA": "fearful",
            "HAP": "happy",
            "NEU": "neutral",
            "SAD": "sad",
        },
        "intensity": {"LO": "low", "MD": "medium", "HI": "high"},
    },
)
_NEMO = NamedFiles(
    corpus="nemo",
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
)


def _read(root, rule, emotions, duplicates):
    frame = read_named_files(root, rule, duplicates)
    return select_values(frame, "emotion", emotions, rule.words["emotion"].values())


def read_emodb(root, *, emotions="all", duplicates="keep"):
    """Read the Berlin Database of Emotional Speech [1]_ from your copy of it.

    Ten actors speak ten German sentences in seven emotions. A name such as ``03a01Fa.wav`` is
    speaker, sentence, the German initial of the emotion, and version.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'bored', 'disgusted', 'fearful', 'happy', 'neutral', 'sad'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that is there twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        A row per recording with the columns of :func:`check_corpus`, and ``text`` and
        ``version``. ``attrs`` hold licence and citation.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is no folder, or holds no recording.
    ValueError
        If a recording is named otherwise, an emotion is unknown, or :func:`check_corpus` finds a
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
    Two recordings, empty but for their names:

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
    return checked(_read(root, _EMODB, emotions, duplicates), duplicates)


def read_ravdess(root, *, emotions="all", channel="speech", duplicates="keep"):
    """Read RAVDESS [1]_, the Ryerson database of emotional speech and song, from your copy of it.

    Twenty-four actors, odd numbers male, even ones female, speak (and sing) two English
    sentences. A name such as ``03-01-06-01-02-01-12.wav`` is modality, channel, emotion,
    intensity, sentence, repetition and actor.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'calm', 'disgusted', 'fearful', 'happy', 'neutral', 'sad',
        'surprised'.
    channel : {'speech', 'song', 'all'}, default='speech'
        Which recordings.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that is there twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        A row per recording with the columns of :func:`check_corpus`, and ``channel``,
        ``intensity`` ('normal' or 'strong'), ``text`` and ``repetition``. ``attrs`` hold licence
        and citation.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is no folder, or holds no recording.
    ValueError
        If a recording is named otherwise, `emotions` or `channel` is unknown, or
        :func:`check_corpus` finds a problem.

    References
    ----------
    .. [1] S. R. Livingstone, F. A. Russo, "The Ryerson Audio-Visual Database of Emotional Speech
       and Song (RAVDESS)", PLOS ONE 13(5), 2018. https://doi.org/10.1371/journal.pone.0196391

    Examples
    --------
    Two recordings, empty but for their names:

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
    channels = _RAVDESS.words["channel"].values()
    if channel != "all" and channel not in channels:
        raise ValueError(f"channel must be 'all' or one of {sorted(channels)}, got {channel!r}.")
    frame = _read(root, _RAVDESS, emotions, duplicates)
    return checked(select_values(frame, "channel", channel, channels), duplicates)


def read_crema_d(root, *, emotions="all", duplicates="keep"):
    """Read CREMA-D [1]_, the crowd-sourced emotional multimodal actors dataset, from your copy.

    Ninety-one actors speak twelve English sentences. A name such as ``1001_DFA_ANG_XX.wav`` is
    actor, sentence, the emotion that was acted, and its intensity.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth. The genders come from
        ``VideoDemographics.csv`` of the corpus, in this folder or beside it.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'disgusted', 'fearful', 'happy', 'neutral', 'sad'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that is there twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        A row per recording with the columns of :func:`check_corpus`, and ``text`` and
        ``intensity`` ('low', 'medium', 'high' or missing). ``attrs`` hold licence and citation.

    Warns
    -----
    UserWarning
        If ``VideoDemographics.csv`` is not there, and all genders are missing therefore.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is no folder, or holds no recording.
    ValueError
        If a recording is named otherwise, an emotion is unknown, or :func:`check_corpus` finds a
        problem.

    Notes
    -----
    The emotion is the one that was asked for. What listeners heard is another one in many
    recordings; the corpus has their votes in its ``processedResults``.

    References
    ----------
    .. [1] H. Cao et al., "CREMA-D: Crowd-sourced emotional multimodal actors dataset", IEEE
       Transactions on Affective Computing 5(4), 2014. https://doi.org/10.1109/TAFFC.2014.2336244

    Examples
    --------
    Two recordings, empty but for their names:

    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from skprognet.datasets import read_crema_d
    >>> actors = pd.DataFrame({"ActorID": [1001], "Age": [51], "Sex": ["Male"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("1001_DFA_ANG_XX.wav", "1001_IEO_HAP_LO.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     actors.to_csv(Path(folder, "VideoDemographics.csv"), index=False)
    ...     crema_d = read_crema_d(folder)
    >>> crema_d[["emotion", "speaker", "gender", "text", "intensity"]].fillna("-")
      emotion speaker gender text intensity
    0   angry    1001   male  DFA         -
    1   happy    1001   male  IEO       low
    """
    frame = _read(root, _CREMA_D, emotions, duplicates)
    folder = Path(root).absolute()
    tables = [place / "VideoDemographics.csv" for place in (folder, folder.parent)]
    table = next((table for table in tables if table.is_file()), None)
    if table is not None:
        actors = pd.read_csv(table, dtype=str, usecols=["ActorID", "Sex"]).set_index("ActorID")
        frame["gender"] = frame["speaker"].map(actors["Sex"].str.lower())
    else:
        warnings.warn(
            "CREMA-D: no gender is known without VideoDemographics.csv of the corpus; put it into "
            f"{str(root)!r} and read again.",
            stacklevel=2,
        )
    return checked(frame, duplicates)


def read_nemo(root, *, emotions="all", duplicates="keep"):
    """Read nEMO [1]_, Polish emotional speech, from your copy of it.

    Nine actors speak ninety sentences. A name such as ``EB0_anger_1.wav`` is speaker, emotion
    and sentence.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'fearful', 'happy', 'neutral', 'sad', 'surprised'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that is there twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        A row per recording with the columns of :func:`check_corpus`, and ``text``. ``attrs``
        hold licence and citation.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is no folder, or holds no recording.
    ValueError
        If a recording is named otherwise, an emotion is unknown, or :func:`check_corpus` finds a
        problem.

    References
    ----------
    .. [1] I. Christop, "nEMO: Dataset of emotional speech in Polish", LREC-COLING 2024.
       https://arxiv.org/abs/2404.06292

    Examples
    --------
    Two recordings, empty but for their names:

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
    return checked(_read(root, _NEMO, emotions, duplicates), duplicates)
