"""Describe a study before it is run: its fits, folds, files and approximate duration."""

from collections import Counter
from importlib.util import find_spec

import numpy as np
import pandas as pd

from skprognet._scores import label
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import from_to, printable_lines
from skprognet.evaluation import plan_call
from skprognet.experiments._estimate import file_sizes
from skprognet.experiments._fits_of_methods import fits_of_methods
from skprognet.experiments._words import FOLDS_IN_WORDS
from skprognet.results import PREDICTION_FILES

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_SHOWN = 100_000  # bytes; the size of smaller files is not shown


def describe_plan(design, runs, n_fits, names, folder=None, time=None):
    """Describe what a study will do, as text.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        The design of the study.
    runs : list of PlannedRun
        Its runs.
    n_fits : int
        How many networks it trains.
    names : list of str
        Names of all files that it may write.
    folder : path, default=None
        The folder for the results, if known.
    time : str, default=None
        A paragraph on the duration; None leaves it out.

    Returns
    -------
    str
        Paragraphs and small tables.
    """
    plans = [plan_call(**run.arguments) for run in runs]
    of_methods = Counter()
    for plan in plans:
        of_methods.update(fits_of_methods(plan))
    parts = [design.title, _fits_in_words(of_methods, n_fits, plans)]
    for plan in plans:
        parts += [_corpus_in_words(design, plan), _sizes(plan).to_string()]
    parts.append(_files_in_words(names, plans, folder))
    if time is not None:
        parts.append(time)
    return printable_lines("\n\n".join(parts))


def _fits_in_words(of_methods, n_fits, plans):
    """Return a sentence on the number of fits, in all and for each method."""
    n_methods = of_methods.total()
    each = ", ".join(f"{number} of {label(*name)}" for name, number in of_methods.items())
    return (
        f"Fits: {n_fits} ({n_methods} of methods, {n_fits - n_methods} of sources), in "
        f"{sum(len(plan.jobs) for plan in plans)} independent jobs. The fits of methods are "
        f"{each}."
    )


def _corpus_in_words(design, plan):
    """Return a sentence on the rows and folds of a target corpus."""
    n_repeats = max(split.repeat for split in plan.splits) + 1
    n_folds = len(plan.splits) // n_repeats
    n_rows, n_features = plan.run.X.shape
    return (
        f"Corpus {plan.run.corpus}: {n_rows} rows of {n_features} columns; {n_repeats} x "
        f"{n_folds} folds {FOLDS_IN_WORDS[design.folds][0]}. "
        + _CONTENT[plan.run.kind].format(plan.run.target)
    )


def _sizes(plan):
    """Return a table of each set of rows: its fewest and most rows over all splits, by class."""
    sets = {}
    for split in plan.splits:
        for size, rows in split.train.items():
            name = "training" if size is None else f"training, {size} of the folds"
            sets.setdefault(name, []).append(rows)
    sets["validation"] = [split.validation for split in plan.splits]
    sets["test"] = [split.test for split in plan.splits]
    describe = _DESCRIBE[plan.run.kind]
    return pd.DataFrame({name: describe(plan.run.y, rows) for name, rows in sets.items()}).T


def _counts(y, sets):
    """Return the range of the number of rows over several sets, in all and by class."""
    codes, classes = pd.factorize(y, sort=True)
    counts = np.array([np.bincount(codes[rows], minlength=len(classes)) for rows in sets])
    of_class = {str(name): from_to(counts[:, code], "d") for code, name in enumerate(classes)}
    return {"rows": from_to(list(map(len, sets)), "d")} | of_class


def _moments(y, sets):
    """Return the ranges of number of rows, mean and standard deviation over several sets."""
    means, stds = zip(*((y[rows].mean(), y[rows].std()) for rows in sets), strict=True)
    return {
        "rows": from_to(list(map(len, sets)), "d"),
        "mean": from_to(means, ".2f"),
        "standard deviation": from_to(stds, ".2f"),
    }


def _files_in_words(names, plans, folder):
    """Return a paragraph on the files of the study, their folder and their approximate size."""
    left_out = [PREDICTION_FILES[find_spec("pyarrow") is not None]]
    if all(len(split.train) == 1 for plan in plans for split in plan.splits):
        left_out += [name for name in names if name.startswith("training_size")]
    sizes = file_sizes([name for name in names if name not in left_out], plans)
    checkpoint = sizes.pop("checkpoint")
    figures = [name.removesuffix(".png") for name in sizes if name.endswith(".png")]
    others = {n: size for n, size in sizes.items() if n.rpartition(".")[0] not in figures}
    shown = [n if size < _SHOWN else f"{n} ({_size(size)})" for n, size in others.items()]
    where = "the folder that you choose" if folder is None else repr(str(folder))
    return (
        f"Files in {where}: {', '.join(shown)}; and the figures {', '.join(figures)} as PNG and "
        f"PDF, if there is something to show. About {_size(sum(sizes.values()))} in all. Until "
        f"these are written, about {_size(checkpoint)} in its folder checkpoint."
    )


def _size(n_bytes):
    """Return a number of bytes in a suitable unit, with two digits."""
    for unit, size in _UNITS:
        if n_bytes >= size:
            return f"{n_bytes / size:.{0 if n_bytes >= 10 * size else 1}f} {unit}"
    return f"{n_bytes:.0f} bytes"


# The heading of the table of sizes, by the kind of the target.
_CONTENT = {
    CLASSES: "Fewest and most rows in a split, in all and by class ({}):",
    NUMBERS: "Fewest and most rows in a split, and the lowest and highest mean and standard "
    "deviation of the numbers ({}):",
}
_DESCRIBE = {CLASSES: _counts, NUMBERS: _moments}
