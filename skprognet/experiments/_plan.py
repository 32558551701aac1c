"""A study that has met its data: everything is checked, and nothing is trained yet."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from skprognet.evaluation import count_fits, cross_validate_transfer
from skprognet.experiments._rows_as_given import (
    join_predictions,
    labels_by_row,
    number_predictions,
)
from skprognet.experiments._study import Study
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
    n_fits: int = field(init=False)

    def __post_init__(self):
        self.n_fits = sum(count_fits(**run.arguments) for run in self.runs)

    def run(self, *, checkpoint=None, n_jobs=-1, verbose=0):
        """Train everything, and return what came of it.

        Parameters
        ----------
        checkpoint : path, default=None
            Folder for what is finished; see
            :func:`~skprognet.evaluation.cross_validate_transfer`.
        n_jobs : int, default=-1
            How many splits run at the same time, as in joblib; -1 is all cores.
        verbose : int, default=0
            1 shows a progress bar for each target corpus.

        Returns
        -------
        Study
            The result.

        Raises
        ------
        ValueError
            If the checkpoint is that of another run.
        OSError
            If the checkpoint cannot be written.
        """
        scores, curves, predictions = [], [], []
        for run in self.runs:
            new_scores, new_curves, new_predictions = cross_validate_transfer(
                **run.arguments,
                return_curves=True,
                return_predictions=True,
                checkpoint=None if checkpoint is None else Path(checkpoint) / run.folder,
                n_jobs=n_jobs,
                verbose=verbose,
            )
            table = self.tables[run.corpus]
            scores.append(table.number_as_given(new_scores))
            curves.append(new_curves)
            predictions.append(number_predictions(new_predictions, table))
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
        )


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
