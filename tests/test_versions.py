"""Versions agree between files: of tools, and of the package."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_hooks_use_the_pinned_versions_of_tools():
    pinned = dict(re.findall(r"^(\S+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    used = re.findall(r"additional_dependencies: \[([\w-]+)==([\w.]+)\]", hooks)
    assert {"ruff", "codespell"} <= {name for name, _ in used}
    assert [pair for pair in used if pinned.get(pair[0], pair[1]) != pair[1]] == []


def test_citation_names_the_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.+)$", citation, re.M) == [project["version"]]
    assert re.findall(r"^license: (.+)$", citation, re.M) == [project["license"]]
