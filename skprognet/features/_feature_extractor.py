"""The base class of extractors: parameters, cache, workers, report."""

import warnings
from contextlib import contextmanager, nullcontext
from numbers import Integral, Real

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from skprognet._checks import check_number
from skprognet._extras import import_extra
from skprognet.features._feature_function import FeatureFunction
from skprognet.features.engine._cache import FeatureCache
from skprognet.features.engine._extract_all import extract_all
from skprognet.features.engine._extraction import Extraction
from skprognet.features.engine._report import (
    describe_errors,
    list_errors,
    warn_of_low_rates,
    warn_of_remarks,
)
from skprognet.features.engine._utterances import check_utterances
from skprognet.features.engine._workers import check_timeout
from skprognet.features.reading import HIGHEST_RATE, LONGEST, SAMPLING_RATE

_LOWEST_RATE = 8_000  # in Hz, since the feature sets describe bands up to 4 kHz
_CHOICES = {"on_error": ("raise", "skip", "nan"), "on_short": ("error", "nan")}


class FeatureExtractor(TransformerMixin, BaseEstimator):
    """Turn speech into one row of features per utterance; the base class of all extractors.

    A subclass defines in :meth:`feature_function` what it computes. This class does the rest. It
    accepts paths, tables of segments and signals. It decodes the audio, averages the channels,
    resamples the mean, clips samples beyond full scale, and truncates the rest to 16 bits. It
    works on several utterances in parallel, keeps results in a cache, and lists all recordings
    that cannot be used in one report. There is nothing to fit, since a row depends on its
    utterance alone.

    A subclass with its own parameters needs an ``__init__`` that names them and all parameters
    below, as scikit-learn requires. See :class:`OpenSmileFeatures` for an example.

    Parameters
    ----------
    sampling_rate : int, default=16000
        The rate in Hz, from 8000 to 384000, to which all audio is resampled.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN.
    on_short : {'error', 'nan'}, default='error'
        What to do if features are undefined (NaN), as is common in very short recordings: treat
        the utterance as `on_error` says, or return the NaN.
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
    software : str
        Name of the software that computes the features, for messages and the progress bar. By
        default it is the name of the class.

    See Also
    --------
    OpenSmileFeatures : Acoustic features.
    SpeechModelFeatures : Layers of a pretrained network.
    clear_cache : Empties a cache.

    Examples
    --------
    The loudness of a recording, and how often its signal changes sign:

    >>> import numpy as np
    >>> from skprognet.features import FeatureExtractor, FeatureFunction
    >>> class LoudnessFeatures(FeatureExtractor):
    ...     def feature_function(self):
    ...         def compute(signal, sampling_rate):
    ...             crossings = np.count_nonzero(np.diff(np.signbit(signal)))
    ...             return np.sqrt(np.mean(signal**2)), crossings / len(signal) * sampling_rate
    ...         return FeatureFunction(["rms", "crossings_per_s"], compute, {"version": 1})
    >>> tone = 0.5 * np.sin(2 * np.pi * 100 * np.arange(16_000) / 16_000)
    >>> LoudnessFeatures().transform([(tone, 16_000)]).round(2)
        rms  crossings_per_s
    0  0.35            199.0
    """

    _depended_on = ()  # parameters of a subclass that its depends_on holds in another form
    _reports_errors = True  # a caller that reads errors_ sets this to False
    _expected_warnings = None  # a pattern of warnings that only repeat what the results say

    def __init__(
        self,
        *,
        sampling_rate=SAMPLING_RATE,
        on_error="raise",
        on_short="error",
        cache=None,
        cache_size_limit=None,
        n_jobs=None,
        timeout=1800,
        max_duration=LONGEST,
        verbose=True,
    ):
        self.sampling_rate = sampling_rate
        self.on_error = on_error
        self.on_short = on_short
        self.cache = cache
        self.cache_size_limit = cache_size_limit
        self.n_jobs = n_jobs
        self.timeout = timeout
        self.max_duration = max_duration
        self.verbose = verbose

    @property
    def software(self):
        """Name of the software that computes the features, for messages and the progress bar."""
        return type(self).__name__

    def feature_function(self):
        """Return the function that computes the features; every subclass must define it.

        Returns
        -------
        FeatureFunction
            The names of the features, the function that computes one row of them, and what its
            numbers depend on. Each :meth:`transform` calls this method once.

        Raises
        ------
        ValueError
            If a parameter of the subclass has an invalid value.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must have a method feature_function that returns a "
            "FeatureFunction: the names of the features and how to compute them."
        )

    def fit(self, X, y=None):
        """Do nothing, since there is nothing to learn from `X`.

        Parameters
        ----------
        X : object
            Ignored.
        y : object, default=None
            Ignored.

        Returns
        -------
        FeatureExtractor
            The estimator itself.
        """
        return self

    def transform(self, X):
        """Extract the features of every utterance.

        Parameters
        ----------
        X : list, array, Series, DataFrame or Index, of n_utterances
            One of

            - paths of audio files (str or path-like), of shape (n_utterances,) or
              (n_utterances, 1): any format of libsndfile (WAV, FLAC, OGG, MP3, ...), sampling
              rate and number of channels;
            - a table of pandas or polars with the column ``file`` and, if files hold several
              utterances, ``start`` and ``end`` (s from the start of the file, or timedeltas;
              missing ones mean the start or end of the file), or with an index of these names;
              other columns are ignored;
            - a list of pairs (signal, sampling rate in Hz), as ``soundfile.read`` returns them:
              shape (n_frames,) or (n_frames, n_channels), floats from -1 to 1 or integers of 16
              or 32 bits.

        Returns
        -------
        DataFrame of shape (n_utterances, n_features), float32
            One row per utterance, in the order of `X` (fewer rows with ``on_error="skip"``). The
            index is that of `X` if `X` is a pandas object, and the paths as given (named "file")
            if it is a list of paths. Otherwise rows are numbered from 0.

        Raises
        ------
        ValueError
            With ``on_error="raise"``, if any file is missing, not audio, empty, damaged, cut
            short, too short for the features, too long, made of several recordings, shorter than
            its segment, or has NaN or infinite samples. All utterances are tried first; then one
            error lists all of these files. Also if `X` is empty, or a parameter is invalid.
        TypeError
            If `X` is a single path instead of a list, or holds something that is neither a path
            nor a signal; or if `cache_size_limit` is not a number.
        OSError
            If the cache cannot be written to, or a file that the features need is missing.
        ImportError
            If soundfile, soxr or the software of the features is missing.
        """
        return self._extract_table(X)

    def _extract_table(self, X):
        """Return the result of `transform` before scikit-learn converts it, as for polars."""
        utterances, index = check_utterances(X)
        extraction, function = self._make_extraction()
        names = function.names
        values = np.full((len(utterances), len(names)), np.nan, dtype=np.float32)
        reasons, rates, remarks = {}, [], {}
        for row, result in self._extract(utterances, function, extraction):
            has_row = result.values is not None and not np.isinf(result.values).any()
            if result.reason is None or (self.on_short == "nan" and has_row):
                values[row] = result.values
                rates.append(result.own_rate)
                if result.remark:
                    remarks[row] = result.remark
            else:
                reasons[row] = result.reason
        self._report(list_errors(utterances, reasons), len(utterances))
        warn_of_remarks(utterances, remarks)
        warn_of_low_rates(rates, self.sampling_rate)
        features = pd.DataFrame(values, index=index, columns=list(names))
        if self.on_error == "skip" and reasons:
            features = features[~np.isin(np.arange(len(features)), list(reasons))]
        return features

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features.

        Parameters
        ----------
        input_features : object, default=None
            Ignored.

        Returns
        -------
        ndarray of str, shape (n_features,)
            The columns of the result of :meth:`transform`.
        """
        _, function = self._make_extraction()
        return np.asarray(function.names, dtype=object)

    def _make_extraction(self):
        """Return the task that each worker gets, and the feature function."""
        self._check_parameters()
        function = self._check_function(self.feature_function())
        longest = np.inf if self.max_duration is None else float(self.max_duration)
        names, rate = function.names, int(self.sampling_rate)
        extraction = Extraction(function.compute, len(names), self.software, rate, longest)
        return extraction, function

    def _check_function(self, function):
        """Return the feature function with class and parameters of the subclass in depends_on.

        Without them, the cache could return rows of another class, or of other parameters.
        """
        if not isinstance(function, FeatureFunction):
            raise TypeError(
                f"{type(self).__name__}.feature_function() must return a FeatureFunction; got "
                f"{function!r:.200}."
            )
        if not isinstance(function.depends_on, dict):
            raise TypeError(
                "depends_on must be a dict of text, numbers, lists and dicts; got "
                f"{function.depends_on!r:.200}. The cache builds its keys from it. Convert other "
                "objects to text."
            )
        common = {*FeatureExtractor._get_param_names(), *self._depended_on}
        params = self.get_params(deep=False).items()
        params = {name: _in_full(value) for name, value in params if name not in common}
        own = {"class name": type(self).__name__, **params}
        return function._replace(depends_on={**function.depends_on, **own})

    def _check_parameters(self):
        """Raise if a parameter is invalid, or a package is missing."""
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {choices}; got {getattr(self, name)!r}.")
        rate = self.sampling_rate
        is_rate = isinstance(rate, Integral) and not isinstance(rate, bool)
        if not is_rate or not _LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise ValueError(
                f"sampling_rate must be a whole number of Hz from {_LOWEST_RATE} to "
                f"{HIGHEST_RATE}; got {rate!r}. Use 16000 for speech, 8000 for telephone speech."
            )
        check_timeout(self.timeout)
        if self.cache_size_limit is not None:
            check_number("cache_size_limit", self.cache_size_limit, "number", low=0)
        longest = np.inf if self.max_duration is None else self.max_duration
        if not isinstance(longest, Real) or isinstance(longest, bool) or not longest > 0:
            raise ValueError(
                "max_duration must be a number of seconds above 0, or None for no limit; got "
                f"{longest!r}."
            )
        for name in ("soundfile", "soxr"):  # without these, no file is to blame
            import_extra(name)

    def _extract(self, utterances, function, extraction):
        """Yield row and result of every utterance."""
        opened = nullcontext()
        if self.cache is not None:
            opened = FeatureCache(self.cache, self.cache_size_limit, extraction.n_features)
        with opened as cache, self._without_expected_warnings():
            yield from extract_all(
                utterances, function, extraction, cache, self.n_jobs, self.timeout, self.verbose
            )

    @contextmanager
    def _without_expected_warnings(self):
        """Ignore warnings that would hide other results if they became exceptions."""
        if not self._expected_warnings:  # filters belong to the whole process, with all threads
            yield
            return
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", self._expected_warnings)
            yield

    def _report(self, errors, n_utterances):
        """Keep the list of errors, and raise or warn with all of it."""
        self.errors_ = errors
        if errors.empty or not self._reports_errors:
            return
        if self.on_error == "raise":
            advice = 'repair them, or leave them out with on_error="skip"'
            kept = "the features of the others are kept in the cache"
            if self.cache is None:
                kept = "cache=FOLDER would keep the features of the others for the next call"
            raise ValueError(describe_errors(errors, n_utterances, f"{advice}; {kept}"))
        outcome = "their rows are left out" if self.on_error == "skip" else "their rows are NaN"
        warnings.warn(describe_errors(errors, n_utterances, outcome), stacklevel=5)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        tags.no_validation = True
        tags.requires_fit = False
        return tags


def _in_full(value):
    """Return text that differs for different values; repr alone leaves out parts of arrays."""
    try:
        return f"{value!r} {joblib.hash(value)}"
    except Exception:  # of a value that cannot be pickled, such as a local function
        return repr(value)
