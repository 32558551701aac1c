"""What an extractor says about itself: names, a function, and what its numbers depend on."""

from typing import NamedTuple


class FeatureFunction(NamedTuple):
    """A function that makes one row of features from one signal, and what to know about it.

    Parameters
    ----------
    names : list of str
        The names of the features, which become columns.
    compute : callable
        Called as ``compute(signal, sampling_rate)`` with a float32 array of shape (n_samples,)
        from -1 to 1, and the rate in Hz. It returns one number for each name; NaN means undefined.
        A ValueError that it raises says what is wrong with the recording, as in "holds no speech".
        It is sent to worker processes, which it must not depend on: the same signal always gives
        the same row.
    depends_on : dict, default={}
        What the numbers depend on beside the signal and its rate, as text, numbers, lists and
        dicts, such as the versions of the software. The parameters of your class are added to
        it. The cache returns a row only if all of this is what it was when the row was computed,
        and if the class and the names are called the same.

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
