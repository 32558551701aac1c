"""Another corpus as a source, or several pooled corpora."""

import copy

import numpy as np
from sklearn.utils import check_array

from skprognet._checks import check_row_labels
from skprognet._target_kind import NUMBERS
from skprognet._wording import first_few
from skprognet.evaluation._run_columns import check_different, column_names, take_columns
from skprognet.evaluation._tasks import check_task


def _check_text(X, names):
    """Raise if columns have names that are not text, by which they could not be matched."""
    columns = getattr(X, "columns", None)
    if names is None and columns is not None and list(columns) != list(range(len(columns))):
        raise ValueError(
            f"X must have columns with text as names, or no names; got [{first_few(columns)}]. "
            "Rename the columns, or pass an array in the order of the other corpus."
        )


class SourceCorpus:
    """Another corpus, in whose own folds a source network is trained for each split.

    In split i of :func:`cross_validate_transfer` the source learns from the training rows of
    split i of this corpus, its validation rows choose the epoch, and its test rows score it. As
    in the paper (Gideon et al. 2017, section 5.1), the source uses all of its training folds,
    eight of ten, even if the target uses fewer.

    Several corpora can be pooled; then `corpora` holds the corpus of each row. Each corpus is
    divided into folds and normalised by itself, and one network learns from the training rows of
    all. So each row has the same numbers, and is in the same fold, as if its corpus were the only
    source. A label that only some corpora have is learned from those corpora.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, which must be those of the target corpus: with the same names if both tables are
        DataFrames, and otherwise in the same order.
    y : array-like of shape (n_samples,)
        Labels that the source learns.
    groups : array-like of shape (n_samples,), default=None
        Speaker of each row, or another group, for the splitter. Two pooled corpora may use the
        same names.
    corpora : array-like of shape (n_samples,), default=None
        The corpus of each row, if several are pooled. None takes all rows as one corpus.
    kind : {"classes", "numbers"}, default=None
        The kind of the labels. None decides by the labels: if all of them are numbers and not all
        are whole, such as mean ratings, they are numbers. Anything else is classes.
    speakers : array-like of shape (n_samples,), default=None
        Speaker of each row, for normalisation by speaker. None means `groups`.

    Attributes
    ----------
    kind : {"classes", "numbers"}
        The kind of the labels.

    Raises
    ------
    ValueError
        For NaN, missing labels, labels that do not fit X or their kind, a single class, numbers
        that are all the same, or two columns of X with the same name.

    Examples
    --------
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import SourceCorpus
    >>> emodb = load_emodb()
    >>> SourceCorpus(emodb.data, emodb.target, emodb.speaker)
    SourceCorpus of 339 rows with labels angry, happy, neutral, sad

    Pool its men and its women as if they were two corpora:

    >>> pooled = SourceCorpus(emodb.data, emodb.target, emodb.speaker, corpora=emodb.gender)
    >>> [len(rows) for rows in pooled.parts]
    [151, 188]
    """

    def __init__(self, X, y, groups=None, corpora=None, kind=None, speakers=None):
        self.feature_names = column_names(X)
        check_different(self.feature_names)
        _check_text(X, self.feature_names)
        self.X = check_array(X, dtype=np.float64, input_name="X")
        self.y = check_row_labels("y", y, len(self.X))
        task, self.y = check_task(str(getattr(y, "name", None) or "y"), self.y, kind)
        self.kind = task.kind
        self.groups = None if groups is None else check_row_labels("groups", groups, len(self.X))
        self.speakers = self.groups
        if speakers is not None:
            self.speakers = check_row_labels("speakers", speakers, len(self.X))
        self.corpora = corpora
        if corpora is not None:
            self.corpora = check_row_labels("corpora", corpora, len(self.X))

    def __repr__(self):
        if self.kind == NUMBERS:
            labels = f"numbers from {self.y.min():g} to {self.y.max():g}"
        else:
            labels = "labels " + ", ".join(str(label) for label in np.unique(self.y))
        return f"SourceCorpus of {len(self.X)} rows with {labels}"

    @property
    def parts(self):
        """The row numbers of each pooled corpus, in the order in which the corpora appear."""
        if self.corpora is None:
            return [np.arange(len(self.X))]
        _, codes = np.unique(self.corpora, return_inverse=True)
        return [np.flatnonzero(codes == code) for code in dict.fromkeys(codes.tolist())]

    def with_features(self, names):
        """Return this corpus with only these features.

        Parameters
        ----------
        names : ndarray of str
            Names of the features that are read in the target corpus.

        Returns
        -------
        SourceCorpus
            A copy with these features, or this corpus itself if its features have no names or are
            these already.

        Raises
        ------
        ValueError
            If features are missing.
        """
        if self.feature_names is None or list(self.feature_names) == list(names):
            return self
        numbers = {name: number for number, name in enumerate(self.feature_names)}
        missing = [name for name in names if name not in numbers]
        if missing:
            raise ValueError(
                f"A source corpus must have the features of X; got one without {len(missing)} of "
                f"them: {first_few(missing)}. Extract the same features from both."
            )
        narrowed = copy.copy(self)
        narrowed.X = take_columns(self.X, [numbers[name] for name in names])
        narrowed.feature_names = names
        return narrowed
