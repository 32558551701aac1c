"""Test with the oldest and newest dependencies, and build the release.

`make test` uses the versions of constraints.txt.
"""

import shutil
from pathlib import Path

import nox

nox.options.sessions = ["oldest", "newest", "docs"]
nox.options.error_on_missing_interpreters = True

WEIGHTS = ["--no-deps", "resemblyzer==0.1.4"]  # the weights of GE2E; nothing imports the package
PROJECT = nox.project.load_toml("pyproject.toml")["project"]


@nox.session(python="3.11")
def oldest(session):
    """Test with every dependency at its lowest version in pyproject.toml."""
    extras = PROJECT["optional-dependencies"]
    tested = ("audio", "corpora", "onnx", "parquet", "report")
    chosen = (PROJECT["dependencies"], *map(extras.get, tested))
    requirements = [requirement for part in chosen for requirement in part]
    # The tables of a newer polars hide their column names from this scikit-learn.
    requirements += [name for name in extras["test"] if name.startswith("polars")]
    floors = [requirement.replace(">=", "==") for requirement in requirements]
    session.install("--editable", ".[audio,corpora,report,test]", *floors)
    session.install(*WEIGHTS)
    # Old releases warn about what their own dependencies have changed since.
    session.run("python", "-m", "pytest", "-W", "default", *session.posargs)


@nox.session(python="3.14")
def newest(session):
    """Test with the newest release of everything, without pre-releases."""
    session.install("--upgrade", "--editable", ".[audio,corpora,report,test]")
    session.install(*WEIGHTS)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(python="3.11")
def docs(session):
    """Build the documentation with the pinned versions, warnings as errors."""
    session.install("--constraint", "constraints.txt", "--editable", ".[audio,docs,report]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.run("python", "tools/check_site.py", "docs/_build/html")


@nox.session(python="3.11")
def package(session):
    """Build the files of a release, check them, and run the demo from the wheel alone."""
    session.install("build", "twine")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))
    (wheel,) = Path("dist").glob("*.whl")
    folder = Path(session.create_tmp())
    session.run("python", "-m", "venv", "--clear", str(folder / "empty"))
    programs = folder / "empty" / "bin"
    session.run(str(programs / "pip"), "install", f"{wheel}[report]", external=True)
    demo = ("demo", "--max-epochs", "1", "--output", str(folder / "results"))
    session.run(str(programs / "skprognet"), *demo, external=True)
