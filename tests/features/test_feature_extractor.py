"""The common part of all extractors, tested on one without openSMILE."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone

from skprognet.features import FeatureExtractor, FeatureFunction

pytest.importorskip("soundfile")
pytest.importorskip("soxr")


class Peak(FeatureExtractor):
    """Compute the peak of a signal, or what `compute` returns."""

    def __init__(
        self, compute=None, depends_on=None, *, on_error="raise", on_short="error", cache=None
    ):
        super().__init__(on_error=on_error, on_short=on_short, cache=cache)
        self.compute = compute
        self.depends_on = depends_on

    def feature_function(self):
        compute = self.compute or (lambda signal, sampling_rate: [np.abs(signal).max()])
        return FeatureFunction(["peak"], compute, self.depends_on or {})


SIGNAL = (0.25 * np.sin(np.arange(8_000)), 16_000)


def test_features_have_their_names_and_are_float32():
    features = Peak().fit_transform([SIGNAL])
    assert features.columns.tolist() == ["peak"] == Peak().get_feature_names_out().tolist()
    assert features.dtypes.tolist() == ["float32"]
    assert features.iloc[0, 0] == pytest.approx(0.25, abs=1e-4)


def test_signal_is_float32_within_full_scale_at_the_rate_of_the_extractor():
    signals = []

    def listen(signal, sampling_rate):
        signals.append((signal.dtype, signal.shape, np.abs(signal).max(), sampling_rate))
        return [0]

    with warnings.catch_warnings(action="ignore"):  # of clipped samples
        Peak(listen).transform([(2 * np.ones((8_000, 2)), 8_000)])
    assert signals == [(np.float32, (16_000,), pytest.approx(1, abs=1e-4), 16_000)]


def test_parameters_of_a_subclass_survive_clone():
    extractor = clone(Peak(depends_on={"version": 2}, on_error="nan"))
    assert extractor.get_params()["depends_on"] == {"version": 2}
    assert extractor.get_params()["on_error"] == "nan"


def stop(signal, sampling_rate):
    raise RuntimeError("out of breath")


def refuse(signal, sampling_rate):
    raise ValueError("holds no speech")


@pytest.mark.parametrize(
    ("compute", "reason"),
    [
        (stop, "stops Peak (out of breath)"),
        (refuse, "holds no speech"),
        (lambda signal, sampling_rate: [np.nan], "is too short for Peak (0.500 s)"),
    ],
)
def test_recording_that_cannot_be_used_is_named_with_the_reason(compute, reason):
    with pytest.raises(ValueError, match="1 of 1 cannot be used") as caught:
        Peak(compute).transform([SIGNAL])
    assert str(caught.value).endswith(f"\n  '<signal in row 0>': {reason}")
    with pytest.warns(UserWarning, match="their rows are NaN"):
        assert Peak(compute, on_error="nan").transform([SIGNAL]).isna().all(axis=None)


def test_undefined_features_may_be_nan():
    extractor = Peak(lambda signal, sampling_rate: [np.nan], on_short="nan")
    assert extractor.transform([SIGNAL]).isna().all(axis=None)
    assert extractor.errors_.empty


def test_infinite_features_are_refused_even_if_undefined_ones_may_be_nan():
    extractor = Peak(lambda signal, sampling_rate: [np.inf], on_short="nan")
    with pytest.raises(ValueError, match="gives 1 of 1 features that are infinite in float32"):
        extractor.transform([SIGNAL])


@pytest.mark.parametrize(("row", "shape"), [([1, 2], (2,)), (1, ()), ([[1]], (1, 1))])
def test_row_of_wrong_length_is_an_error_of_the_extractor(row, shape):
    with pytest.raises(ValueError, match="must return one row") as caught:
        Peak(lambda signal, sampling_rate: row, on_error="skip").transform([SIGNAL])
    assert str(caught.value) == (
        "Peak must return one row of 1 features, one for each name; got an array of shape "
        f"{shape}."
    )


def test_cache_is_used_if_depends_on_and_class_are_the_same(tmp_path):
    computed = []

    def count(signal, sampling_rate):
        computed.append(len(signal))
        return [1]

    for depends_on in ({"version": 1}, {"version": 1}, {"version": 2}, {"version": [2]}):
        Peak(count, depends_on, cache=tmp_path).transform([SIGNAL])
    assert len(computed) == 3

    class Other(Peak):
        pass

    Other(count, {"version": 1}, cache=tmp_path).transform([SIGNAL])
    assert len(computed) == 4


def test_depends_on_must_be_plain_values_if_there_is_a_cache(tmp_path):
    depends_on = {"model": object()}
    with pytest.raises(TypeError, match="depends_on must be a dict of text, numbers, lists and"):
        Peak(depends_on=depends_on, cache=tmp_path).transform([SIGNAL])
    assert len(Peak(depends_on=depends_on).transform([SIGNAL])) == 1


def test_error_for_a_class_without_feature_function_names_it():
    with pytest.raises(NotImplementedError, match="FeatureExtractor must have a method feature_f"):
        FeatureExtractor().transform([SIGNAL])


class Times(FeatureExtractor):
    """The peak of a signal times a parameter that depends_on does not name."""

    def __init__(self, factor=1, *, cache=None):
        super().__init__(cache=cache)
        self.factor = factor

    def feature_function(self):
        factor = np.sum(self.factor)
        return FeatureFunction(["peak"], lambda signal, rate: [factor * np.abs(signal).max()])


def test_parameters_of_a_class_are_part_of_the_cache_key(tmp_path):
    signal = [(np.array([0.0, 0.5] * 500), 16_000)]
    peaks = [Times(factor, cache=tmp_path).transform(signal).iloc[0, 0] for factor in (1, 2, 1)]
    np.testing.assert_allclose(peaks, [0.5, 1.0, 0.5], rtol=1e-3)


def test_all_of_a_long_array_is_part_of_the_cache_key(tmp_path):
    signal = [(np.array([0.0, 0.5] * 500), 16_000)]
    one = np.eye(1, 2000)[0]
    two = one + np.eye(1, 2000, 1000)[0]
    assert repr(one) == repr(two)  # with dots in the middle
    peaks = [Times(array, cache=tmp_path).transform(signal).iloc[0, 0] for array in (one, two)]
    np.testing.assert_allclose(peaks, [0.5, 1.0], rtol=1e-3)


def test_features_beyond_float32_are_refused():
    with pytest.raises(ValueError, match="gives 1 of 1 features that are infinite in float32"):
        Times(1e300).transform([(np.array([0.0, 0.5] * 500), 16_000)])


def undefined(signal, sampling_rate):
    return [np.nan]


def test_rows_of_nan_are_not_cached_for_strict_calls(tmp_path):
    lenient = Peak(undefined, on_short="nan", cache=tmp_path)
    assert lenient.fit_transform([SIGNAL]).isna().all(axis=None)
    with pytest.raises(ValueError, match="is too short for Peak"):
        Peak(undefined, cache=tmp_path).fit_transform([SIGNAL])
