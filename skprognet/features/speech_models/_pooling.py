"""Activations of layers, window by window -> one row of averages over time.

The windows of an hour of speech do not fit into memory, so each is added to running sums and
dropped. The spread is merged as T. F. Chan, G. H. Golub and R. J. LeVeque (1983) do it: the sum of
squared deviations M of two parts together is

    M = M_a + M_b + (mean_b - mean_a)² n_a n_b / (n_a + n_b)

which loses no digits where the mean is large. All sums are in float64.
"""

import numpy as np

from skprognet.features.speech_models._shared_model import SharedModel

POOLINGS = ("mean", "std")


class _OverTime:
    """Mean and sum of squared deviations over the frames that were added so far."""

    def __init__(self, n_units):
        self.n_frames, self.mean, self.squares = 0, np.zeros(n_units), np.zeros(n_units)

    def add(self, frames):
        """Add activations of shape (n_frames, n_units)."""
        n_new, mean = len(frames), frames.mean(axis=0, dtype=np.float64)
        squares = np.square(frames - mean).sum(axis=0)
        n_all, apart = self.n_frames + n_new, mean - self.mean
        self.squares += squares + apart**2 * (self.n_frames * n_new / n_all)
        self.mean += apart * (n_new / n_all)
        self.n_frames = n_all

    def pooled(self, pooling):
        """Return the mean over time, or the standard deviation (of the population)."""
        return self.mean if pooling == "mean" else np.sqrt(self.squares / self.n_frames)


def column_names(model, layers, pooling):
    """Return the names of the columns, such as ``ge2e.layer2.mean.017``.

    Parameters
    ----------
    model : SpeechModel
        What computes the layers.
    layers, pooling : sequence of str
        Which of them, and what is taken over time.

    Returns
    -------
    list of str
        Layer by layer, within each pooling by pooling; units have three digits or more, the same
        number within a layer, so that names sort as numbers do.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(name="tiny", layer_widths={"layer1": 2})
    >>> column_names(model, ["layer1"], ["mean", "std"])
    ['tiny.layer1.mean.000', 'tiny.layer1.mean.001', 'tiny.layer1.std.000', 'tiny.layer1.std.001']
    """
    return [
        f"{model.name}.{layer}.{each}.{unit:0{_n_digits(model.layer_widths[layer])}d}"
        for layer in layers
        for each in pooling
        for unit in range(model.layer_widths[layer])
    ]


def _n_digits(width):
    return max(3, len(str(width - 1)))


class PooledLayers:
    """A function of a signal, for a FeatureFunction: one row of averages of layers over time.

    Parameters
    ----------
    model : SpeechModel
        What computes the layers.
    layers, pooling : sequence of str
        Which of them, and what is taken over time: 'mean' or 'std'.

    Attributes
    ----------
    shortest : dict of str to float
        The length in s of the shortest signal that the model of this name takes.
    """

    def __init__(self, model, layers, pooling):
        self.model, self.layers, self.pooling = SharedModel(model), tuple(layers), tuple(pooling)
        self.shortest = {model.name: model.n_samples_min / model.sampling_rate}

    def __call__(self, signal, sampling_rate):
        """Return the row of a signal; NaN if it is shorter than the model takes.

        Raises
        ------
        ValueError
            If the signal holds only zeros, or the model returns something unusable.
        """
        from skprognet.networks import limit_threads, undisturbed  # which import torch

        model = self.model.get()
        widths = {layer: model.layer_widths[layer] for layer in self.layers}
        if len(signal) < model.n_samples_min:
            return np.full(sum(widths.values()) * len(self.pooling), np.nan)
        if not signal.any():
            raise ValueError("holds only zeros, in which a speech model hears nothing")
        sums = {layer: _OverTime(width) for layer, width in widths.items()}
        # One thread: the same bits in every process, and no thread waits for another.
        with limit_threads(1), undisturbed(model.depends_on.get("device", "cpu")):
            for window in model.windows(signal, self.layers):
                for layer, sum_ in sums.items():
                    sum_.add(_check_frames(window[layer], layer, widths[layer], model.name))
        return np.concatenate([s.pooled(each) for s in sums.values() for each in self.pooling])


def _check_frames(frames, layer, width, name):
    """Return the activations of one window; raise if they are of another shape or not finite."""
    if frames.ndim != 2 or frames.shape[1] != width or not len(frames):
        raise ValueError(
            f"gives layer {layer!r} of {name!r} the shape {frames.shape}; expected (n_frames, "
            f"{width}), with one frame or more"
        )
    if not np.isfinite(frames).all():
        raise ValueError(f"gives layer {layer!r} of {name!r} values that are no finite numbers")
    return frames
