"""What the two classifiers with a source share: keeping it, freezing it, showing it unchanged."""

import copy

import pandas as pd
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from skprognet.classifiers._base import NetworkClassifier
from skprognet.classifiers._sources import (
    digest,
    is_fitted,
    named_sources,
    rows_seen,
    select_columns,
)


class TransferClassifier(NetworkClassifier):
    """Base of the classifiers that learn from a source."""

    # So that cross-validation hands the source's labels on without being told to.
    __metadata_request__fit = {"source_y": True}

    def __sklearn_clone__(self):
        # scikit-learn would un-fit the source: what it has learned is what it is here for.
        twin = super().__sklearn_clone__()
        if isinstance(self.source, (list, tuple)):
            twin.source = [(name, clone_unfitted(each)) for name, each in self.source]
        elif self.source is not None:
            twin.source = clone_unfitted(self.source)
        return twin

    def get_params(self, deep=True):
        """Return the parameters; those of a fitted source are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add the parameters of an unfitted source, as ``source__name``.

        Returns
        -------
        dict
            Names and values.
        """
        params = super().get_params(deep=deep)
        if deep and is_fitted_estimator(self.source):
            return {k: v for k, v in params.items() if not k.startswith("source__")}
        return params

    def set_params(self, **params):
        """Set parameters, those of an unfitted source as ``source__name``.

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
        nested = [name for name in params if name.startswith("source__")]
        if nested and is_fitted_estimator(params.get("source", self.source)):
            raise ValueError(
                f"The source is fitted and stays as it is, so {nested} cannot be set. Pass an "
                "unfitted source, such as clone(source), and fit it anew."
            )
        return super().set_params(**params)

    def source_overlap(self, X):
        """Return the share of rows of X that each source has had in its own `fit`.

        A score on such rows is no honest one: the source has seen them, if with other labels.
        Rows are recognised by a hash of their numbers as the source gets them, in float32, so that
        a row that was scaled in another way counts as new.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, such as those of a test set.

        Returns
        -------
        Series of float
            For each source by its name the share, between 0 and 1; NaN for a source that cannot
            tell (scikit-learn's ``MLPClassifier``).

        Raises
        ------
        ValueError
            For another number of features, NaN or infinity.
        """
        check_is_fitted(self)
        # Not rounded to float32 before a pipeline's own steps, which did not have it so in `fit`.
        X = validate_data(self, X, reset=False)
        shares = {}
        for name, source in self.sources_:
            seen = rows_seen(source, self._rows_for(source, X))
            shares[name] = float("nan") if seen is None else seen.mean()
        return pd.Series(shares, dtype=float, name="source_overlap")

    def _read_sources(self, X, rows):
        self.sources_ = []
        for name, source in named_sources(self.source):
            frozen = (
                copy.deepcopy(source)
                if is_fitted(source)
                else self._train_source(name, source, X, rows)
            )
            self.sources_.append((name, frozen))
        self.source_digest_ = {name: digest(source) for name, source in self.sources_}

    def _train_source(self, name, source, X, rows):
        """Fit a clone of `source` on these rows and its own labels."""
        if rows.source_y is None:
            raise ValueError(
                f"An unfitted source is trained on source_y, the labels of its task; got "
                f"source_y=None for {source!r}. Pass fit(..., source_y=labels) or a fitted source."
            )
        labels = rows.source_y
        if labels.shape[1] > 1 or name in labels.columns:
            if name not in labels.columns:
                raise ValueError(
                    f"source_y must have a column for each source by its name; got "
                    f"{list(labels.columns)}, without {name!r}."
                )
            labels = labels[[name]]
        names = getattr(self, "feature_names_in_", None)
        X = X if names is None else pd.DataFrame(X, columns=names)
        options = {}
        if rows.groups is not None and has_fit_parameter(source, "groups"):
            options["groups"] = rows.groups
        return clone(source).fit(X, labels.iloc[:, 0].to_numpy(), **options)

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


def is_fitted_estimator(source):
    """Return whether `source` is one estimator (not None or a list) that has been fitted."""
    return hasattr(source, "get_params") and not isinstance(source, type) and is_fitted(source)


def clone_unfitted(source):
    """Return `source` itself if it is fitted, else a clone."""
    return source if is_fitted(source) else clone(source)
