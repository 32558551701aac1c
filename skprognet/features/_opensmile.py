"""Audio files -> functionals of openSMILE, one row per utterance."""

import warnings
from contextlib import nullcontext
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from skprognet.features._audio import SAMPLING_RATE
from skprognet.features._batch import extract_all
from skprognet.features._cache import FeatureCache
from skprognet.features._decoding import HIGHEST_RATE
from skprognet.features._extraction import Settings
from skprognet.features._extras import import_extra
from skprognet.features._feature_sets import config_digest, find_config, load_extractor
from skprognet.features._report import (
    describe_errors,
    list_errors,
    warn_of_low_rates,
    warn_of_remarks,
)
from skprognet.features._utterances import check_utterances
from skprognet.features._workers import check_timeout

_LOWEST_RATE = 8_000  # in Hz; the feature sets describe bands up to 4 kHz
_CHOICES = {"on_error": ("raise", "skip", "nan"), "on_short": ("error", "nan")}


class OpenSmileFeatures(TransformerMixin, BaseEstimator):
    """Turn speech into the acoustic features of openSMILE, one row per utterance.

    Each utterance is decoded, its channels are averaged, the mean is resampled to 16 kHz and
    clipped to the range of 16 bits, and openSMILE [1]_ summarises it in one row: the 88
    functionals of eGeMAPSv02 [2]_ unless told otherwise. There is nothing to fit: a row depends
    on its utterance alone.

    openSMILE is free for research only, and so are the features that it makes. It comes with
    ``pip install 'skprognet[audio]'``; everything else in this package works without it, on any
    table of features.

    Parameters
    ----------
    feature_set : str or path-like, default='eGeMAPSv02'
        Name of a feature set in ``opensmile.FeatureSet``, such as 'GeMAPSv01b' (62 features) or
        'ComParE_2016' (6373); or the path of an openSMILE configuration file (.conf), whose
        functionals are at the level ``func``. Always functionals, that is one row.
    sampling_rate : int, default=16000
        The rate in Hz, from 8000 to 384000, to which all audio is resampled before openSMILE.
        8000 is for telephone speech, and for other speech that is compared with it: the features
        depend on the rate, so that both have to have gone through the same one.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN (the latter two with one warning). Each
        names all of them with the reason, and so does ``errors_``.
    on_short : {'error', 'nan'}, default='error'
        What to do where openSMILE leaves features undefined, which for the sets named above is
        below 60 ms, one window of its analysis of pitch: treat the utterance as `on_error` says,
        or give the undefined features as NaN, which is then no error. They are never filled in:
        any number in their place would be invented.
    cache : str or path-like, default=None
        A folder in which features are kept, and found again by the content of the audio and all
        that they depend on; None keeps nothing. :func:`clear_cache` empties it.
    cache_size_limit : int, default=None
        Bytes that the cache may take up; what was not used for longest is dropped. None means no
        limit.
    n_jobs : int, default=None
        Number of utterances to work on at the same time, each in a process of its own. None means
        1 unless in a :func:`joblib.parallel_config` context, -1 means all processors. The
        features are the same bit for bit whatever the number. With 2 or more, a file that kills
        its process (a fault in a decoder, or too little memory) is named like any other; with 1
        it ends yours.
    timeout : float, default=1800
        Seconds that an utterance may take before its process is ended and it is named like any
        other that cannot be used, as one that hangs a decoder. None means no limit. As joblib's,
        it holds only where processes are at work, that is with 2 jobs or more, or on a cluster.
    max_duration : float, default=3600
        Seconds that an utterance, a file or a segment of one, may last; a longer one is refused
        before it is decoded, and named like any other that cannot be used. A small file can hold
        days of silence. None or infinity means no limit.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s, with the seconds
        of audio that are done per second.

    Attributes
    ----------
    errors_ : DataFrame
        What the last :meth:`transform` could not use: file, start, end (s) and reason, indexed by
        the row in `X`, from 0. It is there also when an error was raised.

    See Also
    --------
    read_features : Features that are in a table already.
    clear_cache : Empties a cache.
    skprognet.datasets.load_emodb : A table that was made with this class.

    Notes
    -----
    About 20 to 35 ms of one processor are needed per second of audio.

    Memory is needed for one utterance per process, about 35 MB for each minute of it (2 MB of
    them for the audio, the rest in openSMILE), and for the result.

    A sampling rate below 4 kHz or above 384 kHz is refused, since it is none of audio.

    Warnings name recordings that give features, but hardly those that are meant: silence, channels
    of opposite phase, samples far beyond full scale (as of 16-bit integers given as floats), a
    lower sampling rate than the others. They come after all is done.

    References
    ----------
    .. [1] F. Eyben, M. Wöllmer, B. Schuller, "openSMILE - The Munich Versatile and Fast
       Open-Source Audio Feature Extractor", ACM Multimedia, 2010.
       https://doi.org/10.1145/1873951.1874246
    .. [2] F. Eyben et al., "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for Voice
       Research and Affective Computing", IEEE Transactions on Affective Computing 7(2), 2016.
       https://doi.org/10.1109/TAFFC.2015.2457417

    Examples
    --------
    Two tones of one second, 220 Hz and 440 Hz, an octave (12 semitones) apart:

    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from skprognet.features import OpenSmileFeatures
    >>> seconds = np.arange(16_000) / 16_000
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = [Path(folder, "low.wav"), Path(folder, "high.wav")]
    ...     for path, hertz in zip(paths, [220, 440]):
    ...         tone = sum(np.sin(2 * np.pi * k * hertz * seconds) / k for k in range(1, 8))
    ...         soundfile.write(path, 0.3 * tone, 16_000)
    ...     features = OpenSmileFeatures().fit_transform(paths)
    >>> features.shape
    (2, 88)
    >>> features["F0semitoneFrom27.5Hz_sma3nz_amean"].round().tolist()
    [36.0, 48.0]

    The same from an array, and what is said of one that is too short:

    >>> smile = OpenSmileFeatures(on_short="nan")
    >>> features = smile.fit_transform([(0.3 * tone, 16_000), (0.3 * tone[:800], 16_000)])
    >>> features.notna().sum(axis=1).tolist()
    [88, 0]
    """

    def __init__(
        self,
        feature_set="eGeMAPSv02",
        *,
        sampling_rate=SAMPLING_RATE,
        on_error="raise",
        on_short="error",
        cache=None,
        cache_size_limit=None,
        n_jobs=None,
        timeout=1800,
        max_duration=3600,
        verbose=True,
    ):
        self.feature_set = feature_set
        self.sampling_rate = sampling_rate
        self.on_error = on_error
        self.on_short = on_short
        self.cache = cache
        self.cache_size_limit = cache_size_limit
        self.n_jobs = n_jobs
        self.timeout = timeout
        self.max_duration = max_duration
        self.verbose = verbose

    def fit(self, X, y=None):
        """Do nothing: there is nothing to learn from `X`.

        Parameters
        ----------
        X : object
            Ignored.
        y : object, default=None
            Ignored.

        Returns
        -------
        OpenSmileFeatures
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
            - a table of pandas or polars with the columns ``file`` and, where files hold several
              utterances, ``start`` and ``end`` (s from the start of the file, or timedeltas;
              missing ones are its start or end), or with an index of these names; other columns
              are left alone;
            - a list of pairs (signal, sampling rate in Hz), as ``soundfile.read`` returns them:
              shape (n_frames,) or (n_frames, n_channels), floats from -1 to 1 or integers of 16
              or 32 bits.

        Returns
        -------
        DataFrame of shape (n_utterances, n_features), float32
            One row per utterance, in the order of `X` (fewer rows with ``on_error="skip"``). Its
            index is that of `X` if `X` is from pandas, else the paths as given (named "file"), or
            for signals their numbers.

        Raises
        ------
        ValueError
            With ``on_error="raise"``, if any file is missing, not audio, empty, damaged, cut
            short, too short for openSMILE, too long, of several recordings, holds NaN or infinite
            samples, or does not hold its segment: one error, after all were tried, with a line
            for each of these. Also if `X` is empty, or a parameter is none of its choices.
        TypeError
            If `X` is a single path instead of a list, or holds something that is neither path nor
            signal.
        OSError
            If the cache cannot be written to, or a configuration file is missing.
        ImportError
            If opensmile, soundfile or soxr is missing.
        """
        utterances, index = check_utterances(X)
        settings = self._check_parameters()
        names = load_extractor(settings.feature_set, settings.digest).feature_names
        values = np.full((len(utterances), len(names)), np.nan, dtype=np.float32)
        reasons, rates, remarks = {}, [], {}
        for row, result in self._extract(utterances, settings, len(names)):
            if result.reason is None or (self.on_short == "nan" and result.values is not None):
                values[row] = result.values
                rates.append(result.own_rate)
                if result.remark:
                    remarks[row] = result.remark
            else:
                reasons[row] = result.reason
        self._report(list_errors(utterances, reasons), len(utterances))
        warn_of_remarks(utterances, remarks)
        warn_of_low_rates(rates, self.sampling_rate)
        features = pd.DataFrame(values, index=index, columns=names)
        if self.on_error == "skip" and reasons:
            features = features[~np.isin(np.arange(len(features)), list(reasons))]
        return features

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features, as openSMILE calls them.

        Parameters
        ----------
        input_features : object, default=None
            Ignored.

        Returns
        -------
        ndarray of str, shape (n_features,)
            The columns of what :meth:`transform` returns.
        """
        settings = self._check_parameters()
        extractor = load_extractor(settings.feature_set, settings.digest)
        return np.asarray(extractor.feature_names, dtype=object)

    def _check_parameters(self):
        """Return what the features depend on."""
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {choices}, got {getattr(self, name)!r}; choose one."
                )
        rate = self.sampling_rate
        is_rate = isinstance(rate, Integral) and not isinstance(rate, bool)
        if not is_rate or not _LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise ValueError(
                f"sampling_rate must be a whole number of Hz from {_LOWEST_RATE} to "
                f"{HIGHEST_RATE}, got {rate!r}; 16000 is for speech, 8000 for speech by telephone."
            )
        check_timeout(self.timeout)
        longest = np.inf if self.max_duration is None else self.max_duration
        if not isinstance(longest, Real) or isinstance(longest, bool) or not longest > 0:
            raise ValueError(
                "max_duration must be a number of seconds above 0, or None for no limit; got "
                f"{longest!r}."
            )
        for name in ("soundfile", "soxr"):  # missing, they are no fault of any file
            import_extra(name)
        config = find_config(self.feature_set)
        is_file = str(self.feature_set).endswith(".conf")
        feature_set = str(config) if is_file else self.feature_set
        return Settings(feature_set, config_digest(config), int(rate), float(longest))

    def _extract(self, utterances, settings, n_values):
        """Yield row and result of every utterance."""
        opened = nullcontext()
        if self.cache is not None:
            opened = FeatureCache(self.cache, self.cache_size_limit, n_values)
        with opened as cache, warnings.catch_warnings():
            # Results say it; a warning turned into an exception would hide the rest.
            warnings.filterwarnings("ignore", "Segment too short")
            yield from extract_all(
                utterances, settings, cache, self.n_jobs, self.timeout, self.verbose
            )

    def _report(self, errors, n_utterances):
        """Keep the list of errors, and raise or warn with all of it."""
        self.errors_ = errors
        if errors.empty:
            return
        if self.on_error == "raise":
            advice = 'repair them, or leave them out by on_error="skip"'
            kept = "the features of the others are kept in the cache"
            if self.cache is None:
                kept = "with cache=FOLDER, those of the others are kept for the next time"
            raise ValueError(describe_errors(errors, n_utterances, f"{advice}; {kept}"))
        done = "their rows are left out" if self.on_error == "skip" else "their rows are NaN"
        warnings.warn(describe_errors(errors, n_utterances, done), stacklevel=4)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        tags.no_validation = True
        tags.requires_fit = False
        return tags
