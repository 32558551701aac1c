"""
3. Freeze a network and extend it
=================================

A progressive network learns a second task beside a network that knows a first
one. The first network is frozen: the second can read all its layers but change
none. This page builds one, proves that the frozen network is unchanged, and
looks at what connects the two.

The networks here have three layers of 32 units and train for 100 epochs, so
that this page runs in seconds. The paper's networks have four layers of 256
units and train for up to 600 epochs.
"""

import copy
from hashlib import sha256

import matplotlib.pyplot as plt
import torch
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.displays import NetworkDisplay
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

# %%
# The first network: who is speaking?
# -----------------------------------
# We keep a fifth of the recordings of each actor aside for testing.

emodb = load_emodb()
folds = RepeatedSpeakerStratifiedKFold(5, n_repeats=1, random_state=0)
train, test = next(folds.split(emodb.data, groups=emodb.speaker))
X = StandardScaler().fit(emodb.data[train]).transform(emodb.data)

options = {
    "hidden_layer_sizes": (32, 32, 32),
    "lr": 0.01,
    "max_epochs": 100,
    "dropout": 0.1,
    "random_state": 0,
}
speaker = DNNClassifier(**options).fit(X[train], emodb.speaker[train])
speaker_uar = uar_score(emodb.speaker[test], speaker.predict(X[test]))
print(f"Ten speakers: UAR {speaker_uar:.2f}, guessing would be 0.10")

# %%
# Before we go on, we take its fingerprint: a digest (SHA-256) of every bit of
# its weights. If a single bit changes, the digest changes too.


def fingerprint(classifier):
    """Return a digest of all weights of a fitted classifier."""
    weights = classifier.net_.module_.state_dict().values()
    return sha256(
        b"".join(values.numpy().tobytes() for values in weights)
    ).hexdigest()


fingerprint_before = fingerprint(speaker)
probabilities_before = speaker.predict_proba(X[test])
fingerprint_before[:16]

# %%
# The second network: what is felt?
# ---------------------------------
# We pass the speaker network to :class:`~skprognet.ProgressiveClassifier`. It
# trains a new network, called a column, for the emotions. Layer 1 of the new
# column reads the features. Layer k + 1 reads layer k of the new column *and*
# layer k of the speaker network. These connections between the columns are
# called laterals.

emotion = ProgressiveClassifier([("speaker", speaker)], **options).fit(
    X[train], emodb.target[train]
)
emotion_uar = uar_score(emodb.target[test], emotion.predict(X[test]))
print(f"Four emotions: UAR {emotion_uar:.2f}, guessing would be 0.25")
assert speaker_uar > 2 * 0.10
assert emotion_uar > 2 * 0.25

# %%
# This is a drawing of the network, from the features at the bottom to the
# answers at the top. The numbers say how many units a layer has. Hatched
# layers are frozen. The slanting arrows are the laterals.

NetworkDisplay.from_estimator(emotion, name="emotion").plot()
plt.show()

# %%
# Is the speaker network unchanged?
# ---------------------------------
# It is, bit for bit. Its fingerprint is the same, and so is every probability
# that it gives.

assert fingerprint(speaker) == fingerprint_before
assert (speaker.predict_proba(X[test]) == probabilities_before).all()

# %%
# The emotion network contains a copy of the speaker network, so that you can
# save and use the emotion network alone. The copy also tells speakers apart
# exactly as before: nothing has been forgotten. ``fit`` checks this each time;
# ``source_digest_`` is the digest before and after.

((name, frozen),) = emotion.sources_
assert fingerprint(frozen) == fingerprint_before
assert (frozen.predict_proba(X[test]) == probabilities_before).all()
print(name, emotion.source_digest_[name][:16])

# %%
# Are the laterals alive?
# -----------------------
# The laterals into a layer are one matrix of weights. If we cut them, by
# setting them to zero in a copy, the probabilities must change. Otherwise the
# speaker network would have no effect.


def change_without(layers):
    """Return how much probabilities change without laterals to layers."""
    cut = copy.deepcopy(emotion)
    with torch.no_grad():
        for layer in layers:
            cut.net_.module_.laterals[layer][0].weight.zero_()
    return abs(
        cut.predict_proba(X[test]) - emotion.predict_proba(X[test])
    ).mean()


targets = ["layer 2", "layer 3", "output"]
changes = [change_without([layer]) for layer in range(3)]
for target, change in zip(targets, changes, strict=True):
    print(f"without the laterals into {target}: {change:.3f}")
print(f"without any: {change_without(range(3)):.3f}")
assert min(changes) > 0.001

# %%
# So the new column listens at every layer. Whether listening *helps* is
# another question. That needs a comparison, which is on the next page.
#
# In the picture a column of squares is a unit of the speaker network. A row is
# what this unit acts upon: a unit of the new column or, on the right, an
# emotion. Red pushes it up, blue pushes it down. The bars say how much a
# probability changes, on average, if these laterals are cut.

matrices = [
    into[0].weight.detach().numpy() for into in emotion.net_.module_.laterals
]
fig, axes = plt.subplot_mosaic(
    [["layer 2", "layer 3", "output"], ["changes"] * 3],
    figsize=(5, 4.2),
    height_ratios=[2, 1],
    layout="constrained",
)
for target, matrix in zip(targets, matrices, strict=True):
    colours = {
        "cmap": "RdBu_r",
        "vmin": -0.6,
        "vmax": 0.6,
        "interpolation": "nearest",
    }
    image = axes[target].imshow(matrix, aspect="auto", **colours)
    axes[target].set_title(f"into {target}", fontsize="medium")
    axes[target].set(xticks=[0, 31], xticklabels=[1, 32])
axes["layer 2"].set(
    yticks=[0, 31], yticklabels=[1, 32], ylabel="unit it acts upon"
)
axes["layer 3"].set(yticks=[], xlabel="unit of the speaker network")
axes["output"].set_yticks(range(4), emotion.classes_)
axes["output"].yaxis.tick_right()
fig.colorbar(
    image,
    ax=[axes[target] for target in targets],
    label="weight",
    location="left",
)
axes["changes"].barh(
    targets, changes, color="#56B4E9", edgecolor="black", linewidth=0.8
)
axes["changes"].invert_yaxis()
axes["changes"].set_xlabel("mean change of a probability, laterals cut")
axes["changes"].grid(axis="x", alpha=0.3)
axes["changes"].set_axisbelow(True)
plt.show()
