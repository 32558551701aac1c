"""The commands of the page "How do I ...?" run in their order.

The Python of the page runs as a doctest.
"""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import wavfile

from skprognet.cli import main
from skprognet.datasets import load_emodb

PAGE = (Path(__file__).parents[1] / "docs" / "user_guide" / "how_do_i.rst").read_text("utf-8")
BLOCKS = re.findall(r"^\.\. code-block:: bash\n\n((?:   .*\n)+)", PAGE, re.M)
COMMANDS = [line.strip() for block in BLOCKS for line in block.replace("\\\n", "").splitlines()]

# The page shows commands at full size. These options make them fast.
NETWORK = ["--hidden-layers", "4", "--max-epochs", "1"]
STUDY = ["--methods", "dnn", "progressive", "--repeats", "2", "--folds", "3", "--n-jobs", "1"]
SMALL = {"tasks": [*NETWORK, *STUDY], "train": NETWORK, "extract": ["--n-jobs", "1"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the files that the commands read."""
    folder = tmp_path_factory.mktemp("recipes")
    emodb = load_emodb(as_frame=True)
    origin = {"feature_set": "eGeMAPSv02", "sampling_rate": 16_000, "extractor": "opensmile 2.6.0"}
    table = emodb.frame[["emotion", "speaker", "gender"]].assign(**origin).join(emodb.data)
    table[::4].to_csv(folder / "features.csv", index=False)
    tone = np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)
    wavfile.write(folder / "recording.wav", 16_000, (10_000 * tone).astype("int16"))
    return folder


def test_every_command_runs(folder, monkeypatch, no_figures):
    monkeypatch.chdir(folder)
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        program, name, *arguments = shlex.split(command)
        # The study has just run, so its design needs a plan only.
        fast = ["--plan", "--n-jobs", "1"] if "--design" in arguments else SMALL.get(name, [])
        result = CliRunner().invoke(main, [name, *arguments, *fast])
        assert program == "skprognet"
        assert result.exit_code == 0, f"{command}\n{result.output}"


def test_each_recipe_has_code_and_a_link_to_the_guide():
    recipes = re.split(r"^(.+)\n~~~+\n", PAGE, flags=re.M)[1:]
    texts = dict(zip(recipes[::2], recipes[1::2], strict=True))
    assert len(texts) >= 20
    links = re.compile(r":(doc|ref):`")
    assert not [title for title, text in texts.items() if not links.search(text)]
    code = re.compile(r"^>>> |^\.\. code-block:: bash", re.M)
    assert not [title for title, text in texts.items() if not code.search(text)]
