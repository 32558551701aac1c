"""Wording that messages share: first few of many, nearest name, differences, safe text."""

import math
import unicodedata
from difflib import get_close_matches

SHOWN_IN_MESSAGE = 5


def first_few(items, limit=SHOWN_IN_MESSAGE, show=repr):
    """Return the first few of many items as text, and how many more there are.

    Parameters
    ----------
    items : sequence
        The items; by default, text is shown in quotes.
    limit : int, default=5
        Number of items to show.
    show : callable, default=repr
        Returns the text of one item.

    Returns
    -------
    str
        Such as ``"'a', 'b' and 7 more"``.

    Examples
    --------
    >>> print(first_few(["a", "b", "c"], limit=2))
    'a', 'b' and 1 more
    """
    items = list(items)
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(map(show, items[:limit])) + more


def first_line(error):
    """Return the first line of an error's text, or the name of its type if it has no text."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def listed(names, word="and"):
    """Join names with commas, and the last with a word.

    Parameters
    ----------
    names : iterable of str
        The names.
    word : str, default="and"
        The word before the last name.

    Returns
    -------
    str
        Such as ``"speaker, gender and ge2e"``.

    Examples
    --------
    >>> listed(["speaker", "gender", "ge2e"])
    'speaker, gender and ge2e'
    >>> listed(["1", "2"], word="or")
    '1 or 2'
    """
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def count(things, noun):
    """Return the number of things with the noun in singular or plural.

    Parameters
    ----------
    things : sized
        The things to count.
    noun : str
        The noun in the singular; its plural must end in s.

    Returns
    -------
    str
        Such as ``"1 row"`` or ``"2 rows"``.

    Examples
    --------
    >>> count(["a", "b"], "row")
    '2 rows'
    """
    return f"{len(things)} {noun}" + ("" if len(things) == 1 else "s")


def from_to(values, shown="g"):
    """Return the lowest and the highest of some numbers, or one of them if both look the same.

    Parameters
    ----------
    values : array-like of float
        The numbers.
    shown : str, default="g"
        Format of the numbers, as in ``format``.

    Returns
    -------
    str
        Such as ``"13 to 20"`` or ``"20"``.

    Examples
    --------
    >>> from_to([20, 13, 20])
    '13 to 20'
    """
    low, high = f"{min(values):{shown}}", f"{max(values):{shown}}"
    return low if low == high else f"{low} to {high}"


def nearest_name(name, names):
    """Return the name that is closest in spelling, or None if none is close.

    Parameters
    ----------
    name : str
        The name to look for.
    names : iterable of str
        The valid names.

    Returns
    -------
    str or None
        The nearest of `names`, ignoring case.

    Examples
    --------
    >>> nearest_name("Speeker", ["speaker", "gender"])
    'speaker'
    """
    by_folded = {str(valid).casefold(): str(valid) for valid in names}
    near = get_close_matches(str(name).casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[near[0]] if near else None


def did_you_mean(name, names, otherwise):
    """Return advice on a wrong name: the nearest valid name, or else another advice.

    Parameters
    ----------
    name : str
        The wrong name.
    names : iterable of str
        The valid names.
    otherwise : str
        The advice if no name is near.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> did_you_mean("Speeker", ["speaker", "gender"], "Use one of these.")
    "Did you mean 'speaker'?"
    """
    near = nearest_name(name, names)
    return f"Did you mean {near!r}?" if near else otherwise


def differences(then, now):
    """Say in words how two descriptions differ: five differences, and how many more.

    Parts of an object have names such as "methods.SVC.C" and "splits[0]". If the object itself
    differs, parts that only one description has are left out, since they follow from it.

    Parameters
    ----------
    then, now : dict
        Plain values by name.

    Returns
    -------
    str
        Such as ``"random_state (then 0, now 1); corpus (then 'a', now 'b')"``; empty if equal.
    """
    names = [n for n in dict.fromkeys([*then, *now]) if then.get(n) != now.get(n)]
    inside = tuple(f"{n}{mark}" for n in names for mark in ".[")
    names = [n for n in names if n in then.keys() & now.keys() or not n.startswith(inside)]
    shown = [f"{n} (then {then.get(n)}, now {now.get(n)})" for n in names[:SHOWN_IN_MESSAGE]]
    more = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def moments_in_words(moments):
    """Return statistics such as mean and standard deviation as text, with their names.

    All are rounded to the decimal place at which the standard deviation has four digits, so that
    standardised numbers can be converted back.

    Parameters
    ----------
    moments : dict of str to float
        Such as ``mean`` and ``standard_deviation``; values that are not numbers stay as they are.

    Returns
    -------
    str
        Such as ``"mean 2.51, standard deviation 0.7071"``.

    Examples
    --------
    >>> moments_in_words({"mean": 1234567.489, "standard_deviation": 105.913})
    'mean 1234567.5, standard deviation 105.9'
    """
    spread = moments.get("standard_deviation")
    shown = {name.replace("_", " "): _short(number, spread) for name, number in moments.items()}
    return ", ".join(f"{name} {number}" for name, number in shown.items())


def _short(number, spread):
    if not all(isinstance(value, (int, float)) for value in (number, spread)):
        return number
    if not 0 < spread < math.inf:
        return f"{number:.15g}"
    return f"{round(number, 3 - math.floor(math.log10(spread))):.15g}"


def printable(text):
    r"""Return text with escapes in place of characters that control a terminal or hide text.

    Control characters (such as terminal escapes, line breaks and tabs) and marks that change the
    direction of writing are shown as Python writes them.

    Parameters
    ----------
    text : str
        Text from outside, such as a label or the metadata of a file.

    Returns
    -------
    str
        The escaped text; the same text if all of it is printable.

    Examples
    --------
    >>> print(printable("red: \x1b[31m"))
    red: \x1b[31m
    """
    text = str(text)
    if text.isprintable():  # fast, for pictures on a page with many thousands of characters
        return text
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in hidden else char for char in text
    )


def printable_lines(text):
    """Return text of several lines, each of them as :func:`printable` returns it."""
    return "\n".join(map(printable, str(text).split("\n")))
