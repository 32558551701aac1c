"""Cost of a whole study: how busy the cores are, and how memory grows with its size.

The study is the five rows of the paper's Table 2 (seven networks for each fold) on the shipped
data, with the paper's network and the default `n_jobs`. Only the number of epochs is smaller than
the paper's, so that the benchmark ends within minutes.
"""

import resource
import subprocess
import sys
import time

import joblib
import pandas as pd
from _report import publish

EPOCHS, N_FOLDS = 60, 10

STUDY = """
import pandas as pd
from skprognet import DNNClassifier
from skprognet.datasets import load_emodb
from skprognet.experiments import transfer_between_tasks
emodb = load_emodb()
labels = pd.DataFrame(
    {{"emotion": emodb.target, "speaker": emodb.speaker, "gender": emodb.gender}}
)
transfer_between_tasks(
    emodb.data, labels, n_repeats={repeats}, n_splits={folds},
    estimator=DNNClassifier(max_epochs={epochs}),
)
"""


def usage():
    """Return the CPU seconds of all ended child processes, and the memory of the largest."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss


def measure(repeats):
    code = STUDY.format(repeats=repeats, folds=N_FOLDS, epochs=EPOCHS)
    before, start = usage()[0], time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    wall = time.perf_counter() - start
    cpu, memory = usage()
    cpu -= before
    fits = repeats * N_FOLDS * 7
    return {
        "repeats": repeats,
        "networks": fits,
        "minutes": wall / 60,
        "cores busy (%)": 100 * cpu / wall / joblib.cpu_count(),
        "CPU s per network": cpu / fits,
        "peak memory of one process (MiB)": memory / 1024,
    }


def main():
    # Smallest first, since the system only remembers the largest process so far.
    table = pd.DataFrame([measure(repeats) for repeats in (1, 2, 4)])
    notes = (
        f"Whole processes, start and import included; {N_FOLDS} folds, {EPOCHS} epochs, "
        f"{joblib.cpu_count()} cores."
    )
    publish("protocol", table, notes)


if __name__ == "__main__":
    main()
