"""Share a model between many calls: each process reads it from a file once."""

import pickle
import tempfile
import threading
import weakref
from functools import lru_cache
from pathlib import Path

_one_at_a_time = threading.Lock()


class SharedModel:
    """A model that each process reads from a file once, instead of with every utterance.

    The function that computes features is sent to a process with each utterance, and a network of
    hundreds of MB would be sent as often. So when this object is first pickled, it writes the
    model to a temporary file and pickles the path. The file is removed with the object.
    """

    def __init__(self, model=None, path=None):
        self._model, self._path = model, path

    def get(self):
        """Return the model."""
        return _read(self._path) if self._model is None else self._model

    def __reduce__(self):
        with _one_at_a_time:  # several threads pickle this object, one for each worker
            if self._path is None:
                self._path = _write(self._model)
                weakref.finalize(self, Path(self._path).unlink, missing_ok=True)
        return SharedModel, (None, self._path)


def _write(model):
    """Write a model to a new file that nobody else may read; return its path."""
    from joblib.externals.loky.backend.reduction import dump  # also pickles functions of a script

    with tempfile.NamedTemporaryFile(prefix="skprognet-model-", delete=False) as file:
        try:
            dump(model, file)
        except BaseException:
            Path(file.name).unlink()
            raise
    return file.name


@lru_cache(maxsize=4)  # one table may have several models
def _read(path):
    with open(path, "rb") as file:
        return pickle.load(file)
