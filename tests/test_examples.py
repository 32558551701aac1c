"""Each page of the gallery has a number, a claim that it checks, and a picture."""

import ast
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
PAGES = sorted(EXAMPLES.glob("*.py"))


def parse(page):
    return ast.parse(page.read_text("utf-8"))


def number_of(page):
    """Return the number in the name of a page, such as plot_05_is_the_gain_real.py."""
    match = re.fullmatch(r"plot_(\d\d)_[a-z_]+\.py", page.name)
    assert match, f"{page.name} is not called plot_NN_words.py"
    return int(match[1])


def test_pages_are_numbered_without_gaps():
    assert PAGES, f"no pages in {EXAMPLES}"
    assert [number_of(page) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestPage:
    def test_title_has_the_number(self, page):
        title, line, *_ = ast.get_docstring(parse(page)).splitlines()
        assert re.fullmatch(rf"{number_of(page)}\. [A-Z].*", title)
        assert line == "=" * len(title)

    def test_docstring_introduces_the_page(self, page):
        assert len(ast.get_docstring(parse(page)).split()) > 20

    def test_page_asserts_something_computed(self, page):
        claims = [node.test for node in ast.walk(parse(page)) if isinstance(node, ast.Assert)]
        assert claims, "no assert"
        # An assertion without a variable, such as `assert True`, checks nothing.
        assert all(any(isinstance(n, ast.Name) for n in ast.walk(claim)) for claim in claims)

    def test_page_ends_with_a_picture(self, page):
        assert ast.unparse(parse(page).body[-1]) == "plt.show()"

    def test_pictures_can_be_read_on_a_phone(self, page):
        # Text of 10 points in a figure 5.5 inches wide is 8 points high on a phone.
        widths = re.findall(r"figsize=\(([\d.]+),", page.read_text("utf-8"))
        assert all(float(width) <= 5.5 for width in widths)


def test_links_to_the_gallery_name_existing_pages():
    names = {page.name for page in PAGES}
    docs = EXAMPLES.parent / "docs"
    # Leave out docs/generated: inherited docstrings there link to other galleries.
    written = [*docs.glob("*.rst"), *docs.glob("user_guide/*.rst"), *docs.glob("decisions/*.rst")]
    texts = [*PAGES, *EXAMPLES.glob("*.rst"), *written]
    linked = {
        link
        for text in texts
        for link in re.findall(r"sphx_glr_auto_examples_(\w+\.py)", text.read_text("utf-8"))
    }
    assert linked
    assert linked <= names
