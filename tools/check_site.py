"""Check every internal link of a built site, without a network: check_site.py FOLDER.

A link must lead to a file of the site, and a fragment to an element of that page. Pictures,
scripts and styles must be files of the site, so that no page depends on another server.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# The attributes with which a page loads a resource, or links to another page.
LOADS = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}
LEADS = {"a": "href", "area": "href"}
# The kinds of link elements that describe the page and load nothing.
SAYS = {"canonical", "next", "prev", "index", "search", "author", "license"}


class Page(HTMLParser):
    """The ids of a page, the resources it loads, and its links, with their line numbers."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.loads, self.leads = set(), [], []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        kind = self.leads if tag in LEADS or attributes.get("rel") in SAYS else self.loads
        if target := attributes.get({**LOADS, **LEADS}.get(tag)):
            kind.append((self.getpos()[0], target))

    handle_startendtag = handle_starttag


def problems_of(page, path, pages):
    """Yield a sentence for each dead link and each missing resource of a page."""
    for line, target in [*page.loads, *page.leads]:
        url = urlsplit(target)
        if url.scheme or url.netloc:
            if (line, target) in page.loads and url.scheme != "data":
                yield f"{path}:{line}: {target} is loaded from elsewhere"
            continue
        file = (path.parent / unquote(url.path)).resolve() if url.path else path
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            yield f"{path}:{line}: {target} is not a file of the site"
        elif url.fragment and file in pages and unquote(url.fragment) not in pages[file].ids:
            yield f"{path}:{line}: {target} is not an element of the page"


def check_site(folder):
    """Return the numbers of checked pages and links, and a list of problems."""
    paths = sorted(Path(folder).resolve().rglob("*.html"))
    pages = {path: Page(path) for path in paths if "_static" not in path.parts}
    problems = [text for path, page in pages.items() for text in problems_of(page, path, pages)]
    return len(pages), sum(len(page.loads + page.leads) for page in pages.values()), problems


if __name__ == "__main__":
    n_pages, n_links, problems = check_site(sys.argv[1])
    print(*problems, f"{n_links} links on {n_pages} pages, {len(problems)} dead", sep="\n")
    sys.exit(bool(problems) or not n_links)
