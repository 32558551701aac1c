"""MSP-IMPROV: improvisations around given sentences, with labels in one text file."""

import re

from skprognet.datasets._corpus import Corpus
from skprognet.datasets._frame import check_root
from skprognet.datasets._label_files import (
    bad_line,
    check_recordings,
    finish_corpus,
    numbered_lines,
)
from skprognet.datasets._recordings import find_by_name

MSP_IMPROV = Corpus(
    name="msp_improv",
    title="MSP-IMPROV",
    summary="MSP-IMPROV: the paper's 7798 recordings, or others.",
    licence="for research, by agreement with the University of Texas at Dallas",
    citation="C. Busso et al., MSP-IMPROV: An acted corpus of dyadic interactions to study "
    "emotion perception, IEEE Transactions on Affective Computing 8(1), 67-80, 2017. "
    "https://doi.org/10.1109/TAFFC.2016.2515617",
    n_sessions=6,
    counts={"angry": 792, "happy": 2644, "neutral": 3477, "sad": 885},
)
_SPELLINGS = ("Evalution.txt", "Evaluation.txt")  # the first is how the corpus spells it
# S01A is a sentence and the emotion meant for it; the session is in the speaker's name.
_ID = re.compile(
    r"(?:UTD|MSP)-IMPROV-(?P<sentence>S\d\d[AHNS])-(?P<speaker>[FM]0(?P<session>[1-6]))-"
    r"(?P<kind>[PRST])-[FM]{2}\d+"
)
_KINDS = {
    "P": "natural",
    "R": "target-read",
    "S": "other-improvised",
    "T": "target-improvised",
}
_GENDERS = {"F": "female", "M": "male"}
_DIMENSIONS = {"V": "valence", "A": "activation", "D": "dominance", "N": "naturalness"}
_PAPER = {"A": "angry", "H": "happy", "N": "neutral", "S": "sad"}
_WORDS = {"paper": _PAPER, "all": _PAPER | {"O": "other", "X": None}}


def read_msp_improv(root, *, emotions="paper", recordings="all", duplicates="keep"):
    """Read the labels of MSP-IMPROV [1]_ from your copy.

    Twelve actors, two per session, improvise around given sentences, read them, and talk to each
    other in between. By default the result has the 7798 utterances of Gideon et al. (2017): all
    recordings that the raters found angry, happy, neutral or sad.

    =========  ===============================================================
    Total      7798
    Per class  angry 792, happy 2644, neutral 3477, sad 885
    Speakers   12 (6 female, 6 male), named 'F01', 'M01', ..., 'M06'
    Licence    for research, by agreement with the University of Texas at
               Dallas
    =========  ===============================================================

    Parameters
    ----------
    root : path-like
        The folder that holds ``Evalution.txt`` (or ``Evaluation.txt``) and ``session1`` to
        ``session6``, which may be in a folder ``Audio``.
    emotions : str or list of str, default='paper'
        'paper'; or 'all', in which the emotion is missing if the raters did not agree; or some
        of 'angry', 'happy', 'neutral', 'other', 'sad'.
    recordings : str or list of str, default='all'
        'all', or some of 'target-improvised' (the given sentence, improvised), 'target-read',
        'other-improvised' (the rest of the improvisation) and 'natural' (talk in between).
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per utterance, with the columns of :func:`check_corpus`, and: ``id``, its name in
        the corpus; ``sentence``, such as 'S01A', with the emotion meant for it; ``recording``,
        as above; ``label``, such as 'A'; ``valence``, ``activation``, ``dominance`` and
        ``naturalness``, mean ratings from 1 to 5, or NaN. ``attrs`` holds licence and citation.

    Warns
    -----
    UserWarning
        If the numbers of the default emotions differ from the paper, with the difference in each
        class; if a recording has no label, or a label no recording (both are left out); if a
        recording exists in several formats; and for the reasons of :func:`check_corpus`.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is not a folder, or holds no labels or no recordings.
    ValueError
        If a line or an id has an unexpected form (the message names file and line); if `emotions`
        or `recordings` is unknown; or if :func:`check_corpus` finds a problem.

    References
    ----------
    .. [1] C. Busso et al., "MSP-IMPROV: An acted corpus of dyadic interactions to study emotion
       perception", IEEE Transactions on Affective Computing 8(1), 2017.
       https://doi.org/10.1109/TAFFC.2016.2515617

    Examples
    --------
    >>> from skprognet.datasets import read_msp_improv
    >>> utterances = read_msp_improv("MSP-IMPROV")  # doctest: +SKIP
    >>> utterances["emotion"].value_counts().to_dict()  # doctest: +SKIP
    {'neutral': 3477, 'happy': 2644, 'sad': 885, 'angry': 792}
    """
    root = check_root(root)
    labels = [root / name for name in _SPELLINGS if (root / name).is_file()]
    if not labels:
        raise FileNotFoundError(
            f"root must hold {' or '.join(_SPELLINGS)}; got {str(root)!r} with neither. Pass the "
            "folder that holds this file."
        )
    tree = "[sS]ession*/*/*/*"
    wavs = find_by_name([*root.glob(tree), *root.glob(f"Audio/{tree}")], duplicates)
    check_recordings(root, wavs, "session*/*/*/ or Audio/session*/*/*/, such as session1/S01A/P/")
    return finish_corpus(
        MSP_IMPROV,
        list(_read_labels(labels[0])),
        wavs,
        _WORDS,
        _KINDS.values(),
        emotions=emotions,
        recordings=recordings,
        duplicates=duplicates,
    )


def _read_labels(path):
    """Yield each utterance; the lines of the raters name no recording."""
    for number, line in numbered_lines(path):
        fields = [field.strip() for field in line.split(";")]
        if not (fields[0].endswith(".avi") or fields[0].startswith(("UTD-", "MSP-"))):
            continue
        name = _ID.fullmatch(fields[0].removesuffix(".avi"))
        if name is None:
            raise bad_line(path, number, line, "an id such as UTD-IMPROV-S01A-F01-P-FM01.avi")
        if len(fields) < 2 or fields[1] not in _WORDS["all"]:
            raise bad_line(path, number, line, f"a label of {sorted(_WORDS['all'])}")
        try:
            ratings = _read_ratings(fields[2:])
        except ValueError as error:
            raise bad_line(path, number, line, "ratings such as A:3.5; V:2.0;") from error
        yield {
            "id": "MSP" + name[0][3:],  # the name of the recording, not of the video
            "label": fields[1],
            "speaker": name["speaker"],
            "gender": _GENDERS[name["speaker"][0]],
            "session": name["session"],
            "recording": _KINDS[name["kind"]],
            "sentence": name["sentence"],
            **ratings,
        }


def _read_ratings(fields):
    """Return the four mean ratings; a missing one is NaN."""
    ratings = dict(field.replace(" ", "").split(":") for field in fields if field)
    return {name: float(ratings.get(letter, "nan")) for letter, name in _DIMENSIONS.items()}
