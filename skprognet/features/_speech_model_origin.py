"""What made the columns of a speech model, as text in a table or in the file of a model, and back.

The text of the layers is ``ge2e[layer1,layer2;mean,std]``; before the bracket stands what
:class:`SpeechModelFeatures` was given as `model`, with ``:random`` for random weights. The text of
the software is ``ge2e sha256:39373b86...``. Characters with a meaning here are quoted as in a web
address. Each such text stands behind those of openSMILE, with a plus sign between them.
"""

import os
import re
from typing import NamedTuple
from urllib.parse import quote, unquote

from skprognet.features._speech_model_features import SpeechModelFeatures

AND = " + "
_LAYERS = re.compile(
    r"(?:^|.* \+ )(?P<model>[\w./~%-]+)(?P<random>:random)?\[(?P<layers>[\w.,%-]+);"
    r"(?P<pooling>[\w,]+)\]"
)
_SOFTWARE = re.compile(r"(?:^|.* \+ )(?P<name>[\w.%-]+) sha256:(?P<sha256>[0-9a-f]{64})")


class SpeechModelOrigin(NamedTuple):
    """A speech model, its weights, and what was taken of its layers.

    Parameters
    ----------
    model : str
        What finds the model: "ge2e", or the name of a module.
    is_random : bool
        Whether its weights are random.
    layers, pooling : tuple of str
        Which layers, and what was taken over time.
    name : str
        What the names of the columns begin with.
    sha256 : str
        The SHA-256 of the weights.
    """

    model: str
    is_random: bool
    layers: tuple
    pooling: tuple
    name: str
    sha256: str

    @classmethod
    def of_extractor(cls, features):
        """Return what a SpeechModelFeatures makes its features by."""
        model, layers, pooling = features._chosen()
        is_random = isinstance(features.weights, str) and features.weights == "random"
        is_found = isinstance(features.model, (str, os.PathLike))  # by what it is called
        given = str(features.model) if is_found else model.name
        return cls(given, is_random, tuple(layers), tuple(pooling), model.name, model.sha256)

    def to_texts(self):
        """Return the text of the layers and that of the software."""
        layers = ",".join(quote(layer, safe="") for layer in self.layers)
        model = quote(self.model, safe="/") + (":random" if self.is_random else "")
        taken = f"{model}[{layers};{','.join(self.pooling)}]"
        return taken, f"{quote(self.name, safe='')} sha256:{self.sha256}"

    @property
    def identity(self):
        """What two origins have in common that make the same numbers, wherever the model lies."""
        return self.name, self.layers, self.pooling, self.sha256

    def make_extractor(self, speech_models, **options):
        """Return an extractor of the same features, from the same weights.

        Raises
        ------
        ValueError
            If the model is not found, or has other weights.
        """
        model = speech_models.get(self.name, self.model)
        weights = "random" if self.is_random else None
        features = SpeechModelFeatures(
            model, layers=self.layers, pooling=self.pooling, weights=weights, **options
        )
        here = f"speech_models={{{self.name!r}: ...}}"
        try:
            found = features.load()
        except ValueError as error:
            raise ValueError(
                f"The model learned from layers of the speech model {self.name!r}, which is not "
                f"found here ({error}) Name its folder, or give the SpeechModule, as {here} "
                f"(--speech-model {self.name}=FOLDER)."
            ) from error
        if found.sha256 != self.sha256:
            raise ValueError(
                f"The weights of the speech model {self.name!r} must be those that the model "
                f"learned from, of SHA-256 {self.sha256}; {model!r} has {found.sha256}. Look for "
                f"the original, and give it as {here} (--speech-model {self.name}=FOLDER)."
            )
        if found.name != self.name and isinstance(model, (str, os.PathLike)):
            found.name = self.name  # its folder has another name now, and its columns keep theirs
            features.set_params(model=found, weights=None)
        return features


def split_texts(feature_set, extractor):
    """Return the texts of openSMILE, and the speech models behind them.

    Parameters
    ----------
    feature_set, extractor : str
        As :class:`FeatureOrigin` holds them.

    Returns
    -------
    feature_set, extractor : str
        Those of openSMILE; empty if it made no features.
    speech_models : list of SpeechModelOrigin
        In their order.

    Raises
    ------
    ValueError
        If the two texts do not speak of the same models.

    Examples
    --------
    >>> split_texts("eGeMAPSv02", "opensmile 2.6.0")
    ('eGeMAPSv02', 'opensmile 2.6.0', [])
    """
    models = []
    while layers := _LAYERS.fullmatch(feature_set):
        software = _SOFTWARE.fullmatch(extractor)
        if software is None:
            raise ValueError(
                f"Each speech model of {feature_set!r:.200} must have the SHA-256 of its weights "
                f"in {extractor!r:.200}. Extract the features again."
            )
        taken, pooling = (layers[name].split(",") for name in ("layers", "pooling"))
        models.append(
            SpeechModelOrigin(
                unquote(layers["model"]),
                layers["random"] is not None,
                tuple(map(unquote, taken)),
                tuple(pooling),
                unquote(software["name"]),
                software["sha256"],
            )
        )
        feature_set = feature_set[: layers.start("model")].removesuffix(AND)
        extractor = extractor[: software.start("name")].removesuffix(AND)
    return feature_set, extractor, models[::-1]
