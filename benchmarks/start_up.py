"""CPU seconds of processes that hardly train: a first fit, a worker's start, a demo of one epoch.

"Before" is the same code with the usual methods: torch's own Adam, imports with the garbage
collector on, and worker processes for every run, even a short one.
"""

import argparse
import resource
import subprocess
import sys
import tempfile

import _report
import pandas as pd

FIT = """
import numpy as np
from skprognet import DNNClassifier
DNNClassifier(max_epochs=1).fit(np.eye(60, 88), np.arange(60) % 2)
"""
# A worker gets its first job as the name of a function, which it then imports.
WORKER = """
from importlib import import_module
from skprognet._start_up import import_for_good
{how}("skprognet.evaluation._run_jobs")
"""
TORCHS_ADAM = """
import torch
torch.optim.Adam([torch.nn.Parameter(torch.ones(1))])
"""
DEMO = """
from skprognet.cli import main
main(["demo", "--max-epochs", "1", "--output", {folder!r}])
"""
ALWAYS_WORKERS = """
import skprognet.evaluation._run_jobs as run_jobs
def run_group(run, group, n_together):
    import torch
    torch.optim.Adam([torch.nn.Parameter(torch.ones(1))])
    return run_jobs._run_group(run, group, n_together)
run_jobs.ForWorkers = lambda function: run_group
run_jobs.worth_workers = lambda run, jobs, n_fits, n_jobs: n_jobs
"""
# The code before and after.
CODE = {
    "a first fit": (TORCHS_ADAM + FIT, FIT),
    "a worker's start": (
        TORCHS_ADAM + WORKER.format(how="import_module"),
        WORKER.format(how="import_for_good"),
    ),
    "demo, one epoch": (TORCHS_ADAM + ALWAYS_WORKERS + DEMO, DEMO),
}


def run_process(code):
    """Run code in a new process, and wait for it and its children."""
    with tempfile.TemporaryDirectory() as folder:
        code = code.replace("{folder!r}", repr(f"{folder}/demo"))
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def seconds_of_children():
    """Return the CPU seconds of all ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(rounds=5):
    """Print and write the table."""
    rows = []
    for name, codes in CODE.items():
        contenders = {
            when: lambda code=code: run_process(code)
            for when, code in zip(("before", "after"), codes, strict=True)
        }
        seconds = _report.in_turn(contenders, rounds, clock=seconds_of_children)
        ratio = _report.median_ratio(seconds, "after", "before")
        rows.append({"CPU seconds": name, **seconds.median(), "after / before": ratio})
    _report.publish(
        "start_up",
        pd.DataFrame(rows),
        f"CPU seconds of whole processes, medians of {rounds} rounds in turn; workers are counted "
        "with the demo that starts them.",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    main(**vars(parser.parse_args()))
