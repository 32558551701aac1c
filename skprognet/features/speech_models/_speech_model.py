"""The interface of all pretrained speech networks."""

from abc import ABC, abstractmethod
from pathlib import Path


def short_name(model, is_random=False):
    """Return the prefix of a model's columns: the last part of its folder or hub name."""
    name = Path(model).resolve().name if Path(model).is_dir() else str(model).rpartition("/")[2]
    return name.replace(".", "-") + ("-random" if is_random else "")


def are_random(weights):
    """Return whether the parameter `weights` asks for random weights."""
    return isinstance(weights, str) and weights == "random"


class SpeechModel(ABC):
    """A network that turns the signal of an utterance into the activations of its layers.

    Each kind of model is a subclass in its own file. It sets the attributes and defines the method
    :meth:`windows`.

    Attributes
    ----------
    name : str
        The prefix of the names of columns, such as "ge2e", without dots.
    layer_widths : dict of str to int
        The number of units of each available layer, in order; the names have no dots.
    hidden_layers : tuple of str
        The layers of ``layers="all"``: all of `layer_widths`, unless the model overrides it.
    sampling_rate : int
        The sampling rate of its input in Hz.
    n_samples_min : int
        The length of the shortest signal that it can use.
    sha256 : str
        The SHA-256 of the weights, in hexadecimal digits.
    depends_on : dict
        Everything else that changes the numbers, such as versions of libraries, as plain data for
        the cache.
    """

    name: str
    layer_widths: dict
    sha256: str
    sampling_rate = 16_000
    n_samples_min = 1
    depends_on: dict = {}

    @property
    def hidden_layers(self):
        """The layers of ``layers="all"``."""
        return tuple(self.layer_widths)

    def to(self, device):
        """Return the model on a device; here the model itself, which was made for its device."""
        return self

    @abstractmethod
    def windows(self, signal, layers):
        """Yield the activations of one window of the signal after the other.

        Only one window, or one batch of windows, needs to be in memory. A model that reads a
        signal as a whole yields once.

        Parameters
        ----------
        signal : ndarray of shape (n_samples,), float32
            Samples from -1 to 1; at least `n_samples_min` of them, and not all zero.
        layers : sequence of str
            Names of the layers.

        Yields
        ------
        dict of str to ndarray of shape (n_frames, n_units)
            The activations of each of `layers`.
        """
