"""
7. Which source helped?
=======================

A progressive network can read several others. Which of them does it use? Take
one away and see how much worse it gets. This page first does this on data for
which the answer is known, and then on real speech.
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
# Three sources, and only one is useful
# -------------------------------------
# As on :ref:`page 4
# <sphx_glr_auto_examples_plot_04_fine_tune_or_progress.py>`, the source labels
# of these invented tables depend on what matters for the target
# (``transfer=1``), on nothing (0), or on a nuisance in the features (-1). All
# tables have the same random state, so their features and target are the same.

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
# Three networks learn these labels from 1000 rows. A network that reads all
# three learns the target from 32 rows. For comparison, a plain network learns
# from the same 32 rows.

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
# ``source_importances`` shuffles the layers of one source among the rows, so
# that each row gets the layers of another row. The fall in UAR is the
# importance of this source. Use rows that were not in ``fit``.

importances = network.source_importances(
    X[new], target[new], n_repeats=10, random_state=0
)
importances.round(3)

# %%
# The network found out by itself which source to listen to. Without this
# source it loses most of what it knows; without the others it loses nothing.
# And it is better than the network without sources.

falls = importances["importance_mean"]
assert falls["helpful"] > 0.1
assert with_sources > without
assert (falls[["useless", "misleading"]].abs() < 0.05).all()

# %%
# Could we have seen this from the size of the weights? ``lateral_norms``
# returns it for every layer. The sizes hardly differ: weights start at random,
# and training need not weaken a connection that a layer does not need. A
# strong connection is not always a useful one.

norms = network.lateral_norms().pivot(
    index="source", columns="layer", values="norm"
)
print(norms.loc[list(tables)].round(1))
assert norms.mean(axis=1).max() < 2 * norms.mean(axis=1).min()

# %%
# For which classes, and for which row?
# -------------------------------------
# With ``by_class=True`` you get the fall in the recall of each class. The mean
# over the classes is the number above.

by_class = network.source_importances(
    X[new], target[new], n_repeats=10, random_state=0, by_class=True
)
by_class.pivot(
    index="source", columns="class", values="importance_mean"
).round(2)

# %%
# ``explain`` looks at one row at a time. It replaces the layers of a source by
# those for the average training row, and says how much the logarithm of the
# probability of the predicted class falls. A change of 0.7 means that the
# source doubles the probability. Below zero the source speaks for another
# class. Here is the row for which the helpful source matters most.

explanation = network.explain(X[new], groups={})
row = explanation["source_helpful"].idxmax()
ExplanationDisplay(explanation.loc[[row]]).plot()
print(target[new][row], "is the truth")

# %%
# The helpful source speaks for most of the predictions. For each of the
# other two the share is closer to one half.

share = (explanation.filter(like="source_") > 0).mean()
print(share.round(2))
assert share["source_helpful"] > 0.75 > share[1:].max() + 0.1

# %%
# And on real speech?
# -------------------
# Here the sources know who speaks, and whether the voice is female or male. We
# use three folds. Each keeps another third of each speaker's recordings aside,
# so that every recording is tested once.

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
# The network listens a little to both, and could do without either: it reads
# emotion from the features themselves. This fits the verdict of :ref:`page 5
# <sphx_glr_auto_examples_plot_05_is_the_gain_real.py>`.

assert real["importance_mean"].max() < falls["helpful"] / 2

# %%
# One utterance
# -------------
# Why does the network of the last fold give this prediction for a recording
# that it has not heard? We can also take features away, in groups: all
# features of pitch, of loudness and so on.

columns_of_group = {
    group: [
        column
        for column, name in enumerate(emodb.feature_names)
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
explained = emotion.explain(X[test], groups=columns_of_group)
ExplanationDisplay(explained.iloc[[0]]).plot()
print(emodb.target[test[0]], "is what the actor was asked to express")

# %%
# Here are twelve recordings, one line for each. All features are measured on
# the same voice, and most say similar things. So these numbers do not add up
# to the whole prediction.
# They also do not say what in a voice *causes* the impression of anger, but
# only what this network relies on.

ExplanationDisplay(explained.iloc[:: len(explained) // 12][:12]).plot()

# %%
# Two cautions. First, importance is what *this* network loses without a
# source, not what it gained over a network that never had one. Above, the loss
# is much larger than the gain. Only a comparison shows a gain. Second, if two
# sources say the same, the network can do without either, but not without
# both.
#
# Both panels have the same scale: invented data above, real speech below.

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
