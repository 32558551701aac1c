"""Who imports whom, and that importing changes nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# The libraries come first: what they do at import is their own affair.
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
print(*(f"imported: {name}" for name in ("matplotlib", "opensmile") if name in sys.modules))
"""


def test_contract_is_kept():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_changes_nothing():
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not run.stdout.strip()
