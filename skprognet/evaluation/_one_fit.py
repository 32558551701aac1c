"""One fit: its seed, normalisation, validation rows, result, and the rows that it saw."""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import has_fit_parameter

from skprognet._fingerprints import fingerprints
from skprognet.preprocessing import CorpusStandardScaler


def fit_seed(random_state, repeat, fold, network):
    """Return the seed of one fit, which does not depend on other fits or on their order.

    Parameters
    ----------
    random_state : int
        Seed of the whole design.
    repeat, fold : int
        Which split, from 0.
    network : str
        Name of the network, such as "ProgNet from speaker".

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
    """Return whether the `fit` of an estimator accepts validation rows."""
    return has_fit_parameter(estimator, "X_val")


def stops_by_validation_rows(estimator):
    """Return whether the `fit` of an estimator chooses its epoch by validation rows."""
    stops = takes_validation_rows(estimator) and estimator.get_params().get("early_stopping", True)
    return bool(stops)


def holds_out(task, estimator, y, train, validation):
    """Return whether an estimator must hold out training rows; see :func:`fit_to_do`."""
    known = task.known(y, validation, train)
    return stops_by_validation_rows(estimator) and not len(known)


def normalise(X, train, normalisation, speakers):
    """Return X with mean 0 and variance 1 in each feature, over the rows of `normalisation`."""
    if normalisation == "none":
        return X
    if normalisation == "speaker":
        scaler = CorpusStandardScaler(statistics="speaker").set_output(transform="default")
        return scaler.fit_transform(X, corpus=speakers)
    # Its numbers equal a user's own StandardScaler, so a source fitted on those knows its rows.
    rows = slice(None) if normalisation == "corpus" else train
    # An array, even if sklearn.set_config(transform_output="pandas") asks for tables.
    return StandardScaler().set_output(transform="default").fit(X[rows]).transform(X)


def normalise_parts(X, train, normalisation, speakers, parts):
    """Return X with each part normalised by itself, as :func:`normalise` does.

    `parts` holds the row numbers of each part; each row is in exactly one part.
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
    """Return a clone with `seed` as every random state, also those of nested estimators."""
    estimator = clone(estimator)
    states = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**dict.fromkeys(states, seed))


@dataclass
class Fitted:
    """A fitted method or source, and the rows of its fit.

    Attributes
    ----------
    estimator : estimator
        The fitted estimator.
    given : ndarray or NamedRows
        All rows, with the columns of this fit; the training rows were taken from it.
    seconds : float
        Duration of the fit. For networks trained together, its share of the time.
    seen : ndarray of bool of shape (n_samples,)
        Which rows it saw, by its own record if it has one.
    n_validation : int
        How many rows chose its epoch; 0 if none did.
    trained_together : int
        How many networks were trained at once; 1 if it was trained alone.
    """

    estimator: object
    given: object
    seconds: float
    seen: np.ndarray
    n_validation: int = 0
    trained_together: int = 1


@dataclass
class FitToDo:
    """One fit to be done, alone or together with others.

    Attributes
    ----------
    estimator : estimator
        The unfitted estimator, with its seed.
    X : ndarray or NamedRows
        All rows. From NamedRows, a fit is given DataFrames.
    y : ndarray
        All labels.
    train : ndarray of int
        The training rows.
    validation : ndarray of int or None
        The rows that choose the epoch; None if the estimator uses none.
    tested : ndarray of int or None
        The rows that are scored after each epoch; None if the estimator scores none.
    source_y : DataFrame or None
        Labels of source tasks, for all rows.
    """

    estimator: object
    X: object
    y: np.ndarray
    train: np.ndarray
    validation: np.ndarray | None = None
    tested: np.ndarray | None = None
    source_y: object = None

    def arguments(self):
        """Return the estimator and the X, y and other arguments of its fit.

        The rows are copied here, and not earlier, to save memory.
        """
        options = {}
        for name, rows in (("val", self.validation), ("test", self.tested)):
            if rows is not None:
                options |= {f"X_{name}": self.X[rows], f"y_{name}": self.y[rows]}
        if self.source_y is not None:
            options["source_y"] = self.source_y.iloc[self.train]
        return self.estimator, self.X[self.train], self.y[self.train], options

    def done(self, seconds, trained_together=1):
        """Return the result, once the estimator is fitted."""
        of_rows = fingerprints(self.X)
        recorded = getattr(self.estimator, "row_fingerprints_", None)
        if recorded is None:
            rows = self.train
            if self.validation is not None:
                rows = np.r_[rows, self.validation]
            recorded = of_rows[rows]
        seen = np.isin(of_rows, recorded)
        n_validation = 0 if self.validation is None else len(self.validation)
        return Fitted(self.estimator, self.X, seconds, seen, n_validation, trained_together)


def fit_to_do(task, estimator, X, y, train, validation, *, tested=None, source_y=None):
    """Return a fit on the training rows, whose epoch the validation rows choose.

    Validation rows whose class is not in the training rows cannot score a network. For example,
    new speakers cannot score a network that recognises speakers. Such rows are left out. If no
    validation rows remain, the network holds out training rows.
    """
    known = task.known(y, validation, train)
    chooses = stops_by_validation_rows(estimator) and len(known)
    scores_epochs = tested is not None and has_fit_parameter(estimator, "X_test")
    return FitToDo(
        estimator,
        X,
        y,
        train,
        known if chooses else None,
        tested if scores_epochs else None,
        source_y,
    )


def fit_alone(to_do):
    """Do one fit, and return its result."""
    estimator, X, y, options = to_do.arguments()
    start = time.perf_counter()
    estimator.fit(X, y, **options)
    return to_do.done(time.perf_counter() - start)


def own_score(task, scoring, fitted, y, train, test):
    """Return the score of a source on its own task, over test rows whose labels it has learned.

    It is NaN if there are none, or if the user's own score is only for the task of the target.
    """
    known = task.known(y, test, train)
    if not len(known):
        return np.nan
    predicted = fitted.estimator.predict(fitted.given[known])
    try:
        return scoring(y[known], predicted)
    except (TypeError, ValueError):
        return np.nan
