"""Draw the figures of a study, for files and for the page."""

import re
import unicodedata
from dataclasses import dataclass

from skprognet._comparisons import TRANSFER
from skprognet._scores import methods_in
from skprognet._table_metric import metric_of
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import count
from skprognet.displays import (
    CorporaMatrixDisplay,
    ScoresDisplay,
    SignificanceDisplay,
    TrainingCurveDisplay,
    TrainingSizeDisplay,
    pictures,
)
from skprognet.experiments._largest_training_set import largest_training_set

FORMATS = ("png", "svg", "pdf")


@dataclass
class Figure:
    """One figure.

    Attributes
    ----------
    name : str
        Name of its files, without the suffix.
    heading, caption, alt : str
        Title, reading advice and alternative text.
    contents : dict of str to bytes
        The files by suffix.
    wide : bool, default=False
        Whether the figure would be unreadable at the width of a phone.
    """

    name: str
    heading: str
    caption: str
    alt: str
    contents: dict
    wide: bool = False


# Each target corpus has one figure of each of these kinds.
KINDS = (
    "training_size",
    "scores",
    "learning_curves",
    "confusion",
    "prediction_scatter",
    "class_recall",
    "group_scores",
    "calibration",
    "disagreement",
)
# The figures that a kind of target does not have.
_NOT_OF = {
    CLASSES: ("prediction_scatter",),
    NUMBERS: ("confusion", "class_recall", "calibration"),
}
_LONGEST = 40  # letters of the name of a corpus in a file name


def _slug(text):
    text = unicodedata.normalize("NFC", str(text).casefold())
    return re.sub(r"\W+", "-", text).strip("-")[:_LONGEST]


def file_endings(corpora):
    """Return the endings of the figure names of each target corpus.

    Parameters
    ----------
    corpora : sequence of str
        Names of the corpora, with any characters.

    Returns
    -------
    list of str
        Different endings of letters, digits, "_" and "-"; empty text for a single corpus.
    """
    if len(corpora) == 1:
        return [""]
    slugs = [_slug(corpus) for corpus in corpora]
    if len({*slugs, ""}) <= len(slugs):  # two would share a file, or one has no letter in it
        slugs = [str(number) for number in range(1, len(slugs) + 1)]
    return [f"_{slug}" for slug in slugs]


def figure_names(design):
    """Return the names of all figures that a study of this design may have."""
    endings = file_endings(design.target_corpora)
    kinds = [kind for kind in KINDS if kind not in _NOT_OF.get(design.kind, ())]
    of_each = [f"{kind}{ending}" for ending in endings for kind in kinds]
    return [*["corpora_matrix"] * (design.study == "corpora"), *of_each, "significance"]


def _figure(display, name, heading, caption, alt, wide=False):
    return Figure(name, heading, caption, alt, pictures(display, FORMATS), wide)


def _band(frame):
    """Describe the bands of Figures 3 and 4."""
    if frame["repeat"].nunique() > 1:
        return "the standard deviation of the means of the repeats"
    return "the standard deviation over the folds, since there is one repeat"


def _curves(curves, name, where):
    n_methods = len(methods_in(curves))
    rises = "rises" if metric_of(curves).greater_is_better else "falls"
    display = TrainingCurveDisplay.from_curves(curves)
    window = display.frame()["window"].max()
    smoothed = f"; both are moving averages of {window} epochs" if window > 1 else ""
    return _figure(
        display,
        name,
        f"Training curves{where}",
        "Mean score on the validation rows after each epoch, as in the paper's Figure 3. The band "
        f"is {_band(curves)}{smoothed}. If a curve {rises} earlier, the network started from "
        f"something useful. If it still {rises} at the right end, training stopped too early.",
        f"Validation score by epoch of {n_methods} methods{where}.",
    )


