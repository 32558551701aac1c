"""Training the networks of several jobs as one batched network."""

import math
import time

import torch

from skprognet.estimators._best_epoch import BestEpoch, EndOfTraining
from skprognet.networks import CrossEntropy, NetworkToTrain, shape_of, train_together


def kind_of_training(job, n_together):
    """Return what the jobs of a group have in common, something hashable.

    Parameters
    ----------
    job : TrainingJob
        One of them.
    n_together : int or None
        At most so many networks are trained at once; None leaves it to the device.

    Returns
    -------
    tuple or None
        None if the network is trained by itself, step by step.
    """
    net = job.net
    on_gpu = torch.device(net.device).type == "cuda"
    asked_for = on_gpu or (n_together is not None and n_together > 1)
    if not asked_for or job.why_alone is not None or not _is_known(job):
        return None
    rows = [rows is not None for rows in (job.validation, job.test)]
    learned = net.loss, net.score, net.score_weights is None, job.training.y.dim()
    options = {**_options(net), **_phases(net)}
    return repr(shape_of(job.column)), *options.values(), *rows, *learned


def _is_known(job):
    net = job.net
    plain = job.test is None and net.penalty is None and net.probe is None
    classes = net.loss is CrossEntropy and job.training.y.dim() == 1
    return plain and classes and net.score == "uar" and net.score_weights is None


def most_at_once(job, n_together):
    """Return how many networks of one kind are trained at once."""
    return n_together or math.inf


def _options(net):
    """Return what all networks of a group are trained with."""
    rates = [group["lr"] for group in net.optimizer_.param_groups]
    return {
        "max_epochs": net.max_epochs,
        "lr": net.lr,
        "copied_lr": rates[0] if len(rates) > 1 else None,
        "batch_size": net.batch_size,
        "patience": net.patience,
        "device": net.device,
    }


def _phases(net):
    """Return what holds copied layers back: the pull to where they started, a probe first."""
    return {
        "l2_sp": 0.0 if net.penalty is None else net.penalty.strength,
        "probe_epochs": 0 if net.probe is None else net.probe.n_epochs,
    }


def _network(job):
    """Return the network of a job as the lockstep takes it."""
    return NetworkToTrain(
        job.column, job.training, job.validation, job.seeds.order, job.seeds.dropout
    )


def train_group(jobs):
    """Train the networks of jobs of one kind together; each net is then as after its own training.

    Only what the optimizer and the random generators keep is not: should the network be trained
    further, it goes on as one does that has been pickled. An epoch's duration is the network's
    share of that of the group.

    Parameters
    ----------
    jobs : list of TrainingJob
        Jobs of one kind, as :func:`kind_of_training` says.

    Returns
    -------
    list of (ValueError or None)
        For each job what went wrong with its network.
    """
    start = time.perf_counter()
    trained = train_together([_network(job) for job in jobs], **_options(jobs[0].net))
    n_epochs = max(len(result.history) for result in trained)
    seconds = (time.perf_counter() - start) / (max(n_epochs, 1) * len(jobs))
    errors = []
    for job, result in zip(jobs, trained, strict=True):
        try:
            _end_training(job, result, seconds)
        except ValueError as error:
            errors.append(error)
        else:
            errors.append(None)
    return errors


def _end_training(job, trained, seconds):
    """Bring the net of a job into the state in which its own training would have left it."""
    net = job.net
    net.check_data(job.training, None)
    for losses in trained.history.tolist():
        _record_epoch(job, losses, seconds)
    net.check_weights()
    net.interrupted_ = False
    net.forget_step()
    waited = len(net.history) - trained.best_epoch
    for _, callback in net.callbacks_:
        if isinstance(callback, BestEpoch):
            callback.best_epoch_, callback.weights_ = trained.best_epoch, None
        elif isinstance(callback, EndOfTraining):
            callback.stopped_ = callback.patience is not None and waited >= callback.patience
    if net.probe is not None and net.history:
        net.probe.on_epoch_begin(net)  # which layers learned in the last epoch


def _record_epoch(job, losses, seconds):
    """Add an epoch to the history of a net; raise if a loss is not finite."""
    net, (train_loss, valid_loss, score) = job.net, losses
    net.history.new_epoch()
    net.history.record("epoch", len(net.history))
    net.record_loss("train", train_loss, math.ceil(len(job.training) / net.batch_size))
    if job.validation is not None:
        at_once = net.iterator_valid__batch_size
        net.record_loss("valid", valid_loss, math.ceil(len(job.validation) / at_once))
        net.history.record("valid_score", -valid_loss if net.score == "loss" else score)
    net.history.record("dur", seconds)
