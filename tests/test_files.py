"""Files are written completely or not at all."""

import errno
import os
import stat

import pytest

from skprognet import _files
from skprognet._files import check_folder, write_whole


def test_write_whole_writes_content_with_ordinary_permissions(tmp_path):
    write_whole({tmp_path / "new" / "a.csv": b"1,2\n"})
    (tmp_path / "b.csv").write_bytes(b"1,2\n")
    assert (tmp_path / "new" / "a.csv").read_bytes() == b"1,2\n"
    modes = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("new/a.csv", "b.csv")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("fails_at", [1, 2])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failure_leaves_all_old_files_and_no_draft(tmp_path, monkeypatch, error, fails_at):
    names = ["a.csv", "b.csv"]
    write_whole({tmp_path / name: b"old" for name in names})
    calls = []

    def fail(fd):
        calls.append(fd)
        if len(calls) == fails_at:
            raise error

    monkeypatch.setattr(_files.os, "fsync", fail)
    with pytest.raises(type(error)) as caught:
        write_whole({tmp_path / name: b"new" for name in names})
    if isinstance(error, OSError):
        path = str(tmp_path / names[fails_at - 1])
        assert str(caught.value) == (
            f"{path!r} could not be written (No space left on device). Make room, or choose "
            "another folder."
        )
    assert sorted(os.listdir(tmp_path)) == names
    assert [(tmp_path / name).read_bytes() for name in names] == [b"old", b"old"]


def test_check_folder_does_not_create_the_folder(tmp_path):
    check_folder(tmp_path / "x" / "y")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("below", ["", "sub"])
def test_a_file_in_place_of_the_folder_is_an_error(tmp_path, below):
    (tmp_path / "taken").write_text("")
    with pytest.raises(
        OSError, match=r"^The output must go to a folder that can be written to; got '"
    ):
        check_folder(tmp_path / "taken" / below)
