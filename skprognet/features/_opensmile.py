"""Audio files -> functionals of openSMILE, one row per utterance."""

import os
from functools import partial
from importlib.metadata import version

from skprognet.features._feature_extractor import FeatureExtractor
from skprognet.features._feature_function import FeatureFunction
from skprognet.features._feature_sets import (
    compute_functionals,
    config_digest,
    find_config,
    library_digest,
    load_extractor,
)


class OpenSmileFeatures(FeatureExtractor):
    """Turn speech into the acoustic features of openSMILE, one row per utterance.

    Each utterance is decoded, its channels are averaged, the mean is resampled to 16 kHz and
    clipped to the range of 16 bits, and openSMILE [1]_ summarises it in one row. By default these
    are the 88 functionals of eGeMAPSv02 [2]_. There is nothing to fit: a row depends on its
    utterance alone.

    openSMILE is free for research only, and so are the features that it computes. It comes with
    ``pip install 'skprognet[audio]'``. Everything else in this package works without it, on any
    table of features.

    Parameters
    ----------
    feature_set : str or path-like, default='eGeMAPSv02'
        Name of a feature set in ``opensmile.FeatureSet``, such as 'GeMAPSv01b' (62 features) or
        'ComParE_2016' (6373); or the path of an openSMILE configuration file (.conf), whose
        functionals are at the level ``func``. Always functionals, that is one row.
    sampling_rate : int, default=16000
        The rate in Hz, from 8000 to 384000, to which all audio is resampled before openSMILE.
        8000 is for telephone speech, and for other speech that is compared with it: features
        depend on the rate, so both need the same one.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN (the latter two with one warning). The
        error or warning names all of them with the reason, and so does ``errors_``.
    on_short : {'error', 'nan'}, default='error'
        What to do where openSMILE leaves features undefined. The sets named above do so below
        60 ms, the window of their analysis of pitch. 'error' treats the utterance as `on_error`
        says; 'nan' returns the undefined features as NaN, without an error. They are never filled
        in: any number in their place would be invented.
    cache : str or path-like, default=None
        A folder in which features are kept. They are found again by the content of the audio and
        by everything else that they depend on. None keeps nothing. :func:`clear_cache` empties it.
    cache_size_limit : int, default=None
        Bytes that the cache may take up; what was not used for longest is dropped. None means no
        limit.
    n_jobs : int, default=None
        Number of utterances to work on at the same time, each in a process of its own. None means
        1 unless in a :func:`joblib.parallel_config` context, -1 means all processors. The
        features are the same to the last bit whatever the number. With 2 or more, a file that
        kills its process (a fault in a decoder, or too little memory) is named like any other that
        cannot be used; with 1 it ends your process.
    timeout : float, default=1800
        Seconds that an utterance may take. After that its process is ended, and the utterance is
        named like any other that cannot be used; a damaged file may hang a decoder. None means no
        limit. As in joblib, there is a limit only where other processes do the work, that is with
        2 jobs or more, or on a cluster.
    max_duration : float, default=3600
        Seconds that an utterance, a file or a segment of one, may last. A longer one is refused
        before it is decoded, and named like any other that cannot be used: a small file can hold
        days of silence. None or infinity means no limit.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s. It has the seconds
        of audio that are done per second.

    Attributes
    ----------
    errors_ : DataFrame
        What the last :meth:`transform` could not use: file, start, end (s) and reason, indexed by
        the row in `X`, from 0. It is there also when an error was raised.

    See Also
    --------
    FeatureExtractor : The base class, for features of your own.
    read_features : Reads features that are in a table already.
    clear_cache : Empties a cache.
    skprognet.datasets.load_emodb : A table that was made with this class.

    Notes
    -----
    One second of audio takes about 20 to 35 ms of one processor.

    Each process has one utterance in memory, about 35 MB for each minute of it (2 MB for the
    audio, the rest in openSMILE). The result is in memory too.

    A sampling rate below 4 kHz or above 384 kHz is refused, since no audio has it.

    After all is done, warnings name recordings whose features are hardly what you want: silence,
    channels of opposite phase, samples far beyond full scale (such as 16-bit integers given as
    floats), a lower sampling rate than the others.

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

    The same from an array, and an array that is too short:

    >>> smile = OpenSmileFeatures(on_short="nan")
    >>> features = smile.fit_transform([(0.3 * tone, 16_000), (0.3 * tone[:800], 16_000)])
    >>> features.notna().sum(axis=1).tolist()
    [88, 0]
    """

    software = "openSMILE"
    _depended_on = ("feature_set",)  # by the content of its configuration
    _expected_warnings = "Segment too short"

    def __init__(
        self,
        feature_set="eGeMAPSv02",
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
        self.feature_set = feature_set

    def feature_function(self):
        """Return openSMILE with this feature set, as a function of one signal.

        Returns
        -------
        FeatureFunction
            The names of the features, as openSMILE calls them, and how they are computed.

        Raises
        ------
        ValueError
            If there is no such feature set, or openSMILE cannot run the configuration.
        FileNotFoundError
            If the configuration file is missing.
        ImportError
            If opensmile is missing.
        """
        config = find_config(self.feature_set)
        is_file = str(self.feature_set).endswith(".conf")
        feature_set = str(config) if is_file else self.feature_set
        digest = config_digest(config)
        depends_on = {
            "feature_set": os.path.basename(feature_set),
            "configuration": digest,
            "opensmile": version("opensmile"),
            "library": library_digest(),
        }
        names = load_extractor(feature_set, digest).feature_names
        compute = partial(compute_functionals, feature_set, digest)
        return FeatureFunction(names, compute, depends_on)
