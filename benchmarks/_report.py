"""Measure, print and store a table of figures."""

import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd

RESULTS = Path(__file__).parent / "results"
PACKAGES = ["skprognet", "torch", "skorch", "scikit-learn", "numpy"]


def processor():
    """Return the name of the processor, if the system reveals it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or "unknown"


def in_turn(contenders, rounds, clock=time.process_time):
    """Time each contender in each round, after a round to warm up.

    The contenders take turns, so that changes of the machine's speed affect all alike.

    Parameters
    ----------
    contenders : dict of str to callable
        The functions to time, without arguments.
    rounds : int
        Number of rounds.
    clock : callable, default=time.process_time
        Returns seconds.

    Returns
    -------
    DataFrame
        Seconds, with one row per round and one column per contender.
    """
    seconds = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, run in contenders.items():
            start = clock()
            run()
            seconds[name].append(clock() - start)
    return pd.DataFrame(seconds).iloc[1:]


def median_ratio(seconds, name, reference):
    """Return the median over the rounds of the ratio of two contenders' times."""
    return statistics.median(seconds[name] / seconds[reference])


def publish(name, table, notes, packages=()):
    """Print a table, and write it to results/ as Markdown and CSV, with versions and machine.

    Parameters
    ----------
    name : str
        Name of the files.
    table : DataFrame
        The figures.
    notes : str
        A sentence on what was measured.
    packages : sequence of str, default=()
        Further packages whose versions matter.
    """
    versions = ", ".join(f"{package} {version(package)}" for package in [*PACKAGES, *packages])
    machine = f"{processor()}, {platform.machine()}, {platform.system()}"
    conditions = f"{notes} {machine}, Python {platform.python_version()}; {versions}."
    text = f"{table.to_markdown(index=False, floatfmt='.2f')}\n\n{conditions}\n"
    print(text, flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    table.to_csv(RESULTS / f"{name}.csv", index=False, float_format="%.2f")
    (RESULTS / f"{name}.txt").write_text(f"{conditions}\n")
