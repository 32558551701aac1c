"""What is known about a corpus, whoever reads it."""

from dataclasses import dataclass, field
from typing import NamedTuple


class AudbTables(NamedTuple):
    """Where the labels of a corpus are in audb's public repository."""

    database: str
    version: str
    tables: str  # a regular expression for the names of the tables


@dataclass(frozen=True)
class Corpus:
    """A corpus as its publication describes it.

    Parameters
    ----------
    name : str
        Its name in the column ``corpus`` and on the command line.
    title : str
        What its authors call it.
    summary : str
        What it is, in one line.
    licence, citation : str
        How it may be used, and what to cite. They go into the ``attrs`` of its frame.
    audb : AudbTables, default=None
        Where it can be downloaded; None if only its owners hand it out.
    n_sessions : int, default=0
        The number of its recording sessions, where it has any.
    counts : dict of str to int, default={}
        The utterances of each emotion in the selection of Gideon et al. (2017).
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
        """What goes into the ``attrs`` of the corpus's frame."""
        return {"licence": self.licence, "citation": self.citation}
