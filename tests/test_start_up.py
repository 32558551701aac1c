"""Imports without garbage collection, and modules that the first fit does not import."""

import json
import subprocess
import sys

import pytest

PROBE = """
import gc, json, pickle, sys
from skprognet._start_up import ForWorkers, import_for_good

checks = {"imports no torch": "torch" not in sys.modules}
received = pickle.loads(pickle.dumps(ForWorkers(import_for_good)))
checks["same in a worker"] = received is import_for_good and gc.get_freeze_count() == 0
gc.disable()
import_for_good("colorsys")
checks["stays off"] = not gc.isenabled() and gc.get_freeze_count() == 0
gc.enable()
try:
    import_for_good("skprognet.nothing")
except ImportError:
    checks["on after an error"] = gc.isenabled()

gc.collect()
before = gc.get_stats()[2]["collections"]
import_for_good("skprognet.evaluation._run_jobs")
checks["not collected"] = gc.get_stats()[2]["collections"] == before
checks["on again"] = gc.isenabled() and gc.get_freeze_count() > 100_000

import numpy as np
import skprognet
from joblib import Parallel, delayed
from skorch.callbacks import EpochTimer

X, y, n = np.eye(40), np.arange(40) % 2, np.arange(40) / 40
small = {"hidden_layer_sizes": (4, 4), "max_epochs": 1}

def loaded_after(names):
    for callbacks in (None, [("mine", EpochTimer())]):
        options = {**small, "callbacks": callbacks}
        classes, numbers = skprognet.DNNClassifier(**options), skprognet.DNNRegressor(**options)
        classes.fit(X, y), numbers.fit(X, n)
        for name in names:
            source = numbers if name.endswith("Regressor") else classes
            first = {} if name.startswith("MultiTask") else {"source": source}
            more = {} if first else {"source_y": y}
            labels = n if source is numbers else y
            model = getattr(skprognet, name)(**first, **options).fit(X, labels, **more)
            if hasattr(model, "partial_fit"):
                pickle.loads(pickle.dumps(model)).partial_fit(X, labels).predict(X)
            pickle.loads(pickle.dumps(model.set_params(optimizer="sgd")))
    return sorted({"torch._dynamo", "sympy"} & set(sys.modules))

readers = [name for name in skprognet.__all__ if name.endswith(("Classifier", "Regressor"))]
readers = [name for name in readers if not name.startswith("DNN")]
checks["n"] = len(readers)
checks["here"] = loaded_after(readers)
checks["in a worker"] = Parallel(n_jobs=2)([delayed(loaded_after)(readers[:1])])[0]
print(json.dumps(checks))
"""


@pytest.fixture(scope="module")
def checks():
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_import_for_good_restores_the_garbage_collector(checks):
    names = (
        "imports no torch",
        "same in a worker",
        "stays off",
        "on after an error",
        "not collected",
        "on again",
    )
    assert {name: checks[name] for name in names} == dict.fromkeys(names, True)


def test_the_first_fit_does_not_import_the_compiler(checks):
    """The compiler costs over a second and 70 MB in each process."""
    assert checks["n"] == 8
    assert checks["here"] == checks["in a worker"] == []
