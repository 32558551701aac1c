"""What the estimators with a source share: keeping it, freezing it, showing it unchanged."""

from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.base import is_regressor

from skprognet._checks import check_no_ratings
from skprognet._wording import first_few
from skprognet.estimators._features_read import features_read, in_order_of_fit
from skprognet.estimators._number_target import NumberTarget
from skprognet.estimators._target import ClassTarget
from skprognet.sources import (
    LAYERS,
    as_names,
    as_source,
    ask_digest,
    ask_match,
    check_can_be_trained,
    clone_sources,
    frozen_copy,
    is_fitted,
    is_source,
    is_trainable,
    named_sources,
    train_source,
)


class TransferMixin:
    """Mixin for an estimator of this package that learns from a source."""

    needs_from_source = LAYERS

    # So that cross-validation hands the source's labels on without being asked to.
    __metadata_request__fit = {"source_y": True}

    def __sklearn_clone__(self):
        # scikit-learn would un-fit the source: what it has learned is what it is here for.
        copied = super().__sklearn_clone__()
        copied.source = clone_sources(self.source)
        return copied

    def _read_by_name(self):
        """Return the sources by name: those that `fit` has read, before it those it is to read."""
        pairs = self.sources_ if hasattr(self, "sources_") else named_sources(self.source)
        return [(name, as_source(each)) for name, each in pairs]

    def get_params(self, deep=True):
        """Return the parameters; those of a fitted source are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add the parameters of an unfitted source, as ``source__name``, or with a
            list of sources each of them by its name, such as ``gender``, and the parameters of
            those that are unfitted, as ``gender__name``.

        Returns
        -------
        dict
            Names and values.
        """
        own = super().get_params(deep=False)
        if not deep:
            return own
        params = {}
        for name, source in _sources_by_key(self.source, own).items():
            params[name] = source
            if is_trainable(source):
                nested = source.get_params(deep=True)
                params |= {f"{name}__{key}": value for key, value in nested.items()}
        return params | own

    def set_params(self, **params):
        """Set parameters, those of an unfitted source as ``source__name``.

        In a list of sources each has its own name in place of ``source``: ``gender=`` replaces
        the source of this name, ``gender__lr=`` sets a parameter of it. A source that has the name
        of a parameter of this class, or two underscores in its name, is left out of this.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : estimator
            This one.

        Raises
        ------
        ValueError
            For an unknown name, or a parameter of a fitted source.
        """
        own = super().get_params(deep=False)
        given = params.get("source", self.source)
        sources = _sources_by_key(given, own)
        replaced = {name: params.pop(name) for name in set(sources) & set(params) - set(own)}
        closed = {name for name, each in {**sources, **replaced}.items() if _is_closed(each)}
        nested = [key for key in params if "__" in key and key.partition("__")[0] in closed]
        if nested:
            raise ValueError(
                f"The source is fitted and stays as it is, so {first_few(nested)} cannot be set. "
                "Pass an unfitted source, such as clone(source), and fit it again."
            )
        if replaced:
            pairs = [(name, replaced.get(name, source)) for name, source in given]
            params = {"source": pairs, **params}
        # First: the rest may be about the new one.
        if "source" in params:
            self.source = params.pop("source")
        return super().set_params(**params)

    def _check_parameters(self):
        super()._check_parameters()
        if getattr(self, "features", None) is not None:
            as_names(self.features, "features")

    def _read_sources(self, rows, train, held_out, seed):
        given = named_sources(self.source)
        kept = {name: frozen_copy(each) if is_fitted(each) else each for name, each in given}
        ready = self._match_all(kept)
        self.features_read_ = self._choose_features([(n, as_source(s)) for n, s in ready.items()])
        for number, (name, source) in enumerate(given):
            if not is_fitted(source):
                labels = self._labels_of(name, source, rows, train)
                read = self._read_with(as_source(ready[name]))
                X, table = _columns(rows.X, read), partial(self._table, read)
                ready[name] = train_source(
                    source, X, labels, rows, train, held_out, seed + number, table
                )
        self.sources_ = list(ready.items())
        self.source_digest_ = {n: ask_digest(source) for n, source in self._read_by_name()}

    def _match_all(self, models):
        """Return all sources by name, each ready for the features of X that it may read.

        Those with features of their own come first. The others are given the rest of X.
        """
        names = getattr(self, "feature_names_in_", None)
        with_own = {n for n, each in models.items() if as_source(each).has_own_features}
        ready = {n: _match(n, models[n], names, self.n_features_in_) for n in with_own}
        rest = self._places_for_all([as_source(each) for each in ready.values()])
        others = names if rest is None else names[rest]
        n_others = self.n_features_in_ if rest is None else len(rest)
        ready |= {n: _match(n, models[n], others, n_others) for n in models.keys() - with_own}
        return {name: ready[name] for name in models}

    def _places_for_all(self, sources):
        """Return the places of features that are for no source alone; None is all of them."""
        alone = {name for source in sources for name in source.own_features}
        if not alone:
            return None
        return np.flatnonzero([name not in alone for name in self.feature_names_in_])

    def _own_features(self, X):
        """Return the features of X that the network reads itself."""
        return _columns(X, getattr(self, "features_read_", None))

    def _add_own_features(self, graph, rows):
        """Add the choice of these features to an ONNX graph."""
        return graph.columns(rows, getattr(self, "features_read_", None))

    def _forget(self):
        super()._forget()
        vars(self).pop("features_read_", None)

    def _in_order_of_fit(self, X):
        """Return a table with its columns as in `fit`, if features were found by name there."""
        if getattr(self, "features_read_", None) is None:
            return X
        return in_order_of_fit(X, self.feature_names_in_)

    def _read_with(self, source):
        """Return the places of what the network reads and of what is for a source alone."""
        read = self.features_read_
        if read is None:
            return None
        alone = set(source.own_features)
        places = np.flatnonzero([name in alone for name in self.feature_names_in_])
        return np.concatenate([read, np.setdiff1d(places, read)])

    def _choose_features(self, sources):
        """Return the places of these features among those of X; None is all of them."""
        names = getattr(self, "feature_names_in_", None)
        return features_read(getattr(self, "features", None), sources, names, self.n_features_in_)

    def _n_own_features(self):
        """Return how many these are."""
        read = getattr(self, "features_read_", None)
        return self.n_features_in_ if read is None else len(read)

    def _ask_sources(self, question, X):
        """Return what each source answers for the rows X: ``question(source, rows)``."""
        answers = []
        for name, source in self._read_by_name():
            rows = self._select(source, X)
            with named(name):
                answers.append(question(source, rows))
        return answers

    def _add_sources(self, question, graph, rows):
        """Add to an ONNX graph what each source says: ``question(source, graph, rows)``."""
        numbers = np.arange(self.n_features_in_)[np.newaxis]
        answers = []
        for name, source in self._read_by_name():
            # Which features a source takes, and in which order, shows in the numbers of features.
            places = np.asarray(self._select(source, numbers), dtype=int)[0]
            with named(name, "be exported"):
                answers.append(question(source, graph, graph.columns(rows, places)))
        return answers

    def _check_same_sources(self):
        given = named_sources(self.source)
        ready = self._match_all(dict(given))
        now = {n: as_source(ready[n]).digest() if is_fitted(s) else None for n, s in given}
        before = self.source_digest_
        if now.keys() != before.keys() or any(d not in (None, before[n]) for n, d in now.items()):
            raise ValueError(
                "warm_start=True goes on with the source of the last fit; the source is another "
                "now. Set warm_start=False to train a new network."
            )
        read = getattr(self, "features_read_", None)  # files of an earlier version have none
        if not np.array_equal(self._choose_features(self._read_by_name()), read):
            raise ValueError(
                "warm_start=True goes on with the features that the network read in the last fit; "
                f"features={self.features!r:.200} are others. Set warm_start=False to train a new "
                "network."
            )

    def _table(self, read, X):
        """Return features with their names, if they are known; `read` are their places."""
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            return X
        return pd.DataFrame(X, columns=names if read is None else names[read])

    def _labels_of(self, name, source, rows, train):
        """Return the labels of an unfitted source's task, checked."""
        labels = self._given_labels(name, source, rows)
        if is_regressor(source):
            NumberTarget.check_rows("source_y", labels, len(labels))
            return labels
        check_no_ratings("source_y", labels)
        ClassTarget.learn(self, labels[train], "source_y")
        return labels

    def _given_labels(self, name, source, rows):
        check_can_be_trained(source)
        if rows.source_y is None:
            raise ValueError(
                "An unfitted source is trained on source_y, the labels of its task; got "
                f"source_y=None for {source!r}. Pass fit(..., source_y=labels) or a fitted source "
                "(in the grid of a search in a FrozenEstimator, since a search clones its grid)."
            )
        columns = list(rows.source_y.columns)
        unfitted = [n for n, each in named_sources(self.source) if not is_fitted(each)]
        if len(columns) == len(unfitted) == 1 and not isinstance(self.source, (list, tuple)):
            return rows.source_y.iloc[:, 0].to_numpy()
        if name not in columns and not (columns == [None] and unfitted == [name]):
            raise ValueError(
                "source_y must have a column for each unfitted source by its name; got "
                f"{columns}, without {name!r}."
            )
        return rows.source_y[name if name in columns else None].to_numpy()

    def _check_sources(self):
        changed = [n for n, s in self._read_by_name() if ask_digest(s) != self.source_digest_[n]]
        if changed:
            raise RuntimeError(
                f"A frozen source must come out of fit as it went in; {changed} changed. If the "
                "source is of a class of yours, its digest() must not change while it computes "
                "the same. Otherwise please report this, with the estimator's parameters."
            )

    def _select(self, source, X):
        """Return X with the features that a source takes.

        One that knows no names is given what is for no other source alone.
        """
        names = getattr(self, "feature_names_in_", None)
        if names is None or source.feature_names_in_ is not None:
            return source.select(X, names)
        rest = self._places_for_all([each for _, each in self._read_by_name()])
        return source.select(_columns(X, rest), names if rest is None else names[rest])


