"""design.toml: its contents, how it is read, and how two of them are compared."""

import hashlib
import re
import tomllib

import pytest

from skprognet import DNNClassifier
from skprognet.experiments import (
    CorporaDesign,
    TasksDesign,
    differences,
    make_record,
    read_design,
    read_record,
)
from skprognet.experiments._record import format_record

DESIGN = TasksDesign(sources=["a"], estimator=DNNClassifier(patience=3))


def test_record_is_read_as_it_was_written(tmp_path):
    (tmp_path / "f.csv").write_bytes(b"a,b\n1,2\n")
    record = make_record(DESIGN, {"table": "f.csv"}, {"table": tmp_path / "f.csv"})
    (tmp_path / "design.toml").write_text(format_record(record), "utf-8")
    stored = read_record(tmp_path / "design.toml")
    assert stored == tomllib.loads(format_record(record))
    assert differences(stored, record) == ""
    assert stored["network"]["patience"] == 3
    assert stored["network"]["class_weight"] == "none"
    assert stored["sha256"] == {"table": hashlib.sha256(b"a,b\n1,2\n").hexdigest()}


@pytest.mark.parametrize(
    "design",
    [
        DESIGN,
        TasksDesign(
            target="x",
            all_sources=True,
            folds="leave-one-session-out",
            estimator=DNNClassifier(
                hidden_layer_sizes=(8, 4), lr=1 / 3, class_weight={"a": 0.1}, n_threads=None
            ),
        ),
        CorporaDesign(names=("a", "b", "x"), tasks=["c"], train_folds=[1, 3], targets=["b"]),
        CorporaDesign(emotions=["sad", "happy"], leave_one_corpus_out=True),
    ],
)
def test_design_read_from_a_file_equals_the_written_one(design, tmp_path):
    (tmp_path / "design.toml").write_text(format_record(make_record(design)), "utf-8")
    stored = read_design(tmp_path / "design.toml")
    assert stored == design
    assert type(stored) is type(design)
    assert stored.estimator.get_params() == design.estimator.get_params()


@pytest.mark.parametrize(
    ("design", "tables"),
    [
        (DESIGN, "tasks TABLE"),
        (CorporaDesign(), "corpora TABLE TABLE"),
        (CorporaDesign(names=("a", "b", "x")), "corpora TABLE TABLE TABLE"),
    ],
)
def test_command_that_repeats_a_study_has_a_table_for_each_corpus(design, tables):
    command = f"skprognet {tables} --design design.toml --output again\n"
    assert command in format_record(make_record(design))
    assert tables not in format_record(make_record(design, {"tables": ["f.csv"]}))


def test_design_file_without_the_kind_of_study_is_refused(tmp_path):
    (tmp_path / "d.toml").write_text("n_repeats = 2")
    with pytest.raises(ValueError, match=r"must have study = 'tasks' or .*; got None"):
        read_design(tmp_path / "d.toml")


def test_differences_are_named_with_both_values():
    then, now = make_record(DESIGN), make_record(TasksDesign(sources=["a"], random_state=1))
    assert differences(then, now) == (
        "random_state (then 0, now 1); network.patience (then 3, now none)"
    )
    assert differences({}, {"corpus": "x"}) == "corpus (then None, now x)"


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe"])
def test_file_that_is_not_toml_is_refused(tmp_path, content):
    (tmp_path / "d.toml").write_bytes(content)
    message = f"A design must be a TOML file; got {str(tmp_path / 'd.toml')!r}: "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}.+[.]"):
        read_record(tmp_path / "d.toml")
