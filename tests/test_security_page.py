"""The page on security names a test for each promise, and these tests exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "user_guide" / "security.rst").read_text("utf-8")
NAMED = re.findall(r"``(tests/[\w/]+\.py)::(\w+)``", PAGE)


def test_each_promise_has_a_test():
    promises = [
        part for part in re.split(r"\n   \* - ", PAGE)[1:] if not part.startswith("Promise")
    ]
    assert len(promises) > 10
    assert all(re.search(r"\n     - ``tests/", promise) for promise in promises)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_named_test_exists(file, test):
    assert f"\ndef {test}(" in (ROOT / file).read_text("utf-8")
