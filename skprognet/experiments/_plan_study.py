"""A design meets its data."""

from skprognet.experiments._between_corpora import plan_corpora
from skprognet.experiments._between_tasks import plan_tasks


def plan_study(design, *data):
    """Check a study against its data before anything is trained.

    Parameters
    ----------
    design : TasksDesign or CorporaDesign
        What is asked.
    *data : X and labels, or a dict of corpora
        As in :func:`transfer_between_tasks` or :func:`transfer_between_corpora`.

    Returns
    -------
    StudyPlan
        It knows how many networks there are to train, and trains them with ``run()``.

    Raises
    ------
    ValueError
        If the data do not fit the design, as the two functions say.
    TypeError
        If the corpora are no dict of pairs.

    Examples
    --------
    The paper's first study, on other data.

    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.experiments import TasksDesign, plan_study
    >>> emodb = load_emodb(as_frame=True)
    >>> plan_study(TasksDesign(), emodb.data, emodb.frame).n_fits
    700
    """
    return {"tasks": plan_tasks, "corpora": plan_corpora}[design.study](design, *data)
