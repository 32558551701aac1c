"""The sections of the page about predicted classes and their probabilities."""

from skprognet._predictions import PROBABILITY
from skprognet.displays import CalibrationDisplay, ClassRecallDisplay, ConfusionDisplay
from skprognet.experiments._findings import describe_calibration, describe_classes
from skprognet.experiments._tested import figure_of
from skprognet.results import (
    calibration_by_method,
    confusion_by_method,
    expected_calibration_error,
    recall_by_class,
)


def show_classes(tested):
    """Return finding, figures and tables about the classes."""
    confusion = confusion_by_method(tested.predictions)
    recalls = recall_by_class(tested.predictions)
    figures = [
        figure_of(
            tested,
            ConfusionDisplay(confusion),
            "confusion",
            "Which class is taken for which",
            "Each row of a matrix is a true class, and each column a predicted class. Large "
            "numbers are percentages of the true class, small ones are numbers of rows. Both are "
            "means over the repeats.",
            "Confusion matrix of each method.",
        ),
        figure_of(
            tested,
            ClassRecallDisplay(recalls),
            "class_recall",
            "Recall of each class",
            "Marks are means over the folds, and bars one standard deviation over the folds. All "
            "methods had the same folds, so two methods may differ although their bars overlap.",
            "Recall of each class for each method.",
        ),
    ]
    return [describe_classes(recalls, confusion, tested.networks)], figures, []


def show_calibration(tested):
    """Return finding, figures and tables about the probabilities of the methods that have them."""
    predictions = tested.predictions
    columns = [name for name in predictions if str(name).startswith(PROBABILITY)]
    predictions = predictions[predictions[columns].notna().any(axis=1)]
    if not len(predictions):
        return [], [], []
    errors = expected_calibration_error(predictions)
    figure = figure_of(
        tested,
        CalibrationDisplay(calibration_by_method(predictions), errors),
        "calibration",
        "Confidence and accuracy",
        "The predictions are sorted into ten bins by the probability of the predicted class; "
        "larger marks have more rows. Bins of fewer than ten rows have open marks, and the curve "
        "leaves them out. On the dotted line, a method is right as often as it expects. Below the "
        "line it is overconfident, above the line underconfident. ECE is the mean distance of the "
        "bins from the line, weighted by their numbers of rows.",
        "Accuracy by confidence for each method, with the expected calibration error.",
    )
    return [describe_calibration(errors, tested.networks)], [figure], []
