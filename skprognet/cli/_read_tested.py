"""The predictions that a command is given: read, and said if a study wrote others."""

from skprognet.cli._messages import tell_warnings
from skprognet.results import read_predictions


def read_tested(path):
    """Return the predictions in a file or folder, and say if they are not those of its study."""
    with tell_warnings():
        return read_predictions(path)
