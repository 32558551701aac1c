"""CREMA-D, the crowd-sourced emotional multimodal actors dataset."""

import warnings
from pathlib import Path

import pandas as pd

from skprognet._wording import first_few
from skprognet.datasets._check_corpus import checked
from skprognet.datasets._corpus import AudbTables, Corpus
from skprognet.datasets._named_files import NamedFiles

CREMA_D = Corpus(
    name="crema_d",
    title="CREMA-D",
    summary="CREMA-D (English).",
    licence="ODbL-1.0",
    citation="H. Cao et al., CREMA-D: Crowd-sourced emotional multimodal actors dataset, IEEE "
    "Transactions on Affective Computing 5(4), 377-390, 2014. "
    "https://doi.org/10.1109/TAFFC.2014.2336244",
    audb=AudbTables("crema-d", "1.3.0", r"emotion\.categories\.desired\..+"),
)
_NAMES = NamedFiles(
    corpus=CREMA_D.name,
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
    licence=CREMA_D.licence,
    citation=CREMA_D.citation,
)


def read_crema_d(root, *, emotions="all", duplicates="keep"):
    """Read CREMA-D [1]_, the crowd-sourced emotional multimodal actors dataset, from your copy.

    Ninety-one actors speak twelve English sentences. A name such as ``1001_DFA_ANG_XX.wav`` gives
    actor, sentence, acted emotion and intensity.

    Parameters
    ----------
    root : path-like
        A folder with the recordings, at any depth. The genders come from
        ``VideoDemographics.csv`` of the corpus, in this folder or beside it.
    emotions : str or list of str, default='all'
        'all', or some of 'angry', 'disgusted', 'fearful', 'happy', 'neutral', 'sad'.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per recording, with the columns of :func:`check_corpus`, and ``text`` and
        ``intensity`` ('low', 'medium', 'high' or missing). ``attrs`` holds licence and citation.

    Warns
    -----
    UserWarning
        If ``VideoDemographics.csv`` is missing, so that all genders are missing; if a recording
        exists in several formats; and for the reasons of :func:`check_corpus`.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is not a folder, or holds no recordings.
    ValueError
        If a recording has an odd name, an emotion is unknown, ``VideoDemographics.csv`` has
        another form, or :func:`check_corpus` finds a problem.

    Notes
    -----
    The emotion is the one that the actor was asked to express. Listeners heard another one in many
    recordings; the corpus has their votes in its ``processedResults``.

    References
    ----------
    .. [1] H. Cao et al., "CREMA-D: Crowd-sourced emotional multimodal actors dataset", IEEE
       Transactions on Affective Computing 5(4), 2014. https://doi.org/10.1109/TAFFC.2014.2336244

    Examples
    --------
    Two recordings that contain only their names:

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
    frame = _NAMES.read(root, emotions=emotions, duplicates=duplicates)
    folder = Path(root).absolute()
    tables = [place / "VideoDemographics.csv" for place in (folder, folder.parent)]
    table = next((table for table in tables if table.is_file()), None)
    if table is not None:
        try:
            actors = pd.read_csv(table, dtype=str, usecols=["ActorID", "Sex"])
        except ValueError as error:
            raise ValueError(
                f"{str(table)!r} must have the columns ActorID and Sex, separated by commas; it "
                f"cannot be read like that ({error}). Take the file of the corpus."
            ) from error
        actors = actors.drop_duplicates().set_index("ActorID")
        twice = actors.index[actors.index.duplicated()]
        if len(twice):
            raise ValueError(
                f"{str(table)!r} must have one Sex for each ActorID; got several for "
                f"{first_few(twice.unique())}. Take the file of the corpus."
            )
        frame["gender"] = frame["speaker"].map(actors["Sex"].str.lower())
    else:
        warnings.warn(
            "CREMA-D: The genders need VideoDemographics.csv of the corpus. Put it "
            f"into {str(root)!r} and read again.",
            stacklevel=2,
        )
    return checked(frame, duplicates)
