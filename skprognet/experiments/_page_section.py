"""A section of the page of a study: a question with its answer, figures and tables."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """A table of the page.

    Attributes
    ----------
    name, note : str
        Name for screen readers, and advice on how to read the table.
    heads : list of str
        The head of each column.
    rows : list of list of (str, bool)
        The text of each cell, and whether it is marked.
    """

    name: str
    note: str
    heads: list
    rows: list


@dataclass(eq=False)
class Section:
    """One question, and the answer of the study.

    Attributes
    ----------
    heading : str
        The question.
    findings : list of str
        The answer in plain words.
    figures : list of Figure
        The figures. All are written as files, and those with an SVG are shown.
    tables : list of Table
        Tables below the figures.
    """

    heading: str
    findings: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    tables: list = field(default_factory=list)

    def add(self, where, findings, figures, tables):
        """Add the findings, figures and tables of one target corpus."""
        start = f"{where.removeprefix(', ')}: " if where else ""
        self.findings += [start + finding for finding in findings]
        self.figures += figures
        self.tables += tables
