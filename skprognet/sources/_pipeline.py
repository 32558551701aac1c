"""A source behind the steps of a pipeline."""

from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn import config_context, get_config

from skprognet._wording import first_few
from skprognet.sources._affine_steps import add_step
from skprognet.sources._source import Source, check_number_of_features, raise_missing


def _of_last(name, doc):
    """Return a property that a pipeline takes from the source at its end."""
    return property(lambda self: getattr(self.last, name), doc=doc)


class PipelineSource(Source):
    """A source whose rows first go through the steps of a pipeline.

    Parameters
    ----------
    steps : list of estimators
        Fitted transformers in their order; at least one.
    last : Source
        The source at the end of the steps.
    """

    def __init__(self, steps, last):
        self.steps = tuple(steps)
        self.last = last

    network = _of_last("network", "The network behind the steps.")
    kind = _of_last("kind", "The kind of the source at the end.")
    layer_names = _of_last("layer_names", "The names of the layers of the source at the end.")
    not_copied = _of_last("not_copied", "Why the source at the end has no layers to copy.")
    sources = _of_last("sources", "The sources of the network.")
    copied = _of_last("copied", "Whether the hidden layers of the network started as a copy.")
    own_features = _of_last("own_features", "Names of the features that only its sources read.")
    has_own_features = _of_last(
        "has_own_features", "Whether a source of the network has features that only it reads."
    )
    classifies = _of_last("classifies", "Whether the source at the end classifies.")

    @property
    def n_features_in_(self):
        """Number of features that the first step takes; None means any number."""
        return getattr(self.steps[0], "n_features_in_", None)

    @property
    def feature_names_in_(self):
        """Names of the features of the first part that knows names, or None."""
        return self._known_names()[0]

    def _known_names(self):
        """Return the names of the first part that knows names, and the position of that part.

        A part without names ("passthrough", or a hand-written step) is assumed to keep the
        columns.
        """
        for position, part in enumerate([*self.steps, self.last]):
            names = getattr(part, "feature_names_in_", None)
            if names is not None:
                return list(names), position
        return None, 0

    def select(self, X, feature_names=None):
        """Return X in the form for the first step, with names if a step knows them."""
        wanted, position = self._known_names()
        if hasattr(X, "columns") and feature_names is None:
            feature_names = [str(name) for name in X.columns]
        if wanted is not None and feature_names is not None:
            missing = sorted(set(wanted) - set(feature_names), key=wanted.index)
            # If X has none of these names and a step without names comes first, that step may
            # create them.
            if missing and (position == 0 or len(missing) < len(wanted)):
                raise_missing(missing)
            if not missing:
                return pd.DataFrame(np.asarray(X), columns=feature_names)[wanted]
        check_number_of_features(X, self.n_features_in_)
        return X if wanted is None or position else pd.DataFrame(X, columns=wanted)

    def before_network(self, X):
        """Return the rows X after all steps."""
        # Step by step, since scikit-learn considers a part of a pipeline unfitted if its last step
        # has learned nothing.
        for step, reader in pairwise([*self.steps, self.last]):
            X = _transform(step, X, reader)
        return self.last.before_network(X)

    def match(self, feature_names):
        """Return this source with its last part matched, assuming that steps keep names."""
        if not self.last.has_own_features:  # it reads what the steps return, not columns of X
            return self
        last = self.last.match(feature_names)
        return self if last is self.last else PipelineSource(self.steps, last)

    def with_n_features(self, n_features):
        """Return this source for rows with this number of features before the steps."""
        row = np.zeros((1, self.n_features_in_ or n_features))
        n_read = self.before_network(self.select(row)).shape[1]
        return PipelineSource(self.steps, self.last.with_n_features(n_read))

    def layer_sizes(self):
        """Return the widths of the hidden layers behind the steps."""
        return self.last.layer_sizes()

    def hidden(self, X):
        """Return the hidden activations for the transformed X."""
        return self._ask(self.last.hidden, X)

    def log_posteriors(self, X):
        """Return the log-probabilities for the transformed X."""
        return self._ask(self.last.log_posteriors, X)

    def column(self):
        """Return the network behind the steps."""
        return self.last.column()

    def column_input(self, X, dtype=None):
        """Return the input of the network behind the steps."""
        return self._ask(self.last.column_input, X, dtype)

    def add_hidden(self, graph, rows):
        """Add the steps and the hidden layers behind them to an ONNX graph."""
        return self.last.add_hidden(graph, self._add_steps(graph, rows))

    def add_log_posteriors(self, graph, rows):
        """Add the steps and the log-probabilities behind them to an ONNX graph."""
        return self.last.add_log_posteriors(graph, self._add_steps(graph, rows))

    def add_column_input(self, graph, rows):
        """Add the steps and the input of the network behind them to an ONNX graph."""
        return self.last.add_column_input(graph, self._add_steps(graph, rows))

    def _add_steps(self, graph, rows):
        for step in self.steps:
            rows = add_step(graph, step, rows)
        return rows

    def rows_seen(self, X):
        """Return which rows the network had in `fit`, after the steps."""
        return self._ask(self.last.rows_seen, X)

    def off_scale(self, X):
        """Return how many features are on another scale after the steps."""
        return self._ask(self.last.off_scale, X)

    def _ask(self, question, X, *options):
        """Return the answer for the transformed X; errors mention the steps."""
        transformed = self.before_network(X)
        try:
            return question(transformed, *options)
        except ValueError as error:
            names = first_few([type(step).__name__ for step in self.steps])
            raise ValueError(f"Its own steps ({names}) run first. {error}") from error

    def digest(self):
        """Return the digest of the network, without the steps."""
        return self.last.digest()

    def digested(self):
        """Yield the bytes of the network."""
        yield from self.last.digested()


def _transform(step, X, reader):
    """Transform X by a step, with names only if its `reader` was fitted with names.

    ``sklearn.set_config(transform_output=...)`` may have been different during `fit`.
    """
    output = get_config()["transform_output"]
    if getattr(reader, "feature_names_in_", None) is not None:
        output = "pandas" if output == "default" else output
    elif getattr(reader, "n_features_in_", None) is not None:
        output = "default"
    with config_context(transform_output=output):
        return step.transform(X)