def _scores(scores, name, where):
    n_methods = len(methods_in(scores))
    return _figure(
        ScoresDisplay.from_scores(scores),
        name,
        f"Scores{where}",
        "Large marks are means, bars are one standard deviation over the folds, and small dots "
        "are the single results. All methods had the same folds, so two methods may differ "
        "although their bars overlap: look at the differences.",
        f"Mean, spread and single results of {n_methods} methods{where}; the means are in the "
        "table above.",
    )


def _sizes(scores, comparisons, name, where):
    sizes = ", ".join(map(str, sorted(scores["n_train_folds"].unique())))
    return _figure(
        TrainingSizeDisplay.from_scores(scores, comparisons),
        name,
        f"Score by size of the training set{where}",
        "As in the paper's Figure 4: with fewer training folds of the target, another corpus can "
        "help more. A circle marks a network with a source that is better than the same network "
        f"without a source. The band is {_band(scores)}, not the uncertainty of a difference.",
        f"Score of each method for {sizes} training folds{where}; the numbers are in the table "
        "above.",
    )


def _matrix(study):
    """Return the figure of all sources and targets, if there are several pairs of them."""
    design = study.design
    is_transfer = (study.comparisons["kind"] == TRANSFER).any()
    if design.study != "corpora" or len(design.directions) < 2 or not is_transfer:
        return []
    scores = largest_training_set(study.scores)
    sizes = scores["n_train_folds"].unique()
    metric = metric_of(scores).label
    figure = _figure(
        CorporaMatrixDisplay.from_scores(scores, study.comparisons),
        "corpora_matrix",
        f"Which corpus helps which, {count(range(sizes[0]), 'training fold')}",
        f"Each row is a source, each column a target. A cell has the gain in {metric} over the "
        "network without a source: violet if the source helps, orange if it hurts. Only the marks "
        "are evidence, by the uncorrected p-value. Grey cells have the score of the network "
        "without a source.",
        f"Gain for each of {len(design.directions)} pairs of source and target; the numbers are "
        "in the table above.",
        wide=True,
    )
    return [figure]


def _significance(comparisons):
    label = metric_of(comparisons).label
    return _figure(
        SignificanceDisplay.from_comparisons(comparisons),
        "significance",
        "Differences",
        f"Each line is the 95 % interval of a difference in {label}. Right of zero, the first "
        "method is better. A filled mark is evidence of a difference, a half-filled mark is "
        "evidence that does not survive Holm's correction, and an open mark is no evidence. If "
        "an interval is inside the grey band, the two methods are practically equal.",
        f"Differences of {len(comparisons)} pairs of methods with their intervals; the verdicts "
        "above have the same numbers.",
        wide=True,
    )


def draw_figures(study):
    """Draw the figures of a study.

    Each target corpus has a figure of the scores by training size, if there are several sizes, and
    figures of the scores and curves with the largest training set. The differences of all
    comparisons share one figure, and so do all pairs of source and target, if there are several.

    Parameters
    ----------
    study : Study
        A study of tasks or of corpora.

    Returns
    -------
    list of Figure
        The figures, without training curves if no network was scored after its epochs.
    """
    corpora = list(study.scores["corpus"].unique())
    figures = _matrix(study)
    for corpus, ending in zip(corpora, file_endings(corpora), strict=True):
        where = f", {corpus}" if len(corpora) > 1 else ""
        scores = study.scores[study.scores["corpus"] == corpus]
        curves = study.curves
        if len(curves):
            curves = curves[curves["corpus"] == corpus]
        if "n_train_folds" in scores:
            sizes = scores["n_train_folds"]
            if sizes.nunique() > 1:
                figures.append(_sizes(scores, study.comparisons, f"training_size{ending}", where))
            where += f", {count(range(sizes.max()), 'training fold')}"
            scores, curves = largest_training_set(scores), largest_training_set(curves)
        figures.append(_scores(scores, f"scores{ending}", where))
        if len(curves):
            figures.append(_curves(curves, f"learning_curves{ending}", where))
    return [*figures, _significance(study.comparisons)]
