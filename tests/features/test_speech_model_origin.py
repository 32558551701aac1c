"""Tables and model files record which speech models made their columns."""

import pandas as pd
import pytest
import torch

from skprognet.features import (
    FeatureOrigin,
    JoinedFeatures,
    OpenSmileFeatures,
    SpeechModelFeatures,
    SpeechModule,
    choose_features,
    make_feature_table,
)

CONTROL = SpeechModelFeatures(
    "ge2e", layers=["layer2", "layer1"], pooling="mean", weights="random"
)


def make_model(seed):
    torch.manual_seed(seed)
    network = torch.nn.Sequential(torch.nn.Unflatten(1, (1, -1)), torch.nn.Linear(8_000, 2))
    return SpeechModule(network, {"a": "1"}, "mine", prepare=lambda signal: signal[None, :8_000])


def origin_of(*extractors):
    (first, *others) = extractors
    return FeatureOrigin.of_extractor(JoinedFeatures(extractors) if others else first)


def test_origin_in_a_table_makes_an_extractor_of_the_same_features(voices):
    features = JoinedFeatures([OpenSmileFeatures(), CONTROL], verbose=False)
    table = make_feature_table(pd.DataFrame({"file": voices[:2]}), features)
    names = choose_features(table)
    assert (names[0], names[88]) == (
        "F0semitoneFrom27.5Hz_sma3nz_amean",
        "ge2e-random.layer2.mean.000",
    )
    assert len(names) == 88 + 512
    origin = FeatureOrigin.of_table(table)
    assert origin.feature_set == "eGeMAPSv02 + ge2e:random[layer2,layer1;mean]"
    assert str(origin).endswith("opensmile 2.6.0 + ge2e-random sha256:dfbc48c0...")
    assert FeatureOrigin.from_metadata({"features": origin.to_dict()}) == origin
    extracted_again = origin.make_extractor(verbose=False).fit_transform(voices[:2])
    assert (extracted_again.to_numpy() == table[names].to_numpy()).all()


def test_origin_of_a_speech_model_alone_makes_its_extractor():
    origin = origin_of(CONTROL)
    assert origin.feature_set == "ge2e:random[layer2,layer1;mean]"
    features = origin.make_extractor(n_jobs=2, batch_size=3)
    assert isinstance(features, SpeechModelFeatures)
    assert (features.n_jobs, features.batch_size) == (2, 3)
    assert list(features.get_feature_names_out()) == list(CONTROL.get_feature_names_out())
    with pytest.raises(ValueError, match=r"learned from no openSMILE features; got"):
        origin.make_extractor("a.conf")


def test_a_table_may_hold_more_than_the_model_learned_from():
    alone, joined = origin_of(CONTROL), origin_of(OpenSmileFeatures(), CONTROL)
    alone.check_table(pd.DataFrame([joined.to_dict()]))
    assert joined.includes(alone)
    assert not alone.includes(joined)
    with pytest.raises(ValueError, match=r"^Features must be those .* Extract them again"):
        joined.check_table(pd.DataFrame([alone.to_dict()]))


def test_a_speech_model_before_opensmile_is_refused():
    message = r"^openSMILE must come before .*; got ge2e-random and openSMILE\. Change the order"
    with pytest.raises(ValueError, match=message):
        origin_of(CONTROL, OpenSmileFeatures())


def test_a_module_is_recognised_by_its_weights():
    origin = origin_of(OpenSmileFeatures(), SpeechModelFeatures(make_model(0)))
    sentence = (
        r"speech model 'mine', which cannot be loaded here: .* speech_models=\{'mine': \.\.\.\}"
    )
    with pytest.raises(ValueError, match=sentence):
        origin.make_extractor()
    with pytest.raises(
        ValueError,
        match=r"must be those that the model learned from, with "
        r"SHA-256",
    ):
        origin.make_extractor(speech_models={"mine": make_model(1)})
    features = origin.make_extractor(speech_models={"mine": make_model(0)})
    assert FeatureOrigin.of_extractor(features) == origin
    of_other_weights = origin_of(OpenSmileFeatures(), SpeechModelFeatures(make_model(1)))
    assert not origin.includes(of_other_weights)


def test_configurations_joined_with_a_model_are_compared_by_content():
    digest, model = "0" * 64, origin_of(CONTROL)
    original, copy = (
        FeatureOrigin(
            f"{path} + {model.feature_set}",
            16_000,
            f"opensmile 2.6.0, configuration {digest} + {model.extractor}",
        )
        for path in ("here + [there;x]/a.conf", "b.conf")
    )
    assert original.configuration_sha256 == digest
    assert original.includes(copy)
    with pytest.raises(
        ValueError, match=r"'here \+ \[there;x\]/a\.conf'\. A configuration that only"
    ):
        original.make_extractor()


def test_origin_that_contradicts_itself_is_refused():
    origin = FeatureOrigin("ge2e[layer1;mean]", 16_000, "opensmile 2.6.0")
    with pytest.raises(ValueError, match=r"must have the SHA-256 of its weights in 'opensmile 2"):
        origin.make_extractor()


def test_no_model_is_looked_up_on_the_network(monkeypatch):
    pytest.importorskip("transformers")
    opened = []

    def connect(*arguments, **_):
        opened.append(arguments)
        raise OSError("no network in tests")

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", connect)
    origin = FeatureOrigin(
        "facebook/wav2vec2-base[layer1;mean]", 16_000, f"wav2vec2-base sha256:{'0' * 64}"
    )
    with pytest.raises(
        ValueError, match=r"cannot be loaded here: model must be .* downloaded before"
    ):
        origin.make_extractor()
    assert not opened
