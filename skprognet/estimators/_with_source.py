"""What the two classifiers with a source share: keeping it, freezing it, showing it unchanged."""

import copy

import numpy as np
import pandas as pd
from sklearn import get_config
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skprognet._checks import check_classes, check_no_ratings
from skprognet._wording import first_few
from skprognet.estimators._base import NetworkClassifier
from skprognet.sources._source import (
    digest,
    final_estimator,
    is_fitted,
    named_sources,
    select_columns,
)


class TransferClassifier(NetworkClassifier):
    """Base of the classifiers that learn from a source."""

    # So that cross-validation hands the source's labels on without being told to.
    __metadata_request__fit = {"source_y": True}

    def __sklearn_clone__(self):
        # scikit-learn would un-fit the source: what it has learned is what it is here for.
        twin = super().__sklearn_clone__()
        twin.source = clone_source(self.source)
        return twin

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
            if is_estimator(source) and not is_fitted(source):
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
                "Pass an unfitted source, such as clone(source), and fit it anew."
            )
        if replaced:
            pairs = [(name, replaced.get(name, source)) for name, source in given]
            params = {"source": pairs, **params}
        # First: the rest may be about the new one.
        if "source" in params:
            self.source = params.pop("source")
        return super().set_params(**params)

    def _read_sources(self, X, rows, train, held_out, seed):
        self.sources_ = []
        for number, (name, source) in enumerate(named_sources(self.source)):
            if is_fitted(source):
                frozen = frozen_copy(source)
            else:
                labels = self._labels_of(name, source, rows)
                check_no_ratings("source_y", labels)
                check_classes(self, labels[train], "source_y")
                options = fit_options(source, X, labels, rows, train, held_out, self._table)
                frozen = seeded_clone(source, seed + number)
                frozen.fit(self._table(X[train]), labels[train], **options)
            self.sources_.append((name, frozen))
        self.source_digest_ = {name: digest(source) for name, source in self.sources_}

    def _check_same_sources(self):
        given = named_sources(self.source)
        now = {name: digest(s) if is_fitted(s) else None for name, s in given}
        before = self.source_digest_
        if now.keys() != before.keys() or any(d not in (None, before[n]) for n, d in now.items()):
            raise ValueError(
                "warm_start=True goes on with the source of the last fit; the source is another "
                "now. Set warm_start=False to start anew."
            )

    def _table(self, X):
        """Return X with the names of its columns, if they are known."""
        names = getattr(self, "feature_names_in_", None)
        return X if names is None else pd.DataFrame(X, columns=names)

    def _labels_of(self, name, source, rows):
        """Return the labels of an unfitted source's task."""
        if isinstance(source, FrozenEstimator):
            raise ValueError(f"A frozen source must be fitted; got {source!r}. Fit it first.")
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
        changed = [n for n, source in self.sources_ if digest(source) != self.source_digest_[n]]
        if changed:
            raise RuntimeError(
                f"A frozen source must come out of fit as it went in; {changed} changed. Please "
                "report this, with the estimator's parameters."
            )

    def _rows_for(self, source, X):
        """Return X with the columns that `source` takes."""
        return select_columns(source, X, getattr(self, "feature_names_in_", None))


def is_estimator(source):
    """Return whether `source` is one estimator: not None, a list, or a class."""
    return hasattr(source, "get_params") and not isinstance(source, type)


def _is_closed(source):
    """Return whether `source` is an estimator that has been fitted, and so stays as it is."""
    return is_estimator(source) and is_fitted(source)


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


def clone_source(source):
    """Clone what is unfitted of a source, keep what is fitted, and leave anything else to fit."""
    if isinstance(source, (list, tuple)):
        return [
            (pair[0], clone_source(pair[1]))
            if isinstance(pair, tuple) and len(pair) == 2
            else pair
            for pair in source
        ]
    if not is_estimator(source) or is_fitted(source):
        return source
    return clone(source)


def frozen_copy(source):
    """Return a copy of a fitted source that nothing done to the original can change.

    What the copy itself reads is kept once, as its frozen sources: kept as its parameter too, a
    chain of networks would double at each step.
    """
    twin = copy.deepcopy(source)
    last = final_estimator(twin)
    if getattr(last, "sources_", None):
        last.source = last.sources_
    return twin


def seeded_clone(source, seed):
    """Return an unfitted clone whose open random states, its steps' too, come from `seed`."""
    twin = clone(source)
    rng = np.random.RandomState(seed % 2**32)
    for name, value in sorted(twin.get_params(deep=True).items()):
        if value is None and name.split("__")[-1] == "random_state":
            twin.set_params(**{name: int(rng.randint(np.iinfo(np.int32).max))})
    return twin


def _can_keep_apart(labels, groups):
    """Return whether each class is in several groups; of a speaker task it is in one only."""
    pairs = pd.DataFrame({"label": labels, "group": groups}).drop_duplicates()
    return pairs["label"].value_counts().min() > 1


def fit_options(source, X, labels, rows, train, held_out, table):
    """Return what an unfitted source's fit gets beside its rows and labels.

    The rows that choose the target's epoch must not train the source: through it they would be
    known. They choose the source's epoch as well, where it can take them. Groups are passed on
    unless a class of the source task is one group, as in recognising the speakers themselves.
    """
    last = final_estimator(source)
    options = {}
    if rows.groups is not None and _can_keep_apart(labels[train], rows.groups[train]):
        options["groups"] = rows.groups[train]
    if rows.weight is not None:
        options["sample_weight"] = rows.weight[train]
    if isinstance(source, Pipeline) and get_config()["enable_metadata_routing"]:
        unread = set(options) - get_routing_for_object(source).consumes("fit", options)
        return {name: v for name, v in options.items() if name not in unread & {"groups"}}
    options = {name: v for name, v in options.items() if has_fit_parameter(last, name)}
    if isinstance(source, Pipeline):
        return {f"{_path_to_last(source)}{name}": values for name, values in options.items()}
    known = held_out[np.isin(labels[held_out], labels[train])]
    takes = has_fit_parameter(source, "X_val") and source.get_params().get("early_stopping")
    if takes and len(known):
        options |= {"X_val": table(X[known]), "y_val": labels[known]}
    return options


def _path_to_last(source):
    """Return what stands before the name of a parameter for the last step of nested pipelines."""
    if not isinstance(source, Pipeline):
        return ""
    name, step = source.steps[-1]
    return f"{name}__{_path_to_last(step)}"
