"""Read corpora whose labels are in text files."""

import warnings

from skprognet._wording import count
from skprognet.datasets._check_corpus import checked
from skprognet.datasets._frame import make_frame, select_values
from skprognet.datasets._recordings import is_recording


def numbered_lines(path):
    """Yield the number (from 1) and the text of each line, without the spaces around it."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")  # raters' remarks may be latin-1
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, line.strip()


def bad_line(path, number, line, expected):
    """Return the ValueError about a line that is not `expected`."""
    return ValueError(
        f"{path}, line {number} must have {expected}; got {line!r}. Repair the line, or read a "
        "fresh copy of the corpus."
    )


def check_recordings(root, recordings, places):
    """Raise if no recordings were found in the expected place, and say where there are others.

    Parameters
    ----------
    root : Path
        Folder of the corpus.
    recordings : collection of Path
        The recordings that were found.
    places : str
        The expected places below the folder.

    Raises
    ------
    FileNotFoundError
        If none were found.
    """
    if recordings:
        return
    elsewhere = sorted(filter(is_recording, root.rglob("*")))
    other = f"{count(elsewhere, 'recording')} elsewhere"
    other += f", the first of them {str(elsewhere[0])!r}" if elsewhere else ""
    raise FileNotFoundError(
        f"Recordings must be in {places}; {str(root)!r} has none there, and {other}. Pass the "
        "folder that holds these places, or move the recordings there."
    )


def finish_corpus(
    corpus, utterances, wavs, words, kinds, *, emotions, recordings, duplicates, key="id"
):
    """Choose utterances, join them with their recordings, and check the frame.

    Parameters
    ----------
    corpus : Corpus
        The facts about the corpus.
    utterances : list of dict
        All labelled utterances, with ``label``, ``recording`` and `key` among other columns.
    wavs : dict of str to Path
        All recordings, by their name in the column `key`.
    words : dict of str to dict
        The word for each label, in the selection 'paper' and in all others.
    kinds : collection of str
        The words for ``recording``.
    emotions, recordings : str or list of str
        The parameters of the reader.
    duplicates : {"keep", "drop", "error"}
        The parameter of the reader.
    key : str, default='id'
        The column that names the recording of an utterance.

    Returns
    -------
    DataFrame
        The corpus.
    """
    if not utterances:
        raise ValueError(
            f"{corpus.title}: the label files must name utterances; got none. Read a fresh copy "
            "of the corpus."
        )
    labelled = {utterance[key] for utterance in utterances}
    unlabelled = [path for name, path in sorted(wavs.items()) if name not in labelled]
    _warn_left_out(corpus, "recording", "label", unlabelled)

    frame = make_frame(utterances, corpus.name, corpus.attrs)
    is_paper = isinstance(emotions, str) and emotions == "paper"
    meaning = words["paper" if is_paper else "all"]
    known = {word for word in meaning.values() if word}
    frame["emotion"] = frame["label"].map(meaning)
    frame = select_values(
        frame, "emotion", list(known) if is_paper else emotions, known, ("'paper'", "'all'")
    )
    frame = select_values(frame, "recording", recordings, kinds)

    frame["file"] = [str(wavs.get(name, "")) for name in frame[key]]
    no_recording = frame["file"] == ""
    _warn_left_out(corpus, "utterance", "recording", frame.loc[no_recording, "id"])
    frame = frame[~no_recording].reset_index(drop=True)
    if is_paper and isinstance(recordings, str) and recordings == "all":
        _warn_of_counts(frame, corpus)
    return checked(frame, duplicates)


def _warn_left_out(corpus, noun, lack, items):
    items = [str(item) for item in items]
    if items:
        has, are = ("has", "is") if len(items) == 1 else ("have", "are")
        such_as = "" if len(items) == 1 else "such as "
        warnings.warn(
            f"{corpus.title}: {count(items, noun)}, {such_as}{items[0]}, {has} no {lack} and "
            f"{are} left out.",
            stacklevel=4,
        )


def _warn_of_counts(frame, corpus):
    """Warn if there are more or fewer utterances of an emotion than in the paper."""
    differences = []
    for emotion, expected in corpus.counts.items():
        n_read = int((frame["emotion"] == emotion).sum())
        if n_read != expected:
            by = f"{abs(n_read - expected)} {'more' if n_read > expected else 'fewer'}"
            differences.append(f"{n_read} {emotion} instead of {expected} ({by})")
    if differences:
        missing = sorted(set(map(str, range(1, corpus.n_sessions + 1))) - set(frame["session"]))
        why = f" Nothing was read from session {', '.join(missing)}." if missing else ""
        warnings.warn(
            f"{corpus.title}: This is not the selection of the paper: "
            f"{', '.join(differences)}.{why}",
            stacklevel=4,
        )
