"""The checker of the built site finds dead links and external resources, and nothing else."""

import runpy
from pathlib import Path

import pytest

check_site = runpy.run_path(Path(__file__).parents[2] / "tools" / "check_site.py")["check_site"]


@pytest.fixture
def site(tmp_path):
    """Return a function that makes a site: a page with this body, and another page with an id."""

    def make(body):
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / "index.html").write_text('<h1 id="here">Other</h1>', "utf-8")
        (tmp_path / "picture of it.png").touch()
        (tmp_path / "page.html").write_text(f"<p id='top'>Page</p>\n{body}", "utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize(
    "body",
    [
        '<a href="other/index.html#here">an element of another page</a>',
        '<a href="other/">a folder</a>',
        '<a href="#top">an element of this page</a>',
        '<a href="https://arxiv.org/abs/1706.03256">a page elsewhere</a>',
        '<a href="mailto:someone@example.org">somebody</a>',
        '<img src="picture%20of%20it.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<link rel="canonical" href="https://example.org/page.html">',
    ],
)
def test_links_that_work_give_no_problem(site, body):
    assert check_site(site(body)) == (2, 1, [])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="another.html">x</a>', "another.html is not a file of the site"),
        (
            '<a href="other/index.html#there">x</a>',
            "other/index.html#there is not an element of the",
        ),
        ('<a href="#bottom">x</a>', "#bottom is not an element of the page"),
        ('<img src="missing.png"/>', "missing.png is not a file of the site"),
        ('<script src="https://example.org/a.js"></script>', "a.js is loaded from elsewhere"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "a.css is loaded from elsewhere"),
    ],
)
def test_a_dead_or_external_resource_is_reported(site, body, problem):
    n_pages, n_links, (text,) = check_site(site(body))
    assert (n_pages, n_links) == (2, 1)
    assert problem in text
    assert "page.html:2: " in text
