"""Compute the functionals of openSMILE, one row per utterance."""

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

    Each utterance is decoded, its channels are averaged, and the mean is resampled (by default to
    16 kHz), clipped to full scale and truncated to 16 bits. Then openSMILE [1]_ summarises it in
    one row of functionals, which are statistics over the utterance; by default, these are the
    88 functionals of eGeMAPSv02 [2]_. There is nothing to fit, since a row depends on its
    utterance alone.

    openSMILE is free for research only, and so are the features that it computes. It comes with
    ``pip install 'skprognet[audio]'``. Everything else in this package works without it, on any
    table of features.

    Parameters
    ----------
    feature_set : str or path-like, default='eGeMAPSv02'
        Name of a feature set in ``opensmile.FeatureSet``, such as 'GeMAPSv01b' (62 features) or
        'ComParE_2016' (6373); or the path of an openSMILE configuration file (.conf) with
        functionals at the level ``func``. Only functionals are computed, one row per utterance.
    sampling_rate : int, default=16000
        The rate in Hz, from 8000 to 384000, to which all audio is resampled before openSMILE. Use
        8000 for telephone speech, and for other speech that you compare with it, since features
        depend on the rate.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN (the latter two with one warning). The
        error or warning lists all of them with the reason, and so does ``errors_``.
    on_short : {'error', 'nan'}, default='error'
        What to do if openSMILE leaves features undefined. The sets named above do so below 60 ms,
        the window of their analysis of pitch. 'error' treats the utterance as `on_error` says;
        'nan' returns the undefined features as NaN, without an error. They are never filled in,
        since any number in their place would be invented.
    cache : str or path-like, default=None
        Folder that keeps features for later calls. They are found again by the content of the
        audio and everything else that they depend on. None keeps nothing. :func:`clear_cache`
        empties the folder.
    cache_size_limit : int, default=None
        Largest size of the cache in bytes; the features that were unused for longest are dropped.
        None means no limit.
    n_jobs : int, default=None
        Number of utterances to process in parallel, each in its own process. None means 1 unless
        in a :func:`joblib.parallel_config` context, -1 means all processors. The features are the
        same, bit for bit, for any number. With 2 or more, a file that kills its process (a fault
        in a decoder, or too little memory) is reported like any other that cannot be used; with 1
        it ends your process.
    timeout : float, default=1800
        Longest processing time of an utterance in seconds, since a damaged file may hang a
        decoder. After that its process is ended, and the utterance is reported like any other
        that cannot be used. None means no limit. As in joblib, the limit holds only if other
        processes do the work, that is with 2 jobs or more, or on a cluster.
    max_duration : float, default=3600
        Longest utterance (a file, or a segment of one) in seconds, since a small file can hold
        days of silence. A longer one is refused before it is decoded, and reported like any other
        that cannot be used. None or infinity means no limit.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s. It shows how many
        seconds of audio are processed per second.

    Attributes
    ----------
    errors_ : DataFrame
        The utterances that the last :meth:`transform` could not use: file, start, end (s) and
        reason, indexed by the row in `X`, from 0. It is set even if an error was raised.

    See Also
    --------
    FeatureExtractor : The base class, for your own features.
    read_features : Reads features that are already in a table.
    clear_cache : Empties a cache.
    skprognet.datasets.load_emodb : A table that was made with this class.

    Notes
    -----
    One second of audio takes about 20 to 35 ms of one processor.

    Each process holds one utterance in memory, which takes about 35 MB for each minute of audio
    (2 MB for the audio, the rest in openSMILE). The result is in memory too.

    A recording whose own sampling rate is below 4 kHz or above 384 kHz is refused, since no audio
    has such a rate.

    At the end, warnings list recordings whose features are probably not what you want: silence,
    channels of opposite phase, samples far beyond full scale (such as 16-bit integers given as
    floats), or a sampling rate below `sampling_rate`.

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

    The same from an array; a second array is too short:

    >>> smile = OpenSmileFeatures(on_short="nan")
    >>> features = smile.fit_transform([(0.3 * tone, 16_000), (0.3 * tone[:800], 16_000)])
    >>> features.notna().sum(axis=1).tolist()
    [88, 0]
    """

    software = "openSMILE"
    _depended_on = ("feature_set",)  # as the content of its configuration
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
            openSMILE's names of the features, and the function that computes them.

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
