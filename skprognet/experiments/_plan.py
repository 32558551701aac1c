"""A study that has met its data: everything is checked, and nothing is trained yet."""

import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from skprognet.evaluation import count_fits, cross_validate_transfer
from skprognet.experiments._describe_plan import describe_plan
from skprognet.experiments._estimate import estimate_in_words, estimate_seconds
from skprognet.experiments._parts_of_study import find_missing, runs_of
from skprognet.experiments._rows_as_given import (
    join_predictions,
    labels_by_row,
    number_predictions,
)
from skprognet.experiments._study import Study
from skprognet.experiments._write_study import file_names
from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)


@dataclass
class PlannedRun:
    """One call of :func:`~skprognet.evaluation.cross_validate_transfer`, ready to be made.

    Attributes
    ----------
    corpus : str
        The target corpus.
    groups : ndarray or None
        The group of each row that was given, if no group is in two folds.
    arguments : dict
        Of the call, all that say what is trained.
    folder : str
        The folder of this run inside that of the checkpoint.
    """

    corpus: str
    groups: np.ndarray | None
    arguments: dict
    folder: str = "."

    def __post_init__(self):
        self.arguments = self.arguments | {"return_curves": True, "return_predictions": True}


@dataclass
class StudyPlan:
    """A study with its data, from :func:`plan_study`: all is checked, and nothing is trained yet.

    Attributes
    ----------
    design : TasksDesign or CorporaDesign
        What is asked.
    tables : dict of str to Table
        Each corpus by its name, without rows that were dropped.
    runs : list of PlannedRun
        What is run, one after the other.
    scales : dict of str to dict
        For each corpus of numbers its mean and standard deviation, before they are scaled; empty
        for classes, and for a study of tasks.
    n_fits : int
        How many networks will be trained.

    Examples
    --------
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import TasksDesign, plan_study
    >>> emodb = load_emodb(as_frame=True)
    >>> network = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2)
    >>> design = TasksDesign(sources=["gender"], n_splits=3, n_repeats=1, estimator=network)
    >>> plan = plan_study(design, emodb.data, emodb.frame[["emotion", "speaker", "gender"]])
    >>> plan.n_fits
    12
    >>> plan.run(n_jobs=1).table[["method", "source"]]
        method  source
    0      DNN    none
    1    PT/FT  gender
    2  ProgNet  gender
    """

    design: object
    tables: dict = field(repr=False)
    runs: list = field(repr=False)
    scales: dict = field(default_factory=dict, repr=False)
    n_fits: int = field(init=False)

    def __post_init__(self):
        self.n_fits = sum(count_fits(**run.arguments) for run in self.runs)

    def __str__(self):
        return describe_plan(self.design, self.runs, self.n_fits, file_names(self.design))

    def describe(self, folder=None, *, n_jobs=-1, n_together=None):
        """Return what the study will do, in words, and about how long it will take.

        The fits of each method; the rows and classes of the smallest and of the largest fold; the
        files that :func:`write_study` will write, with their size; and the time, from a few epochs
        of each kind of network, which are trained for that and forgotten. ``print(plan)`` says the
        same without the time, at once.

        Parameters
        ----------
        folder : path, default=None
            Where the results are to go, for the text; nothing is written.
        n_jobs : int, default=-1
            How many splits are to run at the same time, as in joblib; -1 is all cores.
        n_together : int, default=None
            How many networks are to be trained at once, as for :meth:`run`.

        Returns
        -------
        str
            Some paragraphs and tables.
        """
        names = file_names(self.design)
        time = estimate_in_words(self.runs, n_jobs, n_together)
        return describe_plan(self.design, self.runs, self.n_fits, names, folder, time)

    def estimate(self, *, n_jobs=-1, n_together=None):
        """Return about how long the study takes, from a few epochs of each kind of network.

        They are those of one split, on the real rows (of more than 2000 training rows, a share),
        trained here and now and forgotten: some seconds for each source. Not among it are the
        start of processes, figures, other work on the machine, and fits of classifiers that have
        no epochs. All networks are taken to train all of their epochs, so that with `patience` it
        is the most that they may take.

        Parameters
        ----------
        n_jobs : int, default=-1
            How many splits are to run at the same time, as in joblib; -1 is all cores.
        n_together : int, default=None
            How many networks are to be trained at once, as for :meth:`run`.

        Returns
        -------
        low, high : float
            Hours.
        """
        low, high, _ = estimate_seconds(self.runs, n_jobs, n_together)
        return low / 3600, high / 3600

    def run(self, *, only=None, checkpoint=None, n_jobs=-1, n_together=None, verbose=0):
        """Train everything, and return what came of it; or a part, which goes to the checkpoint.

        Parameters
        ----------
        only : str, default=None
            Which part of the study to train, such as "repeat=3", "repeat=3 fold=7", "fold=7" or
            "corpus=IEMOCAP" (the target), counted from 1. Several processes, also on several
            machines, may train different parts at the same time. When :meth:`missing` names no
            part any more, a call without `only` trains nothing, and returns the study.
        checkpoint : path, default=None
            Folder for what is finished; see
            :func:`~skprognet.evaluation.cross_validate_transfer`.
        n_jobs : int, default=-1
            How many splits run at the same time, as in joblib; -1 is all cores.
        n_together : int, default=None
            How many networks are trained at once, as one batched network; see
            :func:`~skprognet.evaluation.cross_validate_transfer`.
        verbose : int, default=0
            1 shows a progress bar for each target corpus.

        Returns
        -------
        Study or None
            The result; None of a part.

        Raises
        ------
        ValueError
            If the checkpoint is that of another run, or the study has no such part, or there is
            no checkpoint to put a part in.
        OSError
            If the checkpoint cannot be written, or another process trains the same part.
        """
        runs = runs_of(self.runs, only, checkpoint)
        scores, curves, predictions = [], [], []
        for run in runs:
            new_scores, new_curves, new_predictions = cross_validate_transfer(
                **run.arguments,
                only=only,
                checkpoint=None if checkpoint is None else Path(checkpoint) / run.folder,
                n_jobs=n_jobs,
                n_together=n_together,
                verbose=verbose,
            )
            table = self.tables[run.corpus]
            scores.append(table.number_as_given(new_scores))
            curves.append(new_curves)
            predictions.append(number_predictions(new_predictions, table))
        if only is not None:
            return None
        scores, curves = (pd.concat(frames, ignore_index=True) for frames in (scores, curves))
        return Study(
            scores,
            curves,
            # The folds of sessions are as many as there are.
            replace(
                self.design,
                n_repeats=int(scores["repeat"].nunique()),
                n_splits=int(scores["fold"].nunique()),
            ),
            {run.corpus: run.groups for run in self.runs if run.groups is not None},
            {name: table.dropped for name, table in self.tables.items() if table.dropped},
            join_predictions(predictions),
            {name: labels_by_row(table) for name, table in self.tables.items()},
            self.scales,
        )

    def missing(self, checkpoint, *, n_together=None):
        """Return the parts that a checkpoint still lacks of the study.

        Parameters
        ----------
        checkpoint : path
            The folder, which need not be there.
        n_together : int, default=None
            What the parts were run with.

        Returns
        -------
        list of str
            Each such as ``run(only=...)`` takes it: whole repeats where all of one is missing,
            else single folds. It is empty if all parts are there.

        Raises
        ------
        ValueError
            If the checkpoint is that of another run.

        Warns
        -----
        UserWarning
            If there is no such folder: all parts are missing then, or its name is wrong.
        """
        if not Path(checkpoint).exists():
            warnings.warn(
                f"There is no folder {str(checkpoint)!r}, so that all parts are missing. Is its "
                "name right?",
                stacklevel=2,
            )
        return find_missing(self.runs, checkpoint, n_together)


def make_folds(design):
    """Return the splitter of a design."""
    if design.folds == "leave-one-session-out":
        return LeaveOneSessionOut()
    kinds = {
        "speaker-stratified": RepeatedSpeakerStratifiedKFold,
        "speaker-independent": RepeatedStratifiedGroupKFold,
    }
    return kinds[design.folds](
        design.n_splits, n_repeats=design.n_repeats, random_state=design.random_state
    )
