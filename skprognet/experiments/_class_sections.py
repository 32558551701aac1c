"""What the predictions of classes show: what is taken for what, and how sure a method is."""

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
            "What is taken for what",
            "Each row of a matrix is a true class, each column a predicted one. Large: percent of "
            "the true class; small: number of rows. Both are means over the repeats.",
            "Confusion matrix of each method.",
        ),
        figure_of(
            tested,
            ClassRecallDisplay(recalls),
            "class_recall",
            "Recall of each class",
            "Means over the folds, bars one standard deviation over the folds. All methods had "
            "the same folds, so overlapping bars do not say that two methods are alike.",
            "Recall of each class by each method.",
        ),
    ]
    return [describe_classes(recalls, confusion, tested.networks)], figures, []


def show_calibration(tested):
    """Return finding, figures and tables about the probabilities, of methods that have them."""
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
        "The predictions are sorted by the probability of the predicted class into ten bins; "
        "larger marks have more rows. Bins of fewer than ten rows have open marks, and the curve "
        "leaves them out. On the dotted line a method is right as often as it expects; below it "
        "is too sure, above not sure enough. ECE is the mean distance of all rows from that line.",
        "Accuracy by confidence for each method, with the expected calibration error.",
    )
    return [describe_calibration(errors, tested.networks)], [figure], []
