"""How sure a method is of each of its predictions."""

import warnings

import numpy as np

from skprognet._predictions import PREDICTION, PROBABILITY, TRUTH, probability_column
from skprognet._scores import label
from skprognet._target_kind import CLASSES
from skprognet._wording import listed
from skprognet.results._tested_rows import REPEAT, by_method, check_kind, codes_of, in_order

_ROUNDING = 1e-3  # as far as the probabilities of a row may sum to other than 1


def by_confidence(predictions):
    """Return for each method its place, and repeat, confidence and right of its predictions.

    A method without probabilities has no rows.
    """
    predictions = check_kind(predictions, CLASSES)
    _check_probabilities(predictions)
    found, without = [], []
    for place, rows, _ in by_method(predictions):
        confidence = _confidence(rows, label(place["method"], place["source"]))
        known = np.isfinite(confidence)
        sure = {"confidence": confidence, "right": rows[TRUTH] == rows[PREDICTION]}
        found.append((place, rows[[REPEAT]].assign(**sure)[known]))
        if not known.any():
            without.append(label(place["method"], place["source"]))
    if len(without) == len(found):
        raise ValueError(
            "predictions must have the probabilities of at least one method, in columns such as "
            "'p_angry'; got none. Compare classifiers with a method predict_proba."
        )
    if without:
        message = f"There are no probabilities of {listed(list(dict.fromkeys(without)))}: NaN."
        warnings.warn(message, stacklevel=3)
    return found


def _check_probabilities(predictions):
    """Raise unless the probabilities of each row, where there are some, sum to 1."""
    columns = [name for name in predictions if str(name).startswith(PROBABILITY)]
    values = predictions[columns].to_numpy(dtype=float, na_value=np.nan)
    outside = values[(values < -_ROUNDING) | (values > 1 + _ROUNDING)]
    if outside.size:
        raise ValueError(
            f"Probabilities must be from 0 to 1; got {outside[0]:g}. Pass what predict_proba "
            "returns."
        )
    sums = np.nansum(values, axis=1)[np.isfinite(values).any(axis=1)]
    wrong = sums[np.abs(sums - 1) > _ROUNDING]
    if wrong.size:
        raise ValueError(
            f"The probabilities of a row must sum to 1; those of {wrong.size} rows do not, the "
            f"first to {wrong[0]:g}. Pass the columns of all classes."
        )


def _confidence(rows, name):
    """Return the probability of the predicted class of each row, NaN for all without any."""
    labels = in_order(rows[PREDICTION])
    columns = [probability_column(each) for each in labels]
    if not rows.columns.isin(columns).any():
        return np.full(len(rows), np.nan)
    values = rows.reindex(columns=columns).to_numpy(dtype=float, na_value=np.nan)
    confidence = values[np.arange(len(rows)), codes_of(rows[PREDICTION], labels)]
    without = np.isnan(confidence)
    if without.any() and not without.all():
        example = rows.loc[without, PREDICTION].iloc[0]
        raise ValueError(
            "predictions must have the probability of each class that is predicted, or none of a "
            f"method; {without.sum()} rows of {name!r} lack it, the first that of {example!r}. "
            "Pass the columns of all classes, and the rows of one study."
        )
    return confidence