def consecutive_slices(start, widths):
    """Return the slices of columns that stand one after the other.

    Parameters
    ----------
    start : int
        The first column: as many stand before it.
    widths : dict of str to int
        How many columns each name has.

    Returns
    -------
    dict of str to slice
    """
    ends = np.cumsum([start, *widths.values()]).tolist()
    return {name: slice(*pair) for name, pair in zip(widths, pairwise(ends), strict=True)}


def _columns(X, places):
    """Return the columns of an array at these places; None is all."""
    return X if places is None else X[:, places]


def _match(name, model, feature_names, n_features):
    """Return a source, ready for features of these names."""
    source = as_source(model)
    with named(name):
        matched = ask_match(source, feature_names, n_features)
    return model if matched is source else matched


@contextmanager
def named(name, what="read these rows"):
    """Say in the error of a source which source it is: it does not know its name itself."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"The source {name!r} cannot {what}. {error}") from error


def _is_closed(source):
    """Return whether `source` has been fitted, and so stays as it is."""
    return is_source(source) and is_fitted(source)


def _sources_by_key(source, own):
    """Return the sources by the name under which parameters are set; `own` names come first."""
    if not isinstance(source, (list, tuple)):
        return {"source": source}
    pairs = [pair for pair in source if isinstance(pair, tuple) and len(pair) == 2]
    return {
        name: each
        for name, each in pairs
        if isinstance(name, str) and name not in own and "__" not in name
    }
