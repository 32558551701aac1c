"""What made features: three values that go wherever the features go."""

import warnings
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version

import pandas as pd

from skprognet._wording import first_few, printable
from skprognet.features._feature_sets import config_digest, find_config, is_built_in
from skprognet.features._opensmile import OpenSmileFeatures

_CONFIGURATION = ", configuration "  # before the SHA-256 of a configuration file


@dataclass(frozen=True)
class FeatureOrigin:
    """What features depend on beside the audio.

    ``skprognet extract`` writes these values into columns of its table, ``skprognet train`` writes
    them into the file of the model, and ``skprognet predict`` makes the same features from them.

    Parameters
    ----------
    feature_set : str
        A name in openSMILE, or the path of a configuration file.
    sampling_rate : int
        The rate in Hz to which all audio was resampled.
    extractor : str
        The software and its version; for a configuration file its SHA-256 as well.

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
        """Return what an :class:`OpenSmileFeatures` makes its features by."""
        feature_set, extractor = str(features.feature_set), f"opensmile {version('opensmile')}"
        if feature_set.endswith(".conf"):
            config = find_config(feature_set)
            feature_set = str(config)
            extractor += _CONFIGURATION + config_digest(config)
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
        _, found, digest = self.extractor.rpartition(_CONFIGURATION)
        return digest if found else None

    def makes_same_features(self, other):
        """Return whether features of both come from the same feature set at the same rate.

        A configuration file counts by its content, wherever it lies.
        """
        sets = [each.configuration_sha256 or each.feature_set for each in (self, other)]
        return sets[0] == sets[1] and self.sampling_rate == other.sampling_rate

    def check_table(self, table, name="table"):
        """Raise unless the features of a table were made in this way, or the table does not say.

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
        if here is not None and not self.makes_same_features(here):
            raise ValueError(
                f"Features must be made as those that the model learned from, {self}; those in "
                f"{name!r} are {here}. Extract them again."
            )

    def make_extractor(self, configuration=None, **options):
        """Return an extractor of the same features.

        A configuration of openSMILE may write any file, and a model may come from a stranger.
        So a configuration file is run only if it is named here.

        Parameters
        ----------
        configuration : path, default=None
            The configuration file that made the features, if none of openSMILE's own did.
        **options : dict
            Other parameters of :class:`OpenSmileFeatures`, such as `n_jobs`.

        Returns
        -------
        OpenSmileFeatures
            The extractor.

        Raises
        ------
        ValueError
            If `configuration` is not the one that made the features, or is missing.

        Warns
        -----
        UserWarning
            If another version of the software is installed, so that the numbers may differ.
        """
        feature_set = self._choose_feature_set(configuration)
        features = OpenSmileFeatures(feature_set, sampling_rate=self.sampling_rate, **options)
        now = FeatureOrigin.of_extractor(features)
        if now.extractor != self.extractor:
            warnings.warn(
                f"The model learned from features {self}; here they are {now}, so that the "
                "numbers may differ.",
                stacklevel=2,
            )
        return features

    def _choose_feature_set(self, configuration):
        """Return the feature set to extract: never a file that only the model names."""
        if is_built_in(self.feature_set):
            if configuration is not None:
                raise ValueError(
                    f"The model learned from {self.feature_set}, which openSMILE has; leave the "
                    f"configuration {str(configuration)!r} out (--configuration)."
                )
            return self.feature_set
        if configuration is None:
            raise ValueError(
                "The model learned from features of the openSMILE configuration "
                f"{self.feature_set!r}, and a configuration that a model names is never run. If "
                "you trust that file, name it with --configuration; or give a table of features."
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
        return printable(f"{self.feature_set} at {self.sampling_rate} Hz by {self.extractor}")


ORIGIN_COLUMNS = tuple(each.name for each in fields(FeatureOrigin))


def make_feature_table(utterances, features):
    """Return a table of utterances with what made their features, and the features.

    Parameters
    ----------
    utterances : DataFrame
        A row per utterance: ``file``, ``start`` and ``end`` (s), as :class:`OpenSmileFeatures`
        takes them, and any other columns, such as labels.
    features : OpenSmileFeatures
        Makes the features.

    Returns
    -------
    DataFrame
        All columns of `utterances`, those of a :class:`FeatureOrigin`, then the features.

    Raises
    ------
    ValueError
        If a column has the name of a feature, or as :class:`OpenSmileFeatures` says.

    See Also
    --------
    split_features : Parts such a table into features and labels.

    Examples
    --------
    >>> import tempfile
    >>> from skprognet.datasets import make_speech_corpus
    >>> from skprognet.features import OpenSmileFeatures, make_feature_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     corpus = make_speech_corpus(folder, n_speakers=2, n_utterances=1, random_state=0)
    ...     table = make_feature_table(corpus[:2], OpenSmileFeatures(verbose=False))
    >>> list(table)[-91:-87]
    ['feature_set', 'sampling_rate', 'extractor', 'F0semitoneFrom27.5Hz_sma3nz_amean']
    """
    names = features.get_feature_names_out()
    taken = [name for name in (*ORIGIN_COLUMNS, *names) if name in utterances]
    if taken:
        raise ValueError(
            f"A table of utterances must have no features yet; it has {first_few(taken)}. Leave "
            "them out."
        )
    X = features.fit_transform(utterances)
    made = pd.DataFrame(FeatureOrigin.of_extractor(features).to_dict(), index=X.index)
    return pd.concat([utterances.loc[X.index], made, X], axis=1)
