"""Convert the origin of the columns of a speech model to text, for tables and models, and back.

The text of the layers is ``ge2e[layer1,layer2;mean,std]``. Before the bracket is the parameter
`model` of :class:`SpeechModelFeatures`, with ``:random`` for random weights. The text of the
software is ``ge2e sha256:39373b86...``. Special characters are quoted as in a web address. Each
such text follows those of openSMILE, with a plus sign between them.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from skprognet.features._speech_model_features import SpeechModelFeatures
from skprognet.features.speech_models import are_random

AND = " + "
_LAYERS = re.compile(
    r"(?:^|.* \+ )(?P<model>[\w./~%-]+)(?P<random>:random)?\[(?P<layers>[\w.,%-]+);"
    r"(?P<pooling>[\w,]+)\]"
)
_SOFTWARE = re.compile(r"(?:^|.* \+ )(?P<name>[\w.%-]+) sha256:(?P<sha256>[0-9a-f]{64})")


class SpeechModelOrigin(NamedTuple):
    """A speech model, its weights, its layers, and the statistics of them.

    Parameters
    ----------
    model : str
        The name that finds the model: "ge2e", a folder or hub name, or the name of a module.
    is_random : bool
        Whether its weights are random.
    layers, pooling : tuple of str
        Names of the layers, and the statistics over time.
    name : str
        The prefix of the names of the columns.
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
        """Return the origin of the features of a SpeechModelFeatures."""
        model, layers, pooling = features._chosen()
        is_random = are_random(features.weights)
        is_named = isinstance(features.model, (str, os.PathLike))
        found_by = str(features.model) if is_named else model.name
        return cls(found_by, is_random, tuple(layers), tuple(pooling), model.name, model.sha256)

    def to_texts(self):
        """Return the text of the layers and the text of the software."""
        layers = ",".join(quote(layer, safe="") for layer in self.layers)
        model = quote(self.model, safe="/") + (":random" if self.is_random else "")
        columns = f"{model}[{layers};{','.join(self.pooling)}]"
        return columns, f"{quote(self.name, safe='')} sha256:{self.sha256}"

    @property
    def identity(self):
        """The values that decide the numbers; the place of the model is not among them."""
        return self.name, self.layers, self.pooling, self.sha256

    def make_extractor(self, speech_models, **options):
        """Return an extractor of the same features, from the same weights.

        Raises
        ------
        ValueError
            If the model is not found, or has other weights.
        """
        model = given = speech_models.get(self.name, self.model)
        weights = "random" if self.is_random else None
        if self.model == "ge2e" and given != "ge2e" and isinstance(given, (str, os.PathLike)):
            path = Path(given)  # the file of its weights, or the folder of this file
            model = "ge2e"
            weights = weights or (path / "pretrained.pt" if path.is_dir() else path)
        features = SpeechModelFeatures(
            model, layers=self.layers, pooling=self.pooling, weights=weights, **options
        )
        argument = f"speech_models={{{self.name!r}: ...}}"
        try:
            loaded = features.load()
        except (ValueError, OSError) as error:
            reason = str(error).rstrip(".")
            raise ValueError(
                f"The model learned from layers of the speech model {self.name!r}, which cannot "
                f"be loaded here: {reason}. If it was not found, pass its folder, the file of the "
                f"weights of GE2E, or the SpeechModule as {argument} (--speech-model "
                f"{self.name}=FOLDER)."
            ) from error
        if loaded.sha256 != self.sha256:
            raise ValueError(
                f"The weights of the speech model {self.name!r} must be those that the model "
                f"learned from, with SHA-256 {self.sha256}; got {given!r} with {loaded.sha256}. "
                f"Pass the original as {argument} (--speech-model {self.name}=FOLDER)."
            )
        if loaded.name != self.name and isinstance(model, (str, os.PathLike)):
            loaded.name = self.name  # its folder was renamed, but its columns keep their names
            features.set_params(model=loaded, weights=None)
        return features


def split_texts(feature_set, extractor):
    """Split the texts of an origin into those of openSMILE and the speech models after them.

    Parameters
    ----------
    feature_set, extractor : str
        The values of a :class:`FeatureOrigin`.

    Returns
    -------
    feature_set, extractor : str
        The parts of openSMILE; empty if it computed no features.
    speech_models : list of SpeechModelOrigin
        The speech models in their order.

    Raises
    ------
    ValueError
        If the two texts name different models.

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
        names, pooling = (layers[part].split(",") for part in ("layers", "pooling"))
        models.append(
            SpeechModelOrigin(
                unquote(layers["model"]),
                layers["random"] is not None,
                tuple(map(unquote, names)),
                tuple(pooling),
                unquote(software["name"]),
                software["sha256"],
            )
        )
        feature_set = feature_set[: layers.start("model")].removesuffix(AND)
        extractor = extractor[: software.start("name")].removesuffix(AND)
    return feature_set, extractor, models[::-1]
