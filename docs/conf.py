"""Configuration of the documentation; names, authors and version come from the package."""

import sys
from importlib.metadata import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

package = metadata("skprognet")

project = package["Name"]
author = package["Author"]
version = release = package["Version"]
copyright = f"2026, {author}"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "mathml",  # beside this file
    "myst_parser",  # for CHANGES.md
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/**.ipynb"]
default_role = "obj"  # `name` links to what it names, if that has a page
# Every other role has to. What other libraries have is not looked up: that takes a network.
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*"), ("py:.*", r"(joblib|scipy|sklearn|torch)\..*")]

autosummary_generate = True
toc_object_entries_show_parents = "hide"  # `fit`, since the page says of which class
maximum_signature_line_length = 70  # longer ones have a line for each parameter
autodoc_typehints = "none"  # types are stated once, in the docstring
numpydoc_show_class_members = False  # the class template lists them
templates_path = ["_templates"]

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",  # numbered, to be read in order
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,  # a page of them would load scripts from elsewhere
    "show_signature": False,
    "remove_config_comments": True,
    "image_srcset": ["2x"],  # sharp on phones and in print
    "doc_module": (project,),  # the pages of its names end with the examples that use them
    "backreferences_dir": "generated/backreferences",
}

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {version}"
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
# Pages without others below them need no list of these.
html_sidebars = {"user_guide/install": [], "user_guide/how_do_i": [], "changes": []}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system has it
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_show_sourcelink = False


def skip_borrowed(app, what, name, member, skip, options):
    """Leave out what scikit-learn defines: its docstrings link to pages that only it has."""
    home = getattr(member, "__module__", None) or package["Name"]
    return skip or not home.startswith(package["Name"])


def setup(app):
    app.connect("autodoc-skip-member", skip_borrowed)
