"""Names of recordings -> a corpus frame, by one rule per corpus."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from skprognet.datasets._checks import count
from skprognet.datasets._frame import check_root, make_frame
from skprognet.datasets._recordings import find_recordings


@dataclass(frozen=True)
class NamedFiles:
    """How a corpus names its recordings.

    Each group of `pattern` is a column of the frame, and `words` holds, for some columns, the
    word for each code. `gender` gives the gender of a speaker where no group does.
    """

    corpus: str
    example: str
    pattern: str
    words: dict[str, dict[str, str]]
    gender: Callable[[str], str | None] | None = None


def read_named_files(root, rule, duplicates):
    """Return the frame of the recordings below `root`, sorted by path, unchecked.

    Parameters
    ----------
    root : path-like
        Folder of the corpus, at any depth above the recordings.
    rule : NamedFiles
        How the recordings are named.
    duplicates : {"keep", "drop", "error"}
        Whether a recording in two formats is a warning or an error.

    Returns
    -------
    DataFrame
        The corpus.

    Raises
    ------
    NotADirectoryError, FileNotFoundError
        If `root` is no folder, or holds no recording.
    ValueError
        If recordings are named otherwise; it names the first ones.
    """
    paths = find_recordings(check_root(root).rglob("*"), duplicates)
    if not paths:
        raise FileNotFoundError(
            f"root must hold recordings such as {rule.example}, got {str(root)!r} without any "
            "audio file (WAV, FLAC, ...); pass the folder that they lie in, or one above it."
        )
    names = [re.fullmatch(rule.pattern, path.stem) for path in paths]
    strange = [str(path) for path, name in zip(paths, names, strict=True) if name is None]
    if strange:
        raise ValueError(
            f"Recordings must be named like {rule.example}, got {count(strange, 'file')} named "
            f"otherwise, the first of them {strange[0]!r}; move what is not of the corpus away."
        )
    frame = pd.DataFrame([name.groupdict() for name in names])
    frame["file"] = [str(path) for path in paths]
    for column, codes in rule.words.items():
        frame[column] = frame[column].map(codes)
    if rule.gender is not None:
        frame["gender"] = frame["speaker"].map(rule.gender)
    return make_frame(frame, rule.corpus)
