"""Parts of messages: lists of names, the nearest name, and characters that can be printed."""

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
def test_first_few_names_five_items_and_counts_the_rest(items, text):
    assert first_few(items) == text


def test_nearest_name_ignores_case():
    assert nearest_name("EMOTOIN", ["speaker", "emotion"]) == "emotion"
    assert nearest_name("zzz", ["speaker", "emotion"]) is None


@pytest.mark.parametrize("char", ["\x1b", "\n", "\r", "\t", "\x00", "\x9b", "\u202e", "\u2028"])
def test_printable_escapes_characters_that_control_a_terminal(char):
    text = printable(f"a{char}b")
    assert char not in text
    assert text == "a" + repr(char)[1:-1] + "b"


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_printable_keeps_characters_that_can_be_printed(text):
    assert printable(text) == text
