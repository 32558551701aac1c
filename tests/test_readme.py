"""The Python in the README runs as it is printed, from top to bottom."""

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_python_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.M)
    assert blocks, "README.md shows no Python"
    exec(compile("\n".join(blocks), "README.md", "exec"), {"__name__": "README"})
