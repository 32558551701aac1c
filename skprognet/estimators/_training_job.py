"""Train jobs, each of which is one network with its rows and seeds."""

from dataclasses import dataclass
from typing import NamedTuple

from skprognet.estimators._batches import TensorRows
from skprognet.estimators._net import Net
from skprognet.estimators._parameters import draw_seeds
from skprognet.estimators._test_rows import RecordTestScore
from skprognet.estimators._train_group import kind_of_training, train_group
from skprognet.networks import seed_masks


class Seeds(NamedTuple):
    """One seed for each purpose of a fit, so that no purpose affects another."""

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
    """One network to train, with its rows and seeds.

    Attributes
    ----------
    net : Net
        The initialised skorch net around the column, with its optimizer and the callbacks that
        choose the epoch.
    training : TensorRows
        The training rows.
    validation : TensorRows or None
        The validation rows, which choose the epoch; the net has them as well.
    test : TensorRows or None
        Test rows, which are scored after every epoch and do not influence the fit.
    test_score : {"uar", "ccc", "loss"}, callable or None
        The score of the test rows; unused without test rows.
    seeds : Seeds
        Seeds for the order of rows and for dropout; the weights have already been drawn.
    why_alone : str or None, default=None
        Why the network cannot be trained together with others.
    trained_together : int, default=1
        Number of networks trained at once, including this one; known after training.
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


def train_jobs(jobs, n_together):
    """Train the jobs of one group; return the error of each, or None.

    On a CPU, networks are trained together only if `n_together` is above 1. On a CUDA device even
    a single network is trained as a group, so that its result does not depend on the others.
    """
    for job in jobs:
        seed_dropout(job.column, job.net.device, job.seeds.dropout)
    if kind_of_training(jobs[0], n_together) is not None:
        return train_group(jobs)
    for job in jobs:
        _train_alone(job)
    return [None] * len(jobs)


def _train_alone(job):
    """Train the network of a single job and leave it with the weights of the kept epoch."""
    net = job.net
    if job.test is not None:
        # First, since the timer marks the epoch as ended.
        record = RecordTestScore(job.test.X, job.test.y, job.test_score)
        net.callbacks_.insert(0, ("test_score", record))
    net.partial_fit(job.training)
    net.check_weights()
    # Otherwise the fitted net would keep the test rows.
    net.callbacks_ = [p for p in net.callbacks_ if not isinstance(p[1], RecordTestScore)]
    net.forget_unfinished_epoch()


def seed_dropout(column, device, seed):
    """Give a column the generator that draws its dropout masks."""
    column.dropout_generator = seed_masks(device, seed)
