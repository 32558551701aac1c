"""Names of recordings -> a corpus frame, by one rule per corpus."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from skprognet.datasets._check_corpus import count
from skprognet.datasets._frame import check_root, make_frame, select_values
from skprognet.datasets._recordings import find_recordings


@dataclass(frozen=True)
class NamedFiles:
    r"""How a corpus names its recordings, where the names hold the labels.

    Parameters
    ----------
    corpus : str
        Name of the corpus.
    example : str
        The name of one recording, for messages.
    pattern : str
        A regular expression for the whole name without its suffix. Each named group becomes a
        column of the frame; the group ``speaker`` is needed, and ``emotion`` nearly always.
    words : dict of str to dict, default={}
        For some of the columns, the word for each code in the names: ``{"emotion": {"W":
        "angry"}}``. A code without a word becomes a missing value.
    gender : callable, default=None
        Returns the gender of a speaker, 'female', 'male' or None, where no group does.
    licence, citation : str, default=None
        How the corpus may be used, and what to cite; they go into the ``attrs`` of the frame.

    See Also
    --------
    check_corpus : What a reader ends with.
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
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    gender: Callable[[str], str | None] | None = None
    licence: str | None = None
    citation: str | None = None

    def read(self, root, *, emotions="all", duplicates="keep"):
        """Read the recordings in a folder. The frame is still to be checked.

        A reader changes what it has to and ends with :func:`check_corpus`.

        Parameters
        ----------
        root : path-like
            Folder of the corpus, at any depth above the recordings.
        emotions : str or list of str, default='all'
            'all', or some of the emotions.
        duplicates : {'keep', 'drop', 'error'}, default='keep'
            Whether a recording in two formats is a warning or an error.

        Returns
        -------
        DataFrame
            A row per recording, sorted by path: the columns of :func:`check_corpus`, then the
            other groups of the pattern.

        Raises
        ------
        NotADirectoryError, FileNotFoundError
            If `root` is no folder, or holds no recording.
        ValueError
            If recordings are named otherwise, or an emotion is unknown.
        """
        paths = find_recordings(check_root(root).rglob("*"), duplicates)
        if not paths:
            raise FileNotFoundError(
                f"root must hold recordings such as {self.example}, got {str(root)!r} without any "
                "audio file (WAV, FLAC, ...); pass the folder that they lie in, or one above it."
            )
        frame = self._read_names(paths)
        known = set(self.words.get("emotion", {}).values()) or set(frame["emotion"].dropna())
        return select_values(frame, "emotion", emotions, known)

    def _read_names(self, paths):
        """Return the frame that the names of recordings give."""
        names = [re.fullmatch(self.pattern, path.stem) for path in paths]
        strange = [str(path) for path, name in zip(paths, names, strict=True) if name is None]
        if strange:
            raise ValueError(
                f"Recordings must be named like {self.example}, got {count(strange, 'file')} "
                f"named otherwise, the first of them {strange[0]!r}; move what is not of the "
                "corpus away."
            )
        frame = pd.DataFrame([name.groupdict() for name in names])
        frame["file"] = [str(path) for path in paths]
        for column, codes in self.words.items():
            frame[column] = frame[column].map(codes)
        if self.gender is not None:
            frame["gender"] = frame["speaker"].map(self.gender)
        facts = {"licence": self.licence, "citation": self.citation}
        attrs = {name: fact for name, fact in facts.items() if fact is not None}
        return make_frame(frame, self.corpus, attrs)
