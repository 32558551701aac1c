"""How a table of figures is measured, printed and kept."""

import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd

RESULTS = Path(__file__).parent / "results"
PACKAGES = ["skprognet", "torch", "skorch", "scikit-learn", "numpy"]


def processor():
    """Return the name of the processor, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or "unknown"


def in_turn(contenders, rounds, clock=time.process_time):
    """Return seconds of each contender in each round, after a round that warms up.

    They take turns, so that a change of the machine's speed hits all alike.

    Parameters
    ----------
    contenders : dict of str to callable
        What is timed, without arguments.
    rounds : int
        How often.
    clock : callable, default=time.process_time
        Gives seconds.

    Returns
    -------
    DataFrame
        A row per round, a column per contender.
    """
    seconds = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, run in contenders.items():
            start = clock()
            run()
            seconds[name].append(clock() - start)
    return pd.DataFrame(seconds).iloc[1:]


def median_ratio(seconds, name, reference):
    """Return the median over the rounds of one contender's time over another's."""
    return statistics.median(seconds[name] / seconds[reference])


def publish(name, table, notes, packages=()):
    """Print a table, and write it to results/ as Markdown and CSV, with versions and machine.

    Parameters
    ----------
    name : str
        Of the files.
    table : DataFrame
        Figures.
    notes : str
        What was measured, in a sentence.
    packages : sequence of str, default=()
        Further packages whose versions matter.
    """
    versions = ", ".join(f"{each} {version(each)}" for each in [*PACKAGES, *packages])
    machine = f"{processor()}, {platform.machine()}, {platform.system()}"
    told = f"{notes} {machine}, Python {platform.python_version()}; {versions}."
    text = f"{table.to_markdown(index=False, floatfmt='.2f')}\n\n{told}\n"
    print(text, flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
    table.to_csv(RESULTS / f"{name}.csv", index=False, float_format="%.2f")
    (RESULTS / f"{name}.txt").write_text(f"{told}\n")
