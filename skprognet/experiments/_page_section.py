"""A section of the page of a study: a question, its answer, figures and tables."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """A table of the page.

    Attributes
    ----------
    name, note : str
        What it is called by those who do not see it; how to read it.
    heads : list of str
        One for each column.
    rows : list of list of (str, bool)
        Each cell, and whether it is marked.
    """

    name: str
    note: str
    heads: list
    rows: list


@dataclass(eq=False)
class Section:
    """One question, and what the study answers.

    Attributes
    ----------
    heading : str
        The question.
    findings : list of str
        The answer in plain words.
    figures : list of Figure
        All are written as files; those with an SVG are shown.
    tables : list of Table
        Shown below.
    """

    heading: str
    findings: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    tables: list = field(default_factory=list)

    def add(self, where, findings, figures, tables):
        """Add what one corpus, if there are several, shows."""
        start = f"{where.removeprefix(', ')}: " if where else ""
        self.findings += [start + finding for finding in findings]
        self.figures += figures
        self.tables += tables
