"""Feature sets by name, or by the user's own configuration with the files it includes."""

import shutil

import numpy as np
import pytest

from skprognet.features import OpenSmileFeatures

opensmile = pytest.importorskip("opensmile")

MAIN = r"""
[componentInstances:cComponentManager]
instance[dataMemory].type=cDataMemory
\{\cm[source{?}:include external source]}
\{frames.conf.inc}
[componentInstances:cComponentManager]
instance[func].type=cFunctionals
[func:cFunctionals]
reader.dmLevel = energy
writer.dmLevel = func
frameMode = full
functionalsEnabled = Means
Means.amean = 1
\{\cm[sink{?}:include external sink]}
"""
INCLUDED = """
[componentInstances:cComponentManager]
instance[frame].type=cFramer
instance[energy].type=cEnergy
[frame:cFramer]
reader.dmLevel = wave
writer.dmLevel = frames
frameSize = 0.025
frameStep = 0.010
[energy:cEnergy]
reader.dmLevel = frames
writer.dmLevel = energy
rms = 1
log = 0
"""


@pytest.fixture
def config(tmp_path):
    """Give a configuration that computes the mean energy of frames, in two files."""
    folder = tmp_path / "my sets"
    folder.mkdir()
    (folder / "frames.conf.inc").write_text(INCLUDED)
    (folder / "energy.conf").write_text(MAIN)
    return folder / "energy.conf"


@pytest.mark.parametrize(
    ("name", "n_features"), [("eGeMAPSv02", 88), ("GeMAPSv01b", 62), ("ComParE_2016", 6373)]
)
def test_named_feature_sets_have_the_columns_of_opensmile(voices, name, n_features):
    features = OpenSmileFeatures(name).transform(voices[:1])
    expected = opensmile.Smile(opensmile.FeatureSet[name]).process_file(voices[0])
    assert features.shape == (1, n_features)
    assert list(features) == list(expected)


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_custom_configuration_computes_its_features(config, kind):
    square = (-1.0) ** np.arange(16_000)
    signals = [(level * square, 16_000) for level in (0.25, 0.5)]
    smile = OpenSmileFeatures(kind(config), n_jobs=2)
    features = smile.transform(signals)
    assert features.columns[0] == "pcm_RMSenergy_amean" == smile.get_feature_names_out()[0]
    np.testing.assert_allclose(features.iloc[:, 0], [0.25, 0.5], rtol=1e-4)


def test_configuration_that_gives_frames_is_refused(config, voice):
    config.write_text(
        MAIN.replace("frameMode = full", "frameMode=fixed\nframeSize=.1\nframeStep=.1")
    )
    with pytest.raises(
        ValueError, match=r"gives 9 rows; choose a feature_set that computes function"
    ):
        OpenSmileFeatures(config).transform([(voice(150, seconds=1), 16_000)])


@pytest.mark.parametrize("edited", ["energy.conf", "frames.conf.inc"])
def test_edited_configuration_is_extracted_again(config, voice, tmp_path, extracted, edited):
    smile = OpenSmileFeatures(config, cache=tmp_path / "cache")
    for _ in range(2):
        smile.transform([(voice(150), 16_000)])
    assert len(extracted) == 1
    path = config.parent / edited
    text = path.read_text().replace("Means.amean = 1", "Means.amean = 1\nMeans.qmean = 0")
    path.write_text(text.replace("0.025", "0.05"))
    smile.transform([(voice(150), 16_000)])
    assert len(extracted) == 2


def test_configurations_with_one_name_are_distinguished_by_content(
    config, voice, tmp_path, extracted
):
    copy, nested = (
        shutil.copytree(config.parent, tmp_path / name) / config.name for name in ("same", "other")
    )
    deeper = nested.with_name("frames.conf.inc")
    deeper.rename(nested.with_name("deeper.conf.inc"))
    deeper.write_text("\\{deeper.conf.inc}\n")
    for path, expected in [(config, 1), (copy, 1), (nested, 2), (nested, 2)]:
        OpenSmileFeatures(path, cache=tmp_path / "cache").transform([(voice(150), 16_000)])
        assert len(extracted) == expected
    path = nested.with_name("deeper.conf.inc")
    path.write_text(path.read_text().replace("0.025", "0.05"))
    OpenSmileFeatures(nested, cache=tmp_path / "cache").transform([(voice(150), 16_000)])
    assert len(extracted) == 3


def test_configuration_whose_included_file_is_gone_is_refused(config, voice):
    smile = OpenSmileFeatures(config)
    smile.transform([(voice(150), 16_000)])
    (config.parent / "frames.conf.inc").unlink()
    with pytest.raises(ValueError, match=r"^openSMILE must be able to run the configuration '.*'"):
        smile.transform([(voice(150), 16_000)])


def test_files_that_include_each_other_cause_no_endless_loop(tmp_path, monkeypatch):
    for name, included in (("a.conf", "b.conf"), ("b.conf", "a.conf")):
        (tmp_path / name).write_text(rf"\{{{included}}}")
    calls = []
    monkeypatch.setattr(opensmile, "Smile", lambda *args: calls.append(args) or 1 / 0)
    with pytest.raises(ValueError, match=r"^openSMILE must be able to run the configuration '.*'"):
        OpenSmileFeatures(tmp_path / "a.conf").transform(["a.wav"])
    assert calls == [(str(tmp_path / "a.conf"), opensmile.FeatureLevel.Functionals)]


def test_configuration_that_opensmile_cannot_run_is_refused(config):
    config.write_text("no configuration")
    with pytest.raises(ValueError, match=r"^openSMILE must be able to run the configuration '.*'"):
        OpenSmileFeatures(config).transform(["a.wav"])


def test_unusable_paths_and_names_of_feature_sets_are_refused(tmp_path, config):
    with pytest.raises(FileNotFoundError) as caught:
        OpenSmileFeatures(tmp_path / "none.conf").transform(["a.wav"])
    assert str(caught.value) == (
        "feature_set must be an existing openSMILE configuration file; got "
        f"{str(tmp_path / 'none.conf')!r}. Check the path."
    )
    moved = config.rename(config.with_name("é.conf"))
    with pytest.raises(
        ValueError, match=r"^The path of an openSMILE configuration must be ASCII; got"
    ):
        OpenSmileFeatures(moved).transform(["a.wav"])
    names = [member.name for member in opensmile.FeatureSet]
    with pytest.raises(ValueError, match="feature_set must be one of") as caught:
        OpenSmileFeatures("eGeMAPS9").transform(["a.wav"])
    assert str(caught.value) == (
        f"feature_set must be one of {names} or the path of an openSMILE configuration file "
        "(.conf); got 'eGeMAPS9'."
    )
