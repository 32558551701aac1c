"""What of a prediction can change without a source or some features, of classes and of numbers.

Letters in names: N rows, C classes, K outputs, each of which is a number.
"""

from dataclasses import dataclass

import numpy as np
import torch

PREDICTED, LOG_PROBABILITY = "predicted", "log_probability"


@dataclass
class Explained:
    """What the network predicts of some rows, and what is asked of the outputs without a part.

    Parameters
    ----------
    columns : dict of str to ndarray of shape (N,)
        What the table says of each prediction.
    endings : list of str
        What the names of changes end with, one for each value that changes.
    measure : callable
        From outputs of the network for the same rows, a tensor, to the values that change, an
        array of shape (N, number of endings).
    """

    columns: dict
    endings: list
    measure: object


def of_class(network, logits_NC):
    """Return that the log-probability of the predicted class of each row is explained."""
    # As predict does: of probabilities that are rounded to the same number the first one counts.
    codes_N = torch.softmax(logits_NC, 1).argmax(dim=1)

    def log_probability(logits_NC):
        return torch.log_softmax(logits_NC, 1).gather(1, codes_N[:, None]).cpu().numpy()

    labels = network._target.decode(codes_N.cpu().numpy())
    whole_N = log_probability(logits_NC)[:, 0]
    return Explained({PREDICTED: labels, LOG_PROBABILITY: whole_N}, [""], log_probability)


def of_numbers(network, outputs_NK):
    """Return that the predicted numbers themselves are explained, on the scale of y."""

    def numbers(outputs_NK):
        return network._target.restored(outputs_NK.cpu().numpy())

    endings = output_endings(outputs_NK.shape[1])
    names = [PREDICTED + ending for ending in endings]
    return Explained(dict(zip(names, numbers(outputs_NK).T, strict=True)), endings, numbers)


def output_endings(n_outputs):
    """Return what the names of columns about each output end with; one output needs nothing.

    Parameters
    ----------
    n_outputs : int
        How many numbers are predicted for each row.

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
        What the columns begin with.
    values_NK, without_NK : ndarray of shape (N, K)
        What is measured with it, and without it.
    endings : list of str
        What the K columns end with.

    Returns
    -------
    dict of str to ndarray of shape (N,)
    """
    names = [name + ending for ending in endings]
    return dict(zip(names, np.asarray(values_NK - without_NK).T, strict=True))
