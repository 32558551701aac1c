"""The paper's second study: does a network of another corpus help (Figure 4)."""

import warnings
from pathlib import Path

import pandas as pd

from skprognet._checks import check_choice, check_no_ratings, check_number
from skprognet._wording import first_few
from skprognet.estimators import DNNClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.experiments._duplicates import settle_duplicates
from skprognet.experiments._record import describe_missing, describe_network, plain_design
from skprognet.experiments._study import (
    Study,
    check_columns,
    make_folds,
    paper_methods,
)

FOLDS = ("speaker-stratified", "speaker-independent")


def align_features(source_X, target_X):
    """Return the features of the source in the order of those of the target.

    Features are matched by name where both are DataFrames, and by position otherwise.

    Raises
    ------
    ValueError
        If one has features that the other lacks.
    """
    if not (hasattr(source_X, "columns") and hasattr(target_X, "columns")):
        return source_X
    other = sorted(set(source_X.columns) ^ set(target_X.columns), key=str)
    if other:
        raise ValueError(
            f"Both corpora must have the same features; {len(other)} are in one only: "
            f"{other[:5]}. Extract the same feature set from both."
        )
    return source_X[list(target_X.columns)]


def transfer_between_corpora(
    source,
    target,
    *,
    names=("source", "target"),
    emotion="emotion",
    tasks=(),
    speaker="speaker",
    folds="speaker-stratified",
    train_folds=(1, 2, 4, 8),
    both_directions=True,
    estimator=None,
    n_splits=10,
    n_repeats=10,
    normalisation="corpus",
    duplicates="error",
    checkpoint=None,
    n_jobs=-1,
    random_state=0,
    verbose=0,
):
    """Run the paper's study of transfer between corpora: Figure 4.

    A network that learned emotion on the eight training folds of one corpus helps another to
    learn it on 1, 2, 4 and 8 training folds of its own: plain (DNN, no transfer), fine-tuned
    (PT/FT) and progressive (ProgNet), on the same test and validation rows for all methods and
    sizes. Each of the ten repeats deals the rows out anew, and for every test fold puts the
    training folds into a new random order, so that smaller training sets are part of larger ones.

    Parameters
    ----------
    source, target : tuple of (X, labels)
        Two corpora: features of shape (n_samples, n_features), and a DataFrame with the labels
        and the speaker of each row. Features are matched by name where both are DataFrames.
    names : tuple of two str, default=("source", "target")
        What to call them.
    emotion : str, default="emotion"
        Column of `labels` that is to be recognised. The corpora must share at least one emotion;
        those of one corpus alone are learned there, and a warning names them.
    tasks : sequence of str, default=()
        Columns of `labels`, such as "gender". A progressive network is added that reads, beside
        the other corpus, a network of each of these tasks, trained on the training rows of the
        target (what the paper leaves to the future, section 6); each task is run alone as well.
    speaker : str, default="speaker"
        Column of `labels` that the folds are made by.
    folds : {"speaker-stratified", "speaker-independent"}, default="speaker-stratified"
        Every speaker in every fold (the paper's), or no speaker in two folds.
    train_folds : sequence of int, default=(1, 2, 4, 8)
        Numbers of training folds of the target.
    both_directions : bool, default=True
        Whether the source is also tried as the target.
    estimator : DNNClassifier, default=None
        Its parameters are those of all networks; None is ``DNNClassifier()``, the paper's.
    n_splits : int, default=10
        Folds, at least 3.
    n_repeats : int, default=10
        How often the rows are dealt out anew.
    normalisation : {"corpus", "training", "speaker", "none"}, default="corpus"
        Each corpus by itself; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    duplicates : {"error", "drop", "keep"}, default="error"
        What to do, before anything is trained, about rows with equal features, in one corpus or
        in both: what a source learned of a copy it knows of the row that is tested. "drop" keeps
        the first of each, those of the source before those of the target, and "keep" warns; see
        :func:`transfer_between_tasks`. ``design["dropped_rows"]`` has the numbers by corpus.
    checkpoint : path, default=None
        Folder for what is finished; see :func:`~skprognet.evaluation.cross_validate_transfer`.
    n_jobs : int, default=-1
        How many splits run at the same time, as in joblib; -1 is all cores.
    random_state : int, default=0
        Seed of folds and fits; the result does not depend on `n_jobs`.
    verbose : int, default=0
        1 shows a progress bar for each direction.

    Returns
    -------
    Study
        With the attributes scores, curves, design, comparisons, table and audit. The column
        corpus of its frames is the target, the column source the corpus that helps.

    Raises
    ------
    ValueError
        If a column or a label is missing, the labels of a task are numbers with a fraction
        (ratings), the corpora share no emotion, have different features or one name, rows are
        there twice, the folds cannot be made, or the checkpoint is that of another run.
    TypeError
        If `estimator` is not a DNNClassifier, a corpus is no pair, or an option is nothing that
        design.toml can hold.
    OSError
        If the checkpoint cannot be written.

    Warns
    -----
    UserWarning
        If labels are nearly the same, as "anger" and "angry"; if one corpus has emotions that the
        other lacks; if rows are there twice and ``duplicates="keep"``; if the audit finds a fit or
        a source that had been given a row that it was tested on.

    References
    ----------
    J. Gideon, S. Khorram, Z. Aldeneh, D. Dimitriadis, E. Mower Provost: Progressive Neural
    Networks for Transfer Learning in Emotion Recognition. Interspeech 2017,
    arXiv 1706.03256; section 5 and Figure 4.

    Examples
    --------
    The two halves of a corpus, by the gender of the speaker.

    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import transfer_between_corpora
    >>> emodb = load_emodb(as_frame=True)
    >>> halves = [
    ...     (emodb.data[emodb.gender == gender], emodb.frame[emodb.gender == gender])
    ...     for gender in ("female", "male")
    ... ]
    >>> study = transfer_between_corpora(
    ...     *halves,
    ...     names=("women", "men"),
    ...     train_folds=(1, 2),
    ...     both_directions=False,
    ...     estimator=DNNClassifier(hidden_layer_sizes=(16,), max_epochs=3),
    ...     n_splits=4,
    ...     n_repeats=1,
    ...     n_jobs=1,
    ... )
    >>> study.table[["n_train_folds", "method", "source"]]
       n_train_folds   method source
    0              1      DNN   none
    1              1    PT/FT  women
    2              1  ProgNet  women
    3              2      DNN   none
    4              2    PT/FT  women
    5              2  ProgNet  women
    """
    check_choice("folds", folds, FOLDS)
    check_number("random_state", random_state, "integer", low=0)
    estimator = DNNClassifier() if estimator is None else estimator
    methods = paper_methods(estimator)
    tasks = [tasks] if isinstance(tasks, str) else list(tasks)
    train_folds = tuple(train_folds)
    design = plain_design(
        {
            "study": "corpora",
            "names": names,
            "emotion": emotion,
            "tasks": tasks,
            "speaker": speaker,
            "folds": folds,
            "train_folds": train_folds,
            "both_directions": both_directions,
            "n_repeats": n_repeats,
            "n_splits": n_splits,
            "normalisation": normalisation,
            "duplicates": duplicates,
            "random_state": random_state,
        }
    )
    design["network"] = describe_network(estimator)
    missing = describe_missing(estimator)
    design |= {"missing": missing} if missing else {}
    both = [name for name in names if name in tasks]
    if both:
        raise ValueError(
            f"A corpus and a task must have different names; {first_few(both)} is both. Pass "
            "other names."
        )
    given = _check_corpora(source, target, names, [emotion, speaker, *tasks])
    _check_labels(given, emotion, [task for task in tasks if task != speaker])
    corpora = settle_duplicates(given, [emotion, *tasks], speaker, duplicates)
    dropped = {name: table.dropped for name, table in corpora.items() if table.dropped}
    design |= {"dropped_rows": dropped} if dropped else {}
    scores, curves = [], []
    directions = [tuple(names), tuple(names)[::-1]][: 1 + both_directions]
    for number, (source_name, target_name) in enumerate(directions, 1):
        other, own = corpora[source_name], corpora[target_name]
        corpus = SourceCorpus(other.X, other.labels[emotion], other.labels[speaker])
        new_scores, new_curves = cross_validate_transfer(
            own.X,
            own.labels[emotion],
            methods=methods,
            sources={source_name: corpus, **{task: own.labels[task] for task in tasks}},
            combined_sources=[(source_name, *tasks)] if tasks else None,
            source_estimator=estimator,
            groups=own.labels[speaker],
            cv=make_folds(folds, n_splits, n_repeats, random_state),
            train_folds=train_folds,
            normalisation=normalisation,
            target=emotion,
            corpus=target_name,
            return_curves=True,
            # Not by the names, which may hold anything.
            checkpoint=checkpoint and Path(checkpoint) / f"direction-{number}",
            n_jobs=n_jobs,
            random_state=random_state,
            verbose=verbose,
        )
        scores.append(own.number_as_given(new_scores))
        curves.append(new_curves)
    apart = {}
    if folds == "speaker-independent":
        apart = {name: labels[speaker].to_numpy() for name, (_, labels) in given.items()}
    scores, curves = (pd.concat(frames, ignore_index=True) for frames in (scores, curves))
    return Study(scores, curves, design, apart)


