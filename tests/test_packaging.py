"""The package as others get it: the wheel, in an environment with what it asks for and no more."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# What git ignores, and whatever begins with a dot.
IGNORED = ("build", "dist", "_build", "auto_examples", "generated", "demo-results", "htmlcov")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"
IMPORT_ALL = """
import pkgutil, sys
from importlib import import_module
import skprognet
for module in pkgutil.walk_packages(skprognet.__path__, "skprognet."):
    if not module.name.endswith(".__main__"):
        import_module(module.name)
print(skprognet.__file__)
"""


def call(*command, cwd):
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(each) for each in command]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, encoding="utf-8")


def output_of(*command, cwd):
    run = call(*command, cwd=cwd)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """Give a folder with the source distribution, unpacked too, and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    ignored = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", *IGNORED)
    tree = shutil.copytree(ROOT, folder / "tree", ignore=ignored)
    output_of(sys.executable, "-c", BUILD.format("sdist"), folder, cwd=tree)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    output_of(sys.executable, "-c", BUILD.format("wheel"), folder, cwd=source)
    return folder


def requirements(dist, extras=()):
    """Yield what a distribution asks for, together with some of its extras."""
    for requirement in map(Requirement, dist.requires or ()):
        chosen = ({"extra": extra} for extra in ("", *extras))
        if requirement.marker is None or any(map(requirement.marker.evaluate, chosen)):
            yield requirement


def link(requirement, site):
    """Link what a requirement installs, and what that asks for, into an environment."""
    dist = distribution(requirement.name)
    names = {file.parts[0] for file in dist.files if "__pycache__" not in file.parts} - {".."}
    if all((site / name).exists() for name in names):
        return
    for name in names:
        if not (site / name).exists():
            (site / name).symlink_to(dist.locate_file(name))
    for each in requirements(dist, requirement.extras):
        link(each, site)


def environment(dist, folder, extras=()):
    """Return the programs of an environment with the wheel and what it asks for, all linked."""
    venv.create(folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = dist.glob("*.whl")
    install = ("install", "--quiet", "--no-deps", "--no-index", wheel)
    output_of(sys.executable, "-m", "pip", "--python", programs / "python", *install, cwd=dist)
    (installed,) = folder.rglob("skprognet-*.dist-info")
    for requirement in requirements(Distribution.at(installed), extras):
        link(requirement, installed.parent)
    return programs


def test_source_distribution_holds_all_that_its_tests_read(dist):
    (source,) = (dist / "source").iterdir()
    held = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    tree = dist / "tree"
    assert {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()} <= held
    assert Path("LICENSE") in held


def test_demo_runs_from_the_wheel_with_the_report(dist, tmp_path):
    programs = environment(dist, tmp_path / "env", ["report"])
    options = ("--max-epochs", 1, "--folds", 3, "--n-jobs", 1, "--output", "results")
    said = output_of(programs / "skprognet", "demo", *options, cwd=tmp_path)
    assert "# Emotion recognition with transfer from" in said
    written = {path.name for path in (tmp_path / "results").iterdir()}
    assert {"report.html", "table.tex", "learning_curves.png", "scores.pdf"} <= written


def test_without_the_report_all_imports_and_the_demo_says_what_to_install(dist, tmp_path):
    programs = environment(dist, tmp_path / "env")
    found = output_of(programs / "python", "-c", IMPORT_ALL, cwd=tmp_path)
    assert Path(found.strip()).is_relative_to(tmp_path / "env")
    run = call(programs / "skprognet", "demo", "--output", "results", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "Error: A report, figure, model card or LaTeX table needs 'matplotlib', which cannot be "
        "imported (No module named 'matplotlib'); run: pip install 'skprognet[report]'."
    )
    assert not (tmp_path / "results").exists()
