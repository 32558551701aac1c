"""The description of an extractor: names, a function, and what its numbers depend on."""

from typing import NamedTuple


class FeatureFunction(NamedTuple):
    """A function that computes one row of features from one signal, with names and dependencies.

    Parameters
    ----------
    names : list of str
        The names of the features, which become columns.
    compute : callable
        Called as ``compute(signal, sampling_rate)`` with a float32 array of shape (n_samples,)
        from -1 to 1, and the rate in Hz. It returns one number for each name; NaN means undefined.
        It raises a ValueError to say what is wrong with a recording, as in "holds no speech". It
        runs in worker processes, and the same signal must give the same row in any of them.
    depends_on : dict, default={}
        What the numbers depend on, apart from the signal and its rate, as text, numbers, lists and
        dicts, such as the versions of the software. The parameters of your class are added. The
        cache returns a row only if all of this, the name of the class and the names of the
        features are the same as when the row was computed.

    See Also
    --------
    FeatureExtractor : Applies such a function to files.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.features import FeatureFunction
    >>> function = FeatureFunction(["peak"], lambda signal, rate: [np.abs(signal).max()])
    >>> [float(peak) for peak in function.compute(np.array([0.25, -0.5]), 16_000)]
    [0.5]
    """

    names: list
    compute: object
    depends_on: dict = {}
