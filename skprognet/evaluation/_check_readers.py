"""Check before any training that every method has a source, and every source a method."""

from skprognet._scores import PLACEBO_OF
from skprognet._wording import first_few
from skprognet.evaluation._run import keeps_its_source, reads_several, what_it_needs
from skprognet.sources import LABELS, LAYERS, POSTERIORS, WEIGHTS, find_columns, is_source

_IN_WORDS = {
    LAYERS: "hidden layers to read",
    WEIGHTS: "layers of a network to copy",
    POSTERIORS: "probabilities of the classes of a source",
    LABELS: "classes of a source task for the rows of X",
}


def check_readers(run):
    """Raise unless every method can read a source, and every source is read by a method.

    Parameters
    ----------
    run : Run
        With its sources, without placebos.

    Raises
    ------
    ValueError
        If one of them is missing; the message says which.
    """
    _check_both_exist(run)
    _check_features_of_methods(run)
    for name, method in run.transfer.items():
        if not any(name in run.methods_for(each) for each in run.source_sets):
            raise ValueError(
                f"The method {name!r} must have a source with {_IN_WORDS[what_it_needs(method)]}; "
                f"got {first_few(run.sources)}. Add such a source, or leave the method out."
            )
    for source_name, names in run.source_sets.items():
        if not run.methods_for(source_name):
            what = "Each source" if len(names) == 1 else "All sources of a combination"
            raise ValueError(
                f"{what} must have what a method needs; got {source_name!r}, which no method can "
                f"read: {_needs_in_words(run, names)}. Leave it out, or add a "
                f"{_progressive(run)}."
            )
    to_train = [n for n, source in run.sources.items() if not is_source(source)]
    to_train = [n for n in to_train if run.is_trained(n)]
    if to_train and run.source_estimator is None:
        model = run.run_sources[to_train[0]].task.model
        raise ValueError(
            f"source_estimator must be the {model} to train on the source tasks {to_train}; got "
            f"None. Pass a {model}."
        )
    for name in to_train:
        run.estimator_for(run.run_sources[name])


def _check_both_exist(run):
    if run.sources and not run.transfer:
        raise ValueError(
            f"sources {list(run.sources)} need a method with a source parameter; got "
            f"{list(run.methods)}. Add such a method, or leave the sources out."
        )
    if run.transfer and not run.sources:
        raise ValueError(
            f"The methods {list(run.transfer)} must have a source; got no sources. Pass "
            "sources={name: labels}, or leave these methods out."
        )
    if run.combined_sources and not any(map(reads_several, run.transfer.values())):
        raise ValueError(
            f"combined_sources {run.combined_sources} need a method that reads several sources "
            f"at a time; got {list(run.transfer)}. Add a {_progressive(run)}."
        )


def _check_features_of_methods(run):
    """Raise if the `features` of a method include columns of a source.

    With a placebo of this source, the method would still read the true layers.
    """
    for name, method in run.transfer.items() if run.columns is not None else ():
        features = getattr(method, "features", None)
        # In an estimator of the user's own, `features` may mean anything.
        if features is None or what_it_needs(method) is None:
            continue
        columns = list(run.columns.names)
        read = set(find_columns(features, columns, f"features of the method {name!r}"))
        read_of = {n: read & set(run.columns.names[own]) for n, own in run.columns.own.items()}
        both = [column for column in columns if any(column in own for own in read_of.values())]
        if both:
            raise ValueError(
                f"features of the method {name!r} must not include columns of a source, which "
                f"its placebo must not see; got {first_few(both)} of the source "
                f"{first_few([n for n, own in read_of.items() if own])}. Leave them out of "
                "features."
            )


def _needs_in_words(run, names):
    """Return what each method needs, for the methods that can read this number of sources."""
    able = {n: m for n, m in run.transfer.items() if len(names) == 1 or reads_several(m)}
    return "; ".join(f"{n!r} needs {_IN_WORDS[what_it_needs(m)]}" for n, m in able.items())


def choose_placebos(placebo, run):
    """Return the names of the sources and combinations that are also run as a placebo.

    Parameters
    ----------
    placebo : bool or sequence of str
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    run : Run
        With its sources, without placebos.

    Returns
    -------
    tuple of str
        In the order of the sources. A combination brings along its members.

    Raises
    ------
    TypeError
        If `placebo` is neither a bool nor a sequence.
    ValueError
        If a name is not that of a source, or no method can read its placebo.
    """
    readers = {name: run.methods_for(name).values() for name in run.source_sets}
    possible = [name for name, methods in readers.items() if any(map(keeps_its_source, methods))]
    if isinstance(placebo, bool):
        asked = possible if placebo else []
    elif isinstance(placebo, str) or not hasattr(placebo, "__iter__"):
        raise TypeError(
            f"placebo must be True, False or a sequence of names of sources; got {placebo!r}. "
            "Put a single name in a list."
        )
    else:
        asked = list(placebo)
    if placebo is not True and not asked:
        return ()
    if not run.sources:
        raise ValueError(
            f"placebo={placebo!r:.200} needs sources; got none. Pass sources={{name: labels}} and "
            f"a {_progressive(run)}, or leave placebo out."
        )
    unknown = [name for name in asked if name not in run.source_sets]
    if unknown:
        raise ValueError(
            f"placebo must hold names of sources, among {first_few(run.source_sets)}; got "
            f"{first_few(unknown)}. Correct these names."
        )
    if not possible or not set(asked) <= set(possible):
        without = [name for name in asked if name not in possible] or list(run.sources)
        raise ValueError(
            f"The placebo of {first_few(without)} must be read by a {_progressive(run)}; got the "
            f"methods {first_few(run.transfer)}. Add a {_progressive(run)}, or leave placebo out."
        )
    members = {each for name in asked for each in run.source_sets[name]}
    return tuple(name for name in run.source_sets if name in members | set(asked))


def _progressive(run):
    """Return the name of the progressive network that learns the kind of the target."""
    return f"Progressive{run.task.model.capitalize()}"


def check_no_placebo_name(name):
    """Raise if a source has a name that is reserved for placebos."""
    if name.startswith(PLACEBO_OF):
        raise ValueError(
            f"The name of a source must not begin with {PLACEBO_OF!r}, which is reserved for the "
            f"controls of placebo=; got {name!r}. Rename it."
        )
