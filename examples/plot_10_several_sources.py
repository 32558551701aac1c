"""
Speaker, gender, emotion: grow a network task by task
=====================================================

A network learns who speaks. Beside it grows a second one that learns whether the voice is female
or male and reads the first; beside both a third that learns the emotion and reads the two. Nothing
that was learned before is touched: the earlier networks score exactly as they did, to the last
bit.

Small networks and few epochs, so that this page takes seconds; the paper's are the defaults.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb
from skprognet.metrics import uar_score

emodb = load_emodb()
X = StandardScaler().fit_transform(emodb.data)
splitter = StratifiedShuffleSplit(1, test_size=0.25, random_state=0)
train, test = next(splitter.split(X, emodb.speaker))
options = {"hidden_layer_sizes": (64, 64), "lr": 2e-3, "max_epochs": 60, "random_state": 0}

# %%
# Three tasks, one after the other
# --------------------------------
#
# Each classifier is given the fitted ones before it, by name. A progressive source brings all the
# columns that it reads itself: here the last one gets the speaker's column alone, and gender's
# with the speaker's column that gender reads.

speaker = DNNClassifier(**options).fit(X[train], emodb.speaker[train])
gender = ProgressiveClassifier([("speaker", speaker)], **options)
gender.fit(X[train], emodb.gender[train])

tasks = {"speaker": (speaker, emodb.speaker), "gender": (gender, emodb.gender)}
before = {
    name: (uar_score(labels[test], network.predict(X[test])), network.predict_proba(X))
    for name, (network, labels) in tasks.items()
}

emotion = ProgressiveClassifier([("speaker", speaker), ("gender", gender)], **options)
emotion.fit(X[train], emodb.target[train])
print(f"emotion: UAR {uar_score(emodb.target[test], emotion.predict(X[test])):.3f}")

# %%
# Nothing is forgotten
# --------------------
#
# The scores of the earlier tasks are the same numbers, and so is every probability. The model says
# so itself: the digest of each source, taken before training, is that of the source now.

for name, (classifier, labels) in tasks.items():
    uar, probabilities = before[name]
    now = uar_score(labels[test], classifier.predict(X[test]))
    print(f"{name}: UAR {uar:.3f} before, {now:.3f} after; digest", emotion.source_digest_[name])
    assert now == uar
    np.testing.assert_array_equal(classifier.predict_proba(X), probabilities)

# %%
# Which source helped
# -------------------
#
# Exchange what one source says among the utterances, so that it no longer speaks of the one at
# hand, and see how far the recall falls. Beside it, how strongly each layer reads each frozen
# column: strong laterals alone do not mean that the source helps.

importances = emotion.source_importances(X[test], emodb.target[test], n_repeats=20, random_state=0)
norms = emotion.lateral_norms().groupby(["layer", "source"], sort=False)["norm"].sum().unstack()
print(importances.round(3))

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.barh(
    importances.index,
    importances["importance_mean"],
    xerr=importances["importance_std"],
    color=["#0072B2", "#E69F00"],
)
left.axvline(0, color="black", linewidth=0.8)
left.set(xlabel="fall in UAR without the source", title="which source helped")
norms.plot.bar(ax=right, color={"speaker": "#0072B2", "gender": "#E69F00"}, rot=0)
right.set(
    xlabel="layer of the emotion network", ylabel="norm of the laterals", title="which is read"
)
plt.show()

# %%
# Both are read at every layer:

assert (norms > 0).all(axis=None)
