"""Train the networks of several jobs together."""

import math

import torch

from skprognet.estimators._best_epoch import BestEpoch, EndOfTraining
from skprognet.networks import HISTORY, NetworkToTrain, memory_of, must_share, train_together

_SHARE = 0.8  # of the free memory of a device, since fragmentation loses some of it


def kind_of_training(job, n_together):
    """Return a hashable key that the jobs of a group have in common.

    Parameters
    ----------
    job : TrainingJob
        One of the jobs.
    n_together : int or None
        Maximum number of networks to train at once; None leaves it to the device.

    Returns
    -------
    tuple or None
        The key; None if the network is trained alone, step by step.
    """
    on_gpu = torch.device(job.net.device).type == "cuda"
    asked_for = on_gpu or (n_together is not None and n_together > 1)
    if not asked_for or job.why_alone is not None:
        return None
    return repr(must_share(_network(job))), *_options(job.net).values()


def most_at_once(job, n_together):
    """Return how many networks like that of a job to train at once.

    Without `n_together`, this is as many as fit into memory. A network needs the memory of its
    training plus the memory of the rows of its job.
    """
    if n_together is not None:
        return n_together
    rows = [rows.X for rows in (job.training, job.validation, job.test) if rows is not None]
    needed = memory_of(_network(job), job.net.batch_size) + sum(X.nbytes for X in rows)
    return max(1, int(_SHARE * _free_memory(job.net.device) / needed))


def _free_memory(device):
    """Return the free bytes of a CUDA device, including those that torch has reserved."""
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


def _options(net):
    """Return the training options that all networks of a group share."""
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
    """Return the network of a job, ready for training."""
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
    """Train the networks of jobs of one kind together; each net ends as if trained alone.

    Only the states of the optimizer and the random generators differ: further training continues
    as after pickling. The duration of an epoch is the network's share of the duration of the
    group.

    Parameters
    ----------
    jobs : list of TrainingJob
        Jobs of one kind, according to :func:`kind_of_training`.

    Returns
    -------
    list of (ValueError or None)
        For each job the error of its network, if any.
    """
    trained = train_together([_network(job) for job in jobs], **_options(jobs[0].net))
    return [_end_training(job, result) for job, result in zip(jobs, trained, strict=True)]


def _end_training(job, trained):
    """Bring the net of a job into the state that its own training would have reached.

    Return the error that its own training would have raised, or None.
    """
    net, job.trained_together = job.net, trained.n_together
    # So that partial_fit draws new orders and masks instead of those of the first epoch.
    net.module_.dropout_generator = None
    net.check_data(job.training, None)
    try:
        for values in trained.history.tolist():
            _record_epoch(job, dict(zip(HISTORY, values, strict=True)), trained.seconds)
        net.check_weights()
    except ValueError as error:
        return error
    net.interrupted_ = trained.interrupted
    for _, callback in net.callbacks_:
        if isinstance(callback, BestEpoch):
            callback.best_epoch_, callback.weights_ = trained.best_epoch, None
        elif isinstance(callback, EndOfTraining):
            callback.stopped_ = trained.stopped
    if net.probe is not None:
        net.probe.on_epoch_begin(net)  # sets which layers learned in the last epoch
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
        is_plain = net.score_weights is None or net.score == "loss"
        weighed = [] if is_plain else ["valid_monitor"]
        scores = ["valid_score", *weighed, *scores]
    for name in scores:
        history.record(name, values[name])
    history.record("dur", seconds)


def _n_batches(rows, batch_size):
    return math.ceil(len(rows) / batch_size)
