"""The origin of features: three values that are stored wherever the features are."""

import re
import warnings
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version

from skprognet._wording import listed, printable
from skprognet.features._feature_sets import config_digest, find_config
from skprognet.features._joined_features import JoinedFeatures
from skprognet.features._opensmile import OpenSmileFeatures
from skprognet.features._speech_model_features import SpeechModelFeatures
from skprognet.features._speech_model_origin import AND, SpeechModelOrigin, split_texts
from skprognet.features._trusted_feature_set import trusted_feature_set

_CONFIGURATION = ", configuration "  # before the SHA-256 of a configuration file
_LONG_DIGEST = re.compile(r"(sha256:[0-9a-f]{8})[0-9a-f]{56}")  # of the weights of a speech model
OPENSMILE_TERMS = (
    "free for research and education only, its features and models trained on them included "
    "(https://github.com/audeering/opensmile/blob/master/LICENSE)"
)
GE2E_TERMS = "Apache-2.0"
_OF_SPEECH_MODELS = ("device", "batch_size", "download")  # parameters that openSMILE lacks


@dataclass(frozen=True)
class FeatureOrigin:
    """Record what features depend on, apart from the audio.

    ``skprognet extract`` writes these values into columns of its table, ``skprognet train`` writes
    them into the model file, and ``skprognet predict`` computes the same features from them.

    Parameters
    ----------
    feature_set : str
        A name in openSMILE, or the path of a configuration file. Layers of a speech model are
        written as ``ge2e[layer1,layer2;mean,std]``. A ``+`` joins the feature sets of several
        extractors.
    sampling_rate : int
        The rate in Hz to which all audio was resampled.
    extractor : str
        The software and its version; for a configuration file also its SHA-256; for a speech
        model its name and the SHA-256 of its weights.

    Examples
    --------
    >>> from skprognet.features import FeatureOrigin
    >>> origin = FeatureOrigin("eGeMAPSv02", 16_000, "opensmile 2.6.0")
    >>> print(origin)
    eGeMAPSv02 at 16000 Hz by opensmile 2.6.0
    >>> origin.includes(FeatureOrigin("eGeMAPSv02", 8_000, "opensmile 2.6.0"))
    False
    """

    feature_set: str
    sampling_rate: int
    extractor: str

    @classmethod
    def of_extractor(cls, features):
        """Return the origin of the features of an extractor.

        Parameters
        ----------
        features : OpenSmileFeatures, SpeechModelFeatures or JoinedFeatures
            The extractor.

        Returns
        -------
        FeatureOrigin
            The origin.

        Raises
        ------
        TypeError
            If it is another extractor, whose origin cannot be recorded.
        ValueError
            If a speech model comes before openSMILE in JoinedFeatures.
        """
        parts = features.extractors if type(features) is JoinedFeatures else [features]
        texts = zip(*map(_describe, parts), strict=True)
        are_models = [isinstance(part, SpeechModelFeatures) for part in parts]
        if are_models != sorted(are_models):
            raise ValueError(
                "openSMILE must come before the speech models in JoinedFeatures, since the record "
                "of their origin is read in this order; got "
                f"{listed([part.software for part in parts])}. Change the order."
            )
        feature_set, extractor = map(AND.join, texts)
        return cls(feature_set, features.sampling_rate, extractor)

    @classmethod
    def of_table(cls, table, name="table"):
        """Return the origin of the features of a table, or None if the table lacks it.

        Parameters
        ----------
        table : DataFrame
            A table in the form of ``skprognet extract``.
        name : str, default='table'
            Name of the table for messages, such as its path.

        Returns
        -------
        FeatureOrigin or None
            The origin in its columns.

        Raises
        ------
        ValueError
            If the rows have different origins, or some rows have none.
        """
        if not set(ORIGIN_COLUMNS) <= set(table.columns):
            return None
        rows = table[[*ORIGIN_COLUMNS]].drop_duplicates()
        if rows.isna().any(axis=None):
            raise ValueError(
                f"All features of a table must have one origin; got rows without one in {name!r}. "
                "Extract the features again."
            )
        origins = [
            cls(feature_set, int(sampling_rate), extractor)
            for feature_set, sampling_rate, extractor in rows.itertuples(index=False)
        ]
        if len(origins) != 1:
            raise ValueError(
                f"All features of a table must have one origin; got {len(origins)} in {name!r}: "
                f"{'; '.join(map(str, origins))}. Extract the features again."
            )
        return origins[0]

    @classmethod
    def from_metadata(cls, metadata):
        """Return the origin of the features of a model, or None if its file lacks it.

        Parameters
        ----------
        metadata : dict
            The value of "metadata" in the result of
            :func:`~skprognet.persistence.read_model_info`.

        Returns
        -------
        FeatureOrigin or None
            The origin in the key "features".

        Raises
        ------
        ValueError
            If the origin has another form, since anyone can write such a file.
        """
        origin = metadata.get("features")
        if origin is None:
            return None
        types = {field.name: field.type for field in fields(cls)}
        if not isinstance(origin, dict) or {n: type(v) for n, v in origin.items()} != types:
            raise ValueError(
                f"The features in the metadata of a model must be {', '.join(types)}, or None; "
                f"got {origin!r:.200}. Train the model again."
            )
        return cls(**origin)

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
        """The SHA-256 of the weights of each speech model, by the prefix of its columns."""
        return {model.name: model.sha256 for model in self._parts()[2]}

    @property
    def licences(self):
        """The terms of use of each software that computed the features; None if unknown.

        The terms of openSMILE and of the weights of a speech model also hold for models that
        learned from their features.
        """
        feature_set, _, models = self._parts()
        known = {"openSMILE": OPENSMILE_TERMS} if feature_set else {}
        return known | {
            f"the speech model {model.name}": GE2E_TERMS
            if model.model == "ge2e" and not model.is_random
            else None
            for model in models
        }

    def includes(self, other):
        """Return whether this origin makes all features of another one, in the same way.

        Each feature set of the other must be one of these, at the same sampling rate.
        Configuration files are compared by content, and speech models by their weights, wherever
        they are stored. Versions of openSMILE are not compared.
        """
        return other._identity() <= self._identity()

    def _parts(self):
        """Return feature set and software of openSMILE, and the speech models."""
        return split_texts(self.feature_set, self.extractor)

    def _identity(self):
        """Return what decides the numbers, as a set with one item for each extractor."""
        feature_set, _, speech_models = self._parts()
        identities = {model.identity for model in speech_models}
        if feature_set:
            identities.add(self.configuration_sha256 or feature_set)
        return {(identity, self.sampling_rate) for identity in identities}

    def check_table(self, table, name="table"):
        """Raise if the features of a table have another origin.

        The table may also hold features of other extractors. A table without the columns of an
        origin is not checked.

        Parameters
        ----------
        table : DataFrame
            Features for a model that learned from features of this origin.
        name : str, default='table'
            Name of the table for messages.

        Raises
        ------
        ValueError
            If the features have another origin.
        """
        here = FeatureOrigin.of_table(table, name)
        if here is not None and not here.includes(self):
            raise ValueError(
                f"Features must be those that the model learned from, {self}; got {here} in "
                f"{name!r}. Extract them again."
            )

    def make_extractor(self, configuration=None, speech_models=None, **options):
        """Return an extractor of the same features.

        A configuration of openSMILE may write any file, and a model may come from a stranger.
        Therefore a configuration file runs only if you name it here. A speech model is only read,
        and must have the recorded weights.

        Parameters
        ----------
        configuration : path, default=None
            The configuration file that computed the features, if it is not one of openSMILE's.
        speech_models : dict of str to object, default=None
            Speech models that cannot be found automatically, such as a :class:`SpeechModule`, by
            the prefix of their columns.
        **options : dict
            Other parameters of the extractor, such as `n_jobs`.

        Returns
        -------
        OpenSmileFeatures, SpeechModelFeatures or JoinedFeatures
            The extractor.

        Raises
        ------
        ValueError
            If `configuration` is missing or is not the one that computed the features; or if a
            speech model is not found or has other weights; or if the options have another
            `sampling_rate`.

        Warns
        -----
        UserWarning
            If another version of the software is installed, so the numbers may differ.
        """
        rate = options.setdefault("sampling_rate", self.sampling_rate)
        if rate != self.sampling_rate:
            raise ValueError(
                f"sampling_rate must be {self.sampling_rate}, as for the features that the model "
                f"learned from; got {rate!r}. Leave it out."
            )
        for_models = {name: options.pop(name) for name in _OF_SPEECH_MODELS if name in options}
        feature_set, _, models = self._parts()
        parts = []
        if feature_set or configuration is not None:
            chosen = trusted_feature_set(feature_set, self.configuration_sha256, configuration)
            parts.append(OpenSmileFeatures(chosen, **options))
        for_models = {**options, **for_models}
        parts += [model.make_extractor(speech_models or {}, **for_models) for model in models]
        features = parts[0] if len(parts) == 1 else JoinedFeatures(parts, **options)
        now = FeatureOrigin.of_extractor(features)
        if now.extractor != self.extractor:
            warnings.warn(
                f"The model learned from features {self}; here they are {now}, so the numbers may "
                "differ.",
                stacklevel=2,
            )
        return features

    def __str__(self):
        extractor = _LONG_DIGEST.sub(r"\1...", self.extractor)
        return printable(f"{self.feature_set} at {self.sampling_rate} Hz by {extractor}")


ORIGIN_COLUMNS = tuple(field.name for field in fields(FeatureOrigin))


def _describe(features):
    """Return the feature set and the software of one extractor."""
    # A subclass may compute other features, which this record would not describe.
    if type(features) is SpeechModelFeatures:
        return SpeechModelOrigin.of_extractor(features).to_texts()
    if type(features) is not OpenSmileFeatures:
        raise TypeError(
            "The extractor must be OpenSmileFeatures, SpeechModelFeatures, or JoinedFeatures of "
            f"these, since no other has an origin to record; got {type(features).__name__}. Call "
            "its transform, and join the result to the utterances."
        )
    feature_set, extractor = str(features.feature_set), f"opensmile {version('opensmile')}"
    if feature_set.endswith(".conf"):
        config = find_config(feature_set)
        feature_set = str(config)
        extractor += _CONFIGURATION + config_digest(config)
    return feature_set, extractor
