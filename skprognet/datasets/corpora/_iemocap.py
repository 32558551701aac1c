"""IEMOCAP: dialogues of two actors, with labels of each utterance in text files."""

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

IEMOCAP = Corpus(
    name="iemocap",
    title="IEMOCAP",
    summary="IEMOCAP: the paper's 5531 utterances, or others.",
    licence="for research, by agreement with the University of Southern California",
    citation="C. Busso et al., IEMOCAP: Interactive emotional dyadic motion capture database, "
    "Language Resources and Evaluation 42, 335-359, 2008. "
    "https://doi.org/10.1007/s10579-008-9076-6",
    n_sessions=5,
    counts={"angry": 1103, "happy": 1636, "neutral": 1708, "sad": 1084},
)
_LINE = re.compile(
    r"\[\s*(?P<start>[\d.]+)\s*-\s*(?P<end>[\d.]+)\s*\]\s+(?P<id>\S+)\s+(?P<label>\S+)\s+"
    r"\[\s*(?P<valence>[^\s,]+)\s*,\s*(?P<activation>[^\s,]+)\s*,\s*(?P<dominance>[^\s,]+)\s*\]"
)
# The F of Ses01F is the actor with the markers; the letter of the last field is the speaker.
_ID = re.compile(
    r"(?P<dialog>Ses0(?P<session>[1-5])[FM]_(?P<kind>impro|script)\w+)_(?P<who>[FM])(XX)?\d+"
)
_FORM = "[start - end] id label [valence, activation, dominance]"
_KINDS = {"impro": "improvised", "script": "scripted"}
_GENDERS = {"F": "female", "M": "male"}
_PAPER = {"ang": "angry", "neu": "neutral", "sad": "sad", "hap": "happy", "exc": "happy"}
_WORDS = {
    "paper": _PAPER,
    "all": _PAPER
    | {"exc": "excited", "fru": "frustrated", "fea": "fearful", "sur": "surprised"}
    | {"dis": "disgusted", "oth": "other", "xxx": None},
}


def read_iemocap(root, *, emotions="paper", recordings="all", segments=False, duplicates="keep"):
    """Read the labels of IEMOCAP [1]_ from your copy.

    Ten actors, two per session, improvise or play scripts. By default the result has the
    5531 utterances of Gideon et al. (2017): those of all sessions that the raters found angry,
    happy or excited (both are called happy), neutral or sad.

    =========  ===============================================================
    Total      5531
    Per class  angry 1103, happy 1636, neutral 1708, sad 1084
    Speakers   10 (5 female, 5 male), named '1F', '1M', ..., '5M'
    Licence    for research, by agreement with the University of Southern
               California
    =========  ===============================================================

    Parameters
    ----------
    root : path-like
        The folder that holds ``Session1`` to ``Session5``. Labels come from the files in
        ``Session*/dialog/EmoEvaluation`` (not in its subfolders), recordings from
        ``Session*/sentences/wav``.
    emotions : str or list of str, default='paper'
        'paper'; or 'all', in which 'excited' is a separate word, and the emotion is missing if the
        raters did not agree; or some of 'angry', 'disgusted', 'excited', 'fearful',
        'frustrated', 'happy', 'neutral', 'other', 'sad', 'surprised'.
    recordings : str or list of str, default='all'
        'all', 'improvised' or 'scripted'.
    segments : bool, default=False
        Point to the whole dialogues (``Session*/dialog/wav``), with start and end of each
        utterance, instead of the files with one utterance each.
    duplicates : {'keep', 'drop', 'error'}, default='keep'
        What to do about a recording that appears twice; see :func:`check_corpus`.

    Returns
    -------
    DataFrame
        One row per utterance, with the columns of :func:`check_corpus`, ``id`` and ``dialog``,
        its names in the corpus; ``recording``, 'improvised' or 'scripted'; ``label``, such as
        'exc'; ``valence``, ``activation`` and ``dominance``, mean ratings from 1 to 5, or NaN.
        ``attrs`` holds licence and citation.

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
    .. [1] C. Busso et al., "IEMOCAP: Interactive emotional dyadic motion capture database",
       Language Resources and Evaluation 42, 2008. https://doi.org/10.1007/s10579-008-9076-6

    Examples
    --------
    >>> from skprognet.datasets import read_iemocap
    >>> utterances = read_iemocap("IEMOCAP_full_release")  # doctest: +SKIP
    >>> utterances["emotion"].value_counts().to_dict()  # doctest: +SKIP
    {'neutral': 1708, 'happy': 1636, 'angry': 1103, 'sad': 1084}
    """
    root = check_root(root)
    labels = [
        path
        for path in sorted(root.glob("Session*/dialog/EmoEvaluation/*.txt"))
        if not path.name.startswith("._")
    ]
    if not labels:
        raise FileNotFoundError(
            f"root must hold Session1/dialog/EmoEvaluation/*.txt and so on; got {str(root)!r} "
            "without any. Pass the folder that holds Session1."
        )
    folder = "dialog/wav/*" if segments else "sentences/wav/*/*"
    wavs = find_by_name(root.glob(f"Session*/{folder}"), duplicates)
    check_recordings(root, wavs, f"Session*/{folder.removesuffix('/*')}/")
    utterances = [utterance for path in labels for utterance in _read_labels(path)]
    if not segments:  # the times are those of the dialogue, not of the file
        utterances = [utterance | {"start": None, "end": None} for utterance in utterances]
    return finish_corpus(
        IEMOCAP,
        utterances,
        wavs,
        _WORDS,
        _KINDS.values(),
        emotions=emotions,
        recordings=recordings,
        duplicates=duplicates,
        key="dialog" if segments else "id",
    )


def _read_labels(path):
    """Yield each utterance of a dialogue; lines of raters (C-..., A-...) lack the bracket."""
    for number, line in numbered_lines(path):
        if not line.startswith("["):
            continue
        fields = _LINE.fullmatch(line)
        if fields is None:
            raise bad_line(path, number, line, f"{_FORM!r}")
        fields = fields.groupdict()
        name = _ID.fullmatch(fields["id"])
        if name is None:
            raise bad_line(path, number, line, "an id such as Ses01F_impro01_F000")
        if fields["label"] not in _WORDS["all"]:
            raise bad_line(path, number, line, f"a label of {sorted(_WORDS['all'])}")
        numbers = ("start", "end", "valence", "activation", "dominance")
        try:
            fields |= {field: float(fields[field]) for field in numbers}
        except ValueError as error:
            raise bad_line(path, number, line, "numbers") from error
        yield {
            **fields,
            "speaker": name["session"] + name["who"],
            "gender": _GENDERS[name["who"]],
            "session": name["session"],
            "recording": _KINDS[name["kind"]],
            "dialog": name["dialog"],
        }
