"""A file is there whole or not at all."""

import errno
import os
import stat

import pytest

from skprognet import _files
from skprognet._files import prepare_folder, write_whole


def test_content_and_permissions_are_those_of_an_ordinary_file(tmp_path):
    write_whole(tmp_path / "a.csv", b"1,2\n")
    (tmp_path / "b.csv").write_bytes(b"1,2\n")
    assert (tmp_path / "a.csv").read_bytes() == b"1,2\n"
    modes = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("a.csv", "b.csv")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize(
    "end", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch, end):
    write_whole(tmp_path / "a.csv", b"old")

    def fail(fd):
        raise end

    monkeypatch.setattr(_files.os, "fsync", fail)
    with pytest.raises(type(end)):
        write_whole(tmp_path / "a.csv", b"new")
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_folder_is_made_and_left_empty(tmp_path):
    assert prepare_folder(tmp_path / "x" / "y") == tmp_path / "x" / "y"
    assert os.listdir(tmp_path / "x" / "y") == []


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(
        OSError, match=r"^The output must go to a folder that can be written to; '"
    ):
        prepare_folder(tmp_path / "taken")
