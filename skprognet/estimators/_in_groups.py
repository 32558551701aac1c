"""Putting items of one kind together as they come, up to a number."""

from collections import defaultdict


def in_groups(items, kind_of, size_of):
    """Yield lists of items of one kind, each as soon as it is complete.

    Items are taken one by one, so that no more of them are there at once than are waiting.

    Parameters
    ----------
    items : iterable
        The items; None asks for all that are waiting, complete or not, to make room for the next.
    kind_of : callable
        Returns something hashable that the items of a group have in common; None for an item that
        is a group by itself.
    size_of : callable
        Returns how many items make a group complete, given the first of them.

    Yields
    ------
    list
        One group; those that are not complete come last.

    Examples
    --------
    >>> from skprognet.estimators._in_groups import in_groups
    >>> list(in_groups([1, 2, 3, 4, 5, 7], lambda n: n % 2, lambda first: 3))
    [[1, 3, 5], [2, 4], [7]]
    >>> list(in_groups([1, 2, 3, None, 5, 7], lambda n: n % 2, lambda first: 3))
    [[1, 3], [2], [5, 7]]
    """
    waiting, sizes = defaultdict(list), {}
    for item in items:
        if item is None:
            yield from _emptied(waiting)
            continue
        kind = kind_of(item)
        if kind is None:
            yield [item]
            continue
        if kind not in sizes:
            sizes[kind] = size_of(item)
        waiting[kind].append(item)
        if len(waiting[kind]) == sizes[kind]:
            yield waiting.pop(kind)
    yield from _emptied(waiting)


def _emptied(groups):
    """Take the groups out of a dict, in their order."""
    while groups:
        yield groups.pop(next(iter(groups)))
