"""Plan a study: check a design with its data."""

from dataclasses import replace

from skprognet.experiments._matched_corpora import kind_of_corpora
from skprognet.experiments._plan_corpora import plan_corpora
from skprognet.experiments._plan_tasks import kind_of_tasks, plan_tasks


def plan_study(design, *data):
    """Check a study with its data, before anything is trained.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        The design of the study.
    *data : X and labels, or a dict of corpora
        As in :func:`transfer_between_tasks` or :func:`transfer_between_corpora`.

    Returns
    -------
    StudyPlan
        A plan that has the number of networks, and trains them with ``run()``.

    Raises
    ------
    ValueError
        If the data do not fit the design; see these two functions.
    TypeError
        If the corpora are not a dict of pairs.

    Warns
    -----
    UserWarning
        As in these two functions, except for the audit.

    Examples
    --------
    Plan the paper's first study on other data.

    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import TasksDesign, plan_study
    >>> emodb = load_emodb(as_frame=True)
    >>> plan_study(TasksDesign(), emodb.data, emodb.frame).n_fits
    700
    """
    return {"tasks": plan_tasks, "corpora": plan_corpora}[design.study](design, *data)


def _with_sessions(design, labels):
    """Return a design whose number of folds is the number of sessions, if these are the folds."""
    n_sessions = labels[design.group].nunique()
    if design.folds != "leave-one-session-out" or n_sessions < 3:  # too few are refused later
        return design
    return replace(design, n_repeats=1, n_splits=n_sessions)


def with_kind(design, *data):
    """Return a design for the kind of target in the data, as :func:`plan_study` uses it.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        The design of the study.
    *data : X and labels, or a dict of corpora
        Tables that have the columns of the design.

    Returns
    -------
    TasksDesign or CorporaDesign
        The design with the kind, score, network and number of folds that will be used.

    Raises
    ------
    ValueError
        If the design does not apply to this kind, or the corpora are of two kinds.
    """
    if design.study == "tasks":
        return _with_sessions(design.of_kind(kind_of_tasks(design, data[1])), data[1])
    design = design.named(*data)
    used = {*design.source_corpora, *design.target_corpora}
    corpora = {name: corpus for name, corpus in data[0].items() if name in used}
    return design.of_kind(kind_of_corpora(design, corpora))
