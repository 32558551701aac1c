"""What made features: three values that go wherever the features go."""

import re
import warnings
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version

from skprognet._wording import printable
from skprognet.features._feature_sets import config_digest, find_config, is_built_in
from skprognet.features._joined_features import JoinedFeatures
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features._speech_model_features import SpeechModelFeatures
from skprognet.features._speech_model_origin import AND, SpeechModelOrigin, split_texts

_CONFIGURATION = ", configuration "  # before the SHA-256 of a configuration file
_LONG_DIGEST = re.compile(r"(sha256:[0-9a-f]{8})[0-9a-f]{56}")  # of the weights of a speech model
OPENSMILE_TERMS = (
    "free for research and education only, its features and models trained on them included "
    "(https://github.com/audeering/opensmile/blob/master/LICENSE)"
)
GE2E_TERMS = "Apache-2.0"
_OF_SPEECH_MODELS = ("device", "batch_size", "download")  # parameters that openSMILE has not


@dataclass(frozen=True)
class FeatureOrigin:
    """What features depend on beside the audio.

    ``skprognet extract`` writes these values into columns of its table, ``skprognet train`` writes
    them into the file of the model, and ``skprognet predict`` makes the same features from them.

    Parameters
    ----------
    feature_set : str
        A name in openSMILE, or the path of a configuration file. Layers of a speech model stand
        there as ``ge2e[layer1,layer2;mean,std]``. What several extractors made side by side is
        joined by ``+``.
    sampling_rate : int
        The rate in Hz to which all audio was resampled.
    extractor : str
        The software and its version; for a configuration file its SHA-256 as well; for a speech
        model its name and the SHA-256 of its weights.

    Examples
    --------
    >>> from skprognet.features import FeatureOrigin
    >>> origin = FeatureOrigin("eGeMAPSv02", 16_000, "opensmile 2.6.0")
    >>> print(origin)
    eGeMAPSv02 at 16000 Hz by opensmile 2.6.0
    >>> origin.makes_same_features(FeatureOrigin("eGeMAPSv02", 8_000, "opensmile 2.6.0"))
    False
    """

    feature_set: str
    sampling_rate: int
    extractor: str

    @classmethod
    def of_extractor(cls, features):
        """Return what an extractor makes its features by.

        Parameters
        ----------
        features : OpenSmileFeatures, SpeechModelFeatures or JoinedFeatures
            The extractor.

        Returns
        -------
        FeatureOrigin
            What it depends on.
        """
        parts = features.extractors if isinstance(features, JoinedFeatures) else [features]
        texts = zip(*map(_describe, parts), strict=True)
        feature_set, extractor = map(AND.join, texts)
        return cls(feature_set, features.sampling_rate, extractor)

    @classmethod
    def of_table(cls, table, name="table"):
        """Return what made the features of a table, or None if the table does not say.

        Parameters
        ----------
        table : DataFrame
            As ``skprognet extract`` writes it.
        name : str, default='table'
            What to call it in messages, such as its path.

        Returns
        -------
        FeatureOrigin or None
            What its columns say.

        Raises
        ------
        ValueError
            If not all rows were made in one way.
        """
        if not set(ORIGIN_COLUMNS) <= set(table.columns):
            return None
        ways = table[[*ORIGIN_COLUMNS]].drop_duplicates()
        origins = [
            cls(feature_set, int(sampling_rate), extractor)
            for feature_set, sampling_rate, extractor in ways.itertuples(index=False)
        ]
        if len(origins) != 1:
            raise ValueError(
                f"All features of a table must have been made in one way; in {name!r} there are "
                f"{len(origins)}: {'; '.join(map(str, origins))}. Extract them again."
            )
        return origins[0]

    @classmethod
    def from_metadata(cls, metadata):
        """Return what made the features of a model, or None if its file does not say.

        Parameters
        ----------
        metadata : dict
            What :func:`~skprognet.persistence.read_model_info` returns under "metadata".

        Returns
        -------
        FeatureOrigin or None
            What stands under "features".

        Raises
        ------
        ValueError
            If what stands there is of another form; anyone can write such a file.
        """
        made = metadata.get("features")
        if made is None:
            return None
        kinds = {each.name: each.type for each in fields(cls)}
        if not isinstance(made, dict) or {name: type(v) for name, v in made.items()} != kinds:
            raise ValueError(
                f"The file of a model says of its features {', '.join(kinds)}, or nothing; this "
                f"one says {made!r:.200}. Train it again."
            )
        return cls(**made)

    def to_dict(self):
        """Return the three values by name."""
        return asdict(self)

    @property
    def configuration_sha256(self):
        """The SHA-256 of the configuration file that made the features, or None."""
        _, found, digest = self._parts()[1].rpartition(_CONFIGURATION)
        return digest if found else None

    @property
    def speech_models(self):
        """The SHA-256 of the weights of each speech model, by the beginning of its columns."""
        return {model.name: model.sha256 for model in self._parts()[2]}

    @property
    def licences(self):
        """By what made the features its terms of use; None where they are not known.

        Terms of openSMILE, and of the weights of a speech model, hold for models that learned
        from what they made.
        """
        feature_set, _, models = self._parts()
        known = {"openSMILE": OPENSMILE_TERMS} if feature_set else {}
        return known | {
            f"the speech model {model.name}": GE2E_TERMS
            if model.model == "ge2e" and not model.is_random
            else None
            for model in models
        }

    def makes_same_features(self, other):
        """Return whether features of both come from the same feature set at the same rate.

        A configuration file counts by its content, and a speech model by its weights, wherever
        they lie.
        """
        return self._identity() == other._identity()

    def _parts(self):
        """Return feature set and software of openSMILE, and what speech models made beside."""
        return split_texts(self.feature_set, self.extractor)

    def _identity(self):
        """Return what makes the numbers, as a set of what each extractor makes."""
        feature_set, _, speech_models = self._parts()
        made = {model.identity for model in speech_models}
        if feature_set:
            made.add(self.configuration_sha256 or feature_set)
        return {(each, self.sampling_rate) for each in made}

    def check_table(self, table, name="table"):
        """Raise unless the features of a table were made in this way, or the table does not say.

        The table may hold features of other extractors beside these.

        Parameters
        ----------
        table : DataFrame
            Features for a model that learned from features of this origin.
        name : str, default='table'
            What to call the table in messages.

        Raises
        ------
        ValueError
            If they were made in another way.
        """
        here = FeatureOrigin.of_table(table, name)
        if here is not None and not self._identity() <= here._identity():
            raise ValueError(
                f"Features must be made as those that the model learned from, {self}; those in "
                f"{name!r} are {here}. Extract them again."
            )

    def make_extractor(self, configuration=None, speech_models=None, **options):
        """Return an extractor of the same features.

        A configuration of openSMILE may write any file, and a model may come from a stranger.
        So a configuration file is run only if it is named here. A speech model is only read, and
        has to have the weights that are recorded.

        Parameters
        ----------
        configuration : path, default=None
            The configuration file that made the features, if none of openSMILE's own did.
        speech_models : dict of str to object, default=None
            By the beginning of its columns, what to take as a speech model that is not found by
            itself, such as a :class:`SpeechModule`.
        **options : dict
            Other parameters of the extractor, such as `n_jobs`.

        Returns
        -------
        OpenSmileFeatures, SpeechModelFeatures or JoinedFeatures
            The extractor.

        Raises
        ------
        ValueError
            If `configuration` is not the one that made the features, or is missing; or if a speech
            model is not found, or has other weights.

        Warns
        -----
        UserWarning
            If another version of the software is installed, so that the numbers may differ.
        """
        options = {"sampling_rate": self.sampling_rate, **options}
        for_models = {name: options.pop(name) for name in _OF_SPEECH_MODELS if name in options}
        feature_set, _, models = self._parts()
        parts = []
        if feature_set or configuration is not None:
            found = self._choose_feature_set(feature_set, configuration)
            parts.append(OpenSmileFeatures(found, **options))
        given = {**options, **for_models}
        parts += [model.make_extractor(speech_models or {}, **given) for model in models]
        features = parts[0] if len(parts) == 1 else JoinedFeatures(parts, **options)
        now = FeatureOrigin.of_extractor(features)
        if now.extractor != self.extractor:
            warnings.warn(
                f"The model learned from features {self}; here they are {now}, so that the "
                "numbers may differ.",
                stacklevel=2,
            )
        return features

    def _choose_feature_set(self, feature_set, configuration):
        """Return the feature set to extract: never a file that only the model names."""
        if not feature_set:
            raise ValueError(
                f"The model learned from no features of openSMILE; leave the configuration "
                f"{str(configuration)!r} out (--configuration)."
            )
        if is_built_in(feature_set):
            if configuration is not None:
                raise ValueError(
                    f"The model learned from {feature_set}, which openSMILE has; leave the "
                    f"configuration {str(configuration)!r} out (--configuration)."
                )
            return feature_set
        if configuration is None:
            raise ValueError(
                "The model learned from features of the openSMILE configuration "
                f"{feature_set!r}, and a configuration that a model names is never run. If "
                "you trust that file, pass it as configuration (--configuration), or predict from "
                "a table of its features."
            )
        found = config_digest(find_config(configuration))
        if found != self.configuration_sha256:
            raise ValueError(
                "The openSMILE configuration must be the one that the model learned from, of "
                f"SHA-256 {self.configuration_sha256}; {str(configuration)!r} has {found}. Look "
                "for the original file, and those that it includes."
            )
        return str(configuration)

    def __str__(self):
        extractor = _LONG_DIGEST.sub(r"\1...", self.extractor)
        return printable(f"{self.feature_set} at {self.sampling_rate} Hz by {extractor}")


ORIGIN_COLUMNS = tuple(each.name for each in fields(FeatureOrigin))


def _describe(features):
    """Return the feature set and the software of one extractor."""
    if isinstance(features, SpeechModelFeatures):
        return SpeechModelOrigin.of_extractor(features).to_texts()
    feature_set, extractor = str(features.feature_set), f"opensmile {version('opensmile')}"
    if feature_set.endswith(".conf"):
        config = find_config(feature_set)
        feature_set = str(config)
        extractor += _CONFIGURATION + config_digest(config)
    return feature_set, extractor
