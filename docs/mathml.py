"""Sphinx extension: equations as MathML, which browsers show by themselves.

MathJax would be fetched from a server of somebody else by every reader, and not at all offline.
"""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

# What LaTeX knows and docutils does not, by what both know.
SPELLINGS = (
    (r"\\dots(?![a-zA-Z])", r"\\ldots"),
    (r"\\([Bb]ig)(?=[(\[{|]|\\[{|])", r"\\\1l"),
    (r"\\([Bb]ig)(?=[)\]}]|\\})", r"\\\1r"),
)


def to_mathml(translator, node, as_block):
    text = node.astext()
    for pattern, replacement in SPELLINGS:
        text = re.sub(pattern, replacement, text)
    try:
        translator.body.append(tex2mathml(text, as_block=as_block))
    except MathError as error:
        logging.getLogger(__name__).warning("%s in %r", error, text, location=node)


def visit_math(translator, node):
    to_mathml(translator, node, as_block=False)
    raise nodes.SkipNode


def visit_displaymath(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="equation"))
    to_mathml(translator, node, as_block=True)
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
