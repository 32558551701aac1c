"""Read predictions, and warn if they are not those that the study wrote."""

from skprognet.cli._messages import print_warnings
from skprognet.results import read_predictions


def read_tested(path):
    """Return the predictions in a file or folder; print a warning if its study wrote others."""
    with print_warnings():
        return read_predictions(path)
