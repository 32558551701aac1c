"""Training the networks of several jobs as one batched network."""

import math

import torch

from skprognet.estimators._best_epoch import BestEpoch, EndOfTraining
from skprognet.networks import HISTORY, NetworkToTrain, memory_of, must_share, train_together

_SHARE = 0.8  # of the free memory of a device: some is lost between what is asked for


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
    on_gpu = torch.device(job.net.device).type == "cuda"
    asked_for = on_gpu or (n_together is not None and n_together > 1)
    if not asked_for or job.why_alone is not None:
        return None
    return repr(must_share(_network(job))), *_options(job.net).values()


def most_at_once(job, n_together):
    """Return how many networks of the kind of a job are trained at once.

    Where nobody says it, as many as there is memory for: a network takes what its training takes
    and, beside it, the rows of its job.
    """
    if n_together is not None:
        return n_together
    rows = [rows.X for rows in (job.training, job.validation, job.test) if rows is not None]
    needed = memory_of(_network(job), job.net.batch_size) + sum(X.nbytes for X in rows)
    return max(1, int(_SHARE * _free_memory(job.net.device) / needed))


def _free_memory(device):
    """Return the bytes that are free on a CUDA device, those that torch holds ready included."""
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


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


def _network(job):
    """Return the network of a job with all that its training needs."""
    net = job.net
    return NetworkToTrain(
        job.column,
        job.training,
        job.validation,
        order_seed=job.seeds.order,
        dropout_seed=job.seeds.dropout,
        test=job.test,
        loss=net.loss,
        monitor=net.score,
        class_weights=net.score_weights,
        pull=net.penalty,
        probe_epochs=0 if net.probe is None else net.probe.n_epochs,
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
    trained = train_together([_network(job) for job in jobs], **_options(jobs[0].net))
    return [_end_training(job, result) for job, result in zip(jobs, trained, strict=True)]


def _end_training(job, trained):
    """Bring the net of a job into the state in which its own training would have left it.

    Return what that would have raised, or None.
    """
    net, job.trained_together = job.net, trained.n_together
    net.check_data(job.training, None)
    try:
        for values in trained.history.tolist():
            _record_epoch(job, dict(zip(HISTORY, values, strict=True)), trained.seconds)
        net.check_weights()
    except ValueError as error:
        return error
    net.interrupted_ = trained.interrupted
    net.forget_step()
    for _, callback in net.callbacks_:
        if isinstance(callback, BestEpoch):
            callback.best_epoch_, callback.weights_ = trained.best_epoch, None
        elif isinstance(callback, EndOfTraining):
            callback.stopped_ = trained.stopped
    if net.probe is not None:
        net.probe.on_epoch_begin(net)  # it says which layers learned in the last epoch
    return None


def _record_epoch(job, values, seconds):
    """Add an epoch to the history of a net; raise if a loss is not finite."""
    net, history = job.net, job.net.history
    history.new_epoch()
    history.record("epoch", len(history))
    net.record_loss("train", values["train_loss"], _n_batches(job.training, net.batch_size))
    scores = [] if job.test is None else ["test_score"]
    if job.validation is not None:
        n_batches = _n_batches(job.validation, net.iterator_valid__batch_size)
        net.record_loss("valid", values["valid_loss"], n_batches)
        weighed = [] if net.score_weights is None else ["valid_monitor"]
        scores = ["valid_score", *weighed, *scores]
    for name in scores:
        history.record(name, values[name])
    history.record("dur", seconds)


def _n_batches(rows, batch_size):
    return math.ceil(len(rows) / batch_size)
