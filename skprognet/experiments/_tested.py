"""The predictions for one target corpus, and figures of them."""

from typing import NamedTuple

import pandas as pd

from skprognet._controls import without_placebos
from skprognet._predictions import kind_of_predictions
from skprognet.displays import pictures
from skprognet.experiments._figures import FORMATS, Figure, file_endings
from skprognet.experiments._largest_training_set import largest_training_set
from skprognet.results import plain_networks


class Tested(NamedTuple):
    """The predictions for one target corpus."""

    predictions: pd.DataFrame
    labels: pd.DataFrame
    networks: dict  # for each method with a source, the same network without one
    kind: str  # classes or numbers
    ending: str  # ends the names of files
    where: str  # ends a heading; empty for a single corpus


def tested_by_corpus(study):
    """Yield the predictions for each target corpus, with the largest training set."""
    kind = kind_of_predictions(study.predictions)
    predictions = without_placebos(study.predictions)
    corpora = list(predictions["corpus"].unique())
    for corpus, ending in zip(corpora, file_endings(corpora), strict=True):
        of_corpus = largest_training_set(predictions[predictions["corpus"] == corpus])
        labels = study.labels.get(corpus, pd.DataFrame())
        where = f", {corpus}" if len(corpora) > 1 else ""
        yield Tested(of_corpus, labels, plain_networks(of_corpus), kind, ending, where)


def figure_of(tested, display, name, heading, caption, alt, suffixes=FORMATS):
    """Return a figure of one corpus."""
    contents = pictures(display, suffixes)
    return Figure(name + tested.ending, heading + tested.where, caption, alt, contents)
