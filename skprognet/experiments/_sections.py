"""What follows from the predictions of a study: a section of its page for each question."""

from typing import NamedTuple

import pandas as pd
from pandas.api.types import is_float_dtype

from skprognet._predictions import FILE, PROBABILITY, ROW, TRUTH
from skprognet._scores import methods_in, placebo_of
from skprognet.displays import (
    CalibrationDisplay,
    ClassRecallDisplay,
    ConfusionDisplay,
    DisagreementDisplay,
    GroupScoresDisplay,
    pictures,
)
from skprognet.experiments._figures import FORMATS, Figure, file_endings
from skprognet.experiments._findings import (
    describe_calibration,
    describe_classes,
    describe_disputes,
    describe_gaps,
    list_gaps,
)
from skprognet.experiments._page_section import Section, Table
from skprognet.experiments._ranks_over_corpora import largest_training_set
from skprognet.results import (
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    gaps_between_groups,
    most_disputed,
    plain_networks,
    recall_by_class,
    scores_by_group,
)

MOST_GROUPS, MOST_COLUMNS, MOST_DISPUTED = 30, 4, 15
FACTS = 4  # columns of `most_disputed` between the truth and the labels of the methods


class Tested(NamedTuple):
    """What was predicted for one target corpus."""

    predictions: pd.DataFrame
    labels: pd.DataFrame
    networks: dict  # for each method with a source, the same network without one
    ending: str  # of the names of files
    where: str  # ends a heading; empty where there is one corpus


def draw_sections(study):
    """Return what the predictions of a study show.

    For each target corpus the fits with the largest training set count. Placebos have no part in
    it: they have nothing to teach, and the table of results has them.

    Parameters
    ----------
    study : Study
        Of tasks or of corpora.

    Returns
    -------
    list of Section
        Those that have something to say; none for a study without predictions.
    """
    if study.predictions is None or not len(study.predictions):
        return []
    what = "emotions" if study.predictions["target"].iloc[0] == "emotion" else "classes"
    sections = {
        Section(f"Which {what}"): _show_classes,
        Section("Which speakers"): lambda tested: _show_groups(tested, study.design.speaker),
        Section("How sure"): _show_calibration,
        Section("Where methods disagree"): _show_disputes,
    }
    for tested in _by_corpus(study):
        for section, show in sections.items():
            section.add(tested.where, *show(tested))
    return [section for section in sections if section.findings]


def _by_corpus(study):
    """Yield what was predicted for each target corpus, with the largest training set."""
    predictions = study.predictions
    predictions = predictions[predictions["source"].map(placebo_of).isna()]
    corpora = list(predictions["corpus"].unique())
    for corpus, ending in zip(corpora, file_endings(corpora), strict=True):
        own = largest_training_set(predictions[predictions["corpus"] == corpus])
        labels = study.labels.get(corpus, pd.DataFrame())
        where = f", {corpus}" if len(corpora) > 1 else ""
        yield Tested(own, labels, plain_networks(own), ending, where)


def _figure(display, name, heading, caption, alt, tested, suffixes=FORMATS):
    """Return a figure of one corpus."""
    contents = pictures(display, suffixes)
    return Figure(name + tested.ending, heading + tested.where, caption, alt, contents)


def _show_classes(tested):
    """Return finding, figures and tables about the classes."""
    confusion = confusion_by_method(tested.predictions)
    recalls = recall_by_class(tested.predictions)
    figures = [
        _figure(
            ConfusionDisplay(confusion),
            "confusion",
            "What is taken for what",
            "Each row of a matrix is a true class, each column a predicted one. Large: percent of "
            "the true class; small: number of rows. Both are means over the repeats.",
            "Confusion matrix of each method.",
            tested,
        ),
        _figure(
            ClassRecallDisplay(recalls),
            "class_recall",
            "Recall of each class",
            "Means over the folds, bars one standard deviation over the folds. All methods had "
            "the same folds, so overlapping bars do not say that two methods are alike.",
            "Recall of each class by each method.",
            tested,
        ),
    ]
    return [describe_classes(recalls, confusion, tested.networks)], figures, []


def choose_columns(tested, speaker):
    """Return the columns of the labels whose groups are compared, the speaker's first.

    They have 2 to 30 groups, a value for each row that was tested, and groups of more than one
    class. Ratings, files and the target itself are no groups.
    """
    truth = tested.predictions.drop_duplicates(ROW).set_index(ROW)[TRUTH]
    labels = tested.labels.reindex(truth.index)
    names = sorted(labels.columns, key=lambda name: name != speaker)
    no_groups = (FILE, tested.predictions["target"].iloc[0])
    found = [name for name in names if name not in no_groups and _is_group(labels[name], truth)]
    return found[:MOST_COLUMNS]


