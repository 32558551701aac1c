"""Group items of one kind as they arrive, up to a given number."""

from collections import defaultdict


def in_groups(items, kind_of, size_of):
    """Yield lists of items of one kind, each as soon as it is complete.

    Items are taken one by one, so only the waiting items are in memory.

    Parameters
    ----------
    items : iterable
        The items. None yields all waiting groups, complete or not, to free memory for the next
        item.
    kind_of : callable
        Returns a hashable key that the items of a group share; None for an item that forms its own
        group.
    size_of : callable
        Returns the size of the complete groups of a kind, given the first item of that kind.

    Yields
    ------
    list
        One group; incomplete groups come last.

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
    """Remove the groups from a dict and yield them in order."""
    while groups:
        yield groups.pop(next(iter(groups)))
