"""The plan of a study: checked with its data, and ready to be trained."""

import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from skprognet._scores import label
from skprognet._target_kind import NUMBERS
from skprognet._wording import first_few
from skprognet.evaluation import cross_validate_transfer, plan_call
from skprognet.experiments._describe_plan import describe_plan
from skprognet.experiments._estimate import estimate_in_words, estimate_seconds
from skprognet.experiments._fits_of_methods import fits_of_methods
from skprognet.experiments._parts_of_study import find_missing, runs_of
from skprognet.experiments._rows_as_given import (
    join_predictions,
    labels_by_row,
    number_predictions,
)
from skprognet.experiments._study import Study
from skprognet.experiments._write_study import file_names
from skprognet.metrics import get_score_names
from skprognet.model_selection import (
    LeaveOneSessionOut,
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.results import choose_pairs


def _check_score_exists(plan):
    """Raise if the user's own score, or its chance, is wrong for the test rows of a split.

    A network that has not learned predicts the same for all rows. Some scores are NaN then, such
    as the precision of a class. This would be found only after all training.
    """
    run = plan.run
    for split in plan.splits if run.scoring.name not in get_score_names() else ():
        truth = run.y[split.test]
        run.scoring.chance_level(truth)  # raises if it is outside the range
        if np.isnan(run.scoring(truth, truth)):
            raise ValueError(
                "scoring must give a number for the test rows of every split; got NaN from "
                f"{run.scoring.name!r} in repeat {split.repeat + 1}, fold {split.fold + 1}, even "
                "if all predictions are right. Use other folds, or another score."
            )
        for prediction in _constants(run, truth):
            if np.isnan(run.scoring(truth, np.full_like(truth, prediction))):
                raise ValueError(
                    f"scoring must give a number for all predictions; got NaN from "
                    f"{run.scoring.name!r} if each prediction is {prediction!r}. Let it return a "
                    "number there, such as 0."
                )


def _constants(run, truth):
    """Return what a network that has not learned may predict for all rows."""
    return [float(truth.mean())] if run.kind == NUMBERS else np.unique(run.y).tolist()


def _check_comparison(plan):
    """Raise if no two methods would be compared, before any network is trained."""
    methods = list(fits_of_methods(plan))
    if not choose_pairs(methods, pairs="paper", against=None, networks={}):
        names = [label(*method) for method in methods]
        raise ValueError(
            "A study must have two methods to compare: both with the same source, both without a "
            f"source, or one with and one without; got only {first_few(names)}. Add a method, "
            "such as 'dnn'."
        )


@dataclass
class PlannedRun:
    """One planned call of :func:`~skprognet.evaluation.cross_validate_transfer`.

    Attributes
    ----------
    corpus : str
        The target corpus.
    groups : ndarray or None
        The group of each original row, if no group is in two folds.
    arguments : dict
        All arguments of the call that determine what is trained.
    folder : str
        The folder of this run inside the checkpoint.
    """

    corpus: str
    groups: np.ndarray | None
    arguments: dict
    folder: str = "."

    def __post_init__(self):
        self.arguments = self.arguments | {"return_curves": True, "return_predictions": True}


@dataclass
class StudyPlan:
    """The plan of a study, from :func:`plan_study`: checked with its data, but not yet trained.

    Attributes
    ----------
    design : TasksDesign or CorporaDesign
        The design of the study.
    tables : dict of str to Table
        The corpora by name, without dropped rows.
    runs : list of PlannedRun
        The runs, which are done one after the other.
    scales : dict of str to dict
        The mean and standard deviation of the numbers of each corpus, before scaling; empty for
        classes, and for a study of tasks.
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
        plans = [plan_call(**run.arguments) for run in self.runs]
        for plan in plans:
            _check_comparison(plan)
            _check_score_exists(plan)
        self.n_fits = sum(sum(plan.n_fits) for plan in plans)

    def __str__(self):
        return describe_plan(self.design, self.runs, self.n_fits, file_names(self.design))

    def describe(self, folder=None, *, n_jobs=-1, n_together=None):
        """Describe what the study will do and how long it will take.

        The text lists the fits of each method; the fewest and most rows of each class in a
        split; the files that :func:`write_study` will write, with their size; and the
        duration. To estimate the duration, a few epochs of each kind of network are trained and
        discarded. ``print(plan)`` shows the same text immediately, without the duration.

        Parameters
        ----------
        folder : path, default=None
            The folder for the results, which the text names. Nothing is written to it.
        n_jobs : int, default=-1
            How many splits will run at the same time, as in joblib; -1 means all cores.
        n_together : int, default=None
            How many networks will be trained at once, as in :meth:`run`.

        Returns
        -------
        str
            Paragraphs and tables.
        """
        names = file_names(self.design)
        time = estimate_in_words(self.runs, n_jobs, n_together)
        return describe_plan(self.design, self.runs, self.n_fits, names, folder, time)

    def estimate(self, *, n_jobs=-1, n_together=None):
        """Estimate how long the study takes, from a few epochs of each kind of network.

        It trains the networks of one split for a few epochs on the real rows (or on a share, if
        there are more than 2000 training rows), and discards them. This takes some seconds for
        each source. The estimate does not include the start of processes, figures, other work on
        the machine, or fits of classifiers without epochs. It assumes that all networks train all
        of their epochs, so with `patience` it is an upper limit.

        Parameters
        ----------
        n_jobs : int, default=-1
            How many splits will run at the same time, as in joblib; -1 means all cores.
        n_together : int, default=None
            How many networks will be trained at once, as in :meth:`run`.

        Returns
        -------
        low, high : float
            Bounds in hours.
        """
        low, high, _ = estimate_seconds(self.runs, n_jobs, n_together)
        return low / 3600, high / 3600

    def run(self, *, only=None, checkpoint=None, n_jobs=-1, n_together=None, verbose=0):
        """Train all networks and return the study, or train a part into the checkpoint.

        Parameters
        ----------
        only : str, default=None
            The part of the study to train, such as "repeat=3", "repeat=3 fold=7", "fold=7" or
            "corpus=IEMOCAP" (the target), counted from 1. Several processes, on one or several
            machines, may train different parts at the same time. When :meth:`missing` returns no
            more parts, a call without `only` trains nothing and returns the study.
        checkpoint : path, default=None
            Folder that keeps finished jobs; see
            :func:`~skprognet.evaluation.cross_validate_transfer`.
        n_jobs : int, default=-1
            How many splits run at the same time, as in joblib; -1 means all cores.
        n_together : int, default=None
            How many networks are trained at once, as one batched network; see
            :func:`~skprognet.evaluation.cross_validate_transfer`.
        verbose : int, default=0
            1 shows a progress bar for each target corpus.

        Returns
        -------
        Study or None
            The result, or None for a part.

        Raises
        ------
        ValueError
            If the checkpoint is of another run, the study has no such part, or a part has no
            checkpoint.
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
            # With leave-one-session-out, the number of folds comes from the data.
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
        """Return the parts of the study that are missing in a checkpoint.

        Parameters
        ----------
        checkpoint : path
            The folder, which need not exist.
        n_together : int, default=None
            The value that the parts were run with.

        Returns
        -------
        list of str
            Values for ``run(only=...)``: whole repeats if all of their folds are missing, and
            single folds otherwise. It is empty if no part is missing.

        Raises
        ------
        ValueError
            If the checkpoint is of another run.

        Warns
        -----
        UserWarning
            If the folder does not exist. Then all parts are missing, or its name is wrong.
        """
        if not Path(checkpoint).exists():
            warnings.warn(
                f"The folder {str(checkpoint)!r} does not exist, so all parts are missing. Check "
                "its name.",
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
