"""The table of predictions: its columns, and the checks of one that a user gives.

A study makes a table with a row for each row that a fit was tested on. Every module that reads one
takes the names of the columns from here.
"""

from pandas.api.types import is_float_dtype

from skprognet._scores import FOLD, METHOD, as_frame, check_columns, check_names
from skprognet._target_kind import CLASSES, NUMBERS

# The number of the row in the corpus, from 0, and its file where that is known.
ROW, FILE = "row", "file"
TRUTH, PREDICTION = "truth", "prediction"
PROBABILITY = "p_"  # how the column with the probabilities of a class begins, as "p_angry"


def probability_column(label):
    """Return the name of the column with the probabilities of a class."""
    return f"{PROBABILITY}{label}"


def predicts_numbers(predictions):
    """Return whether a table of predictions is of numbers, not of classes.

    Of numbers it has no column of probabilities, and truth and prediction are floats, not all of
    them whole: classes may be called 1.0 and 2.0.
    """
    if any(str(name).startswith(PROBABILITY) for name in predictions):
        return False
    columns = predictions[TRUTH], predictions[PREDICTION]
    return all(map(is_float_dtype, columns)) and any((each % 1 != 0).any() for each in columns)


def kind_of_predictions(predictions):
    """Return whether a table of predictions is of classes or of numbers, by name."""
    return NUMBERS if predicts_numbers(predictions) else CLASSES


def check_predictions(predictions):
    """Return a table of predictions as a DataFrame.

    Parameters
    ----------
    predictions : DataFrame of pandas or polars, or pyarrow Table
        Columns method, source, repeat, fold, row, truth and prediction, and others, such as
        baseline, as in the scores.

    Returns
    -------
    DataFrame
        The same.

    Raises
    ------
    TypeError
        If it is no table.
    ValueError
        If a column, a method or a source is missing, or there is no row.
    """
    predictions = as_frame("predictions", predictions)
    needed = (*METHOD, *FOLD, ROW, TRUTH, PREDICTION)
    advice = "Take what cross_validate_transfer(return_predictions=True) or a study returns."
    check_columns("predictions", predictions, needed, advice)
    if not len(predictions):
        raise ValueError(
            f"predictions must have a row for each row that was tested; got none. {advice}"
        )
    check_names("predictions", predictions)
    return predictions
