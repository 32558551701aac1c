"""The package extended from outside, with public names only; the guide shows these examples."""

# --- imports of a new kind of source ---
# --- imports of a new score ---
# --- imports of a new significance test ---
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skprognet.results import compare_methods, summary_table
from skprognet.significance import SignificanceTest

# --- imports of a new corpus ---
# --- imports of a new feature extractor ---
import numpy as np
import pytest
from scipy.io import wavfile

from skprognet.datasets import NamedFiles, check_corpus
from skprognet.features import FeatureExtractor, FeatureFunction

# === a new kind of source ===


# === a new score ===


# === a new significance test ===


def test_a_new_significance_test():
    def wilcoxon(a, b, alternative="two-sided"):
        return stats.wilcoxon(a, b, axis=None, alternative=alternative)

    test = SignificanceTest(
        "wilcoxon",
        "Wilcoxon signed-rank test over folds",
        wilcoxon,
        fits=lambda n_repeats, n_folds, has_row_counts: n_repeats == 1 and n_folds > 5,
        one_sided=True,
    )
    folds = pd.DataFrame({"repeat": 1, "fold": np.arange(1, 9), "chance": 1 / 2})
    plain = 0.6 + 0.01 * np.array([1, -2, 4, 0, -3, 2, 5, -1])
    gain = 0.001 * np.arange(1, 9)
    dnn = folds.assign(method="DNN", source="none", score=plain)
    scores = pd.concat([dnn, folds.assign(method="ProgNet", source="gender", score=plain + gain)])

    comparisons = compare_methods(scores, test=test)
    assert comparisons.loc[0, "test"] == "Wilcoxon signed-rank test over folds"
    assert comparisons.loc[0, "pvalue"] == 2 / 2**8  # ahead in all of eight folds
    assert comparisons.loc[0, "p_chance"] == 1 / 2**8
    assert "ProgNet from gender is better than DNN" in comparisons.loc[0, "verdict"]
    assert summary_table(scores, comparisons)["marks"].tolist() == ["", "*"]
    with pytest.raises(ValueError, match="'wilcoxon' is not made for 1 x 5 folds"):
        compare_methods(scores[scores["fold"] <= 5], test=test)


# === a new corpus ===


def test_a_new_corpus(tmp_path):
    names = NamedFiles(
        corpus="calls",
        example="kim_f_anger_1.wav",
        pattern=r"(?P<speaker>[a-z]+)_(?P<gender>[fm])_(?P<emotion>anger|grief)_(?P<take>\d)",
        words={
            "gender": {"f": "female", "m": "male"},
            "emotion": {"anger": "angry", "grief": "sad"},
        },
        licence="CC0-1.0",
    )

    def read_calls(root, *, emotions="all", duplicates="keep"):
        frame = names.read(root, emotions=emotions, duplicates=duplicates)
        return check_corpus(frame, duplicates=duplicates)

    for name in ["kim_f_anger_1", "kim_f_grief_1", "lee_m_anger_2", "lee_m_grief_2"]:
        (tmp_path / f"{name}.wav").write_text(name)
    calls = read_calls(tmp_path)
    assert calls["emotion"].tolist() == ["angry", "sad", "angry", "sad"]
    assert calls["gender"].tolist() == ["female", "female", "male", "male"]
    assert calls["take"].tolist() == ["1", "1", "2", "2"]
    assert calls.attrs == {"licence": "CC0-1.0"}
    (tmp_path / "holidays.wav").write_text("not of the corpus")
    with pytest.raises(ValueError, match=r"must be named like kim_f_anger_1\.wav, got 1 file"):
        read_calls(tmp_path)


# === a new feature extractor ===


def test_a_new_feature_extractor(tmp_path):
    class LoudnessFeatures(FeatureExtractor):
        def feature_function(self):
            def compute(signal, sampling_rate):
                (tmp_path / "computed").open("a").write("x")  # so that the test can count
                crossings = np.count_nonzero(np.diff(np.signbit(signal)))
                return np.sqrt(np.mean(signal**2)), crossings / len(signal) * sampling_rate

            return FeatureFunction(["rms", "crossings_per_s"], compute, {"version": 1})

    files = [tmp_path / name for name in ("low.wav", "broken.wav", "high.wav")]
    for hertz, path in zip((100, 0, 400), files, strict=True):
        tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(8_000) / 8_000)
        wavfile.write(path, 8_000, tone.astype(np.float32))
    files[1].write_bytes(b"no audio")
    extractor = LoudnessFeatures(sampling_rate=8_000, n_jobs=2, cache=tmp_path, on_error="skip")
    for _ in range(2):  # the second time, the cache has the rows
        with pytest.warns(UserWarning, match=r"1 of 3 that cannot be used; (.*\n)*.*broken\.wav"):
            features = extractor.transform(files)
        np.testing.assert_allclose(features, [[0.354, 199], [0.354, 799]], atol=0.001)
        assert (tmp_path / "computed").stat().st_size == 2
