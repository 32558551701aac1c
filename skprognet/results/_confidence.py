"""Find how confident each method is of its predictions."""

import warnings

import numpy as np

from skprognet._predictions import PREDICTION, PROBABILITY, TRUTH, probability_column
from skprognet._scores import label
from skprognet._target_kind import CLASSES
from skprognet._wording import listed
from skprognet.results._tested_rows import REPEAT, by_method, check_kind, codes_of, in_order

_ROUNDING = 1e-3  # the probabilities of a row may differ from a sum of 1 by this


def by_confidence(predictions):
    """Return the columns that identify each method, and its predictions with their confidence.

    The latter have the columns repeat, confidence and right. They have no rows if a method has no
    probabilities.
    """
    predictions = check_kind(predictions, CLASSES)
    _check_probabilities(predictions)
    methods, without = [], []
    for key, rows, _ in by_method(predictions):
        confidence = _confidence(rows, label(key["method"], key["source"]))
        known = np.isfinite(confidence)
        columns = {"confidence": confidence, "right": rows[TRUTH] == rows[PREDICTION]}
        methods.append((key, rows[[REPEAT]].assign(**columns)[known]))
        if not known.any():
            without.append(label(key["method"], key["source"]))
    if len(without) == len(methods):
        raise ValueError(
            "predictions must have the probabilities of at least one method, in columns such as "
            "'p_angry'; got none. Use classifiers with a method predict_proba."
        )
    if without:
        names = listed(list(dict.fromkeys(without)))
        message = f"The calibration of {names} is NaN, because there are no probabilities."
        warnings.warn(message, stacklevel=3)
    return methods


def _check_probabilities(predictions):
    """Raise unless the probabilities of each row sum to 1; rows may have no probabilities."""
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
            f"The probabilities of a row must sum to 1; got other sums in {wrong.size} rows, the "
            f"first {wrong[0]:g}. Pass the columns of all classes."
        )


def _confidence(rows, name):
    """Return the probability of the predicted class of each row; NaN if there are none."""
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
            "predictions must have the probability of each predicted class for all rows of a "
            f"method, or for none; got none for {without.sum()} rows of {name!r}, the first "
            f"predicted as {example!r}. Pass the columns of all classes, and rows of one study."
        )
    return confidence
