"""Which columns of a table somebody means: by name, or by what their names begin with."""

from collections import Counter

from skprognet._wording import first_few, nearest_name


def find_columns(wanted, feature_names, what):
    """Return the columns that names and prefixes stand for, in the order in which they are asked.

    Parameters
    ----------
    wanted : str or sequence of str
        Names of columns, or beginnings of names: each stands for all columns that begin with it,
        in their own order. A column of just this name comes before such a beginning. No number
        is cut in two: ``"layer1"`` does not stand for ``layer10``.
    feature_names : sequence of str
        The names of all columns.
    what : str
        Who asks, for the message.

    Returns
    -------
    list of str
        Names of columns, each once.

    Raises
    ------
    TypeError
        If `wanted` is neither text nor a sequence of text.
    ValueError
        If one of them stands for no column, or a column is meant twice.
    """
    names, known = as_names(wanted, what), dict.fromkeys(feature_names)
    found = {
        each: [each] if each in known else [name for name in known if _begins(name, each)]
        for each in names
    }
    missing = [each for each, columns in found.items() if not columns]
    if missing:
        near = _nearest(missing[0], known)
        near = f" The nearest is {near!r}." if near else ""
        raise ValueError(
            f"{what} must name columns of X, or the beginning of their names; no column of X "
            f"begins with {first_few(missing)}, among {first_few(known)}.{near}"
        )
    found = [column for each in names for column in found[each]]
    twice = [name for name, n in Counter(found).items() if n > 1]
    if twice:
        raise ValueError(f"{what} must name each column once; got {first_few(twice)} twice.")
    return found


def _begins(name, beginning):
    """Return whether a name begins so, and goes on with something else than the same number."""
    rest = name.removeprefix(beginning)
    return rest != name and not (beginning[-1].isdigit() and rest[:1].isdigit())


def _nearest(wanted, names):
    """Return the name, or the beginning of names, that is nearest to what was wanted, or None."""
    groups = [names, _beginnings(names)]
    if wanted.endswith("."):
        groups.reverse()
    return nearest_name(wanted, groups[0]) or nearest_name(wanted, groups[1])


def _beginnings(names):
    """Return what names begin with, up to each of their dots, such as "ge2e.layer1."."""
    parts = [name.split(".")[:-1] for name in names]
    return dict.fromkeys(
        ".".join([*part[:n], ""]) for part in parts for n in range(1, len(part) + 1)
    )


def as_names(wanted, what):
    """Return one name, or a sequence of them, as a list; raise unless they are text."""
    names = [wanted] if isinstance(wanted, str) else wanted
    is_sequence = hasattr(names, "__iter__") and not isinstance(names, dict)
    if not is_sequence or not (names := list(names)):
        raise TypeError(f"{what} must be text, or a sequence of text; got {wanted!r:.200}.")
    wrong = [name for name in names if not isinstance(name, str) or not name]
    if wrong:
        raise TypeError(f"{what} must hold names as text; got {wrong[0]!r:.200}.")
    return names


def check_named(feature_names, who):
    """Raise unless X has names, by which a source finds its columns."""
    if feature_names is None:
        raise ValueError(
            f"{who} finds its columns by their names, so X must be a DataFrame whose columns all "
            "have text as names; got X without such names. Pass a DataFrame, and name its columns "
            'with text; in a pipeline, call set_output(transform="pandas") on each step before '
            "the classifier."
        )
