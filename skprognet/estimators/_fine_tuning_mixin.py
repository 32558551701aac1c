"""The base of fine-tuned networks, which start from the layers of a source."""

import copy
import math

from sklearn.base import is_regressor

from skprognet._checks import check_number
from skprognet._wording import first_few
from skprognet.estimators._parameters import DTYPES
from skprognet.estimators._probe_first import ProbeFirst
from skprognet.estimators._with_source import TransferMixin, named
from skprognet.networks import PullToStart
from skprognet.sources import WEIGHTS, is_fitted, named_sources, network_of

ALL = "all"


def layer_number(name):
    """Return the layer, from 0, to which a parameter of a column belongs, by its name.

    Laterals and adapters start at layer 1: the first layer reads the features only.
    """
    kind, number, *_ = name.split(".")
    return int(number) + (kind != "layers")


class FineTuningMixin(TransferMixin):
    """Mixin for an estimator that starts from the weights of its source."""

    needs_from_source = WEIGHTS

    def _check_parameters(self):
        super()._check_parameters()
        if isinstance(self.n_frozen_layers, str) and not self._probes_only():
            raise ValueError(
                "n_frozen_layers must be a number of layers or 'all'; got "
                f"{self.n_frozen_layers!r:.200}. Pass one of the two."
            )
        if not self._probes_only():
            check_number("n_frozen_layers", self.n_frozen_layers, "integer", low=0)
        check_number("l2_sp", self.l2_sp, "number", low=0)
        check_number("probe_epochs", self.probe_epochs, "integer", low=0)
        if self.probe_epochs > self.max_epochs:
            raise ValueError(
                f"probe_epochs must be at most max_epochs, {self.max_epochs}; got "
                f"{self.probe_epochs}. Lower probe_epochs, or raise max_epochs."
            )
        if self._probes_only() and (self.l2_sp or self.probe_epochs):
            raise ValueError(
                "l2_sp and probe_epochs must be 0 with n_frozen_layers='all', which freezes the "
                f"copied layers; got {self.l2_sp} and {self.probe_epochs}. Leave them out."
            )
        if self.copied_lr is not None:
            check_number("copied_lr", self.copied_lr, "number", low=0, low_open=True)

    def as_source(self):
        """Return a view of this network that other networks can read.

        Returns
        -------
        Source
            The view, which has no weights of its own.
        """
        source = super().as_source()
        source.copied = bool(source.sources)
        return source

    def _read_sources(self, rows, train, held_out, seed):
        names = [name for name, _ in named_sources(self.source)]
        if len(names) > 1:
            raise ValueError(
                f"source must be a single source for {type(self).__name__}; got "
                f"[{first_few(names)}]. Pass one of them, or read them all with "
                f"{self._progressive_name()}."
            )
        for _, model in named_sources(self.source):
            if not is_fitted(model):
                self._check_depth(_planned_depth(model))
        super()._read_sources(rows, train, held_out, seed)

    def _choose_features(self, sources):
        return None  # the copied network reads what its source reads

    def _column_input(self, X):
        if not self.sources_:
            return super()._column_input(X)
        ((name, source),) = self._read_by_name()
        rows = self._select(source, X)
        with named(name):
            inputs = source.column_input(rows, self._dtype())
        return inputs.to(self._device(), DTYPES[self._dtype()])

    def _add_column_input(self, graph, rows):
        if not self.sources_:
            return super()._add_column_input(graph, rows)
        (inputs,) = self._add_sources(_add_column_input_of, graph, rows)
        return graph.cast(inputs, self._dtype())

    def _make_column(self, generator):
        if not self.sources_:
            return super()._make_column(generator)
        ((name, source),) = self._read_by_name()
        original = source.column()
        if original is None:
            raise ValueError(
                f"The source of {type(self).__name__} must have layers to copy; got {name!r}, "
                f"which {source.not_copied}. Read it with {self._progressive_name()}."
            )
        column = copy.deepcopy(original).to(DTYPES[self.dtype])
        column.replace_output(self._target.n_outputs, generator)
        column.dropout = self.dropout
        depth = len(column.hidden_layer_sizes)
        self._check_depth(depth)
        return column

    def _check_depth(self, depth):
        """Raise if more hidden layers are frozen than the source has; None means unknown."""
        if depth is not None and self._n_frozen(depth) > depth:
            raise ValueError(
                f"n_frozen_layers must be at most {depth}, the number of hidden layers of the "
                f"source; got {self.n_frozen_layers}. Lower it, or set 'all'."
            )

    def _progressive_name(self):
        """Return the name of the progressive estimator for the same kind of target."""
        return "ProgressiveRegressor" if is_regressor(self) else "ProgressiveClassifier"

    def _probes_only(self):
        """Return whether the copied layers never learn."""
        return isinstance(self.n_frozen_layers, str) and self.n_frozen_layers == ALL

    def _n_frozen(self, depth):
        """Return how many of the copied hidden layers do not learn."""
        return depth if self._probes_only() else self.n_frozen_layers

    def _training_options(self, column, device):
        if not self.sources_:
            return {}
        n_frozen = self._n_frozen(len(column.hidden_layer_sizes))
        for name, parameter in column.named_parameters():
            parameter.requires_grad = layer_number(name) >= n_frozen
        options, copied = {}, _copied_parameters(column)
        if self.l2_sp:
            ((_, source),) = self._read_by_name()
            original = dict(source.column().named_parameters())
            start = [original[name].detach().to(device, w.dtype) for name, w in copied.items()]
            options["penalty"] = PullToStart(list(copied.values()), start, self.l2_sp)
        if self.probe_epochs or self._probes_only():
            learning = [w for w in copied.values() if w.requires_grad]
            n_epochs = math.inf if self._probes_only() else self.probe_epochs
            ((_, source),) = self._read_by_name()
            # Not of the column, since one that was restored after a probe has 0.
            lateral_dropout = getattr(source.column(), "lateral_dropout", 0.0)
            options["probe"] = ProbeFirst(n_epochs, learning, self.dropout, lateral_dropout)
        return options

    def _optimizer_options(self, column):
        if not self.sources_ or self.copied_lr is None:
            return {}
        groups = [(name, {"lr": self.copied_lr}) for name in _copied_parameters(column)]
        return {"param_groups": groups}


def _add_column_input_of(source, graph, rows):
    return source.add_column_input(graph, rows)


def _planned_depth(model):
    """Return how many hidden layers an unfitted source will have; None if that is unknown."""
    network = network_of(model)
    if isinstance(network, FineTuningMixin) and network.source is not None:
        return None  # it will have the layers of its own source
    sizes = getattr(network, "hidden_layer_sizes", None)
    return len(sizes) if isinstance(sizes, (tuple, list)) else None


def _copied_parameters(column):
    """Return the weights of a copied network by name, except those of the new output."""
    depth = len(column.hidden_layer_sizes)
    return {
        n: w
        for n, w in column.named_parameters()
        if layer_number(n) < depth or n.startswith("adapters.")  # only the output is new
    }
