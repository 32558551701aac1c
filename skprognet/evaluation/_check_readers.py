"""Which method takes which source: checked before any training, with the reason in words."""

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
    """Raise unless every method can take a source, and every source is taken by a method.

    Parameters
    ----------
    run : Run
        With its sources, without placebos.

    Raises
    ------
    ValueError
        With what is missing.
    """
    _check_there_are_some(run)
    _check_features_of_methods(run)
    for name, method in run.transfer.items():
        if not any(name in run.methods_for(each) for each in run.source_sets):
            raise ValueError(
                f"The method {name!r} needs {_IN_WORDS[what_it_needs(method)]}; none of the "
                f"sources {first_few(run.sources)} has any. Leave the method out, or add a source "
                "that has."
            )
    for source_name, names in run.source_sets.items():
        if not run.methods_for(source_name):
            what = "Each source" if len(names) == 1 else "All sources of a combination"
            raise ValueError(
                f"{what} must have what a method needs; {source_name!r} can be read by none of "
                f"the methods: {_needs_in_words(run, names)}. Leave it out, or add a "
                "ProgressiveClassifier."
            )
    to_train = [n for n, source in run.sources.items() if not is_source(source)]
    to_train = [n for n in to_train if _is_trained(run, n)]
    if to_train and run.source_estimator is None:
        model = run.how_to_get[to_train[0]].task.model
        raise ValueError(
            f"source_estimator must be the {model} to train on the source tasks {to_train}; got "
            "None."
        )
    for name in to_train:
        run.estimator_for(run.how_to_get[name])


def _check_there_are_some(run):
    if run.sources and not run.transfer:
        raise ValueError(
            f"sources {list(run.sources)} are for methods with a source parameter; none of "
            f"{list(run.methods)} has one. Leave the sources out, or add such a method."
        )
    if run.transfer and not run.sources:
        raise ValueError(
            f"The methods {list(run.transfer)} transfer from a source; got no sources. Pass "
            "sources={name: labels}, or leave these methods out."
        )
    if run.combined_sources and not any(map(reads_several, run.transfer.values())):
        raise ValueError(
            f"combined_sources {run.combined_sources} are for methods that read several sources "
            f"at a time; none of {list(run.transfer)} does. Add a ProgressiveClassifier."
        )


def _check_features_of_methods(run):
    """Raise if a method is to read columns of a source as features of its own.

    It would read the true layers in the row of their placebo too.
    """
    for name, method in run.transfer.items() if run.columns is not None else ():
        features = getattr(method, "features", None)
        if features is None or what_it_needs(method) is None:  # another's may mean anything
            continue
        columns = list(run.columns.names)
        read = set(find_columns(features, columns, f"features of the method {name!r}"))
        owners = {n: read & set(run.columns.names[own]) for n, own in run.columns.own.items()}
        both = [column for column in columns if any(column in own for own in owners.values())]
        if both:
            raise ValueError(
                "In a study only who reads a source has its columns, and its placebo must not "
                f"know them; features of the method {name!r} names {first_few(both)} of the "
                f"source {first_few([n for n, own in owners.items() if own])}. Leave them out of "
                "features."
            )


def _needs_in_words(run, names):
    """Return what those methods need that could take as many sources."""
    able = {n: m for n, m in run.transfer.items() if len(names) == 1 or reads_several(m)}
    return "; ".join(f"{n!r} needs {_IN_WORDS[what_it_needs(m)]}" for n, m in able.items())


def _is_trained(run, name):
    """Return whether a source task has to be trained."""
    return any(name in names and run.is_trained_for(n) for n, names in run.source_sets.items())


def choose_placebos(placebo, run):
    """Return the names of those sources, and combinations, that are also run as a placebo.

    Parameters
    ----------
    placebo : bool or sequence of str
        As in :func:`~skprognet.evaluation.cross_validate_transfer`.
    run : Run
        With its sources, without placebos.

    Returns
    -------
    tuple of str
        In the order of the sources; those of a combination come with it.

    Raises
    ------
    TypeError
        If `placebo` is of the wrong kind.
    ValueError
        If a name stands for no source, or no method can take its placebo.
    """
    possible = [n for n in run.source_sets if any(map(keeps_its_source, _readers(run, n)))]
    if isinstance(placebo, bool):
        asked = possible if placebo else []
    elif isinstance(placebo, str) or not hasattr(placebo, "__iter__"):
        raise TypeError(
            f"placebo must be True, False or a sequence of names of sources; got {placebo!r}."
        )
    else:
        asked = list(placebo)
    if placebo is False or (placebo is not True and not asked):
        return ()
    if not run.sources:
        raise ValueError(
            f"placebo={placebo!r:.200} is for the sources of a run; got no sources. Pass "
            "sources={name: labels} and a ProgressiveClassifier, or leave placebo out."
        )
    unknown = [name for name in asked if name not in run.source_sets]
    if unknown:
        raise ValueError(
            f"placebo must hold names of sources, among {first_few(run.source_sets)}; got "
            f"{first_few(unknown)}."
        )
    if not possible or not set(asked) <= set(possible):
        without = [name for name in asked if name not in possible] or list(run.sources)
        raise ValueError(
            "A placebo is for a ProgressiveClassifier, whose network has as many weights with "
            f"it; none of the methods {first_few(run.transfer)} can have the placebo of "
            f"{first_few(without)}. Add a ProgressiveClassifier, or leave placebo out."
        )
    members = {each for name in asked for each in run.source_sets[name]}
    return tuple(name for name in run.source_sets if name in members | set(asked))


def _readers(run, source_name):
    return run.methods_for(source_name).values()


def check_no_placebo_name(name):
    """Raise if a source has a name that is kept for placebos."""
    if name.startswith(PLACEBO_OF):
        raise ValueError(
            f"A source may not be called {name!r}: names that begin with {PLACEBO_OF!r} are kept "
            "for the controls that placebo= adds. Give it another name."
        )