def _is_group(column, truth):
    """Return whether each row has one of a few values, which do not say the class."""
    if is_float_dtype(column) or column.isna().any():
        return False
    if not 2 <= column.nunique() <= MOST_GROUPS:
        return False
    return (truth.groupby(column).nunique() > 1).any()


def _show_groups(tested, speaker):
    """Return findings, figures and tables about groups of rows, such as speakers."""
    columns = choose_columns(tested, speaker)
    if not columns:
        return [], [], []
    given = tested.predictions, tested.labels
    groups = pd.concat([scores_by_group(*given, column) for column in columns], ignore_index=True)
    gaps = [_gaps(tested, column, speaker) for column in columns]
    figure = _figure(
        GroupScoresDisplay(groups),
        "group_scores",
        "Score within each group",
        "Each mark is a group; the lowest and the highest are named, and the range is the "
        "difference of the two. The UAR of a group is the mean over the classes that it has. "
        "Groups of few rows differ by luck alone.",
        "Score of each method within each group.",
        tested,
    )
    table = Table(
        f"Gaps between groups{tested.where}",
        "The gap is the UAR of a method's best group minus that of its worst. A method with a "
        "source is compared with the same network without one on the two groups that are best "
        "and worst by the mean of both: the change is how much more the source does for the "
        "first of them. The p-value is that of Welch's t-test over speakers, or over rows where "
        "the groups are speakers; the last one is adjusted for all comparisons of the column.",
        ["groups of", "method", "best", "worst", "gap", "compared", "change", "p", "p (Holm)"],
        [[(cell, False) for cell in row] for each in gaps for row in list_gaps(each)],
    )
    return [describe_gaps(each, tested.networks) for each in gaps], [figure], [table]


def _gaps(tested, column, speaker):
    """Return the gaps between groups; speakers are the units that the test is about."""
    unit = speaker if speaker in tested.labels and column != speaker else None
    return gaps_between_groups(tested.predictions, tested.labels, column, unit=unit)


def _show_calibration(tested):
    """Return finding, figures and tables about the probabilities, of methods that have them."""
    predictions = tested.predictions
    columns = [name for name in predictions if str(name).startswith(PROBABILITY)]
    predictions = predictions[predictions[columns].notna().any(axis=1)]
    if not len(predictions):
        return [], [], []
    errors = expected_calibration_error(predictions)
    figure = _figure(
        CalibrationDisplay(calibration_by_method(predictions), errors),
        "calibration",
        "Confidence and accuracy",
        "The predictions are sorted by the probability of the predicted class into ten bins; "
        "larger marks have more rows. On the dotted line a method is right as often as it "
        "expects; below it is too sure, above not sure enough. ECE is the mean distance from that "
        "line.",
        "Accuracy by confidence for each method, with the expected calibration error.",
        tested,
    )
    return [describe_calibration(errors, tested.networks)], [figure], []


def _show_disputes(tested):
    """Return finding, figures and tables about the rows on which the methods disagree."""
    if len(methods_in(tested.predictions)) < 2:
        return [], [], []
    disputed = most_disputed(tested.predictions, n=None)
    methods = list(disputed.columns[disputed.columns.get_loc(TRUTH) + FACTS + 1 :])
    finding = describe_disputes(disputed, methods)
    disputed = disputed[disputed["disagreement"] > 0].head(MOST_DISPUTED)
    if not len(disputed):
        return [finding], [], []
    figure = _figure(
        DisagreementDisplay(disputed),
        "disagreement",
        "Most disputed rows",
        "The label of each method; bold on orange where it is wrong.",
        "True class and the label of each method for the most disputed rows.",
        tested,
        ("png", "pdf"),  # the page has the table
    )
    name = FILE if FILE in disputed else ROW
    rows = [
        [(row[name], False), (row[TRUTH], False)]
        + [(row[m], row[m] != row[TRUTH]) for m in methods]
        for _, row in disputed.iterrows()
    ]
    table = Table(
        f"Most disputed rows{tested.where}",
        "The label that a method gives in most repeats; wrong ones are marked. At the top are the "
        "rows on which the votes of the methods differ most (Jensen-Shannon divergence).",
        [name, "truth", *methods],
        rows,
    )
    return [finding], [figure], [table]
