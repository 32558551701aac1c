"""Training: a function of a list of jobs, each of which is one network with its rows and seeds."""

from dataclasses import dataclass
from typing import NamedTuple

from skprognet.estimators._batches import TensorRows
from skprognet.estimators._net import Net
from skprognet.estimators._parameters import draw_seeds
from skprognet.estimators._test_rows import RecordTestScore
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
    test_score : {"uar", "loss"}, callable or None
        What they are scored by.
    seeds : Seeds
        Of the order of rows and of dropout; the weights have been drawn.
    """

    net: Net
    training: TensorRows
    validation: TensorRows | None
    test: TensorRows | None
    test_score: object
    seeds: Seeds

    @property
    def column(self):
        """The network to train."""
        return self.net.module_

    @property
    def max_epochs(self):
        """The length of the training, unless patience or a callback ends it earlier."""
        return self.net.max_epochs


def train(jobs):
    """Train the network of each job; it then has the weights of the epoch that was kept.

    The networks are trained one after the other. Networks of one shape could also be trained
    together, which is why this is a function of a list: one fit is a list of one.

    Parameters
    ----------
    jobs : list of TrainingJob
        What to train.
    """
    for job in jobs:
        _train_one(job)


def _train_one(job):
    net = job.net
    seed_dropout(job.column, net.device, job.seeds.dropout)
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
