"""The parts of a prediction that `explain` measures, for classes and for numbers.

Letters in names: N rows, C classes, K numeric outputs.
"""

from dataclasses import dataclass

import numpy as np
import torch

PREDICTED, LOG_PROBABILITY = "predicted", "log_probability"


@dataclass
class Explained:
    """The predictions for some rows, and how to measure the numbers that may change.

    Parameters
    ----------
    columns : dict of str to ndarray of shape (N,)
        The columns of the table that describe each prediction.
    endings : list of str
        The endings of the names of changes, one for each number that may change.
    measure : callable
        Maps outputs of the network for the same rows, a tensor, to the numbers that may change, an
        array of shape (N, number of endings).
    """

    columns: dict
    endings: list
    measure: object


def of_class(network, logits_NC):
    """Explain the log-probability of the predicted class of each row."""
    # As in predict, the first class wins if probabilities round to the same number.
    codes_N = torch.softmax(logits_NC, 1).argmax(dim=1)

    def log_probability(logits_NC):
        return torch.log_softmax(logits_NC, 1).gather(1, codes_N[:, None]).cpu().numpy()

    labels = network._target.decode(codes_N.cpu().numpy())
    whole_N = log_probability(logits_NC)[:, 0]
    return Explained({PREDICTED: labels, LOG_PROBABILITY: whole_N}, [""], log_probability)


def of_numbers(network, outputs_NK):
    """Explain the predicted numbers themselves, on the scale of y."""

    def numbers(outputs_NK):
        return network._target.restored(outputs_NK.cpu().numpy())

    endings = output_endings(outputs_NK.shape[1])
    names = [PREDICTED + ending for ending in endings]
    return Explained(dict(zip(names, numbers(outputs_NK).T, strict=True)), endings, numbers)


def output_endings(n_outputs):
    """Return the ending of the column names of each output; a single output needs none.

    Parameters
    ----------
    n_outputs : int
        Number of predicted numbers per row.

    Returns
    -------
    list of str
    """
    return [""] if n_outputs == 1 else [f"_{k}" for k in range(n_outputs)]


def changes(name, values_NK, without_NK, endings):
    """Return the columns of the changes without a source or group of features.

    Parameters
    ----------
    name : str
        The beginning of the column names.
    values_NK, without_NK : ndarray of shape (N, K)
        The measured numbers with the source or group, and without it.
    endings : list of str
        The endings of the K column names.

    Returns
    -------
    dict of str to ndarray of shape (N,)
    """
    names = [name + ending for ending in endings]
    return dict(zip(names, np.asarray(values_NK - without_NK).T, strict=True))
