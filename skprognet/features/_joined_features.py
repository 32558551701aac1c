"""Several extractors side by side: one table with all their columns, audio decoded once."""

from collections import Counter

import numpy as np

from skprognet._wording import first_few, listed
from skprognet.features._feature_extractor import FeatureExtractor
from skprognet.features._feature_function import FeatureFunction


class JoinedFeatures(FeatureExtractor):
    """Turn speech into the features of several extractors, side by side in one row.

    Each recording is decoded once. If one of the extractors cannot use it, none of its features
    are returned, and `on_error` says what happens.

    Parameters
    ----------
    extractors : list of FeatureExtractor
        The extractors, in the order of the columns. Their own values of the parameters below are
        ignored, except that their sampling rates must equal the one below.
    sampling_rate : int, default=16000
        The rate in Hz to which all audio is resampled.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN.
    on_short : {'error', 'nan'}, default='error'
        What to do if features are undefined: treat the utterance as `on_error` says, or return
        the NaN.
    cache : str or path-like, default=None
        Folder that keeps features for later calls; None keeps nothing.
    cache_size_limit : int, default=None
        Bytes that the cache may take up; None means no limit.
    n_jobs : int, default=None
        Number of utterances to process in parallel, each in its own process. None means 1 unless
        in a :func:`joblib.parallel_config` context, -1 means all processors.
    timeout : float, default=1800
        Longest processing time of an utterance in seconds, if it has its own process; None means
        no limit.
    max_duration : float, default=3600
        Longest utterance in seconds; None or infinity means no limit.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s.

    Attributes
    ----------
    errors_ : DataFrame
        The utterances that the last :meth:`transform` could not use: file, start, end (s) and
        reason, indexed by the row in `X`, from 0. It is set even if an error was raised.

    See Also
    --------
    OpenSmileFeatures : Acoustic features.
    SpeechModelFeatures : Layers of a pretrained network.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.features import JoinedFeatures, OpenSmileFeatures, SpeechModelFeatures
    >>> control = SpeechModelFeatures("ge2e", pooling="mean", weights="random")
    >>> both = JoinedFeatures([OpenSmileFeatures(), control])
    >>> tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)
    >>> both.fit_transform([(tone, 16_000)]).shape
    (1, 856)
    """

    _depended_on = ("extractors",)  # through the depends_on of each

    def __init__(
        self,
        extractors,
        *,
        sampling_rate=16_000,
        on_error="raise",
        on_short="error",
        cache=None,
        cache_size_limit=None,
        n_jobs=None,
        timeout=1800,
        max_duration=3600,
        verbose=True,
    ):
        super().__init__(
            sampling_rate=sampling_rate,
            on_error=on_error,
            on_short=on_short,
            cache=cache,
            cache_size_limit=cache_size_limit,
            n_jobs=n_jobs,
            timeout=timeout,
            max_duration=max_duration,
            verbose=verbose,
        )
        self.extractors = extractors

    @property
    def software(self):
        """Names of the software that computes the features, for messages and progress bar."""
        return listed([extractor.software for extractor in self.extractors])

    @property
    def _expected_warnings(self):
        patterns = [extractor._expected_warnings for extractor in self.extractors]
        return "|".join(pattern for pattern in patterns if pattern)

    def feature_function(self):
        """Return the features of all extractors, as a function of one signal.

        Returns
        -------
        FeatureFunction
            The names of the features, extractor by extractor, and how they are computed.

        Raises
        ------
        TypeError
            If an item of `extractors` is not an extractor.
        ValueError
            If there are no extractors, two extractors have a feature of the same name, or the
            sampling rates differ.
        """
        self._check_extractors()
        functions = [e._check_function(e.feature_function()) for e in self.extractors]
        names = [name for function in functions for name in function.names]
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            raise ValueError(
                "extractors must have features of different names; got "
                f"{first_few(twice)} twice. Leave one of the extractors out."
            )
        compute = _SideBySide([function.compute for function in functions])
        depends_on = {"parts": [function.depends_on for function in functions]}
        return FeatureFunction(names, compute, depends_on)

    def _check_extractors(self):
        for extractor in self.extractors:
            if not isinstance(extractor, FeatureExtractor):
                raise TypeError(
                    f"extractors must be a list of FeatureExtractor; got {extractor!r:.200} in it."
                )
            if extractor.sampling_rate != self.sampling_rate:
                raise ValueError(
                    f"All extractors must have sampling_rate={self.sampling_rate!r}; got "
                    f"{extractor.sampling_rate!r} of {type(extractor).__name__}. Set all alike."
                )
        if not len(self.extractors):
            raise ValueError("extractors must hold at least one extractor; got none.")


class _SideBySide:
    """Join the rows of several functions of a signal; `shortest` has the limits of all."""

    def __init__(self, computes):
        self.computes = computes
        lengths = [getattr(compute, "shortest", {}) for compute in computes]
        self.shortest = {name: least for limits in lengths for name, least in limits.items()}

    def __call__(self, signal, sampling_rate):
        return np.concatenate(
            [np.ravel(compute(signal, sampling_rate)) for compute in self.computes]
        )
