"""Audio files -> functionals of openSMILE, one row per file."""

import os
import warnings
from functools import lru_cache

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, TransformerMixin
from tqdm import tqdm

from skprognet.features._audio import SAMPLING_RATE, import_extra, read_audio

_LONG = 5.0  # seconds of work after which a progress bar appears


@lru_cache
def _extractor(feature_set):
    """Return openSMILE set up for functionals; one per process, so that none is ever pickled."""
    opensmile = import_extra("opensmile")
    known = [member.name for member in opensmile.FeatureSet]
    if feature_set not in known:
        raise ValueError(f"feature_set must be one of {known}, got {feature_set!r}.")
    return opensmile.Smile(opensmile.FeatureSet[feature_set], opensmile.FeatureLevel.Functionals)


def _extract(path, feature_set):
    """Return the features of one file, of shape (n_features,), or a str that says why not."""
    extractor = _extractor(feature_set)
    try:
        signal = read_audio(path)
    except OSError as error:
        return f"cannot be opened ({error.strerror or error})"
    except ValueError as error:
        return str(error)
    features = extractor(signal, SAMPLING_RATE).ravel()
    n_undefined = np.count_nonzero(~np.isfinite(features))
    if n_undefined == len(features):
        return f"is too short for openSMILE ({len(signal) / SAMPLING_RATE:.3f} s)"
    if n_undefined:
        return f"leaves {n_undefined} of {len(features)} features undefined"
    return features


def _check_all_extracted(paths, results):
    """Raise one ValueError that names every file without features, and why."""
    reasons = {path: why for path, why in zip(paths, results, strict=True) if isinstance(why, str)}
    if reasons:
        lines = "".join(f"\n  {path}: {why}" for path, why in reasons.items())
        raise ValueError(
            f"Expected complete, readable audio in every file, got {len(reasons)} of "
            f"{len(set(paths))} that cannot be used; repair them or leave them out:{lines}"
        )


def _check_paths(X):
    """Return the paths in `X` as a list of str, and the index of the rows to come."""
    if isinstance(X, (str, bytes, os.PathLike)):
        raise TypeError(
            f"X must be a list of file paths, got the single path {X!r}; write [{X!r}]."
        )
    paths = np.asarray(X, dtype=object)
    if paths.ndim == 2 and paths.shape[1] == 1:
        paths = paths[:, 0]
    if paths.ndim != 1:
        raise ValueError(
            "X must be a list or one column of file paths, got a "
            f"{type(X).__name__} of shape {paths.shape}; pass the column of paths alone."
        )
    if not len(paths):
        raise ValueError("X must hold at least one file path, got none; check how you list them.")
    for row, path in enumerate(paths):
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(
                f"X must hold file paths as str or Path, got {path!r} in row {row}; "
                "replace it or drop the row."
            )
    paths = [os.fspath(path) for path in paths]
    if isinstance(X, (pd.Series, pd.DataFrame)):
        return paths, X.index
    return paths, pd.Index(paths, name="file")


class OpenSmileFeatures(TransformerMixin, BaseEstimator):
    """Turn audio files into the acoustic features of openSMILE, one row per file.

    Each file is decoded, its channels are averaged, the mean is resampled to 16 kHz and clipped
    to the range of 16 bits, and openSMILE [1]_ summarises it in one row: the 88 functionals of
    eGeMAPSv02 [2]_ unless told otherwise. There is nothing to fit: the row of a file depends
    on that file alone.

    openSMILE is free for research only, and so are the features that it makes. It comes with
    ``pip install 'skprognet[audio]'``; everything else in this package works without it, on any
    table of features.

    Parameters
    ----------
    feature_set : str, default='eGeMAPSv02'
        Name of a feature set in ``opensmile.FeatureSet``, such as 'ComParE_2016' (6373
        features). Always its functionals, that is one row per file.
    n_jobs : int, default=None
        Number of files to work on at the same time, on threads: openSMILE computes outside
        Python's lock. None means 1 unless in a :func:`joblib.parallel_config` context, -1 means
        all processors. The features are the same bit for bit whatever the number.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s.

    See Also
    --------
    skprognet.datasets.load_emodb : A table that was made with this class.

    Notes
    -----
    The sampling rate is no parameter. The features depend on it, so that two corpora, each at
    its own rate, would differ by the extractor alone; at 16 kHz all of them are comparable.

    About 20 to 35 ms of one processor are needed per second of audio.

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
    """

    def __init__(self, feature_set="eGeMAPSv02", *, n_jobs=None, verbose=True):
        self.feature_set = feature_set
        self.n_jobs = n_jobs
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
        """Extract the features of every file.

        Parameters
        ----------
        X : list, array, Series or one-column DataFrame of str or path-like, shape (n_files,)
            Paths of audio files, or shape (n_files, 1). Any format of libsndfile (WAV, FLAC,
            OGG, MP3, ...), sampling rate and number of channels.

        Returns
        -------
        DataFrame of shape (n_files, n_features), float32
            One row per file, in the order of `X`. Its index is that of `X` if `X` is a Series
            or DataFrame, else the paths as given (named "file").

        Raises
        ------
        ValueError
            If any file is missing, not audio, empty, damaged, cut short, too short for
            openSMILE, or holds NaN or infinite samples: one error, after all files were tried,
            with a line for each of these. Also if `X` is empty or more than one column, or if
            `feature_set` is unknown.
        TypeError
            If `X` is a single path instead of a list, or holds something that is no path.
        ImportError
            If opensmile, soundfile or soxr is missing.
        """
        paths, index = _check_paths(X)
        names = _extractor(self.feature_set).feature_names
        jobs = (delayed(_extract)(path, self.feature_set) for path in paths)
        with warnings.catch_warnings():
            # The error names these files; a warning turned into an exception would hide the rest.
            warnings.filterwarnings("ignore", "Segment too short")
            results = Parallel(self.n_jobs, prefer="threads", return_as="generator")(jobs)
            results = list(self._with_progress(results, len(paths)))
        _check_all_extracted(paths, results)
        return pd.DataFrame(np.vstack(results), index=index, columns=names, dtype=np.float32)

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
        return np.asarray(_extractor(self.feature_set).feature_names, dtype=object)

    def _with_progress(self, results, total):
        return tqdm(
            results,
            desc="openSMILE",
            total=total,
            unit=" files",
            delay=_LONG,
            mininterval=1.0,
            disable=not self.verbose,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        tags.no_validation = True
        tags.requires_fit = False
        return tags
