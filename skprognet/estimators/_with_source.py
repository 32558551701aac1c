"""The base of the estimators with sources: it freezes, reads and compares them."""

from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pickle import PicklingError

import joblib
import numpy as np
import pandas as pd

from skprognet._wording import first_few
from skprognet.estimators._features_read import features_read, in_order_of_fit
from skprognet.estimators._source_labels import labels_to_learn
from skprognet.estimators._source_parameters import SourceParametersMixin
from skprognet.sources import (
    LAYERS,
    as_names,
    as_source,
    ask_digest,
    ask_match,
    frozen_copy,
    is_fitted,
    named_sources,
    network_of,
    train_source,
)


class TransferMixin(SourceParametersMixin):
    """Mixin for an estimator of this package that learns from a source."""

    needs_from_source = LAYERS

    # With metadata routing, the labels of the source reach fit without a request.
    __metadata_request__fit = {"source_y": True}

    def _read_by_name(self):
        """Return the sources by name: those that `fit` has read or, before a fit, will read."""
        pairs = self.sources_ if hasattr(self, "sources_") else named_sources(self.source)
        return [(name, as_source(model)) for name, model in pairs]

    def _check_parameters(self):
        super()._check_parameters()
        if getattr(self, "features", None) is not None:
            as_names(self.features, "features")

    def _read_sources(self, rows, train, held_out, seed):
        pairs = named_sources(self.source)
        kept = {name: frozen_copy(model) if is_fitted(model) else model for name, model in pairs}
        ready = self._match_all(kept)
        self.features_read_ = self._choose_features([(n, as_source(s)) for n, s in ready.items()])
        unfitted = {name: source for name, source in pairs if not is_fitted(source)}
        # Before any training, so that bad labels are found before another source is trained.
        labels = {name: labels_to_learn(self, name, rows, train) for name in unfitted}
        for network in map(network_of, unfitted.values()):
            if hasattr(network, "_check_parameters"):
                network._check_parameters()
        for number, (name, source) in enumerate(pairs):
            if name in unfitted:
                read = self._read_with(as_source(ready[name]))
                X, table = _columns(rows.X, read), partial(self._table, read)
                ready[name] = train_source(
                    source, X, labels[name], rows, train, held_out, seed + number, table
                )
        self.sources_ = list(ready.items())
        self.source_digest_ = {n: ask_digest(source) for n, source in self._read_by_name()}

    def _match_all(self, models):
        """Return all sources by name, each matched with the features of X that it may read.

        Sources with their own features come first. The others get the rest of X.
        """
        names = getattr(self, "feature_names_in_", None)
        with_own = {n for n, model in models.items() if as_source(model).has_own_features}
        ready = {n: _match(n, models[n], names, self.n_features_in_) for n in with_own}
        rest = self._places_for_all([as_source(model) for model in ready.values()])
        others = names if rest is None else names[rest]
        n_others = self.n_features_in_ if rest is None else len(rest)
        ready |= {n: _match(n, models[n], others, n_others) for n in models.keys() - with_own}
        return {name: ready[name] for name in models}

    def _places_for_all(self, sources):
        """Return the positions of features that no source reads alone; None means all."""
        alone = {name for source in sources for name in source.own_features}
        if not alone:
            return None
        return np.flatnonzero([name not in alone for name in self.feature_names_in_])

    def _own_features(self, X):
        """Return the features of X that the network reads itself."""
        return _columns(X, getattr(self, "features_read_", None))

    def _add_own_features(self, graph, rows):
        """Add the selection of these features to an ONNX graph."""
        return graph.columns(rows, getattr(self, "features_read_", None))

    def _forget(self):
        super()._forget()
        vars(self).pop("features_read_", None)

    def _in_order_of_fit(self, X):
        """Return a table with its columns in the order of `fit`, if found by name there."""
        if getattr(self, "features_read_", None) is None:
            return X
        return in_order_of_fit(X, self.feature_names_in_)

    def _read_with(self, source):
        """Return the positions of the network's features, then this source's; None means all."""
        read = self.features_read_
        if read is None:
            return None
        alone = set(source.own_features)
        places = np.flatnonzero([name in alone for name in self.feature_names_in_])
        return np.concatenate([read, np.setdiff1d(places, read)])

    def _choose_features(self, sources):
        """Return the positions in X of the features of the network; None means all."""
        names = getattr(self, "feature_names_in_", None)
        return features_read(getattr(self, "features", None), sources, names)

    def _n_own_features(self):
        """Return how many features the network reads itself."""
        read = getattr(self, "features_read_", None)
        return self.n_features_in_ if read is None else len(read)

    def _ask_sources(self, question, X):
        """Return ``question(source, rows)`` of each source for the rows X."""
        answers = []
        for name, source in self._read_by_name():
            rows = self._select(source, X)
            with named(name):
                answers.append(question(source, rows))
        return answers

    def _add_sources(self, question, graph, rows):
        """Add ``question(source, graph, rows)`` of each source to an ONNX graph."""
        numbers = np.arange(self.n_features_in_)[np.newaxis]
        answers = []
        for name, source in self._read_by_name():
            # Selecting from the feature numbers shows which features a source takes, in which
            # order.
            places = np.asarray(self._select(source, numbers), dtype=int)[0]
            with named(name, "be exported"):
                answers.append(question(source, graph, graph.columns(rows, places)))
        return answers

    def _check_same_sources(self):
        pairs = named_sources(self.source)
        ready = self._match_all(dict(pairs))
        now = {n: as_source(ready[n]).digest() if is_fitted(s) else None for n, s in pairs}
        before = self.source_digest_
        is_other = any(digest not in (None, before.get(name)) for name, digest in now.items())
        if now.keys() != before.keys() or is_other or self._has_other_steps(ready, now):
            raise ValueError(
                "source must be the source of the last fit with warm_start=True; got another one. "
                "Set warm_start=False to train a new network."
            )
        read = getattr(self, "features_read_", None)  # files of earlier versions lack it
        if not np.array_equal(self._choose_features(self._read_by_name()), read):
            raise ValueError(
                "features must be those of the last fit with warm_start=True; got others, "
                f"{self.features!r:.200}. Set warm_start=False to train a new network."
            )

    def _has_other_steps(self, ready, digests):
        """Return whether a fitted pipeline has other steps before its network than in `fit`."""
        kept = dict(self._read_by_name())
        fitted = [name for name, digest in digests.items() if digest is not None]
        return any(_steps_digest(as_source(ready[n])) != _steps_digest(kept[n]) for n in fitted)

    def _table(self, read, X):
        """Return features with their names, if known; `read` are their positions."""
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            return X
        return pd.DataFrame(X, columns=names if read is None else names[read])

    def _check_sources(self):
        changed = [n for n, s in self._read_by_name() if ask_digest(s) != self.source_digest_[n]]
        if changed:
            raise RuntimeError(
                f"fit must not change a frozen source; got changes in [{first_few(changed)}]. If "
                "you wrote the class of the source, its digest() must return the same text as "
                "long as the source computes the same numbers. Otherwise report this with the "
                "parameters of the estimator."
            )

    def _select(self, source, X):
        """Return X with the features that a source takes.

        A source without names gets the features that no other source reads alone.
        """
        names = getattr(self, "feature_names_in_", None)
        if names is None or source.feature_names_in_ is not None:
            return source.select(X, names)
        rest = self._places_for_all([other for _, other in self._read_by_name()])
        return source.select(_columns(X, rest), names if rest is None else names[rest])


def consecutive_slices(start, widths):
    """Return the slices of consecutive groups of columns.

    Parameters
    ----------
    start : int
        The position of the first column.
    widths : dict of str to int
        Number of columns of each name.

    Returns
    -------
    dict of str to slice
    """
    ends = np.cumsum([start, *widths.values()]).tolist()
    return {name: slice(*pair) for name, pair in zip(widths, pairwise(ends), strict=True)}


def _columns(X, places):
    """Return the columns of an array at these positions; None means all."""
    return X if places is None else X[:, places]


def _steps_digest(source):
    """Return a digest of the steps before a network; None if they cannot be pickled."""
    try:
        # coerce_mmap: arrays on disk are the same as arrays in memory.
        return joblib.hash(getattr(source, "steps", None), coerce_mmap=True)
    except (PicklingError, AttributeError, TypeError):  # such as a step with a lambda
        return None


def _match(name, model, feature_names, n_features):
    """Return a source that is matched with features of these names."""
    source = as_source(model)
    with named(name):
        matched = ask_match(source, feature_names, n_features)
    return model if matched is source else matched


@contextmanager
def named(name, what="read these rows"):
    """Add the name of a source to its errors, since it does not know its own name."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"The source {name!r} cannot {what}. {error}") from error
