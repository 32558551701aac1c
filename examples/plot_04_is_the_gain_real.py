"""
4. Is the gain real?
====================

A method scores two hundredths more than another. Is it better, or was it lucky? This page runs the
paper's comparison, small, on the recordings at hand: does a network that knows *speakers* help one
that learns *emotions*?

Networks have two layers of 64 units and train for 10 epochs, on 2 times 5 folds, so that this
page is built in seconds. The paper's have four of 256 and up to 600 epochs, on 10 times 10
folds; ``skprognet demo --repeats 10 --folds 10 --max-epochs 600`` runs that.
"""

import textwrap

import matplotlib.pyplot as plt

from skprognet import DNNClassifier
from skprognet.datasets import load_emodb
from skprognet.experiments import transfer_between_tasks

# %%
# Three ways to learn emotions
# ----------------------------
# - **DNN**: a network that knows nothing else;
# - **PT/FT**, pre-training and fine-tuning: the speaker network goes on learning, with emotions in
#   place of speakers;
# - **ProgNet**: a new network beside the frozen speaker network, reading its layers.
#
# :func:`~skprognet.experiments.transfer_between_tasks` trains all of them on the same folds. Of
# five, three train, one chooses the epoch and one tests; the speaker network, too, sees training
# rows only. Then all rows are dealt out anew and everything is repeated.

emodb = load_emodb(as_frame=True)
small = DNNClassifier(
    hidden_layer_sizes=(64, 64), lr=0.02, max_epochs=10, batch_size=64, dropout=0.2
)
study = transfer_between_tasks(
    emodb.data,
    emodb.frame[["emotion", "speaker"]],
    sources=["speaker"],
    estimator=small,
    n_splits=5,
    n_repeats=2,
)

# %%
# The table
# ---------
# It has the mean of the unweighted average recall (UAR) over the test folds, and its standard
# deviation. ``source_uar`` is how well the source recognises speakers. ``marks`` is where the
# paper's stars go: one for better than DNN, at p < 0.05.

study.table.round(3)

# %%
# The means differ. But so do the folds: the same method, on another fifth of the recordings, can
# be much better or worse.

print(f"largest difference of two methods: {study.comparisons['difference'].abs().max():.3f}")
print(f"standard deviation between folds: {study.table['uar_std'].mean():.3f} on average")

# %%
# The verdict
# -----------
# Methods are compared fold by fold, since all of them had the same ones. The folds of a
# cross-validation share most of their training rows, so that ten scores tell less than ten
# independent ones would; the test takes that into account. Whoever makes three comparisons also
# has three chances to be lucky, which is what Holm's correction is for. The result is a sentence
# for each comparison:

for verdict in study.comparisons["verdict"]:
    print(textwrap.fill(verdict, 90), end="\n\n")

# %%
# So this run is no evidence that speaker knowledge helps, and none that it does not. That second
# half matters: the intervals say which differences the run could not have told from zero.

width = ((study.comparisons["high"] - study.comparisons["low"]) / 2).max()
print(f"The widest interval reaches {width:.3f} to both sides.")
assert (study.comparisons["pvalue_holm"] > 0.05).all()
assert width > 0.01

# %%
# A picture says the same. On the left each grey line is a fold, and the black bars are the means:
# the lines cross. On the right, the differences with their 95 % intervals; the dashed line is no
# difference.

folds = study.scores.pivot(index=["repeat", "fold"], columns="method", values="uar")
methods = list(study.table["method"])
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
for x, method in enumerate(methods):
    left.hlines(folds[method].mean(), x - 0.2, x + 0.2, color="black", linewidth=4, zorder=3)
left.plot(range(3), folds[methods].T, "o-", color="0.6", linewidth=1, markersize=5)
left.set_xticks(range(3), methods)
left.set(ylabel="UAR of a test fold", xlim=(-0.4, 2.4))

pairs = study.comparisons["method"] + " - " + study.comparisons["against"]
middle = study.comparisons["difference"]
right.errorbar(
    middle,
    pairs,
    xerr=[middle - study.comparisons["low"], study.comparisons["high"] - middle],
    fmt="o",
    color="#0072B2",
    markersize=9,
    linewidth=3,
    capsize=6,
)
right.axvline(0, color="#D55E00", linestyle="dashed")
right.set(xlabel="difference in UAR, 95 % interval", ylim=(2.5, -0.5))
right.locator_params(axis="x", nbins=5)
right.grid(axis="x", alpha=0.3)
plt.show()

# %%
# The folds are dealt out and the networks begin by chance, and ``random_state`` fixes that chance.
# Try other values: the order of the three methods changes with them.