def _check_corpora(source, target, names, columns):
    """Return features, in the order of the target's, and labels of both corpora by name."""
    names = tuple(names)
    if len(names) != 2 or names[0] == names[1]:
        raise ValueError(f"names must be two different names; got {names}.")
    corpora = {}
    for name, corpus in zip(names, (source, target), strict=True):
        if not isinstance(corpus, (tuple, list)) or len(corpus) != 2:
            raise TypeError(
                f"The corpus {name!r} must be a tuple (X, labels); got {type(corpus).__name__}."
            )
        X, labels = corpus
        advice = f"Rename columns of {name!r}, or pass emotion=, tasks= and speaker=."
        corpora[name] = X, check_columns(labels, columns, advice)
    (source_X, labels), (target_X, _) = corpora.values()
    corpora[names[0]] = align_features(source_X, target_X), labels
    return corpora


def _check_labels(corpora, emotion, tasks):
    """Raise unless there are classes that both corpora know; warn of those that one has alone."""
    for name, (_, labels) in corpora.items():
        for column in (emotion, *tasks):
            check_no_ratings(f"{column} of {name}", labels[column], text=True)
    (one, ours), (other, theirs) = (
        (name, set(labels[emotion].dropna())) for name, (_, labels) in corpora.items()
    )
    told = {
        f"both have {_list(ours & theirs)}": ours & theirs,
        f"only {one!r} has {_list(ours - theirs)}": ours - theirs,
        f"only {other!r} has {_list(theirs - ours)}": theirs - ours,
    }
    told = "; ".join(words for words, labels in told.items() if labels)
    if not ours & theirs:
        raise ValueError(
            f"The corpora must share labels of {emotion!r}; {told}. Give equal classes equal "
            "names, or name another column."
        )
    if ours != theirs:
        warnings.warn(
            f"The corpora have different labels of {emotion!r}: {told}. All rows are used: each "
            "corpus learns all of its own labels, and what the source knows of the others goes "
            "with its output layer.",
            stacklevel=3,
        )


def _list(labels):
    return first_few(sorted(labels, key=str))
