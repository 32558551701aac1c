"""check_corpus raises an error for each problem, and warns of each suspicion."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skprognet.datasets import check_corpus, read_table


def corpus(n_rows=4, **columns):
    """Make a frame without problems, except for those that `columns` bring."""
    rows = {
        "file": [f"{row}.wav" for row in range(n_rows)],
        "emotion": (["angry", "sad"] * n_rows)[:n_rows],
        "speaker": (["Kim", "Kim", "Lee", "Lee"] * n_rows)[:n_rows],
        "gender": (["female", "female", "male", "male"] * n_rows)[:n_rows],
    }
    rows |= {"start": np.nan, "end": np.nan, "session": None, "corpus": "calls"}
    frame = pd.DataFrame(rows).assign(**columns)
    standard = ["file", "start", "end", "emotion", "speaker", "gender", "session", "corpus"]
    return frame[[*standard, *frame.columns.difference(standard, sort=False)]]


def problems(frame, **options):
    with pytest.raises(ValueError, match=r"^The corpus has ") as caught:
        check_corpus(frame, **{"files": False} | options)
    return str(caught.value).split("\n  ")


def remarks(frame, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert check_corpus(frame, **{"files": False} | options) is frame
    return [str(warning.message) for warning in caught]


def test_frame_without_problems_raises_no_warning():
    assert remarks(corpus()) == []


def test_read_table_leaves_unknown_columns_empty(tmp_path):
    known = corpus()[["speaker", "file", "emotion"]].assign(mood=1)
    for name in known["file"]:
        (tmp_path / name).write_text(name)
    known.to_csv(tmp_path / "calls.csv", index=False)
    frame = read_table(tmp_path / "calls.csv", corpus="calls")
    assert list(frame) == [*corpus(), "mood"]
    assert frame[["start", "end", "gender", "session"]].isna().all(axis=None)
    assert frame[["start", "end"]].dtypes.eq(float).all()
    assert set(frame["corpus"]) == {"calls"}
    assert frame["speaker"].tolist() == known["speaker"].tolist()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            {"speaker": [7, "Kim", "Kim", "Kim"]},
            "speaker must hold text; got 7 (int) in 1 row.",
        ),
        (
            {"file": ["a.wav", None, "", "b.wav"]},
            "file must not be empty; it is empty in 2 rows: 1, 2.",
        ),
        (
            {"corpus": [None, "calls", "calls", "calls"]},
            "corpus must not be empty; it is empty in 1 row: 0.",
        ),
        (
            {"start": [-1.0, 0, 0, -2], "end": 3.0},
            "start and end must not be negative; got a negative time in 2 rows, such as '0.wav'.",
        ),
        (
            {"end": [np.inf, 1.0, 1.0, 1.0]},
            "end must be a number of seconds; got inf in 1 row.",
        ),
        (
            {"start": [0, 2.0, 1.5, np.nan], "end": [1, 1.0, 1.5, 0.0]},
            "An utterance must end after it starts; 3 rows do not, such as '1.wav' "
            "(2.0 s to 1.0 s).",
        ),
        (
            {"gender": ["F", "F", "male", "diverse"]},
            "gender must be 'female', 'male' or missing; got 'F', 'diverse' in 3 rows, the first "
            "in '0.wav'. If 'F' means female, pass words={'F': 'female'} to the reader (on "
            "the command line --words F=female).",
        ),
        (
            {"gender": ["female", "male", "male", "male"]},
            "A speaker must have one gender; got 1 with two: 'Kim' (calls).",
        ),
        (
            {"file": ["a.wav", "a.wav", "a.wav", "a.wav"], "start": [0, 0, 0, 1.0], "end": 2.0},
            "An utterance must have one row; got 2 rows with the file, start and end of another "
            "row: 'a.wav', 'a.wav'.",
        ),
    ],
)
def test_each_problem_has_its_own_sentence(columns, sentence):
    first, *sentences = problems(corpus(**columns))
    assert sentence in sentences
    n_problems = f"{len(sentences)} problem{'s' if len(sentences) > 1 else ''}"
    assert first == f"The corpus has {n_problems}; repair the rows, or drop them:"


def test_utterances_with_one_start_and_different_ends_differ():
    assert remarks(corpus(file="a.wav", start=0.0, end=[1.0, 2.0, 3.0, 4.0])) == []


def test_file_names_that_are_not_utf8_are_distinguished():
    frame = corpus()
    frame["file"] = pd.Series([f"\udcff{row}.wav" for row in range(4)], dtype=object)
    assert remarks(frame) == []
    frame.loc[3, "file"] = frame.loc[2, "file"]
    message = "1 row with the file, start and end of another row: '\\udcff2.wav'"
    assert message in problems(frame)[1]


def test_one_error_lists_all_problems():
    frame = corpus(file="a.wav", gender=["F", "female", "female", "male"])
    assert len(problems(frame)) == 1 + 3  # the word 'F', speakers of two genders, repeated rows


def test_times_must_be_numbers():
    frame = corpus().astype({"start": object})
    frame.loc[1, "start"] = "1.5"
    assert problems(frame)[1:] == ["start must be a number of seconds; got '1.5' in 1 row."]


def test_frame_without_rows_is_refused():
    assert problems(corpus().iloc[:0])[1:] == ["A corpus must have at least one row; got none."]


def test_same_name_in_two_corpora_means_two_speakers():
    second_corpus = corpus(gender=["male", "male", "female", "female"]).assign(corpus="other")
    second_corpus["file"] = "other/" + second_corpus["file"]
    two_corpora = pd.concat([corpus(), second_corpus], ignore_index=True)
    assert remarks(two_corpora) == []
    two_corpora.loc[second_corpus.index + 4, "emotion"] = "sad"
    assert remarks(two_corpora)[0].startswith(
        "2 speakers have only one emotion: 'Kim' (sad), 'Lee' (sad). "
    )


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match="are missing") as caught:
        check_corpus(corpus().drop(columns=["speaker", "end"]))
    assert str(caught.value) == (
        "frame must have the columns ['file', 'start', 'end', 'emotion', 'speaker', 'gender', "
        "'session', 'corpus']; ['end', 'speaker'] are missing. Add them, empty if you do not "
        "know the values."
    )


def test_list_instead_of_a_frame_is_refused():
    with pytest.raises(TypeError) as caught:
        check_corpus(["a.wav"])
    assert str(caught.value) == (
        "frame must be a DataFrame of pandas with the utterances; got list of builtins. Make one "
        "with read_table or another reader."
    )


def test_missing_files_are_named(make_files):
    root = make_files("0.wav")
    frame = corpus(file=[str(root / f"{row}.wav") for row in range(4)])
    assert problems(frame, files=True)[1:] == [
        f"file must name existing files; 3 files cannot be "
        f"found: '{root}/1.wav', '{root}/2.wav', "
        f"'{root}/3.wav'."
    ]


def test_long_list_of_rows_is_cut_and_counted():
    frame = corpus(9, file="a.wav")
    assert problems(frame)[1].endswith(
        "got 8 rows with the file, start and end of another row: "
        "'a.wav', 'a.wav', 'a.wav', 'a.wav', "
        "'a.wav' and 3 more."
    )


def test_warnings_count_missing_speakers_and_genders():
    frame = corpus(speaker=[None, "Kim", "Kim", None], gender=["female", "female", "female", None])
    assert remarks(frame) == [
        "speaker is missing in 2 of 4 rows, the first in '0.wav'. A task that needs it cannot "
        "use these rows.",
        "gender is missing in 1 of 4 rows, the first in '3.wav'. A task that needs it cannot use "
        "these rows.",
    ]


def test_columns_without_any_value_raise_no_warning():
    assert remarks(corpus(speaker=None, gender=None)) == []


def test_emotion_may_be_missing():
    assert remarks(
        corpus(8, emotion=["angry", "sad", None, None, "sad", "angry", "sad", "sad"])
    ) == [
        "1 speaker has only one emotion: 'Lee' (sad). A source that recognises the speaker then "
        "knows the emotion."
    ]


def test_corpus_with_a_single_emotion_raises_no_warning():
    assert remarks(corpus(emotion="sad")) == []
    assert remarks(corpus(emotion=None)) == []


@pytest.fixture
def equal_files(tmp_path):
    """Give the paths of four recordings, of which the first and the third are equal."""
    contents = {"a.wav": b"one", "b.wav": b"two", "c.wav": b"one", "d.wav": b"three"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in contents]


ONE_SPEAKER = {"speaker": "Kim", "gender": "female"}
DROP = "To keep the first of each, pass duplicates='drop' (--duplicates drop)."


def test_warning_names_equal_recordings(equal_files):
    (remark,) = remarks(corpus(file=equal_files, **ONE_SPEAKER), files=True)
    assert remark == (
        f"1 recording appears more than once: '{equal_files[0]}' = '{equal_files[2]}'. If one "
        f"copy is in training, a test on the other is too easy. {DROP}"
    )
    # Different parts of equal files are different utterances.
    for start, end in ((1.0, 2.0), (0.0, 2.0)):
        parts = corpus(file=equal_files, start=[0, 0, start, 0], end=[1, 1, end, 1])
        assert remarks(parts, files=True) == []
    times = {"start": [1.0, 0, 1, 0], "end": [2.0, 1, 2, 1]}
    parts = corpus(file=equal_files, **times, **ONE_SPEAKER)
    assert len(remarks(parts, files=True)) == 1


def test_missing_start_means_the_start_of_the_file(equal_files):
    parts = corpus(file=equal_files, start=[0, 0, np.nan, 0], end=1.0, **ONE_SPEAKER)
    assert len(remarks(parts, files=True)) == 1


def test_equal_recordings_are_dropped_or_refused(equal_files):
    frame = corpus(file=equal_files, **ONE_SPEAKER).set_axis([10, 20, 30, 40])
    copies = f"1 recording appears more than once: '{equal_files[0]}' = '{equal_files[2]}'. "
    assert problems(frame, files=True, duplicates="error")[1:] == [copies + DROP]
    with pytest.warns(UserWarning, match="The first of each was kept") as caught:
        kept = check_corpus(frame, duplicates="drop")
    pd.testing.assert_frame_equal(kept, frame.loc[[10, 20, 40]])
    assert [str(warning.message) for warning in caught] == [
        copies + "The first of each was kept, and 1 of 4 rows were dropped."
    ]
    with pytest.raises(ValueError, match="one of 'keep', 'drop', 'error'; got 'first'"):
        check_corpus(frame, duplicates="first")


def test_repeated_rows_can_be_dropped(make_files):
    root = make_files("a.wav", "b.wav")
    frame = corpus(file=[f"{root}/{name}.wav" for name in "abab"], **ONE_SPEAKER)
    with pytest.warns(UserWarning, match="2 of 4 rows were dropped"):
        assert check_corpus(frame, duplicates="drop").index.tolist() == [0, 1]


@pytest.mark.parametrize("duplicates", ["keep", "drop", "error"])
@pytest.mark.parametrize(
    "columns",
    [
        {"emotion": ["angry", "sad", "happy", "sad"]},
        {"emotion": ["angry", "sad", None, "sad"]},
        {"speaker": ["Kim", "Kim", "Lee", "Lee"]},
        {"gender": ["male", None, None, None]},
    ],
)
def test_copies_with_different_labels_are_an_error(equal_files, columns, duplicates):
    frame = corpus(file=equal_files, **ONE_SPEAKER | columns)
    assert problems(frame, files=True, duplicates=duplicates)[1:] == [
        "Copies of a recording must have the same emotion, gender and speaker; 1 recording "
        f"appears more than once: '{equal_files[0]}' = '{equal_files[2]}', with different labels. "
        "Find out which is right, and remove the others."
    ]


def test_a_speaker_may_have_another_name_in_another_corpus(equal_files):
    frame = corpus(file=equal_files, emotion="sad", gender="female")
    frame["corpus"] = ["one", "one", "two", "two"]
    assert len(remarks(frame, files=True)) == 1


def test_recording_in_two_formats_counts_as_copies(make_files):
    names = ["a.wav", "b.wav", "a.flac", "b.txt"]
    root = make_files(*names)
    frame = corpus(file=[str(root / name) for name in names], **ONE_SPEAKER)
    (remark,) = remarks(frame, files=True)
    assert remark.startswith(
        f"1 recording appears more than once: '{root}/a.wav' = '{root}/a.flac'. "
    )
    with pytest.warns(UserWarning, match="more than once"):
        assert check_corpus(frame, duplicates="drop").index.tolist() == [0, 1, 3]


def test_many_copies_are_counted(tmp_path):
    paths = [str(tmp_path / f"{row}.wav") for row in range(20)]
    for path in paths:
        (tmp_path / path).write_bytes(b"the same")
    frame = corpus(20, file=paths, emotion="sad", **ONE_SPEAKER)
    (remark,) = remarks(frame, files=True)
    assert f"once: '{paths[0]}' = '{paths[1]}' (and 18 more). " in remark


def test_segments_of_one_file_are_not_copies(make_files):
    path = str(make_files("call.wav") / "call.wav")
    frame = corpus(file=path, start=[0, 1, 2, 3.0], end=[1, 2, 3, 4.0])
    assert remarks(frame, files=True) == []


@pytest.mark.parametrize(
    ("emotions", "expected"),
    [
        (["angry", "anger", "sad", "happy"], "'angry' and 'anger'"),
        (["angry", "Angry", "sad ", "sad"], "'angry' and 'Angry', 'sad ' and 'sad'"),
        (["surprise", "surprisd", "joy", "happy"], "'surprise' and 'surprisd', 'joy' and"),
        (
            ["sad", "NA", "sad", "angry"],
            "these count as labels like any other: 'NA'.",
        ),
    ],
)
def test_warning_names_emotions_that_are_nearly_the_same(emotions, expected):
    messages = remarks(corpus(emotion=emotions, speaker="Kim", gender="female"))
    assert len(messages) == 1
    assert expected in messages[0]


def test_different_emotions_raise_no_warning():
    words = ["angry", "happy", "unhappy", "sad", "mad", "calm", "bored", "bord1", "bord2", "other"]
    words += ["fearful", "disgusted", "surprised", "excited", "frustrated", "neutral", "tearful"]
    frame = corpus(len(words), emotion=words, speaker="Kim", gender="female")
    assert remarks(frame) == []


def test_two_columns_with_one_name_are_refused():
    frame = pd.DataFrame([["a.wav", "sad", "sad"]], columns=["file", "emotion", "emotion"])
    with pytest.raises(ValueError, match="got 'emotion' twice"):
        check_corpus(frame)
