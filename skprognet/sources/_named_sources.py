"""The `source` parameter of an estimator: None, one source, or several with names."""

from skprognet._wording import first_few
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
        Names and sources as passed.

    Raises
    ------
    TypeError
        If `source` is something else, or the layers of a source cannot be read.
    ValueError
        If two sources share a name, a name is reserved, a fitted network has no hidden layer, or
        `layer_sizes` of a source does not return valid widths.
    """
    if source is None:
        return []
    if isinstance(source, dict):
        raise TypeError(
            "source must be an estimator or a list of (name, estimator); got a dict. Pass "
            "list(source.items())."
        )
    pairs = source if isinstance(source, (list, tuple)) else [("source", source)]
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError(
                "source must be an estimator or a list of (name, estimator); got the item "
                f"{pair!r:.200}. Name each source."
            )
        _check_readable(pair[1])
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(
            f"The names of sources must differ; got [{first_few(names)}]. Rename one of them."
        )
    if "own" in names:
        raise ValueError(
            "The name of a source must not be 'own', which source_overlap uses for the network "
            "itself; got 'own'. Choose another name."
        )
    return list(pairs)


def _check_readable(model):
    """Raise unless the layers of a source can be read, once it is fitted."""
    source = as_source(model)
    fitted = is_fitted(model if source.network is None else source.network)
    if not fitted:
        return
    sizes = source.layer_sizes()
    if sizes is None:  # not matched with the features yet
        return
    if source.network is None:
        check_layer_sizes(sizes)
    elif not all(sizes):
        raise ValueError(
            f"A source must have a hidden layer; got {model!r:.200}. Train one with hidden layers."
        )
