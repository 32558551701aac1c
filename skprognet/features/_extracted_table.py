"""Make one table of utterances, their features, and the origin of the features."""

import numpy as np
import pandas as pd

from skprognet._wording import first_few
from skprognet.features._choice import check_table
from skprognet.features._origin import ORIGIN_COLUMNS, FeatureOrigin


def make_feature_table(utterances, features):
    """Extract features of utterances and return them with the utterances in one table.

    Parameters
    ----------
    utterances : DataFrame
        One row per utterance: ``file``, ``start`` and ``end`` (s), as for
        :class:`OpenSmileFeatures`, and any other columns, such as labels.
    features : OpenSmileFeatures, SpeechModelFeatures or JoinedFeatures
        The extractor.

    Returns
    -------
    DataFrame
        All columns of `utterances`, then those of a :class:`FeatureOrigin`, then the features.

    Raises
    ------
    ValueError
        If a column has the name of a feature or of the origin; if a speech model comes before
        openSMILE in JoinedFeatures; or for the reasons of :meth:`FeatureExtractor.transform`.
    TypeError
        If `utterances` is not a DataFrame, or `features` is another extractor, whose origin cannot
        be recorded.

    See Also
    --------
    split_features : Splits such a table into features and labels.

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
    check_table(utterances, "utterances")
    names = features.get_feature_names_out()
    taken = [name for name in (*ORIGIN_COLUMNS, *names) if name in utterances]
    if taken:
        raise ValueError(
            f"A table of utterances must not have features yet; got {first_few(taken)}. Leave "
            "them out."
        )
    origin = FeatureOrigin.of_extractor(features).to_dict()  # an error comes before the work
    X = features._extract_table(utterances)
    kept = np.full(len(utterances), True)
    if len(X) < len(utterances):
        kept[features.errors_.index.to_numpy()] = False  # on_error="skip" left these rows out
    rows = utterances[kept]  # by position, since the index may repeat, as after pandas.concat
    return pd.concat([rows, pd.DataFrame(origin, index=rows.index), X], axis=1)
