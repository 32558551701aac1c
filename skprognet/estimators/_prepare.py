"""The first part of a fit: check the arguments, draw the seeds, build the training job."""

from dataclasses import replace

import numpy as np
import torch

from skprognet.estimators._class_weight import scale_to_mean_one
from skprognet.estimators._monitor import net_score, score_of_epoch
from skprognet.estimators._rows import check_test_rows, check_training_rows, check_validation_rows
from skprognet.estimators._training_job import Seeds, TrainingJob
from skprognet.estimators._why_alone import why_alone, why_alone_column


def prepare(estimator, arguments):
    """Return the training job of a fit.

    Parameters
    ----------
    estimator : estimator
        The estimator to fit. Its attributes that describe rows, labels and sources are set here.
    arguments : FitArguments
        The arguments of `fit`.

    Returns
    -------
    job : TrainingJob
        The training job.
    tables : list of ndarray
        The training and validation rows, for the estimator to remember.

    Raises
    ------
    ValueError
        If an argument is invalid.
    """
    continues = estimator.warm_start and hasattr(estimator, "net_")
    if continues:
        arguments = replace(arguments, y=estimator._in_order_of_fit_y(arguments.y))
    else:
        estimator._keep_names_of_y(arguments.y)
    kind = estimator._kind_of_target(arguments.y)
    everything = check_training_rows(estimator, arguments, kind, reset=not continues)
    rows = everything.present()
    previous = _learn_target(estimator, kind.learn(estimator, rows.y), continues)
    target = estimator._target_of_fit(kind)
    validation = check_validation_rows(estimator, arguments, target)
    tables = [] if validation is None else [validation.X]
    test = check_test_rows(estimator, arguments, target)
    seeds = Seeds.draw(estimator.random_state)
    rows = rows.encoded(target)
    train, held_out = np.arange(len(rows)), np.arange(0)
    if estimator.early_stopping and validation is None:
        train, held_out = target.hold_out(
            estimator.validation_fraction, rows, everything, seeds.split
        )
        validation = rows.select(held_out)
    chosen = rows.select(train)
    # A splitter may leave out rows, which then neither train the network nor choose its epoch.
    tables = [rows.X[np.union1d(train, held_out)], *tables]
    if previous is None:
        estimator._set_scale(chosen)
    else:
        estimator._check_continued(chosen)
    score = _epoch_score(estimator, target, validation)
    X, _, weight = weighted(estimator, target, chosen, rows.y, "training")
    if validation is not None:
        estimator._check_validation(validation)
        validation = weighted(estimator, target, validation, rows.y, "validation")
    column = _make_column(estimator, rows, train, held_out, seeds, previous)
    training = X, estimator._codes_learned(chosen), weight
    test_score = _epoch_score(estimator, target, test)
    scores = score, test_score
    return _make_job(estimator, column, training, validation, test, scores, seeds), tables


def weighted(estimator, target, rows, counted, which):
    """Return X, y and the weights in the loss of encoded rows, scaled to mean 1.

    Parameters
    ----------
    estimator : estimator
        The estimator, whose `class_weight` sets the weights of the classes.
    target : ClassTarget or NumberTarget
        The target.
    rows : Rows
        The rows, with encoded `y`.
    counted : ndarray
        The encoded classes that ``class_weight="balanced"`` counts.
    which : str
        The name of the rows in messages.
    """
    weight = target.weigh(estimator.class_weight, rows.y, rows.weight, counted)
    return rows.X, rows.y, scale_to_mean_one(weight, which)


def _learn_target(estimator, target, continues):
    """Set the target; return the net from which ``warm_start=True`` continues, if any.

    Without ``warm_start``, the last fit is deleted.
    """
    if continues:
        estimator._check_same_target(target)
        return estimator.net_
    estimator._forget()
    estimator._set_target(target)
    return None


def _epoch_score(estimator, target, rows):
    """Return the score of an epoch: the name of a quantity, or a function without arguments.

    None stands for the default score of the target.
    """
    name = net_score(estimator._monitored(), target.default_score)
    if rows is None or name is not None:
        return name
    y = target.decode(rows.y)
    return score_of_epoch(estimator, rows.X, y, rows.weight)


def _make_column(estimator, rows, train, held_out, seeds, previous):
    """Return the column to train, after its sources have been frozen or trained."""
    if previous is None:
        estimator._read_sources(rows, train, held_out, seeds.sources)
    else:
        estimator._check_same_sources()
    column = estimator._make_column(torch.Generator().manual_seed(seeds.weights))
    if previous is not None:
        _continue_from(previous.module_, column)
        # From here on, the rows are read with the dtype and device of the new fit.
        vars(estimator).pop("net_")
    return column


def _continue_from(previous, column):
    """Copy the weights of the last fit into `column`; raise if its shape has changed."""
    ignored = {"dropout": 0, "lateral_dropout": 0, "dtype": 0}
    shape, before = {**column.config(), **ignored}, {**previous.config(), **ignored}
    changed = [name for name in shape if shape[name] != before.get(name)]
    if changed:
        raise ValueError(
            f"The network must have the shape of the last fit with warm_start=True; got {changed} "
            f"changed from {[before.get(name) for name in changed]} to "
            f"{[shape[name] for name in changed]}. Set warm_start=False to train a new network."
        )
    column.load_state_dict(previous.state_dict())


def _make_job(estimator, column, training, validation, test, scores, seeds):
    """Return the job: rows as tensors, and the net around the column."""
    if validation is not None:
        validation = estimator._tensor_rows(*validation)
    score, test_score = scores
    net = estimator._make_net(
        column, device=estimator.device, validation=validation, seed=seeds.order, score=score
    )
    test = None if test is None else estimator._tensor_rows(test.X, test.y)
    alone = why_alone(estimator) or why_alone_column(column)
    training = estimator._tensor_rows(*training)
    return TrainingJob(net, training, validation, test, test_score, seeds, alone)
