"""Store the predictions of each fit as plain values in a record, and read them as one table.

A record of a job is stored as JSON, in which a list of numbers takes a lot of space. So predicted
classes are stored as small integers, probabilities as float32 and predicted numbers as float64,
and the bytes of these arrays as text in base 64.
"""

import base64

import numpy as np
import pandas as pd

from skprognet._predictions import PREDICTION, ROW, TRUTH, probability_column
from skprognet._scores import BASELINE, CONDITIONS, FOLD, METHOD
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import first_few

_NUMBER = "<f8"


def pack_predictions(run, done):
    """Return the predictions of one fit as plain values.

    Parameters
    ----------
    run : Run
        What all fits share.
    done : FitOfMethod
        The fit.

    Returns
    -------
    dict of str to str
        For classes, "labels": the position of each predicted label among the classes of the run,
        and, if the classifier gives them, "probabilities" of shape (n_test, n_classes). For
        numbers, "numbers": the predicted number of each row.

    Raises
    ------
    ValueError
        If a predicted label is not a class of the run.
    """
    return _PACK[run.kind](run, done)


def _pack_numbers(run, done):
    return {"numbers": _to_text(done.predicted, _NUMBER)}


def _pack_labels(run, done):
    classes = np.unique(run.y)
    packed = {"labels": _to_text(_positions(done, classes), _type_of_positions(classes))}
    probabilities = _probabilities(done, classes)
    if probabilities is not None:
        packed["probabilities"] = _to_text(probabilities, "<f4")
    return packed


def _positions(done, classes):
    """Return the position of each predicted label among the classes."""
    predicted = np.asarray(done.predicted).ravel()
    positions = pd.Index(classes).get_indexer(predicted)
    if (positions < 0).any():
        known = first_few(classes.tolist())
        other = predicted[positions < 0][:1].tolist()[0]
        raise ValueError(
            f"Methods must predict labels of the target, which are [{known}]; got {other!r} from "
            f"{done.method!r}. Correct this method, or leave it out."
        )
    return positions


def _probabilities(done, classes):
    """Return the probability of each class of the run, or None if the classifier gives none."""
    learned = getattr(done.estimator, "classes_", None)
    if learned is None or not hasattr(done.estimator, "predict_proba"):
        return None
    of_learned = np.asarray(done.estimator.predict_proba(done.given[done.split.tested]))
    probabilities = np.zeros((len(of_learned), len(classes)))
    positions = pd.Index(classes).get_indexer(learned)
    probabilities[:, positions[positions >= 0]] = of_learned[:, positions >= 0]
    return probabilities


def _type_of_positions(classes):
    """Return the smallest unsigned integer type that can number all classes."""
    return np.min_scalar_type(len(classes)).newbyteorder("<")


def _to_text(values, dtype):
    return base64.b64encode(np.ascontiguousarray(values, dtype=dtype).tobytes()).decode()


def _to_array(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def _unpack_labels(packed, classes):
    """Return positions and probabilities of one fit; probabilities are NaN if it has none."""
    positions = _to_array(packed["labels"], _type_of_positions(classes))
    shape = len(positions), len(classes)
    if "probabilities" not in packed:
        return positions, np.full(shape, np.nan, np.float32)
    return positions, _to_array(packed["probabilities"], "<f4").reshape(shape)


def _number_columns(run, fits):
    """Return the columns with the predicted numbers of all fits."""
    numbers = [_to_array(each["numbers"], _NUMBER) for each in fits]
    return {PREDICTION: np.concatenate(numbers)}


def _label_columns(run, fits):
    """Return the columns with the predicted classes of all fits."""
    classes = np.unique(run.y)
    positions, probabilities = zip(*(_unpack_labels(p, classes) for p in fits), strict=True)
    predictions = {PREDICTION: classes[np.concatenate(positions)]}
    names = map(probability_column, classes)
    return predictions | dict(zip(names, np.concatenate(probabilities).T, strict=True))


_PACK = {CLASSES: _pack_labels, NUMBERS: _pack_numbers}
_COLUMNS = {CLASSES: _label_columns, NUMBERS: _number_columns}


def predictions_table(scores, fits, run, splits):
    """Return the table of predictions.

    Parameters
    ----------
    scores : DataFrame
        A row for each fit.
    fits : list of dict
        What `pack_predictions` returned, for each of these rows.
    run : Run
        What all fits share.
    splits : list of Split
        The rows of every fit.

    Returns
    -------
    DataFrame
        A row for each test row of each fit, in the order of the scores and then of the rows.
    """
    tested = {(split.repeat + 1, split.fold + 1): split.tested for split in splits}
    rows = [tested[place] for place in scores[list(FOLD)].itertuples(index=False, name=None)]
    keys = [name for name in scores if name in (*METHOD, *CONDITIONS, *FOLD, BASELINE)]
    table = scores[keys].loc[np.repeat(scores.index, [len(each) for each in rows])]
    table = table.reset_index(drop=True)
    table[ROW] = np.concatenate(rows)
    table[TRUTH] = run.y[np.concatenate(rows)]
    return pd.concat([table, pd.DataFrame(_COLUMNS[run.kind](run, fits))], axis=1)
