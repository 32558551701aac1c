"""The same version of each tool everywhere."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_hooks_run_the_tools_that_the_tests_run():
    pinned = dict(re.findall(r"^(\S+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    named = re.findall(r"additional_dependencies: \[([\w-]+)==([\w.]+)\]", hooks)
    assert {"ruff", "codespell"} <= {name for name, _ in named}
    assert [pair for pair in named if pinned.get(pair[0], pair[1]) != pair[1]] == []


def test_citation_names_the_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.+)$", citation, re.M) == [project["version"]]
    assert re.findall(r"^license: (.+)$", citation, re.M) == [project["license"]]
