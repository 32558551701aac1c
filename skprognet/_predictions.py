"""The table of predictions: the names of its columns, and checks of a user's table.

The table of a study has one row for each row that a fit was tested on. Every module that reads
such a table takes the names of the columns from here.
"""

from pandas.api.types import is_bool_dtype, is_float_dtype, is_numeric_dtype

from skprognet._scores import (
    FOLD,
    METHOD,
    as_frame,
    check_columns,
    check_corpus_and_target,
    check_folds,
    check_names,
)
from skprognet._target_kind import CLASSES, NUMBERS

# The number of the row in the corpus, from 0, and its file if that is known.
ROW, FILE = "row", "file"
TRUTH, PREDICTION = "truth", "prediction"
PROBABILITY = "p_"  # start of the name of a column with probabilities, such as "p_angry"


def probability_column(label):
    """Return the name of the column with the probability of a class."""
    return f"{PROBABILITY}{label}"


def predicts_numbers(predictions):
    """Return whether predictions are numbers rather than classes.

    A table of numbers has no probabilities. Truth and prediction are numbers that are not all
    whole, since classes may be called 1 and 2, or 1.0 and 2.0.
    """
    if any(str(name).startswith(PROBABILITY) for name in predictions):
        return False
    columns = predictions[TRUTH], predictions[PREDICTION]
    if not all(is_numeric_dtype(col) and not is_bool_dtype(col) for col in columns):
        return False
    floats = [col.dropna() for col in columns if is_float_dtype(col)]
    return any((col % 1 != 0).any() for col in floats)


def kind_of_predictions(predictions):
    """Return the name of what is predicted: "classes" or "numbers"."""
    return NUMBERS if predicts_numbers(predictions) else CLASSES


def check_predictions(predictions):
    """Return a table of predictions as a DataFrame.

    Parameters
    ----------
    predictions : DataFrame of pandas or polars, or pyarrow Table
        Columns method, source, repeat, fold, row, truth and prediction; also columns of the
        scores, such as baseline.

    Returns
    -------
    DataFrame
        The same table.

    Raises
    ------
    TypeError
        If it is not a table.
    ValueError
        If a column, a method, a source, a repeat or a fold is missing, only some rows have a
        corpus or a target, or there are no rows.
    """
    predictions = as_frame("predictions", predictions)
    needed = (*METHOD, *FOLD, ROW, TRUTH, PREDICTION)
    advice = "Use the result of cross_validate_transfer(return_predictions=True) or of a study."
    check_columns("predictions", predictions, needed, advice)
    if not len(predictions):
        raise ValueError(
            f"predictions must have one row for each row that was tested; got none. {advice}"
        )
    check_names("predictions", predictions)
    check_folds("predictions", predictions)
    check_corpus_and_target("predictions", predictions)
    return predictions
