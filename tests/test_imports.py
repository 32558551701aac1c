"""Modules keep the import contract, and importing changes no global state."""

import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import skprognet
from skprognet import estimators, features

ROOT = Path(__file__).parents[1]

# The libraries come first, since this package is not responsible for what they change.
PROBE = """
import os, pickle, pkgutil, random, sys, warnings
from importlib import import_module

import click, joblib, numpy, pandas, scipy.stats, sklearn, skorch, tabulate, torch, tqdm

def state():
    return {
        "environment": dict(os.environ),
        "numpy options": numpy.get_printoptions(),
        "numpy random state": pickle.dumps(numpy.random.get_state()),
        "python random state": random.getstate(),
        "scikit-learn configuration": sklearn.get_config(),
        "torch default dtype": torch.get_default_dtype(),
        "torch deterministic": torch.are_deterministic_algorithms_enabled(),
        "torch random state": pickle.dumps(torch.get_rng_state().numpy()),
        "torch threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "warning filters": list(warnings.filters),
    }

before = state()
import skprognet
for module in pkgutil.walk_packages(skprognet.__path__, "skprognet."):
    if not module.name.endswith(".__main__"):
        import_module(module.name)
after = state()
print(*(f"changed: {name}" for name in before if before[name] != after[name]), sep="\\n")
extras = ("jinja2", "matplotlib", "opensmile")
print(*(f"imported: {name}" for name in extras if name in sys.modules))
"""


def test_modules_keep_the_import_contract():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_the_package_changes_no_global_state():
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not run.stdout.strip()


STEPS = [
    "import skprognet; dir(skprognet); skprognet.__version__",
    "import skprognet.features.engine._extraction",  # processes of features import nothing else
    "import skprognet.features.speech_models; skprognet.features.JoinedFeatures",
    "skprognet.metrics.uar_score; from skprognet import datasets, features, preprocessing",
    "from skprognet.cli import main; main(['--help'], standalone_mode=False)",
    "from skprognet.cli import main; main(['extract', '--help'], standalone_mode=False)",
    "from skprognet.cli import main; main(['read', 'emodb', '-h'], standalone_mode=False)",
]


@pytest.fixture(scope="module")
def imported():
    """Return the modules that one process has imported after each step."""
    code = "import sys\n" + "\n".join(f"{step}\nprint('\\n|', *sys.modules)" for step in STEPS)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = [line for line in run.stdout.splitlines() if line.startswith("|")]
    return {step: set(line.split()) for step, line in zip(STEPS, lines, strict=True)}


@pytest.mark.parametrize("step", STEPS)
def test_steps_without_training_do_not_import_torch(step, imported):
    assert not {"torch", "skorch"} & imported[step]


def test_processes_of_features_import_neither_pandas_nor_sklearn(imported):
    assert not {"pandas", "sklearn", "scipy"} & imported[STEPS[1]]


def test_the_package_has_its_public_names_and_no_others():
    modules = {module.name for module in pkgutil.iter_modules(skprognet.__path__)}
    public = {name for name in modules if not name.startswith("_")} - {"cli"}
    assert set(dir(skprognet)) == public | set(skprognet.__all__)
    for name in dir(skprognet):
        assert getattr(skprognet, name) is not None
    assert skprognet.ProgressiveClassifier is estimators.ProgressiveClassifier
    copy = pickle.loads(pickle.dumps(skprognet.DNNClassifier(lr=0.1)))
    assert isinstance(copy, estimators.DNNClassifier)
    with pytest.raises(AttributeError, match=r"^module 'skprognet' has no attribute 'nothing'$"):
        _ = skprognet.nothing


def test_names_of_features_are_imported_at_first_use():
    assert set(dir(features)) == set(features.__all__)
    for name in features.__all__:
        assert getattr(features, name).__name__ == name
    sentence = r"^module 'skprognet\.features' has no attribute 'nothing'$"
    with pytest.raises(AttributeError, match=sentence):
        _ = features.nothing
