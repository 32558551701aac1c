"""The origin of features: read from a table and from a model, and compared."""

import pandas as pd
import pytest

from skprognet.datasets import load_emodb
from skprognet.features import FeatureOrigin

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


def test_table_of_another_origin_is_refused_and_unknown_one_accepted():
    EMODB.check_table(table(EMODB))
    EMODB.check_table(pd.DataFrame({"pitch": [1.0]}))
    newer = FeatureOrigin("eGeMAPSv02", 16_000, "opensmile 3.0")
    EMODB.check_table(table(newer))
    different = FeatureOrigin("GeMAPSv01b", 16_000, "opensmile 2.6.0")
    with pytest.raises(ValueError, match="got GeMAPSv01b at 16000 Hz by opensm"):
        EMODB.check_table(table(different))


def test_configurations_are_compared_by_content():
    original, copy, edited = (
        FeatureOrigin(path, 16_000, f"opensmile 2.6.0, configuration {digest}")
        for path, digest in (("/a/my.conf", "1f"), ("/b/x.conf", "1f"), ("/a/my.conf", "2f"))
    )
    assert original.makes_same_features(copy)
    assert not original.makes_same_features(edited)


def test_origin_in_the_metadata_of_a_model_may_be_missing():
    assert FeatureOrigin.from_metadata({}) is None
    assert FeatureOrigin.from_metadata({"features": EMODB.to_dict()}) == EMODB


@pytest.mark.parametrize("origin", ["eGeMAPSv02", {"feature_set": "eGeMAPSv02"}])
def test_malformed_origin_in_the_metadata_of_a_model_is_refused(origin):
    with pytest.raises(
        ValueError, match="The features in the metadata of a model must be feature_set, "
    ):
        FeatureOrigin.from_metadata({"features": origin})
