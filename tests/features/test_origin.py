"""The origin of features: read from a table and from a model, and compared."""

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import load_emodb
from skprognet.features import (
    FeatureExtractor,
    FeatureFunction,
    FeatureOrigin,
    JoinedFeatures,
    OpenSmileFeatures,
    make_feature_table,
)

EMODB = FeatureOrigin(**load_emodb().origin)


def table(*origins):
    return pd.DataFrame([origin.to_dict() for origin in origins])


def test_origin_is_read_from_a_table():
    assert FeatureOrigin.of_table(table(EMODB, EMODB)) == EMODB
    assert FeatureOrigin.of_table(table(EMODB).drop(columns="extractor")) is None
    different = FeatureOrigin("eGeMAPSv02", 8_000, "opensmile 2.6.0")
    with pytest.raises(
        ValueError, match=r"must have one origin; got 2 in 'f[.]csv': eGeMAPSv02 at"
    ):
        FeatureOrigin.of_table(table(EMODB, different), "f.csv")


def test_rows_without_an_origin_are_refused():
    mixed = pd.concat([table(EMODB), pd.DataFrame({"pitch": [1.0]})])
    with pytest.raises(ValueError, match=r"one origin; got rows without one in 'f[.]csv'\. "):
        FeatureOrigin.of_table(mixed, "f.csv")


def test_table_of_another_origin_is_refused_and_unknown_one_accepted():
    EMODB.check_table(table(EMODB))
    EMODB.check_table(pd.DataFrame({"pitch": [1.0]}))
    newer = FeatureOrigin("eGeMAPSv02", 16_000, "opensmile 3.0")
    EMODB.check_table(table(newer))
    different = FeatureOrigin("GeMAPSv01b", 16_000, "opensmile 2.6.0")
    with pytest.raises(ValueError, match="got GeMAPSv01b at 16000 Hz by opensm"):
        EMODB.check_table(table(different))


def test_an_extractor_at_another_sampling_rate_is_refused():
    with pytest.raises(ValueError, match=r"^sampling_rate must be 16000, .*; got 8000\."):
        EMODB.make_extractor(sampling_rate=8_000)


class LogFeatures(OpenSmileFeatures):
    """Other features under the names and with the parameters of openSMILE's."""

    def feature_function(self):
        return super().feature_function()._replace(compute=sevens)


def sevens(signal, sampling_rate):
    return np.full(88, 7.0)


def test_a_subclass_has_no_origin_since_it_may_compute_other_features():
    for features in (LogFeatures(), JoinedFeatures([OpenSmileFeatures(), LogFeatures()])):
        with pytest.raises(TypeError, match=r"must be OpenSmileFeatures, .*; got LogFeatures"):
            FeatureOrigin.of_extractor(features)


def test_the_cache_keeps_the_rows_of_a_subclass_apart(tmp_path):
    rng = np.random.default_rng(0)
    signals = [(rng.uniform(-0.5, 0.5, 16_000), 16_000)]
    parent, child = (
        kind(cache=tmp_path).fit_transform(signals) for kind in (OpenSmileFeatures, LogFeatures)
    )
    assert (child == 7).all(axis=None)
    assert not (parent == 7).any(axis=None)


def test_configurations_are_compared_by_content():
    original, copy, edited = (
        FeatureOrigin(path, 16_000, f"opensmile 2.6.0, configuration {digest}")
        for path, digest in (("/a/my.conf", "1f"), ("/b/x.conf", "1f"), ("/a/my.conf", "2f"))
    )
    assert original.includes(copy)
    assert not original.includes(edited)


def test_origin_in_the_metadata_of_a_model_may_be_missing():
    assert FeatureOrigin.from_metadata({}) is None
    assert FeatureOrigin.from_metadata({"features": EMODB.to_dict()}) == EMODB


@pytest.mark.parametrize("origin", ["eGeMAPSv02", {"feature_set": "eGeMAPSv02"}])
def test_malformed_origin_in_the_metadata_of_a_model_is_refused(origin):
    with pytest.raises(
        ValueError, match="The features in the metadata of a model must be feature_set, "
    ):
        FeatureOrigin.from_metadata({"features": origin})


def test_utterances_of_a_table_may_have_a_repeated_index(voices, tmp_path):
    pytest.importorskip("opensmile")
    files = [voices[0], str(tmp_path / "gone.wav"), voices[1]]
    utterances = pd.DataFrame({"file": files, "speaker": ["a", "b", "c"]}, index=[0, 1, 0])
    with pytest.warns(UserWarning, match="1 of 3 cannot be used"):
        made = make_feature_table(utterances, OpenSmileFeatures(on_error="skip"))
    assert made.index.tolist() == [0, 0]
    assert made["speaker"].tolist() == ["a", "c"]
    expected = OpenSmileFeatures().transform([files[0], files[2]])
    assert (made[list(expected)].to_numpy() == expected.to_numpy()).all()


def test_utterances_that_are_not_a_table_are_refused_before_the_work():
    with pytest.raises(TypeError, match=r"^utterances must be a DataFrame; got list\.$"):
        make_feature_table(["a.wav"], OpenSmileFeatures())


def test_an_extractor_without_an_origin_is_refused_before_the_work():
    pytest.importorskip("soundfile")
    pytest.importorskip("soxr")

    class Peak(FeatureExtractor):
        def feature_function(self):
            return FeatureFunction(["peak"], lambda signal, rate: [signal.max()])

    with pytest.raises(TypeError, match=r"must be OpenSmileFeatures, .*; got Peak\."):
        make_feature_table(pd.DataFrame({"file": ["gone.wav"]}), Peak())
