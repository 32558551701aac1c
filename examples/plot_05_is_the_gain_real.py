"""
5. Is the gain real?
====================

A method scores two hundredths more than another. Is it better, or was it
lucky? This page asks this twice: on invented data, where we made the source
helpful, and on real speech, where nobody knows. The first answer shows that
the test can find a gain if there is one. Only then does the second answer mean
something.

The networks have two small layers and train for at most 20 epochs, on 2 x 5
folds, so that this page runs in seconds. The paper's networks have four layers
of 256 units and train for up to 600 epochs, on 10 x 10 folds. ``skprognet demo
--repeats 10 --folds 10 --max-epochs 600`` runs that.
"""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb, make_transfer_problem
from skprognet.displays import SignificanceDisplay
from skprognet.evaluation import cross_validate_transfer
from skprognet.experiments import transfer_between_tasks
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.results import compare_methods, summary_table

# %%
# Where the answer is known
# -------------------------
# Each row of the invented table has two hidden numbers, buried in 60 noisy
# features. The two numbers are a point in the plane. The *source* has learned,
# from 1500 rows, in which quarter of the plane this point lies. The *target*
# is whether the two numbers have the same sign.
# This is hard to learn from 600 rows alone, since no single direction in the
# features shows it. For a network that knows the quarters it is a small step.

invented = make_transfer_problem(2100, transfer=0, random_state=0)
same_sign = np.where(invented.factors.prod(axis=1) > 0, "same", "different")
ours, others = np.arange(600), np.arange(600, 2100)

small = {"hidden_layer_sizes": (32, 32), "batch_size": 64, "dropout": 0.0}
source = DNNClassifier(**small, lr=0.01, max_epochs=20, random_state=0)
source.fit(
    StandardScaler().fit_transform(invented.data[others]),
    invented.target[others],
)

# %%
# :func:`~skprognet.evaluation.cross_validate_transfer` trains three methods on
# the same folds:
#
# - **DNN**: a network that starts from scratch;
# - **PT/FT**, pre-training and fine-tuning: the source network is trained
#   further on the target;
# - **ProgNet**: a new network beside the frozen source that reads its layers.
#
# Of five folds, three are for training, one for choosing the epoch and one for
# testing. Then all rows are split again in another way and everything is
# repeated. This gives ten test folds.

folds = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
options = {**small, "lr": 0.02, "max_epochs": 15}
invented_scores = cross_validate_transfer(
    invented.data[ours],
    same_sign[ours],
    methods={
        "DNN": DNNClassifier(**options),
        "PT/FT": FineTunedClassifier(**options),
        "ProgNet": ProgressiveClassifier(**options),
    },
    sources={"quarters": source},
    groups=invented.speaker[ours],
    cv=folds,
    corpus="invented",
    n_jobs=1,
)
table = summary_table(invented_scores)
table[["method", "source", "score_mean", "score_std"]].round(3)

# %%
# Where nobody knows
# ------------------
# Now the same methods and folds on real speech: does a network that knows
# *speakers* help a network that learns *emotions*? One function runs such a
# study of tasks. The speaker network, too, sees only training rows.

emodb = load_emodb(as_frame=True)
study = transfer_between_tasks(
    emodb.data,
    emodb.frame[["emotion", "speaker"]],
    sources=["speaker"],
    estimator=DNNClassifier(
        hidden_layer_sizes=(64, 64),
        lr=0.02,
        max_epochs=10,
        batch_size=64,
        dropout=0.2,
    ),
    n_splits=5,
    n_repeats=2,
    corpus="EmoDB",
    n_jobs=1,
)
study.table[["method", "source", "score_mean", "score_std"]].round(3)

# %%
# The means differ. But so do the folds: the standard deviation between folds
# is larger than any difference between methods. On another fifth of the
# recordings, the same method can be much better or worse.

spread = study.table["score_std"].mean()
print(
    "largest difference of two methods: "
    f"{study.comparisons['difference'].abs().max():.3f}"
)
print(f"standard deviation between folds: {spread:.3f} on average")
assert study.comparisons["difference"].abs().max() < spread

# %%
# The verdict
# -----------
# All methods had the same folds, so we compare them fold by fold. The folds of
# a cross-validation share most of their training rows. So ten scores say less
# than ten independent scores would, and the test takes this into account. Four
# comparisons are also four chances to be lucky, and Holm's correction takes
# care of that. The result is a sentence for each comparison:

# The column "corpus" alone tells the two studies apart.
scores = pd.concat([invented_scores, study.scores]).drop(columns="target")
comparisons = compare_methods(scores, against="DNN")
for verdict in comparisons["verdict"]:
    print(textwrap.fill(verdict, 90), end="\n\n")

# %%
# On the invented data both networks with a source are clearly better than the
# plain one, which does no better than guessing. On real speech there is no
# evidence that knowing speakers helps. This does not show that it has no
# effect: the intervals say which differences this run could not distinguish
# from zero.

on_emodb = comparisons[comparisons["corpus"] == "EmoDB"]
on_invented = comparisons[comparisons["corpus"] == "invented"]
assert (on_invented["pvalue_holm"] < 0.05).all()
assert (on_invented["difference"] > 0.05).all()
assert (on_emodb["pvalue_holm"] > 0.05).all()

width = ((on_emodb["high"] - on_emodb["low"]) / 2).max()
print(f"On EmoDB the widest interval reaches {width:.3f} to both sides.")
assert width > 0.01

# %%
# More repeats, longer training and a larger corpus make the intervals
# narrower. Do not try one seed after another until you get a p-value that you
# like. The folds and the initial weights are random, and ``random_state``
# fixes them. With another value, the order of the methods on real speech can
# change.
#
# The picture has a row for each comparison, with its 95 % interval. A filled
# mark means evidence of a difference, an open mark none. Right of zero the
# network with a source is better. The last numbers are the probabilities, in
# per cent, that it is worse, practically equal (within 0.01), or better.

SignificanceDisplay.from_comparisons(comparisons).plot()
plt.show()
