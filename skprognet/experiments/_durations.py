"""Show how long the fits of a study took, and compute digests of files without these durations.

The same study on the same data gives the same bytes on the same machine, except for durations.
These are in timings.csv, together with how many networks were trained at once, and in the line of
the page that begins with `MARK`. The manifest, which distinguishes files of a run from files of
the user, has digests of these two files without the durations, so that it does not change either.
"""

import hashlib
import re

from skprognet._scores import SECONDS, TOGETHER
from skprognet.results import TIMINGS_FILE

MARK = b'<p id="times">'  # the beginning of the line of the page
_UNITS = (("h", 3600), ("min", 60))
_IN_LINE = re.compile(rb"\b\d+(\.\d)? (s|min|h)\b")
_SECONDS = rb",\d+(\.\d+)?(e[-+]?\d+)?"
_IN_TABLE = re.compile(_SECONDS + b"$", re.MULTILINE)  # the last column
_IN_TABLE_TOGETHER = re.compile(_SECONDS + rb",\d+$", re.MULTILINE)  # the last two


def total_duration(scores):
    """Return in words the sum of the durations of all fits in a table of scores."""
    return in_words(scores[SECONDS].sum())


def in_words(seconds):
    """Return seconds in a suitable unit."""
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def digest(name, content):
    """Return the SHA-256 of a file of a study, in hexadecimal digits, without its durations.

    Parameters
    ----------
    name : str
        Name of the file.
    content : bytes
        Content of the file.
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
