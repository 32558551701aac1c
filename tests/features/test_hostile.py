"""Any file is extracted or reported with its reason, in bounded time."""

import os
import sys
import threading

import numpy as np
import pandas as pd
import pytest
import soundfile as sf

from skprognet.features import OpenSmileFeatures

pytest.importorskip("opensmile")
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="these names, links and pipes are not possible"
)

NEVER = ("empty", "header_only", "nan_samples", "very_short", "not_audio", "text", "folder")
NEVER += ("broken_link", "circular_link", "pipe", "missing")
ALWAYS = ("good", "silent", "very_loud", "eight_channels", "high_rate")


@pytest.mark.filterwarnings("ignore:.*(lower sampling rate|are silent|beyond full scale)")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_each_file_is_extracted_or_reported(hostile_files, n_jobs):
    paths, kinds = hostile_files(210, seed=n_jobs)
    smile = OpenSmileFeatures(on_error="nan", n_jobs=n_jobs)
    with pytest.warns(UserWarning, match="complete, readable audio") as caught:
        features = smile.transform(paths)
    reported = set(smile.errors_.index)
    finite = np.isfinite(features).all(axis=1).to_numpy()
    assert reported == set(np.flatnonzero(~finite))
    usable = [
        i for i, kind in enumerate(kinds) if kind in ALWAYS and not paths[i].endswith(".raw")
    ]
    assert reported.isdisjoint(usable)
    assert reported.issuperset(i for i, kind in enumerate(kinds) if kind in NEVER)
    if os.getuid():  # root may read everything
        assert reported.issuperset(i for i, kind in enumerate(kinds) if kind == "forbidden")
    message = str(caught[0].message)
    assert message.count("\n") == len(reported)  # no name broke its line
    assert message.replace("\n", "").isprintable()
    assert smile.errors_["file"].tolist() == [paths[i] for i in sorted(reported)]
    assert smile.errors_["reason"].str.len().min() > 10


def test_last_second_of_an_hour_is_extracted(tmp_path, voice):
    # Only the last second is not silent, so a decoder must get through the whole hour.
    path = tmp_path / "hour.flac"
    with sf.SoundFile(path, "w", 16_000, 1) as file:
        for _ in range(3599):
            file.write(np.zeros(16_000))
        file.write(voice(150, seconds=1))
    table = pd.DataFrame({"file": [path], "start": [3599], "end": [3600]})
    features = OpenSmileFeatures().transform(table)
    expected = OpenSmileFeatures().transform([(sf.read(path, start=3599 * 16_000)[0], 16_000)])
    np.testing.assert_array_equal(features, expected)


def test_no_thread_is_left_behind(voices):
    before = threading.active_count()
    OpenSmileFeatures(n_jobs=2).transform(voices)
    assert threading.active_count() <= before
