"""
5. Is the gain real?
====================

A method scores two hundredths more than another. Is it better, or was it
lucky? This page asks so twice: of invented data, where a source helps because
it was made to, and of real speech, where nobody knows. The first shows that a
gain is found if there is one. That gives the second answer its worth.

Networks have two small layers and train for 20 epochs at most, on 2 times 5
folds, so that this page is built in seconds. The paper's have four of 256 and
up to 600 epochs, on 10 times 10 folds; ``skprognet demo --repeats 10 --folds
10 --max-epochs 600`` runs that.
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
# features. The *source* has learned, from 1500 rows, in which quarter of the
# plane the two lie. The *target* is whether they have the same sign. From 600
# rows alone that is hard: no single direction in the features tells. For a
# network that knows the quarters it is a small step.

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
# - **DNN**: a network that knows nothing else;
# - **PT/FT**, pre-training and fine-tuning: the source network goes on
#   learning;
# - **ProgNet**: a new network beside the frozen source, reading its layers.
#
# Of five folds three train, one chooses the epoch and one tests. Then all rows
# are dealt out anew and everything is repeated: ten test folds in all.

folds = RepeatedSpeakerStratifiedKFold(5, n_repeats=2, random_state=0)
options = {**small, "lr": 0.02, "max_epochs": 15}
found = cross_validate_transfer(
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
summary_table(found)[["method", "source", "score_mean", "score_std"]].round(3)

# %%
# Where nobody knows
# ------------------
# The same methods and folds on real speech: does a network that knows
# *speakers* help one that learns *emotions*? For such a study of tasks there
# is one function. The speaker network, too, sees training rows only.

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
# The means differ. But so do the folds: the standard deviation between them is
# larger than any difference between methods. The same method, on another fifth
# of the recordings, can be much better or worse.

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
# Methods are compared fold by fold, since all of them had the same ones. The
# folds of a cross-validation share most of their training rows, so that ten
# scores tell less than ten independent ones would; the test takes that into
# account. Whoever makes four comparisons also has four chances to be lucky,
# which is what Holm's correction is for. The result is a sentence for each
# comparison:

scores = pd.concat([found, study.scores]).drop(
    columns="target"
)  # the corpus tells them apart
comparisons = compare_methods(scores, against="DNN")
for verdict in comparisons["verdict"]:
    print(textwrap.fill(verdict, 90), end="\n\n")

# %%
# On the invented data both transferred networks are better than the plain one,
# beyond doubt. On real speech there is no evidence that speaker knowledge
# helps, and none that it does not. That second half matters: the intervals say
# which differences this run could not have told from zero.

real = comparisons[comparisons["corpus"] == "EmoDB"]
known = comparisons[comparisons["corpus"] == "invented"]
assert (known["pvalue_holm"] < 0.05).all()
assert (known["difference"] > 0.05).all()
assert (real["pvalue_holm"] > 0.05).all()

width = ((real["high"] - real["low"]) / 2).max()
print(f"On EmoDB the widest interval reaches {width:.3f} to both sides.")
assert width > 0.01

# %%
# More repeats, longer training and a larger corpus make intervals narrower.
# What never helps is to try other seeds until a p-value pleases: the folds are
# dealt out and the networks begin by chance, ``random_state`` fixes that
# chance, and the order of the methods on real speech changes with it.
#
# The picture has a row for each comparison, with its 95 % interval. Filled:
# evidence of a difference; open: none. Right of zero the transferred network
# is better. The last numbers are the probabilities, in per cent, that it is
# worse, practically equal (within 0.01), or better.

SignificanceDisplay.from_comparisons(comparisons).plot()
plt.show()
