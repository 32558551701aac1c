"""
7. Which source helped?
=======================

A progressive network may read several others. Which of them does it make use
of? Take one away and see how much worse it gets. This page tries that where
the answer is known, and then asks it of real speech.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb, make_transfer_problem
from skprognet.displays import ExplanationDisplay, SourceImportanceDisplay
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

# %%
# Three sources, of which one knows something
# -------------------------------------------
# As on :ref:`page 4
# <sphx_glr_auto_examples_plot_04_fine_tune_or_progress.py>`: the source labels
# of these invented tables depend on what matters for the target
# (``transfer=1``), on nothing (0), or on the noise (-1). With one random state
# the features and the target are the same for all.

many, few, new = np.split(np.arange(1632), [1000, 1032])
tables = {
    name: make_transfer_problem(1632, transfer=transfer, random_state=0)
    for name, transfer in {
        "helpful": 1,
        "useless": 0,
        "misleading": -1,
    }.items()
}
target = tables["helpful"].target
X = StandardScaler().fit_transform(tables["helpful"].data)

# %%
# Three networks learn these labels from 1000 rows; one that reads them all
# learns the target from
# 32. A plain network learns from the same 32 rows, to compare with.

small = {
    "hidden_layer_sizes": (32, 32),
    "lr": 0.01,
    "dropout": 0.0,
    "random_state": 0,
}
sources = [
    (
        name,
        DNNClassifier(**small, max_epochs=20, batch_size=64).fit(
            X[many], table.source[many]
        ),
    )
    for name, table in tables.items()
]
brief = {**small, "max_epochs": 40, "early_stopping": False}
network = ProgressiveClassifier(sources, **brief).fit(X[few], target[few])
plain = DNNClassifier(**brief).fit(X[few], target[few])
with_sources, without = (
    uar_score(target[new], one.predict(X[new])) for one in (network, plain)
)
print(
    f"UAR {with_sources:.2f} with sources, {without:.2f} without, "
    "guessing would be 0.25"
)

# %%
# Taking a source away
# --------------------
# ``source_importances`` exchanges what one source says among the rows, so that
# it no longer speaks of the row at hand. The fall in UAR is its importance.
# Use rows that were not in ``fit``.

importances = network.source_importances(
    X[new], target[new], n_repeats=10, random_state=0
)
importances.round(3)

# %%
# The network found out by itself which one to listen to: without it, most of
# what it knows is gone; without the others, nothing. And it is better than the
# one without sources.

falls = importances["importance_mean"]
assert falls["helpful"] > 0.1
assert with_sources > without
assert (falls[["useless", "misleading"]].abs() < 0.05).all()

# %%
# Could the size of the weights have told? ``lateral_norms`` has it for every
# layer. They hardly differ: weights start at random, and what a layer does not
# need it need not weaken. A strong connection is not a useful one.

norms = network.lateral_norms().pivot(
    index="source", columns="layer", values="norm"
)
print(norms.loc[list(tables)].round(1))
assert norms.mean(axis=1).max() < 2 * norms.mean(axis=1).min()

# %%
# For which classes, and for which row?
# -------------------------------------
# With ``by_class=True`` the fall is that of each class's recall. The mean over
# the classes is the number above.

by_class = network.source_importances(
    X[new], target[new], n_repeats=10, random_state=0, by_class=True
)
by_class.pivot(
    index="source", columns="class", values="importance_mean"
).round(2)

# %%
# ``explain`` asks about one row at a time. It says how much the logarithm of
# the probability of the predicted class falls if a source says what it says of
# the average row. A change of 0.7 means that the source doubles the
# probability; below zero the source speaks for another class. Here is the row
# for which the helpful source matters most.

explanation = network.explain(X[new], groups={})
row = explanation["source_helpful"].idxmax()
ExplanationDisplay(explanation.loc[[row]]).plot()
print(target[new][row], "is the truth")

# %%
# Over all rows, the helpful source speaks for most of the predictions. The
# others speak against them nearly as often as for them.

share = (explanation.filter(like="source_") > 0).mean()
print(share.round(2))
assert share["source_helpful"] > 0.75 > share[1:].max() + 0.1

# %%
# And on real speech?
# -------------------
# There the sources know who speaks, and whether the voice is female or male.
# Three times another third of each speaker's recordings is kept aside, so that
# every recording has its turn.

emodb = load_emodb()
tasks = {"speaker": emodb.speaker, "gender": emodb.gender}
options = {
    **small,
    "dropout": 0.1,
    "lr": 0.02,
    "max_epochs": 30,
    "batch_size": 64,
}
of_folds = []
folds = RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0)
for train, test in folds.split(emodb.data, groups=emodb.speaker):
    X = StandardScaler().fit(emodb.data[train]).transform(emodb.data)
    sources = [
        (task, DNNClassifier(**options).fit(X[train], labels[train]))
        for task, labels in tasks.items()
    ]
    emotion = ProgressiveClassifier(sources, **options).fit(
        X[train], emodb.target[train]
    )
    of_folds.append(
        emotion.source_importances(X[test], emodb.target[test], random_state=0)
    )
real = sum(of_folds) / len(of_folds)
real.round(3)

# %%
# The network listens to both a little, and could do without either: it reads
# emotion from the features themselves. That fits the verdict of :ref:`page 5
# <sphx_glr_auto_examples_plot_05_is_the_gain_real.py>`.

assert real["importance_mean"].max() < falls["helpful"] / 2

# %%
# One utterance
# -------------
# Why does the network of the last fold say what it says of a recording that it
# has not heard? What was measured can be taken away too, in groups: all that
# is about pitch, about loudness and so on.

places = {
    group: [
        place
        for place, name in enumerate(emodb.feature_names)
        if name.startswith(beginnings)
    ]
    for group, beginnings in {
        "pitch": ("F0",),
        "loudness": ("loudness", "equivalent"),
        "formants": ("F1", "F2", "F3"),
        "voice quality": ("jitter", "shimmer", "HNR", "logRel"),
        "spectrum": ("mfcc", "spectral", "alpha", "hammarberg", "slope"),
        "rhythm": ("Voiced", "Mean", "Stddev"),
    }.items()
}
explained = emotion.explain(X[test], groups=places)
ExplanationDisplay(explained.iloc[[0]]).plot()
print(emodb.target[test[0]], "is what the actor was asked for")

# %%
# And of twelve recordings, a line for each. Nearly all features are measured
# on the same voice and say similar things. So these numbers do not add up, and
# they do not say what in a voice *causes* the impression of anger: they say
# what this network leans on.

ExplanationDisplay(explained.iloc[:: len(explained) // 12][:12]).plot()

# %%
# Two cautions. Importance is what *this* network loses if a source falls
# silent, and not what it gained over a network that never had one: above, the
# first is much larger than the second. Only a comparison shows a gain. And two
# sources that say the same can each be spared, though not both.
#
# The same scale for both: invented data above, real speech below.

fig, axes = plt.subplots(
    2,
    1,
    figsize=(5, 4),
    height_ratios=[3, 2],
    sharex=True,
    layout="constrained",
)
for ax, table, title in zip(
    axes, [importances, real], ["invented", "EmoDB"], strict=True
):
    SourceImportanceDisplay(table).plot(ax=ax)
    ax.set_title(title, fontsize="medium")
axes[0].set_xlabel("")
plt.show()
