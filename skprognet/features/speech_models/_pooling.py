"""Average the activations of layers over time, window by window, into one row.

The windows of an hour of speech do not fit into memory, so each is added to running sums and
dropped. The sums of squared deviations M of two parts are merged by the formula of T. F. Chan,
G. H. Golub and R. J. LeVeque (1983),

    M = M_a + M_b + (mean_b - mean_a)² n_a n_b / (n_a + n_b)

which loses no digits if the mean is large. All sums are in float64.
"""

import numpy as np

from skprognet.features.speech_models._shared_model import SharedModel

POOLINGS = ("mean", "std")


class _OverTime:
    """Mean and sum of squared deviations over all frames added so far."""

    def __init__(self, n_units):
        self.n_frames, self.mean, self.squares = 0, np.zeros(n_units), np.zeros(n_units)

    def add(self, frames):
        """Add activations of shape (n_frames, n_units)."""
        n_new, mean = len(frames), frames.mean(axis=0, dtype=np.float64)
        squares = np.square(frames - mean).sum(axis=0)
        n_all, shift = self.n_frames + n_new, mean - self.mean
        self.squares += squares + shift**2 * (self.n_frames * n_new / n_all)
        self.mean += shift * (n_new / n_all)
        self.n_frames = n_all

    def pooled(self, pooling):
        """Return the mean over time, or the standard deviation (of the population)."""
        return self.mean if pooling == "mean" else np.sqrt(self.squares / self.n_frames)


def column_names(model, layers, pooling):
    """Return the names of the columns, such as ``ge2e.layer2.mean.017``.

    Parameters
    ----------
    model : SpeechModel
        The model.
    layers, pooling : sequence of str
        Names of the layers, and the statistics over time.

    Returns
    -------
    list of str
        The names, layer by layer, and pooling by pooling within each layer. Units have three or
        more digits, the same number within a layer, so that names sort like numbers.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(name="tiny", layer_widths={"layer1": 2})
    >>> column_names(model, ["layer1"], ["mean", "std"])
    ['tiny.layer1.mean.000', 'tiny.layer1.mean.001', 'tiny.layer1.std.000', 'tiny.layer1.std.001']
    """
    return [
        f"{model.name}.{layer}.{statistic}.{unit:0{_n_digits(model.layer_widths[layer])}d}"
        for layer in layers
        for statistic in pooling
        for unit in range(model.layer_widths[layer])
    ]


def _n_digits(width):
    return max(3, len(str(width - 1)))


class PooledLayers:
    """The function of a FeatureFunction that averages the layers of a model over time.

    Parameters
    ----------
    model : SpeechModel
        The model.
    layers, pooling : sequence of str
        Names of the layers, and the statistics over time: 'mean' or 'std'.

    Attributes
    ----------
    shortest : dict of str to float
        The length in s of the shortest signal that the model can use, by the name of the model.
    """

    def __init__(self, model, layers, pooling):
        self.model, self.layers, self.pooling = SharedModel(model), tuple(layers), tuple(pooling)
        self.shortest = {model.name: model.n_samples_min / model.sampling_rate}

    def __call__(self, signal, sampling_rate):
        """Return the row of a signal; NaN if it is too short for the model.

        Raises
        ------
        ValueError
            If the signal holds only zeros, or the model returns something unusable.
        """
        from skprognet.networks import limit_threads, undisturbed  # these import torch

        model = self.model.get()
        widths = {layer: model.layer_widths[layer] for layer in self.layers}
        if len(signal) < model.n_samples_min:
            return np.full(sum(widths.values()) * len(self.pooling), np.nan)
        if not signal.any():
            raise ValueError("holds only zeros, so a speech model has nothing to read")
        sums = {layer: _OverTime(width) for layer, width in widths.items()}
        # One thread: the same bits in every process, and no thread waits for another.
        with limit_threads(1), undisturbed(model.depends_on.get("device", "cpu")):
            for window in model.windows(signal, self.layers):
                for layer, sum_ in sums.items():
                    sum_.add(_check_frames(window[layer], layer, widths[layer], model.name))
        return np.concatenate([s.pooled(name) for s in sums.values() for name in self.pooling])


def _check_frames(frames, layer, width, name):
    """Return the activations of one window; raise if they are of another shape or not finite."""
    if frames.ndim != 2 or frames.shape[1] != width or not len(frames):
        raise ValueError(
            f"gives layer {layer!r} of {name!r} the shape {frames.shape}; it must be (n_frames, "
            f"{width}), with one frame or more"
        )
    if not np.isfinite(frames).all():
        raise ValueError(f"gives layer {layer!r} of {name!r} values that are not finite")
    return frames
