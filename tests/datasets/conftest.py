"""Small corpora on disk, whose recordings hold different bytes but no audio."""

import pytest


@pytest.fixture
def make_files(tmp_path):
    """Give a function that makes files below a folder and returns the folder."""

    def make(*names, root=tmp_path):
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        return root

    return make
