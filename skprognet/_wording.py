"""Wording that messages share: a few of many, the nearest name, differences, safe text."""

import math
import unicodedata
from difflib import get_close_matches

SHOWN_IN_MESSAGE = 5


def first_few(items, limit=SHOWN_IN_MESSAGE, show=repr):
    """Return the first few of many items as text, and how many more there are.

    Parameters
    ----------
    items : sequence
        What to name; text is shown in quotes.
    limit : int, default=5
        How many to show.
    show : callable, default=repr
        Makes the text of one item.

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


def listed(names):
    """Return names as one reads them aloud, with "and" before the last.

    Parameters
    ----------
    names : sequence of str
        What to name.

    Returns
    -------
    str
        Such as ``"speaker, gender and ge2e"``.

    Examples
    --------
    >>> listed(["speaker", "gender", "ge2e"])
    'speaker, gender and ge2e'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def count(things, noun):
    """Return how many things there are, with the noun in the right number.

    Parameters
    ----------
    things : sized
        What to count.
    noun : str
        Its singular, whose plural ends in s.

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
    """Return the lowest and the highest of some numbers, or one where they look the same.

    Parameters
    ----------
    values : array-like of float
        The numbers.
    shown : str, default="g"
        How ``format`` is to show them.

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
        What was given.
    names : iterable of str
        What would have been right.

    Returns
    -------
    str or None
        The nearest of `names`; case does not count.

    Examples
    --------
    >>> nearest_name("Speeker", ["speaker", "gender"])
    'speaker'
    """
    by_folded = {str(each).casefold(): str(each) for each in names}
    near = get_close_matches(str(name).casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[near[0]] if near else None


def differences(then, now):
    """Return in words what differs between two descriptions, at most five and how many more.

    The parts of a thing have names such as "methods.SVC.C" and "splits[0]". Where the thing itself
    differs, parts that only one of both has follow from it, and are left out.

    Parameters
    ----------
    then, now : dict
        Plain values by name.

    Returns
    -------
    str
        Such as ``"random_state (then 0, now 1); corpus (then 'a', now 'b')"``; empty if nothing.
    """
    names = [n for n in dict.fromkeys([*then, *now]) if then.get(n) != now.get(n)]
    inside = tuple(f"{n}{mark}" for n in names for mark in ".[")
    names = [n for n in names if n in then.keys() & now.keys() or not n.startswith(inside)]
    shown = [f"{n} (then {then.get(n)}, now {now.get(n)})" for n in names[:SHOWN_IN_MESSAGE]]
    more = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def moments_in_words(moments):
    """Return mean, standard deviation and the like of numbers, by their names.

    All have the decimals that show four digits of the standard deviation, so that numbers which
    were standardised can be brought back. A mean that is large beside it has more digits.

    Parameters
    ----------
    moments : dict of str to float
        Such as ``mean`` and ``standard_deviation``; what is no number is shown as it is.

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
    if not all(isinstance(each, (int, float)) for each in (number, spread)):
        return number
    if not 0 < spread < math.inf:
        return f"{number:.15g}"
    return f"{round(number, 3 - math.floor(math.log10(spread))):.15g}"


def printable(text):
    r"""Return text in which nothing can steer a terminal or hide what stands there.

    Control characters (terminal escapes among them), and marks that change the direction of
    writing, are shown as Python writes them. Line breaks and tabs are control characters too.

    Parameters
    ----------
    text : str
        Text from outside, such as a label or what a file says of itself.

    Returns
    -------
    str
        The same text if all of it is printable.

    Examples
    --------
    >>> print(printable("red: \x1b[31m"))
    red: \x1b[31m
    """
    text = str(text)
    if text.isprintable():  # a picture on a page is a text of many thousand characters
        return text
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in hidden else char for char in text
    )
