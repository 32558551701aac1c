"""A study before it is run, in words: its fits, folds and files, and about how long it takes."""

from collections import Counter
from importlib.util import find_spec

import pandas as pd

from skprognet._scores import label
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import printable
from skprognet.evaluation import plan_call
from skprognet.experiments._estimate import (
    file_sizes,
    fits_of_methods,
)
from skprognet.experiments._words import FOLDS_IN_WORDS
from skprognet.results import PREDICTION_FILES

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_SHOWN = 100_000  # bytes; smaller files are named without their size


def describe_plan(design, runs, n_fits, names, folder=None, time=None):
    """Return what a study will do, as text.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        What is asked.
    runs : list of PlannedRun
        What is run.
    n_fits : int
        How many networks are trained.
    names : list of str
        Of all files that may be written.
    folder : path, default=None
        Where to, if that is known.
    time : str, default=None
        How long it takes, if that is to be said.

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


def printable_lines(text):
    """Return text of several lines in which nothing can steer a terminal."""
    return "\n".join(map(printable, text.split("\n")))


def _fits_in_words(of_methods, n_fits, plans):
    """Return how many networks are trained, and of which methods."""
    n_methods = of_methods.total()
    each = ", ".join(f"{number} of {label(*name)}" for name, number in of_methods.items())
    return (
        f"Fits: {n_fits} ({n_methods} of methods, {n_fits - n_methods} of sources), in "
        f"{sum(len(plan.jobs) for plan in plans)} jobs that do not wait for each other: {each}."
    )


def _corpus_in_words(design, plan):
    """Return a sentence about the rows and folds of a target corpus."""
    n_repeats = max(split.repeat for split in plan.splits) + 1
    n_folds = len(plan.splits) // n_repeats
    n_rows, n_features = plan.run.X.shape
    return (
        f"Corpus {plan.run.corpus}: {n_rows} rows of {n_features} columns; {n_repeats} x "
        f"{n_folds} folds {FOLDS_IN_WORDS[design.folds][0]}. "
        + _CONTENT[plan.run.kind].format(plan.run.target)
    )


def _sizes(plan):
    """Return the smallest and the largest size of each set of rows, and what is in them."""
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
    """Return the range of the number of rows in several sets, in all and by class."""
    codes, classes = pd.factorize(y, sort=True)
    counts = pd.DataFrame([pd.Series(codes[rows]).value_counts() for rows in sets]).fillna(0)
    counts = counts.reindex(columns=range(len(classes)), fill_value=0).astype(int)
    of_class = {str(name): _span(counts[code]) for code, name in enumerate(classes)}
    return {"rows": _span(list(map(len, sets)))} | of_class


def _moments(y, sets):
    """Return the range of the number of rows in several sets, of their means and spreads."""
    means, stds = zip(*((y[rows].mean(), y[rows].std()) for rows in sets), strict=True)
    return {
        "rows": _span(list(map(len, sets))),
        "mean": _span(means, "{:.2f}".format),
        "standard deviation": _span(stds, "{:.2f}".format),
    }


def _span(numbers, show=str):
    low, high = show(min(numbers)), show(max(numbers))
    return low if low == high else f"{low} to {high}"


def _files_in_words(names, plans, folder):
    """Return which files are written, where to, and about how large the larger ones get."""
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
        f"Files, into {where}: {', '.join(shown)}; and the figures {', '.join(figures)}, where "
        f"there is something to show, as PNG and PDF. About {_size(sum(sizes.values()))} in all. "
        f"Until these are written, about {_size(checkpoint)} in its folder checkpoint."
    )


def _size(n_bytes):
    """Return a number of bytes in the unit that suits it, to two digits."""
    for unit, size in _UNITS:
        if n_bytes >= size:
            return f"{n_bytes / size:.{0 if n_bytes >= 10 * size else 1}f} {unit}"
    return f"{n_bytes:.0f} bytes"


# What is said of the folds of a target corpus, by what the target is.
_CONTENT = {
    CLASSES: "Rows in the smallest and in the largest fold, of all classes ({}) and of each:",
    NUMBERS: "Rows in the smallest and in the largest fold, and the lowest and highest mean and "
    "standard deviation of the numbers ({}) in a fold:",
}
_DESCRIBE = {CLASSES: _counts, NUMBERS: _moments}
