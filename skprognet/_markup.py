"""Escape text for Markdown, LaTeX and HTML, so that it shows unchanged."""

import html
import re

from skprognet._wording import printable

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        # LaTeX's text fonts lack these, or show something else.
        "<": "$<$",
        ">": "$>$",
        "±": r"$\pm$",
        "†": r"$\dagger$",
        "↓": r"$\downarrow$",
        # After the end of a row LaTeX would read it as a length.
        "[": "{[}",
    }
)


def escape_markdown(text):
    """Return text that shows unchanged in Markdown: no markup, link, image or line break."""
    text = html.escape(printable(text), quote=False)
    text = re.sub(r"([\\`*|\[\]$~])", r"\\\1", text)
    # An underscore inside a name is not markup. It stays, so that a path can be copied and pasted.
    text = re.sub(r"_(?![^\W_])|(?<![^\W_])_", r"\_", text)
    # Markdown turns addresses into links, so break them up.
    return re.sub(r"(?i)(?<=[a-z])(:)(?=//|\w)|(?<=www)(\.)|(@)", r"\\\g<0>", text)


def escape_latex(text):
    """Return text that shows unchanged in LaTeX, even at the start of a table row."""
    text = printable(text).translate(LATEX)
    return "{*}" + text[1:] if text.startswith("*") else text


def escape_html(text):
    """Return text that shows unchanged in HTML."""
    return html.escape(printable(text))


ESCAPES = {"markdown": escape_markdown, "latex": escape_latex, "html": escape_html}
