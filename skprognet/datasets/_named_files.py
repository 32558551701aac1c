"""Read labels from the names of recordings, by one rule per corpus."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from skprognet._wording import count, first_few
from skprognet.datasets._frame import check_root, make_frame, select_values
from skprognet.datasets._recordings import files_below, find_recordings, report_versions


@dataclass(frozen=True)
class NamedFiles:
    r"""Describe how the names of recordings hold the labels of a corpus.

    Parameters
    ----------
    corpus : str
        Name of the corpus.
    example : str
        The name of one recording, for messages.
    pattern : str
        A regular expression for the whole name without its suffix. Each named group becomes a
        column of the frame; the group ``speaker`` is needed, and ``emotion`` nearly always.
    words : dict of str to dict, default=None
        For some of the columns, the word for each code in the names: ``{"emotion": {"W":
        "angry"}}``. A code without a word becomes a missing value. None changes no column.
    gender : callable, default=None
        Returns the gender of a speaker, 'female', 'male' or None, if no group holds it.
    licence, citation : str, default=None
        The terms of use, and what to cite; they go into the ``attrs`` of the frame.

    Raises
    ------
    ValueError
        If the pattern has no group ``speaker``, or lacks a group that `words` names.

    See Also
    --------
    check_corpus : Checks the result; every reader ends with it.
    read_table : Reads labels that are in a table.

    Examples
    --------
    A corpus of recordings such as ``kim_W_1.wav``:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet.datasets import NamedFiles, check_corpus
    >>> names = NamedFiles(
    ...     corpus="calls",
    ...     example="kim_W_1.wav",
    ...     pattern=r"(?P<speaker>[a-z]+)_(?P<emotion>[WT])_(?P<take>\d)",
    ...     words={"emotion": {"W": "angry", "T": "sad"}},
    ...     gender={"kim": "female"}.get,
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("kim_W_1.wav", "kim_T_1.wav"):
    ...         _ = Path(folder, name).write_text(name)
    ...     calls = check_corpus(names.read(folder))
    >>> calls[["emotion", "speaker", "gender", "corpus", "take"]]
      emotion speaker  gender corpus take
    0     sad     kim  female  calls    1
    1   angry     kim  female  calls    1
    """

    corpus: str
    example: str
    pattern: str
    words: dict[str, dict[str, str]] | None = None
    gender: Callable[[str], str | None] | None = None
    licence: str | None = None
    citation: str | None = None

    def __post_init__(self):
        """Check that the pattern has the groups that are needed."""
        groups = re.compile(self.pattern).groupindex
        if "speaker" not in groups:
            raise ValueError(
                f"pattern must have a group for the speaker; got {self.pattern!r}. Write "
                "(?P<speaker>...) around this part of the name."
            )
        unknown = [column for column in self.words or {} if column not in groups]
        if unknown:
            raise ValueError(
                f"words must be for groups of the pattern, {first_few(groups)}; got words for "
                f"{first_few(unknown)}. Name a group."
            )

    def read(self, root, *, emotions="all", duplicates="keep"):
        """Read the recordings in a folder, without checking the result.

        A reader adapts the frame to its corpus, and ends with :func:`check_corpus`.

        Parameters
        ----------
        root : path-like
            Folder of the corpus, at any depth above the recordings.
        emotions : str or list of str, default='all'
            'all', or some of the emotions.
        duplicates : {'keep', 'drop', 'error'}, default='keep'
            What to do about a recording in two formats: 'keep' and 'drop' warn and read one of
            them, 'error' raises.

        Returns
        -------
        DataFrame
            One row per recording, sorted by path: the columns of :func:`check_corpus`, then the
            other groups of the pattern.

        Warns
        -----
        UserWarning
            If a recording exists in several formats, or different files have the same name.

        Raises
        ------
        NotADirectoryError, FileNotFoundError
            If `root` is not a folder, or holds no recordings.
        ValueError
            If the name of a recording does not match the pattern, an emotion is unknown, or a
            recording exists in several formats, or different files have the same name, and
            `duplicates` is 'error'.
        """
        paths = find_recordings(files_below(check_root(root)), duplicates)
        if not paths:
            raise FileNotFoundError(
                f"root must hold recordings such as {self.example}; got {str(root)!r} without any "
                "audio file (WAV, FLAC, ...). Pass the folder of the recordings, or one above it."
            )
        frame = self._read_names(paths)
        report_versions(paths, duplicates)
        words = (self.words or {}).get("emotion")
        known = set(words.values()) - {None} if words else set(frame["emotion"].dropna())
        return select_values(frame, "emotion", emotions, known)

    def _read_names(self, paths):
        """Return the frame of labels in the names of recordings."""
        names = [re.fullmatch(self.pattern, path.stem) for path in paths]
        strange = [str(path) for path, name in zip(paths, names, strict=True) if name is None]
        if strange:
            raise ValueError(
                f"Recordings must have names like {self.example}; got {count(strange, 'file')} "
                f"with other names, the first {strange[0]!r}. Move files that are not part of the "
                "corpus away."
            )
        frame = pd.DataFrame([name.groupdict() for name in names])
        frame["file"] = [str(path) for path in paths]
        for column, codes in (self.words or {}).items():
            frame[column] = frame[column].map(codes)
        if self.gender is not None:
            frame["gender"] = frame["speaker"].map(self.gender)
        facts = {"licence": self.licence, "citation": self.citation}
        attrs = {name: fact for name, fact in facts.items() if fact is not None}
        return make_frame(frame, self.corpus, attrs)
