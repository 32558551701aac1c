"""The `source` parameter of a classifier: nothing, one source, or several with names."""

from skprognet.sources._as_source import as_source, is_fitted
from skprognet.sources._ask import check_layer_sizes


def named_sources(source):
    """Return `source` (None, a source, or a list of (name, source)) as a list of pairs.

    Parameters
    ----------
    source : Source, estimator, list of (str, Source or estimator), or None
        The parameter; a single source gets the name "source".

    Returns
    -------
    list of (str, Source or estimator)
        Names, and the sources as they were given.

    Raises
    ------
    TypeError
        If it is none of these, or the layers of a source cannot be read.
    ValueError
        If two sources have one name, or one has a name that is taken.
    """
    if source is None:
        return []
    pairs = source if isinstance(source, (list, tuple)) else [("source", source)]
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError(
                f"source must be an estimator or a list of (name, estimator); got {pair!r} in it."
            )
        _check_readable(pair[1])
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"The names of sources must differ; got {names}.")
    if "own" in names:
        raise ValueError(
            "No source can have the name 'own', under which source_overlap has the rows of the "
            "network itself. Choose another name."
        )
    return list(pairs)


def _check_readable(model):
    """Raise unless the layers of a source can be read, once it is fitted."""
    source = as_source(model)
    fitted = is_fitted(model if source.network is None else source.network)
    if not fitted:
        return
    sizes = source.layer_sizes()
    if sizes is None:  # it has yet to be matched with the features
        return
    if source.network is None:
        check_layer_sizes(sizes)
    elif not all(sizes):
        raise ValueError(
            f"A source must have a hidden layer to be read; got {model!r}. Give it some."
        )
