"""Make the sections of the page that follow from the predictions of a study."""

from functools import partial

from skprognet._target_kind import NUMBERS
from skprognet.experiments._class_sections import show_calibration, show_classes
from skprognet.experiments._dispute_section import show_disputes
from skprognet.experiments._group_section import show_groups
from skprognet.experiments._number_section import show_numbers
from skprognet.experiments._page_section import Section
from skprognet.experiments._tested import tested_by_corpus


def draw_sections(study):
    """Return the sections about the predictions of a study.

    They cover the fits with the largest training set for each target corpus. Placebos are left
    out, since they have nothing to teach; the table of results has them.

    Parameters
    ----------
    study : Study
        A study of tasks or of corpora.

    Returns
    -------
    list of Section
        The sections that have findings; empty for a study without predictions.
    """
    if study.predictions is None or not len(study.predictions):
        return []
    sections = {}
    for tested in tested_by_corpus(study):
        for heading, show in _questions(tested, study.design.speaker).items():
            section = sections.setdefault(heading, Section(heading))
            section.add(tested.where, *show(tested))
    return [section for section in sections.values() if section.findings]


def _questions(tested, speaker):
    """Return the functions that answer questions about the predictions, by heading."""
    groups = {"Which speakers": partial(show_groups, speaker=speaker)}
    disputes = {"Where methods disagree": show_disputes}
    if tested.kind == NUMBERS:
        return {"How close to the truth": show_numbers, **groups, **disputes}
    target = tested.predictions["target"].iloc[0]
    what = "Which emotions" if target == "emotion" else "Which classes"
    return {what: show_classes, **groups, "How sure": show_calibration, **disputes}
