"""The facts about a corpus."""

from dataclasses import dataclass, field
from typing import NamedTuple


class AudbTables(NamedTuple):
    """The place of the labels of a corpus in audb's public repository."""

    database: str
    version: str
    tables: str  # a regular expression for the names of the tables


@dataclass(frozen=True)
class Corpus:
    """The facts about a corpus from its publication.

    Parameters
    ----------
    name : str
        Name in the column ``corpus`` and on the command line.
    title : str
        The authors' name of the corpus.
    summary : str
        A description in one line.
    licence, citation : str
        The terms of use, and what to cite. They go into the ``attrs`` of its frame.
    audb : AudbTables, default=None
        Where it can be downloaded; None if only its owners give it away.
    n_sessions : int, default=0
        Number of its recording sessions; 0 if it has none.
    counts : dict of str to int, default={}
        Number of utterances of each emotion in the selection of Gideon et al. (2017).
    """

    name: str
    title: str
    summary: str
    licence: str
    citation: str
    audb: AudbTables | None = None
    n_sessions: int = 0
    counts: dict = field(default_factory=dict)

    @property
    def attrs(self):
        """The ``attrs`` of the frame of the corpus."""
        return {"licence": self.licence, "citation": self.citation}
