"""Another corpus as a source."""

import copy

import numpy as np
from sklearn.utils import check_array

from skprognet._checks import check_no_ratings, check_row_labels
from skprognet._wording import first_few
from skprognet.evaluation._run_columns import column_names, take_columns


class SourceCorpus:
    """Another corpus, on whose own folds a source network is trained for each split.

    In split i of :func:`cross_validate_transfer` the source learns from the training rows of
    split i of this corpus, its validation rows choose the epoch, and its test rows score it. As
    in the paper (Gideon et al. 2017, section 5.1) these are all of its training folds, eight of
    ten, however few the target has.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, the same in the same order as those of the target corpus.
    y : array-like of shape (n_samples,)
        Labels that the source learns.
    groups : array-like of shape (n_samples,), default=None
        Speaker of each row, for the splitter.

    Raises
    ------
    ValueError
        For NaN, missing labels, labels that do not fit X, ratings, or a single class.

    Examples
    --------
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.evaluation import SourceCorpus
    >>> emodb = load_emodb()
    >>> SourceCorpus(emodb.data, emodb.target, emodb.speaker)
    SourceCorpus of 339 rows with labels angry, happy, neutral, sad
    """

    def __init__(self, X, y, groups=None):
        self.feature_names = column_names(X)
        self.X = check_array(X, dtype=np.float64, input_name="X")
        self.y = check_row_labels("y", y, len(self.X))
        check_no_ratings(str(getattr(y, "name", None) or "y"), self.y)
        self.groups = None if groups is None else check_row_labels("groups", groups, len(self.X))
        classes = np.unique(self.y)
        if len(classes) < 2:
            raise ValueError(
                f"A source corpus must have at least 2 classes; got one, {classes.tolist()[0]!r}."
            )

    def __repr__(self):
        labels = ", ".join(str(label) for label in np.unique(self.y))
        return f"SourceCorpus of {len(self.X)} rows with labels {labels}"

    def with_features(self, names):
        """Return this corpus with these features alone, by their names if it knows them.

        Parameters
        ----------
        names : ndarray of str
            Names of the features that the target corpus is read by.

        Returns
        -------
        SourceCorpus
            A view; this one if it has no names.

        Raises
        ------
        ValueError
            If features are missing.
        """
        if self.feature_names is None:
            return self
        place = {name: number for number, name in enumerate(self.feature_names)}
        missing = [name for name in names if name not in place]
        if missing:
            raise ValueError(
                f"A source corpus must have the features of X; it lacks {len(missing)}: "
                f"{first_few(missing)}. Extract the same features from both."
            )
        narrowed = copy.copy(self)
        narrowed.X = take_columns(self.X, [place[name] for name in names])
        narrowed.feature_names = names
        return narrowed
