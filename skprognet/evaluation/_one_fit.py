"""One fit and its score: seed, normalisation, validation rows, and what it was given."""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from skprognet._fingerprints import fingerprints
from skprognet.preprocessing import CorpusStandardScaler


def fit_seed(random_state, repeat, fold, network):
    """Return the seed of one fit: the same whatever else is run, and in whatever order.

    Parameters
    ----------
    random_state : int
        Seed of the whole design.
    repeat, fold : int
        Which split, from 0.
    network : str
        What is trained, such as "ProgNet from speaker".

    Returns
    -------
    int
        Between 0 and 2 ** 32 - 1.
    """
    entropy = [random_state, repeat, fold, *network.encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def seed_of(run, split, network, size):
    """Return the seed of one fit of a run, for a number of training folds or for all (None)."""
    network += "" if size is None else f", {size} folds"
    return fit_seed(run.random_state, split.repeat, split.fold, network)


def takes_validation_rows(estimator):
    """Return whether the estimator's own fit has a place for validation rows."""
    return has_fit_parameter(estimator, "X_val")


def normalise(X, train, normalisation, speakers):
    """Return X with mean 0 and variance 1 in each feature, over the rows that are asked for."""
    if normalisation == "none":
        return X
    if normalisation == "speaker":
        return CorpusStandardScaler(statistics="speaker").fit_transform(X, corpus=speakers)
    # scikit-learn's: the rows of a source that was fitted on its numbers are known again by them.
    rows = slice(None) if normalisation == "corpus" else train
    return StandardScaler().fit(X[rows]).transform(X)


def normalise_parts(X, train, normalisation, speakers, parts):
    """Return X with the rows of each part normalised by themselves, as :func:`normalise` does.

    `parts` holds the numbers of the rows of each part; each row is in one of them.
    """
    if len(parts) == 1:
        return normalise(X, train, normalisation, speakers)
    normalised, is_train = np.empty_like(X), np.isin(np.arange(len(X)), train)
    for rows in parts:
        own_speakers = None if speakers is None else speakers[rows]
        own_train = np.flatnonzero(is_train[rows])
        normalised[rows] = normalise(X[rows], own_train, normalisation, own_speakers)
    return normalised


def seeded(estimator, seed):
    """Return a clone in which every random state, its steps' too, is `seed`."""
    estimator = clone(estimator)
    states = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**dict.fromkeys(states, seed))


@dataclass
class Fitted:
    """A fitted method or source, and what its fit was given.

    Attributes
    ----------
    estimator : estimator
        Fitted.
    seconds : float
        Duration of the fit.
    seen : ndarray of bool of shape (n_samples,)
        Which rows it was given, by what it recorded itself where it does.
    """

    estimator: object
    seconds: float
    seen: np.ndarray


def fit(task, estimator, X, y, train, validation, *, tested=None, source_y=None):
    """Fit on the training rows; the validation rows choose its epoch, if it has any.

    X is an array, or NamedRows, of which the estimator is given DataFrames.

    Validation rows with classes that the training rows lack, as new speakers are for a network
    that recognises speakers, cannot score it: without others it holds out training rows itself.
    """
    known = task.known(y, validation, train)
    options = {}
    stops = estimator.get_params().get("early_stopping", True)
    if takes_validation_rows(estimator) and stops and len(known):
        options = {"X_val": X[known], "y_val": y[known]}
    if tested is not None and has_fit_parameter(estimator, "X_test"):
        options |= {"X_test": X[tested], "y_test": y[tested]}
    if source_y is not None:
        options["source_y"] = source_y.iloc[train]
    start = time.perf_counter()
    estimator.fit(X[train], y[train], **options)
    seconds = time.perf_counter() - start
    of_rows, recorded = fingerprints(X), getattr(estimator, "row_fingerprints_", None)
    if recorded is None:
        recorded = of_rows[np.r_[train, known] if "X_val" in options else train]
    return Fitted(estimator, seconds, np.isin(of_rows, recorded))


def own_score(task, scoring, estimator, X, y, train, test):
    """Return the score of a source on its own task, over test rows whose label it could learn."""
    known = task.known(y, test, train)
    return scoring(y[known], estimator.predict(X[known])) if len(known) else np.nan
