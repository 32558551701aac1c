"""Which sources that are no estimators can be stored.

Each of them says itself what its state is, with `to_state`, and is made of such a state again by
`from_state`, which believes nothing that it has not checked.
"""

from skprognet.sources import LayerSource

SOURCES = {cls.__name__: cls for cls in (LayerSource,)}


def build_source(name, state):
    """Return the source of the class `name` with that state.

    Parameters
    ----------
    name : str
        One of `SOURCES`.
    state : dict
        What its `to_state` returned.

    Raises
    ------
    Exception
        Of any kind, if there is no such class, or the state is not one of its own.
    """
    if name not in SOURCES:
        raise ValueError(f"the source {name!r:.80} is not one of {', '.join(SOURCES)}")
    return SOURCES[name].from_state(state)
