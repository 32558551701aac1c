"""Select the columns of an explanation to draw, and word them for classes and numbers."""

import math

import numpy as np

from skprognet._scores import as_frame
from skprognet._wording import first_few
from skprognet.estimators import FEATURES, SOURCE

_PREDICTED, _LOG_PROBABILITY = "predicted", "log_probability"


class OfClass:
    """Words and digits for changes in the log-probability of a class."""

    axis = "log-probability lost without it"

    @staticmethod
    def name(label):
        """Return the name of the prediction of a row."""
        return label

    @staticmethod
    def title(row):
        """Return the title of the picture of one row, which is a dict."""
        return f"{row[_PREDICTED]}, probability {np.exp(row[_LOG_PROBABILITY]):.2f}"

    @staticmethod
    def n_decimals(limit):
        """Return the number of decimals of a change."""
        return 1


class OfNumber:
    """Words and digits for changes in a number, in the unit of the user."""

    axis = "fall of the predicted number without it"

    @staticmethod
    def name(number):
        """Return the name of the prediction of a row."""
        return f"{number:.3g}"

    @staticmethod
    def title(row):
        """Return the title of the picture of one row, which is a dict."""
        return f"predicted {row[_PREDICTED]:.3g}"

    @staticmethod
    def n_decimals(limit):
        """Return the number of decimals of a change; the greatest change has two digits."""
        return max(0, 1 - math.floor(math.log10(limit)))


def drawn_output(explanation, output):
    """Return the columns of one output, without its ending, and the words for them.

    Parameters
    ----------
    explanation : DataFrame
        The result of :func:`~skprognet.estimators.explain`.
    output : int or None
        Number of the output; None means the only one.

    Returns
    -------
    drawn : DataFrame
        The columns predicted, log_probability (of classes) and those of changes.
    kind : OfClass or OfNumber

    Raises
    ------
    TypeError
        If `explanation` is not a table.
    ValueError
        If the table has another form, or no such output.
    """
    frame = as_frame("explanation", explanation)
    of_classes = _LOG_PROBABILITY in frame
    ending = _ending(frame, output)
    predicted = _PREDICTED + ending
    changes = [name for name in map(str, frame) if name.startswith((SOURCE, FEATURES))]
    changes = [name for name in changes if name.endswith(ending)]
    is_complete = predicted in frame and len(frame) > 0 and len(changes) > 0
    if not is_complete or not (of_classes or frame[predicted].dtype.kind == "f"):
        raise ValueError(
            "explanation must be the table that explain returns, with at least one row and a "
            f"column of changes; got {len(frame)} rows of the columns {list(frame)!r:.200}. Pass "
            "what explain returns."
        )
    drawn = frame[[predicted, *changes]]
    drawn = drawn.set_axis([name.removesuffix(ending) for name in drawn], axis=1)
    if of_classes:
        drawn.insert(1, _LOG_PROBABILITY, frame[_LOG_PROBABILITY])
    return drawn, OfClass if of_classes else OfNumber


def _ending(frame, output):
    """Return the ending of the names of the columns of an output."""
    outputs = [k for k in range(len(frame.columns)) if f"{_PREDICTED}_{k}" in frame]
    if output is None and len(outputs) < 2:
        return f"_{outputs[0]}" if outputs else ""
    if output not in outputs:
        known, remedy = "None for a single output", "Leave output out"
        if outputs:
            known, remedy = f"one of {first_few(outputs)}", "Choose one of these"
        raise ValueError(f"output must be {known}; got {output!r:.80}. {remedy}.")
    return f"_{output}"
