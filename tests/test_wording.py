import pytest
from hypothesis import given
from hypothesis import strategies as st

from skprognet._wording import first_few, nearest_name, printable


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        ([1, 2], "1, 2"),
        (list("abcde"), "'a', 'b', 'c', 'd', 'e'"),
        (list("abcdefg"), "'a', 'b', 'c', 'd', 'e' and 2 more"),
    ],
)
def test_five_are_named_and_the_rest_counted(items, text):
    assert first_few(items) == text


def test_the_nearest_name_ignores_case():
    assert nearest_name("EMOTOIN", ["speaker", "emotion"]) == "emotion"
    assert nearest_name("zzz", ["speaker", "emotion"]) is None


@pytest.mark.parametrize("char", ["\x1b", "\n", "\r", "\t", "\x00", "\x9b", "\u202e", "\u2028"])
def test_what_could_steer_a_terminal_is_shown_as_an_escape(char):
    shown = printable(f"a{char}b")
    assert char not in shown
    assert shown == "a" + repr(char)[1:-1] + "b"


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_printed_stays(text):
    assert printable(text) == text
