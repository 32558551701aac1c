"""Find columns of a table by their names or by beginnings of their names."""

from collections import Counter

from skprognet._wording import first_few, nearest_name


def find_columns(wanted, feature_names, what):
    """Return the columns that names, or beginnings of names, stand for, in the order of `wanted`.

    Parameters
    ----------
    wanted : str or sequence of str
        Names of columns, or beginnings of names. A beginning stands for all columns that begin
        with it, in their own order. If a column has exactly this name, only it is meant. Numbers
        are not cut in two: ``"layer1"`` does not stand for ``layer10``.
    feature_names : sequence of str
        The names of all columns.
    what : str
        Name of the parameter, for messages.

    Returns
    -------
    list of str
        Names of columns, each of them once.

    Raises
    ------
    TypeError
        If `wanted` is neither text nor a sequence of text.
    ValueError
        If a name stands for no column, or a column is named twice.
    """
    names, known = as_names(wanted, what), dict.fromkeys(feature_names)
    by_name = {
        name: [name] if name in known else [column for column in known if _begins(column, name)]
        for name in names
    }
    missing = [name for name, columns in by_name.items() if not columns]
    if missing:
        near = _nearest(missing[0], known)
        hint = f"Did you mean {near!r}?" if near else "Check the names."
        raise ValueError(
            f"{what} must name columns of X or beginnings of their names, "
            f"[{first_few(known)}]; got {first_few(missing)}. {hint}"
        )
    columns = [column for name in names for column in by_name[name]]
    twice = [name for name, n in Counter(columns).items() if n > 1]
    if twice:
        raise ValueError(
            f"{what} must name each column once; got {first_few(twice)} twice. Leave one out."
        )
    return columns


def _begins(name, beginning):
    """Return whether a name begins with `beginning` without cutting a number in two."""
    rest = name.removeprefix(beginning)
    return rest != name and not (beginning[-1].isdigit() and rest[:1].isdigit())


def _nearest(wanted, names):
    """Return the name or beginning of names that is nearest to `wanted`, or None."""
    groups = [names, _beginnings(names)]
    if wanted.endswith("."):
        groups.reverse()
    return nearest_name(wanted, groups[0]) or nearest_name(wanted, groups[1])


def _beginnings(names):
    """Return the beginnings of names up to each of their dots, such as "ge2e.layer1."."""
    parts = [name.split(".")[:-1] for name in names]
    return dict.fromkeys(
        ".".join([*part[:n], ""]) for part in parts for n in range(1, len(part) + 1)
    )


def as_names(wanted, what):
    """Return one name, or a sequence of them, as a list; raise unless they are text.

    A set is refused: the order of columns and layers matters, and a set has none.
    """
    names = [wanted] if isinstance(wanted, str) else wanted
    is_sequence = hasattr(names, "__iter__") and not isinstance(names, (dict, set, frozenset))
    if not is_sequence or not (names := list(names)):
        raise TypeError(
            f"{what} must be text or a sequence of text; got {wanted!r:.200}. Pass names."
        )
    wrong = [name for name in names if not isinstance(name, str) or not name]
    if wrong:
        raise TypeError(f"{what} must hold names as text; got {wrong[0]!r:.200}. Pass names.")
    return names


def check_named(feature_names, who):
    """Raise unless X has names, since the source called `who` finds its columns by them."""
    if feature_names is None:
        raise ValueError(
            f"X must be a DataFrame with text as names of its columns, since {who} finds them by "
            "name; got X without such names. Pass a DataFrame; in a pipeline, call "
            'set_output(transform="pandas") on each step before the classifier.'
        )
