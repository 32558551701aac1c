"""
8. Speakers you know, speakers you do not
=========================================

*How well does a network recognise emotion?* is only half of a question. The
other half is: whose emotion? This page scores the same network twice: on new
recordings of the ten actors that it trained on, and on actors that it has
never heard.
"""

import textwrap

import matplotlib.pyplot as plt
import pandas as pd

from skprognet import DNNClassifier
from skprognet.datasets import load_emodb
from skprognet.displays import ScoresDisplay
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.model_selection import (
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)

# %%
# Two ways to split the rows
# --------------------------
# :class:`~skprognet.model_selection.RepeatedSpeakerStratifiedKFold` puts
# recordings of every speaker into every fold, as in the paper.
# :class:`~skprognet.model_selection.RepeatedStratifiedGroupKFold` puts all
# recordings of a speaker into one fold. Here each draws five folds three
# times.

emodb = load_emodb()
network = DNNClassifier(
    hidden_layer_sizes=(64,),
    lr=0.02,
    max_epochs=20,
    batch_size=64,
    dropout=0.2,
)
known_folds = RepeatedSpeakerStratifiedKFold(5, n_repeats=3, random_state=0)
new_folds = RepeatedStratifiedGroupKFold(5, n_repeats=3, random_state=0)


def score(name, folds, normalisation):
    """Return the UAR of the network on each test fold."""
    return cross_validate_transfer(
        emodb.data,
        emodb.target,
        methods={name: network},
        groups=emodb.speaker,
        cv=folds,
        normalisation=normalisation,
        n_jobs=1,
    )


known = score("known speakers", known_folds, "training")
new = score("new speakers", new_folds, "training")

# %%
# With ``normalisation="training"``, the mean and variance of the features come
# from the training rows alone. Before we look at the scores, we check that
# nothing leaked. :func:`~skprognet.evaluation.audit` compares the rows that
# each fit was given with the rows that it was tested on. Here it also compares
# their speakers. It raises an error if training and test rows share any. In
# the folds of known speakers they share speakers.

audit(new, groups=emodb.speaker)
message = ""
try:
    audit(known, groups=emodb.speaker)
except ValueError as error:
    message = str(error)
print(textwrap.fill("; ".join(message.split("; ")[:2]), 79))
assert message

# %%
# How much higher the score is for known speakers
# -----------------------------------------------

means = {
    scores["method"][0]: scores["score"].mean() for scores in (known, new)
}
gap = means["known speakers"] - means["new speakers"]
print(
    f"known {means['known speakers']:.3f}, "
    f"new {means['new speakers']:.3f}, gap {gap:.3f}"
)
assert gap > 0.01

# %%
# The difference is a few hundredths, as much as anybody hopes to gain by
# transfer. So compare two results only if the test speakers were known in
# both, or new in both. A paper that does not say this is hard to interpret.
# Neither number is wrong. If you write a program for one person's phone, you
# ask about known speakers. If you write one for callers, you ask about new
# speakers.

# %%
# Can a new speaker become known?
# -------------------------------
# Page 1 subtracted each speaker's own mean, and emotions stood out more. In
# practice you would first collect some recordings of the new speaker, in
# several emotions, and compute the mean and variance of their features. You
# need no labels. ``normalisation="speaker"`` does this.

adapted = score("new, own mean and variance", new_folds, "speaker")
means["adapted"] = adapted["score"].mean()
print(
    f"new {means['new speakers']:.3f}, "
    f"with own mean and variance {means['adapted']:.3f}"
)
assert means["adapted"] > means["new speakers"] + 0.02

# %%
# This closes the gap. The price is that such a score holds only for speakers
# with several recordings, in several emotions. It is *transductive*: the
# prediction for a recording depends on the speaker's other recordings. The
# column ``normalisation`` of the result says so.
#
# In the picture, a large marker is a mean with one standard deviation over the
# folds. The small dots are the three repeats.

ScoresDisplay.from_scores(pd.concat([known, new, adapted])).plot()
plt.show()
