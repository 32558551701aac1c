"""Which columns of a table somebody means: by name, or by what their names begin with."""

from collections import Counter

from skprognet._wording import first_few, nearest_name


def find_columns(wanted, feature_names, what):
    """Return the columns that names and prefixes stand for, in the order in which they are asked.

    Parameters
    ----------
    wanted : str or sequence of str
        Names of columns, or beginnings of names: each stands for all columns that begin with it,
        in their own order. A column of just this name comes before such a beginning.
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
    found = []
    for each in as_names(wanted, what):
        exact = [each] if each in feature_names else []
        columns = exact or [name for name in feature_names if name.startswith(each)]
        if not columns:
            near = nearest_name(each, feature_names)
            near = f" The nearest is {near!r}." if near else ""
            raise ValueError(
                f"{what} must name columns of X, or the beginning of their names; no column of X "
                f"begins with {each!r}, among {first_few(feature_names)}.{near}"
            )
        found += columns
    twice = [name for name, n in Counter(found).items() if n > 1]
    if twice:
        raise ValueError(f"{what} must name each column once; got {first_few(twice)} twice.")
    return found


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


def check_named(feature_names, source):
    """Raise unless X has names, by which a source finds its columns."""
    if feature_names is None:
        raise ValueError(
            f"{source!r} finds its columns by their names, so X must be a DataFrame whose columns "
            "all have text as names; got X without names. Pass a DataFrame; before it in a "
            'pipeline, call set_output(transform="pandas") on each step.'
        )
