"""A source behind the steps of a pipeline."""

from itertools import pairwise

import pandas as pd
from sklearn import config_context, get_config

from skprognet._wording import first_few
from skprognet.sources._affine_steps import add_step
from skprognet.sources._source import Source, check_number_of_features, raise_missing


class PipelineSource(Source):
    """A source whose rows go through the steps of a pipeline first.

    Parameters
    ----------
    steps : list of estimators
        Fitted transformers, in their order; at least one.
    last : Source
        What the steps lead to.
    """

    def __init__(self, steps, last):
        self.steps = tuple(steps)
        self.last = last

    @property
    def network(self):
        """The network behind the steps."""
        return self.last.network

    @property
    def sources(self):
        """What the network has learned from."""
        return self.last.sources

    @property
    def copied(self):
        """Whether the hidden layers of the network began as a copy."""
        return self.last.copied

    @property
    def own_features(self):
        """Names of the features that are for the sources of the network alone."""
        return self.last.own_features

    @property
    def n_features_in_(self):
        """Number of features that the first step takes; None if it takes any."""
        return getattr(self.steps[0], "n_features_in_", None)

    @property
    def feature_names_in_(self):
        """Names of the features of the first part that knows any; None without one."""
        return self._known_names()[0]

    def _known_names(self):
        """Return the names that the first part with names knows, and the place of that part.

        A part that knows none ("passthrough", a step that was written by hand) is taken to keep
        the columns.
        """
        for place, part in enumerate([*self.steps, self.last]):
            names = getattr(part, "feature_names_in_", None)
            if names is not None:
                return list(names), place
        return None, 0

    def select(self, X, feature_names=None):
        """Return X as the first step takes it, with names if a step has learned them."""
        wanted, place = self._known_names()
        if wanted is not None and feature_names is not None:
            missing = sorted(set(wanted) - set(feature_names), key=wanted.index)
            # If X has none of these names, and a step without names comes first, that step may
            # have made them.
            if missing and (place == 0 or len(missing) < len(wanted)):
                raise_missing(missing)
            if not missing:
                return pd.DataFrame(X, columns=feature_names)[wanted]
        check_number_of_features(X, self.n_features_in_)
        return X if wanted is None or place else pd.DataFrame(X, columns=wanted)

    def before_network(self, X):
        """Return the rows X after all steps."""
        # Step by step: scikit-learn takes a part of a pipeline for unfitted if its last step has
        # learned nothing.
        for step, reader in pairwise([*self.steps, self.last]):
            X = _transform(step, X, reader)
        return self.last.before_network(X)

    @property
    def has_own_features(self):
        """Whether a source of the network has features for itself alone."""
        return self.last.has_own_features

    def match(self, feature_names):
        """Return this source with its last part matched; the steps are taken to keep the names."""
        last = self.last.match(feature_names)
        return self if last is self.last else PipelineSource(self.steps, last)

    def layer_sizes(self):
        """Return the widths of the hidden layers behind the steps."""
        return self.last.layer_sizes()

    def hidden(self, X):
        """Return the hidden activations for what the steps make of X."""
        return self._ask(self.last.hidden, X)

    @property
    def classifies(self):
        """Whether what the steps lead to classifies."""
        return self.last.classifies

    def log_posteriors(self, X):
        """Return the log-probabilities for what the steps make of X."""
        return self._ask(self.last.log_posteriors, X)

    def column(self):
        """Return the network behind the steps."""
        return self.last.column()

    def column_input(self, X, dtype=None):
        """Return what the network behind the steps reads."""
        return self._ask(self.last.column_input, X, dtype)

    def add_hidden(self, graph, rows):
        """Add the steps and the hidden layers behind them to an ONNX graph."""
        return self.last.add_hidden(graph, self._add_steps(graph, rows))

    def add_log_posteriors(self, graph, rows):
        """Add the steps and the log-probabilities behind them to an ONNX graph."""
        return self.last.add_log_posteriors(graph, self._add_steps(graph, rows))

    def add_column_input(self, graph, rows):
        """Add to an ONNX graph the steps and what the network behind them reads."""
        return self.last.add_column_input(graph, self._add_steps(graph, rows))

    def _add_steps(self, graph, rows):
        for step in self.steps:
            rows = add_step(graph, step, rows)
        return rows

    def rows_seen(self, X):
        """Return which rows the network had; it knows them as the steps make them."""
        return self._ask(self.last.rows_seen, X)

    def off_scale(self, X):
        """Return how many features are on another scale after the steps."""
        return self._ask(self.last.off_scale, X)

    def _ask(self, question, X, *options):
        """Return the answer for what the steps make of X; an error says that steps came first."""
        made = self.before_network(X)
        try:
            return question(made, *options)
        except ValueError as error:
            names = first_few([type(step).__name__ for step in self.steps])
            raise ValueError(f"Its own steps ({names}) come first. {error}") from error

    def digest(self):
        """Return the digest of the network; the steps are not part of it."""
        return self.last.digest()

    def digested(self):
        """Yield the bytes of the network."""
        yield from self.last.digested()


def _transform(step, X, reader):
    """Return what a step makes of X, with names only if its `reader` was fitted with names.

    ``sklearn.set_config(transform_output=...)`` may have had another value during `fit`.
    """
    output = get_config()["transform_output"]
    if getattr(reader, "feature_names_in_", None) is not None:
        output = "pandas" if output == "default" else output
    elif getattr(reader, "n_features_in_", None) is not None:
        output = "default"
    with config_context(transform_output=output):
        return step.transform(X)
