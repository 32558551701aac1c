"""The wheel works in an environment that has its requirements only."""

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
PROGRAMS = "Scripts" if os.name == "nt" else "bin"
# Folders that git ignores.
IGNORED = ("build", "dist", "_build", "auto_examples", "generated", "demo-results", "htmlcov")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"
IMPORT_ALL_AND_RUN = """
import pkgutil, sys
from importlib import import_module
import skprognet
for module in pkgutil.walk_packages(skprognet.__path__, "skprognet."):
    if not module.name.endswith(".__main__"):
        import_module(module.name)
print(skprognet.__file__)
skprognet.cli.main(sys.argv[1:])
"""


def call(*command, cwd):
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(word) for word in command]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, encoding="utf-8")


def output_of(*command, cwd):
    run = call(*command, cwd=cwd)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """Return a folder with the source distribution, packed and unpacked, and its wheel."""
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
    """Yield the requirements of a distribution and of some of its extras."""
    for requirement in map(Requirement, dist.requires or ()):
        chosen = ({"extra": extra} for extra in ("", *extras))
        if requirement.marker is None or any(map(requirement.marker.evaluate, chosen)):
            yield requirement


def link(requirement, site):
    """Link the files of a requirement and of its dependencies into an environment."""
    dist = distribution(requirement.name)
    names = {file.parts[0] for file in dist.files if "__pycache__" not in file.parts} - {".."}
    if all((site / name).exists() for name in names):
        return
    for name in names:
        if not (site / name).exists():
            (site / name).symlink_to(dist.locate_file(name))
    for dependency in requirements(dist, requirement.extras):
        link(dependency, site)


@pytest.fixture
def env(dist, tmp_path):
    """Return an environment with nothing but the wheel."""
    venv.create(tmp_path / "env")
    (wheel,) = dist.glob("*.whl")
    python = tmp_path / "env" / PROGRAMS / "python"
    install = ("install", "--quiet", "--no-deps", "--no-index", wheel)
    output_of(sys.executable, "-m", "pip", "--python", python, *install, cwd=tmp_path)
    return tmp_path / "env"


def install_requirements(env, *extras):
    """Link the requirements of the wheel and of some of its extras into an environment."""
    (installed,) = env.rglob("skprognet-*.dist-info")
    for requirement in requirements(Distribution.at(installed), extras):
        link(requirement, installed.parent)


def test_the_source_distribution_has_all_files_of_the_repository(dist):
    (source,) = (dist / "source").iterdir()
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    tree = dist / "tree"
    assert {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()} <= files
    assert Path("LICENSE") in files


def test_the_demo_runs_from_the_wheel_after_the_extra_is_installed(env, tmp_path):
    arguments = ("demo", "--max-epochs", 1, "--folds", 3, "--n-jobs", 1, "--output", "results")
    install_requirements(env)
    run = call(env / PROGRAMS / "python", "-c", IMPORT_ALL_AND_RUN, *arguments, cwd=tmp_path)
    assert Path(run.stdout.strip()).is_relative_to(env)
    assert run.stderr.splitlines()[-1] == (
        "Error: A report, figure, model card or LaTeX table needs 'matplotlib', which cannot be "
        "imported (No module named 'matplotlib'); run: pip install 'skprognet[report]'."
    )
    assert run.returncode == 1
    assert not (tmp_path / "results").exists()

    install_requirements(env, "report")
    output = output_of(env / PROGRAMS / "skprognet", *arguments, cwd=tmp_path)
    assert output.startswith("# Emotion recognition with transfer from")
    written = {path.name for path in (tmp_path / "results").iterdir()}
    assert {"report.html", "table.tex", "learning_curves.png", "scores.pdf"} <= written
