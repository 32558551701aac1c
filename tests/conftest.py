"""Fixtures for every test, and checks of what every test must leave unchanged."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# Draw without a window. matplotlib reads this when it is first imported.
os.environ.setdefault("MPLBACKEND", "Agg")

# Each run tries the same 200 examples, so a failure comes from the change under test. To search
# for more: pytest --hypothesis-profile=thorough. No deadline, since the first example may
# import torch.
settings.register_profile("default", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=3000, deadline=None)
settings.load_profile("default")


@pytest.fixture
def rng():
    """Return a seeded generator, a new one for each test."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def corpora():
    """Return the folder with one folder for each corpus. Skip the test if there is none."""
    folder = os.environ.get("SKPROGNET_CORPORA")
    if folder is None:
        pytest.skip("SKPROGNET_CORPORA names no folder with speech corpora")
    return Path(folder)


@pytest.fixture
def no_figures(monkeypatch):
    """Leave out the pictures of studies, which take most of the time of a short study."""
    monkeypatch.setattr("skprognet.experiments._write_study.draw_figures", lambda study: [])
    monkeypatch.setattr("skprognet.experiments._write_study.draw_sections", lambda study: [])


@pytest.fixture(scope="session")
def leave_pictures_empty():
    """Return a context in which each picture of a study is an empty SVG, which saves time."""

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
    """Write each picture of a study as an empty SVG, for tests that look at its name only."""
    with leave_pictures_empty():
        yield


@pytest.fixture(autouse=True)
def _torch_threads_unchanged():
    """Fail a test that changes the number of threads of torch, which is global to the process."""
    torch = sys.modules.get("torch")
    before = torch and torch.get_num_threads()
    yield
    if torch:
        assert torch.get_num_threads() == before
