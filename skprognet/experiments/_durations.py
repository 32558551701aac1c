"""How long the fits of a study took: the one line of the page, and digests that leave times out.

The same study on the same data gives the same bytes, whatever ran where, but for durations. They
stand in timings.csv, beside how many networks were trained together, and in one line of the page
that has `MARK`. The manifest, which tells files
of a run from files of the user, has digests of these two without the durations, so that it is the
same as well.
"""

import hashlib
import re

from skprognet._scores import SECONDS, TOGETHER
from skprognet.results import TIMINGS_FILE

MARK = b'<p id="times">'  # how the line of the page begins
_UNITS = (("h", 3600), ("min", 60))
_IN_LINE = re.compile(rb"\b\d+(\.\d)? (s|min|h)\b")
_SECONDS = rb",\d+(\.\d+)?(e[-+]?\d+)?"
_IN_TABLE = re.compile(_SECONDS + b"$", re.MULTILINE)  # the last column
_IN_TABLE_TOGETHER = re.compile(_SECONDS + rb",\d+$", re.MULTILINE)  # the last two


def total_duration(scores):
    """Return in words how long all fits of a table of scores took, one after the other."""
    return in_words(scores[SECONDS].sum())


def in_words(seconds):
    """Return seconds in the unit that suits them."""
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def digest(name, content):
    """Return the SHA-256 of a file of a study, in hexadecimal digits, without its durations.

    Parameters
    ----------
    name : str
        Of the file.
    content : bytes
        What is in it.
    """
    if name == TIMINGS_FILE:
        together = content.partition(b"\n")[0].endswith(TOGETHER.encode())
        content = (_IN_TABLE_TOGETHER if together else _IN_TABLE).sub(b",", content)
    elif name.endswith(".html"):
        lines = content.split(b"\n")
        content = b"\n".join(
            _IN_LINE.sub(b"", line) if line.startswith(MARK) else line for line in lines
        )
    return hashlib.sha256(content).hexdigest()
