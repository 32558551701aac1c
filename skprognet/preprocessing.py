"""Normalisation of features within each corpus or speaker."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skprognet._checks import check_choice, check_one_kind, check_row_labels
from skprognet._fingerprints import fingerprints
from skprognet._wording import first_few

__all__ = ["CorpusStandardScaler"]

# The rows over which mean and variance are computed. Studies use the same words, and "none".
STATISTICS = ("corpus", "training", "speaker")
NORMALISATIONS = (*STATISTICS, "none")

_ROUNDINGS = 10  # how many rounding errors earlier arithmetic may have added to a number


def mean_and_scale(X):
    """Return mean and standard deviation of each feature of X, and which features are constant.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features), float
        Rows of one corpus. NaN is ignored.

    Returns
    -------
    mean, scale : ndarray of shape (n_features,), float64
        The scale of a constant feature is 1.
    constant : ndarray of shape (n_features,), bool
        Whether the standard deviation is at most 10 rounding errors of the largest number (in X's
        own type), or below the smallest number of that type that has all its digits.
    """
    largest = np.nanmax(np.abs(X), axis=0).astype(np.float64)
    unit = np.where(largest > 0, largest, 1.0)
    relative = X / unit  # numbers of at most 1, whose squares cannot overflow
    mean, spread = np.nanmean(relative, axis=0), np.nanstd(relative, axis=0)
    rounding, smallest = np.finfo(X.dtype).eps, np.finfo(X.dtype).tiny
    # Below the smallest normal number, the spread has lost digits or is 0.
    constant = (spread <= _ROUNDINGS * rounding) | (unit * spread < smallest)
    return unit * mean, np.where(constant, 1.0, unit * spread), constant


def encode_corpora(corpus, n_rows):
    """Return the sorted labels in `corpus`, and the position of each row's label among them."""
    if corpus is None:
        return None, np.zeros(n_rows, dtype=np.intp)
    return np.unique(check_row_labels("corpus", corpus, n_rows), return_inverse=True)


def check_enough_values(X, corpora, codes):
    """Raise unless each feature has at least two values in each corpus, so that it can vary."""
    n_rows = np.bincount(codes)
    if n_rows.min() < 2:
        single = "all" if corpora is None else first_few(corpora[n_rows < 2].tolist())
        raise ValueError(
            "A variance needs at least 2 rows of each corpus; got only 1 sample in "
            f"{np.count_nonzero(n_rows < 2)} of {len(n_rows)} corpora: {single}. Leave these rows "
            "out, or normalise them together with others."
        )
    for code in range(len(n_rows)):
        n_values = np.count_nonzero(~np.isnan(X[codes == code]), axis=0)
        if n_values.min(initial=2) < 2:
            where = "all rows" if corpora is None else f"{corpora[code : code + 1].tolist()[0]!r}"
            raise ValueError(
                "A variance needs at least 2 values of each feature in each corpus; got fewer in "
                f"{where} for the features in columns {np.flatnonzero(n_values < 2).tolist()[:5]} "
                "(NaN does not count). Fill them in, or leave these features out."
            )


class CorpusStandardScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Bring each feature to mean 0 and variance 1 within each corpus or each speaker.

    Feature j of row i, which is in corpus :math:`c(i)`, becomes

    .. math:: x'_{ij} = \frac{x_{ij} - \mu_{c(i)\,j}}{\sigma_{c(i)\,j}}

    with the mean and the standard deviation (divisor n) of this feature over the rows of that
    corpus. This removes differences between corpora (room, microphone and level) or between
    speakers (the size of their bodies). What a score means depends on **which rows the statistics
    are computed over**. The parameter `statistics` chooses them, with the same words as the column
    ``normalisation`` of results. This table shows which rows give the mean and the standard
    deviation. Its columns stand for a corpus that was in `fit`, for a corpus that was not, and for
    new rows of a corpus that was:

    ==================  ====================  ======================  ============================
    ``statistics``      seen corpus           unseen corpus           rows not seen by `fit`
    ==================  ====================  ======================  ============================
    ``"corpus"``        all of its rows       error                   error
    ``"training"``      its rows in `fit`     error                   rows of their corpus in
                                                                      `fit`
    ``"speaker"``       its rows in `fit`     its rows in that one    rows of their corpus in
                                              call of `transform`     `fit`
    ==================  ====================  ======================  ============================

    Parameters
    ----------
    statistics : {"corpus", "training", "speaker"}, default="training"
        "corpus" is the paper's way (section 2.2): call `fit` on all rows, before the folds are
        made. Test rows then contribute to mean and variance, but their labels do not. A row that
        was not in `fit` is an error, so that a pipeline cannot use "corpus" by accident for
        statistics of training rows only. "training" leaks nothing: `fit` gets only training rows,
        as in pipelines. "speaker" does the same, but also accepts a new speaker (or corpus), which
        is normalised by its own rows in the same call of `transform`, without labels. This is
        transductive: the output of a row depends on the other rows in the call.

    Attributes
    ----------
    normalisation_ : str
        The value of `statistics` in `fit`, for the column ``normalisation`` of results.
    corpora_ : ndarray of shape (n_corpora,) or None
        Sorted labels of the corpora in `fit`; None if `fit` got no `corpus`.
    n_rows_ : ndarray of shape (n_corpora,), int
        Number of rows of each corpus.
    mean_, scale_ : ndarray of shape (n_corpora, n_features), float64
        The mean that is subtracted, and the scale by which the difference is divided.
    constant_ : ndarray of shape (n_corpora, n_features), bool
        Which features do not vary within the corpus: their standard deviation is at most 10
        rounding errors (machine epsilons of X's own type) of the largest absolute value, or below
        the smallest normal number of that type. Their mean is subtracted and their scale is 1, as
        in StandardScaler.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if X has any.

    See Also
    --------
    sklearn.preprocessing.StandardScaler : Normalises over all rows together.
    skprognet.evaluation.cross_validate_transfer : Normalises in each of these ways, or not at all.

    Notes
    -----
    NaN is left out of the statistics and stays NaN. A corpus of one row, or a feature with fewer
    than two values in a corpus, has no variance and is an error.

    With metadata routing on, `corpus` reaches `fit`, `transform` and `inverse_transform` without
    a request. To pass speakers under the name ``speaker`` instead, call
    ``set_fit_request(corpus="speaker")`` and ``set_transform_request(corpus="speaker")``.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 2.2.

    Examples
    --------
    >>> from skprognet.preprocessing import CorpusStandardScaler
    >>> X = [[1.0], [3.0], [100.0], [300.0]]
    >>> corpus = ["quiet", "quiet", "loud", "loud"]
    >>> scaler = CorpusStandardScaler().fit(X, corpus=corpus)
    >>> scaler.transform([[5.0], [200.0]], corpus=["quiet", "loud"])
    array([[3.],
           [0.]])
    >>> scaler.normalisation_
    'training'
    """

    # With metadata routing on, the corpora of the rows are passed without a request.
    __metadata_request__fit = {"corpus": True}
    __metadata_request__transform = {"corpus": True}
    __metadata_request__inverse_transform = {"corpus": True}

    def __init__(self, *, statistics="training"):
        self.statistics = statistics

    def fit(self, X, y=None, *, corpus=None):
        """Compute mean and variance of each feature within each corpus.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            All rows of each corpus for ``statistics="corpus"``, else training rows. NaN is left
            out.
        y : None
            Not used.
        corpus : array-like of shape (n_samples,), default=None
            The corpus or the speaker of each row, or any other label whose rows are normalised
            separately. None takes all rows as one corpus.

        Returns
        -------
        self : CorpusStandardScaler
            The fitted scaler.

        Raises
        ------
        ValueError
            For infinity, an unknown value of `statistics`, labels that do not fit X, or a corpus
            with fewer than two values of a feature.
        TypeError
            For sparse rows.
        """
        check_choice("statistics", self.statistics, STATISTICS)
        X = self._check_rows(X, reset=True)
        corpora, codes = encode_corpora(corpus, len(X))
        mean, scale, constant = self._statistics(X, corpora, codes)
        self.normalisation_ = self.statistics
        self.corpora_, self.n_rows_ = corpora, np.bincount(codes)
        self.mean_, self.scale_, self.constant_ = mean, scale, constant
        self._seen = np.unique(fingerprints(X)) if self.statistics == "corpus" else None
        return self

    def transform(self, X, *, corpus=None):
        """Normalise each row by the statistics of its corpus.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Any rows for ``statistics="training"`` or "speaker"; for "corpus", some or all of the
            rows in `fit`.
        corpus : array-like of shape (n_samples,), default=None
            The corpus of each row; required if `fit` got it.

        Returns
        -------
        X_new : ndarray or DataFrame of shape (n_samples, n_features)
            float32 if X is, else float64.

        Raises
        ------
        ValueError
            For a row or a corpus that `statistics` does not cover, an unseen corpus of one row,
            text as `corpus` if `fit` had numbers or the reverse, and as in `fit`.
        """
        check_is_fitted(self)
        X = self._check_rows(X, reset=False)
        self._check_seen_rows(X)
        codes, unseen = self._encode(corpus, len(X))
        mean, scale = self.mean_, self.scale_
        if unseen is not None:
            is_new = codes >= len(mean)
            new_mean, new_scale, _ = self._statistics(X[is_new], unseen, codes[is_new] - len(mean))
            mean, scale = np.vstack([mean, new_mean]), np.vstack([scale, new_scale])
        return ((X - mean[codes]) / scale[codes]).astype(X.dtype, copy=False)

    def fit_transform(self, X, y=None, *, corpus=None):
        """Fit, and return the same rows after normalisation.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            As in `fit`.
        y : None
            Not used.
        corpus : array-like of shape (n_samples,), default=None
            The corpus of each row.

        Returns
        -------
        X_new : ndarray or DataFrame of shape (n_samples, n_features)
            float32 if X is, else float64.
        """
        return self.fit(X, corpus=corpus).transform(X, corpus=corpus)

    def inverse_transform(self, X, *, corpus=None):
        """Return normalised rows in their original units.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Normalised rows.
        corpus : array-like of shape (n_samples,), default=None
            The corpus of each row, which must have been in `fit`.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features)
            float32 if X is, else float64.

        Raises
        ------
        ValueError
            For an unseen corpus, whose statistics are not kept, and as in `fit`.
        """
        check_is_fitted(self)
        X = self._check_rows(X, reset=False)
        codes, unseen = self._encode(corpus, len(X))
        if unseen is not None:
            raise ValueError(
                f"corpus must hold only corpora seen in fit, "
                f"{first_few(self.corpora_.tolist())}; got {first_few(unseen.tolist())}. Leave "
                "out the others, whose statistics are not kept."
            )
        return (X * self.scale_[codes] + self.mean_[codes]).astype(X.dtype, copy=False)

    def _check_rows(self, X, *, reset):
        """Return X as a float array, finite or NaN."""
        return validate_data(
            self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
        )

    def _statistics(self, X, corpora, codes):
        """Return mean, scale and constant features, each of shape (n_corpora, n_features)."""
        check_enough_values(X, corpora, codes)
        of_each = [mean_and_scale(X[codes == code]) for code in range(codes.max() + 1)]
        return tuple(np.stack(values) for values in zip(*of_each, strict=True))

    def _check_seen_rows(self, X):
        """Raise if statistics of whole corpora meet a row that was not in `fit`."""
        if self.normalisation_ != "corpus":
            return
        n_new = np.count_nonzero(~np.isin(fingerprints(X), self._seen))
        if n_new:
            raise ValueError(
                "With statistics='corpus', fit must have had every row of a corpus; got "
                f"{n_new} of {len(X)} rows that were not in fit. Call fit on all rows before the "
                "folds are made, or use statistics='training'."
            )

    def _encode(self, corpus, n_rows):
        """Return the position of each row's corpus, and the labels of unseen corpora or None.

        Unseen corpora come after those of `fit`, in sorted order.
        """
        if (corpus is None) != (self.corpora_ is None):
            in_fit, now = ("no", "one") if self.corpora_ is None else ("a", "none")
            raise ValueError(
                f"corpus must be given as in fit, which had {in_fit} corpus for each row; got "
                f"{now} here. Pass corpus= to both or to neither."
            )
        if corpus is None:
            return np.zeros(n_rows, dtype=np.intp), None
        corpora, codes = encode_corpora(corpus, n_rows)
        # numpy may take 1 and "1" as one label, or as two.
        firsts = [*self.corpora_[:1].tolist(), *corpora[:1].tolist()]
        check_one_kind("corpus", np.array(firsts, dtype=object))
        known = np.isin(corpora, self.corpora_)
        unseen = corpora[~known]
        if len(unseen) and self.normalisation_ != "speaker":
            raise ValueError(
                f"With statistics={self.normalisation_!r} corpus must hold only corpora seen in "
                f"fit, {first_few(self.corpora_.tolist())}; got {first_few(unseen.tolist())}. Fit "
                "on their rows too, or normalise them by their own rows with "
                "statistics='speaker'."
            )
        position = np.empty(len(corpora), dtype=np.intp)
        position[known] = np.searchsorted(self.corpora_, corpora[known])
        position[~known] = len(self.corpora_) + np.arange(len(unseen))
        return position[codes], unseen if len(unseen) else None

    def __sklearn_tags__(self):
        """Declare that X may have NaN, and that float32 stays float32."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
