"""Fixtures for every test, and checks of what every test must leave unchanged."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# No window, wherever the tests run; read when matplotlib is first imported.
os.environ.setdefault("MPLBACKEND", "Agg")

# The same 200 examples each time, so that a red run means the change under test. For a search:
# pytest --hypothesis-profile=thorough. No deadline: the first example pays for importing torch.
settings.register_profile("default", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=3000, deadline=None)
settings.load_profile("default")


@pytest.fixture
def rng():
    """Give a seeded generator, a fresh one for each test."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def corpora():
    """Give the folder with one folder per corpus; without one, the test is skipped."""
    folder = os.environ.get("SKPROGNET_CORPORA")
    if folder is None:
        pytest.skip("SKPROGNET_CORPORA names no folder with speech corpora")
    return Path(folder)


@pytest.fixture
def no_figures(monkeypatch):
    """Leave out the pictures of studies, which take longer than all else in a short one."""
    monkeypatch.setattr("skprognet.experiments._write_study.draw_figures", lambda study: [])
    monkeypatch.setattr("skprognet.experiments._write_study.draw_sections", lambda study: [])


@pytest.fixture(scope="session")
def leave_pictures_empty():
    """Give a context in which each picture of a study is an empty SVG: only its name counts."""

    def empty(display, suffixes):
        return dict.fromkeys(suffixes, b"<svg/>")

    @contextmanager
    def context():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("skprognet.experiments._figures.pictures", empty)
            patch.setattr("skprognet.experiments._tested.pictures", empty)
            yield

    return context


@pytest.fixture
def empty_pictures(leave_pictures_empty):
    """Write each picture of a study as an empty SVG, since only its name is looked at."""
    with leave_pictures_empty():
        yield


@pytest.fixture(autouse=True)
def _torch_threads_unchanged():
    """Fail a test that leaves torch another thread count: it is one for the whole process."""
    torch = sys.modules.get("torch")
    before = torch and torch.get_num_threads()
    yield
    if torch:
        assert torch.get_num_threads() == before
