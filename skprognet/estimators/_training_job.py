"""Training: a function of a list of jobs, each of which is one network with its rows and seeds."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from skprognet.estimators._batches import TensorRows
from skprognet.estimators._in_groups import in_groups
from skprognet.estimators._net import Net
from skprognet.estimators._parameters import draw_seeds
from skprognet.estimators._test_rows import RecordTestScore
from skprognet.estimators._train_group import kind_of_training, most_at_once, train_group
from skprognet.networks import seed_masks


class Seeds(NamedTuple):
    """One seed for each purpose of a fit, so that none depends on how much another one draws."""

    split: int
    sources: int
    weights: int
    order: int
    dropout: int

    @classmethod
    def draw(cls, random_state):
        """Return seeds from the parameter `random_state`."""
        return cls(*draw_seeds(random_state, len(cls._fields)))


@dataclass
class TrainingJob:
    """One network to train, with all that its training needs.

    Attributes
    ----------
    net : Net
        The initialised skorch net around the column, with the optimizer and what chooses the
        epoch.
    training : TensorRows
        The rows that train.
    validation : TensorRows or None
        The rows that choose the epoch; the net has them as well.
    test : TensorRows or None
        Rows that are scored after every epoch and influence nothing.
    test_score : {"uar", "ccc", "loss"}, callable or None
        What they are scored by; None is the net's own score.
    seeds : Seeds
        Of the order of rows and of dropout; the weights have been drawn.
    why_alone : str or None, default=None
        What keeps the network from being trained together with others.
    trained_together : int, default=1
        How many networks were trained at once, this one included: known after training.
    """

    net: Net
    training: TensorRows
    validation: TensorRows | None
    test: TensorRows | None
    test_score: object
    seeds: Seeds
    why_alone: str | None = None
    trained_together: int = 1

    @property
    def column(self):
        """The network to train."""
        return self.net.module_

    @property
    def max_epochs(self):
        """The length of the training, unless patience or a callback ends it earlier."""
        return self.net.max_epochs


def train(jobs, n_together=1):
    """Train the network of each job; it then has the weights of the epoch that was kept.

    Networks of one kind are trained together, as one batched network: on a CPU only where that is
    asked for, on a CUDA device always, a single one too, so that what it learns does not depend on
    what it was trained with. All others are trained one after the other.

    Parameters
    ----------
    jobs : iterable of TrainingJob
        What to train.
    n_together : int or None, default=1
        At most so many networks are trained at once; None is 1 on a CPU, and as many as there is
        memory for on a CUDA device.

    Raises
    ------
    ValueError
        If a network did not stay finite. The others of its group have been trained.
    """
    kind_of = partial(kind_of_training, n_together=n_together)
    size_of = partial(most_at_once, n_together=n_together)
    for group in in_groups(jobs, kind_of, size_of):
        for error in train_jobs(group, n_together):
            if error is not None:
                raise error


def train_jobs(jobs, n_together):
    """Train the jobs of one group; return for each of them its error, or None."""
    for job in jobs:
        seed_dropout(job.column, job.net.device, job.seeds.dropout)
    if kind_of_training(jobs[0], n_together) is not None:
        return train_group(jobs)
    for job in jobs:
        _train_alone(job)
    return [None] * len(jobs)


def _train_alone(job):
    """Train the network of a job; it then has the weights of the epoch that was kept."""
    net = job.net
    if job.test is not None:
        # Before the timer, which marks the epoch as ended.
        record = RecordTestScore(job.test.X, job.test.y, job.test_score)
        net.callbacks_.insert(0, ("test_score", record))
    net.partial_fit(job.training)
    net.check_weights()
    # The rows are not the model's: a fitted net would carry them along.
    net.callbacks_ = [p for p in net.callbacks_ if not isinstance(p[1], RecordTestScore)]
    net.forget_unfinished_epoch()


def seed_dropout(column, device, seed):
    """Give a column what draws its dropout masks."""
    column.dropout_generator = seed_masks(device, seed)
