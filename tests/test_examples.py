"""The gallery is one story: numbered pages, each with a claim that is checked and a picture."""

import ast
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
PAGES = sorted(EXAMPLES.glob("*.py"))


def parse(page):
    return ast.parse(page.read_text("utf-8"))


def number_of(page):
    """Return the number in the name of a page, as plot_05_is_the_gain_real.py."""
    match = re.fullmatch(r"plot_(\d\d)_[a-z_]+\.py", page.name)
    assert match, f"{page.name} is not called plot_NN_words.py"
    return int(match[1])


def test_pages_are_numbered_in_one_row():
    assert PAGES, f"no pages in {EXAMPLES}"
    assert [number_of(page) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestPage:
    def test_title_has_the_number(self, page):
        title, line, *_ = ast.get_docstring(parse(page)).splitlines()
        assert re.fullmatch(rf"{number_of(page)}\. [A-Z].*", title)
        assert line == "=" * len(title)

    def test_says_what_it_is_about(self, page):
        assert len(ast.get_docstring(parse(page)).split()) > 20

    def test_checks_what_it_claims(self, page):
        claims = [node.test for node in ast.walk(parse(page)) if isinstance(node, ast.Assert)]
        assert claims, "no assert"
        # What holds whatever is computed, such as `assert True`, is no claim.
        assert all(any(isinstance(n, ast.Name) for n in ast.walk(claim)) for claim in claims)

    def test_ends_with_a_picture(self, page):
        assert ast.unparse(parse(page).body[-1]) == "plt.show()"

    def test_pictures_can_be_read_on_a_phone(self, page):
        # Text of 10 points in a figure 5.5 inches wide is 8 points high on a phone.
        widths = re.findall(r"figsize=\(([\d.]+),", page.read_text("utf-8"))
        assert all(float(width) <= 5.5 for width in widths)


def test_header_and_links_name_pages_that_exist():
    names = {page.name for page in PAGES}
    docs = EXAMPLES.parent / "docs"
    # Not what a build leaves in docs/generated: borrowed docstrings link to other galleries.
    written = [*docs.glob("*.rst"), *docs.glob("user_guide/*.rst"), *docs.glob("decisions/*.rst")]
    texts = [*PAGES, *EXAMPLES.glob("*.rst"), *written]
    linked = {
        link
        for text in texts
        for link in re.findall(r"sphx_glr_auto_examples_(\w+\.py)", text.read_text("utf-8"))
    }
    assert linked <= names
