"""What a pretrained speech network is to this package, whatever kind it is of."""

from abc import ABC, abstractmethod
from pathlib import Path


def short_name(model, is_random=False):
    """Return what columns of a model are called by: the last part of its folder's or hub name."""
    name = Path(model).resolve().name if Path(model).is_dir() else str(model).rpartition("/")[2]
    return name.replace(".", "-") + ("-random" if is_random else "")


class SpeechModel(ABC):
    """A network that turns the signal of an utterance into the activations of its layers.

    Each kind of model is a subclass in a file of its own. It sets the attributes and has the
    method :meth:`windows`.

    Attributes
    ----------
    name : str
        What the names of columns begin with, such as "ge2e"; without dots.
    layer_widths : dict of str to int
        The number of units of each layer that can be asked for, in order; names without dots.
    hidden_layers : tuple of str
        What ``layers="all"`` stands for: all of `layer_widths`, unless the model says otherwise.
    sampling_rate : int
        The rate in Hz of the signals that it takes.
    n_samples_min : int
        The length of the shortest signal that it takes.
    sha256 : str
        The SHA-256 of the weights, in hexadecimal digits.
    depends_on : dict
        What else changes the numbers, such as versions of libraries, as plain data for the cache.
    """

    name: str
    layer_widths: dict
    sha256: str
    sampling_rate = 16_000
    n_samples_min = 1
    depends_on: dict = {}

    @property
    def hidden_layers(self):
        """The layers that "all" stands for."""
        return tuple(self.layer_widths)

    def to(self, device):
        """Return the model where torch is to compute; one that is made for its device is there."""
        return self

    @abstractmethod
    def windows(self, signal, layers):
        """Yield the activations of one window of the signal after the other.

        Only one window at a time, or one batch of them, need be in memory. A model that takes a
        signal as a whole yields once.

        Parameters
        ----------
        signal : ndarray of shape (n_samples,), float32
            From -1 to 1; at least `n_samples_min` long and not all zero.
        layers : sequence of str
            Which layers.

        Yields
        ------
        dict of str to ndarray of shape (n_frames, n_units)
            The activations of each of `layers`.
        """
