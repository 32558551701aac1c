"""
10. Several sources
===================

A network learns who speaks. Beside it grows a second one that learns whether
the voice is female or male and reads the first; beside both a third that
learns the emotion and reads the two. Nothing that was learned before is
touched. And where two sources each know one half of what is asked, it is best
to read both.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb, make_transfer_problem
from skprognet.displays import NetworkDisplay, ScoresDisplay
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

# %%
# Three tasks, one after the other
# --------------------------------
# Each classifier is given the fitted one before it. A progressive source
# brings along all the columns that it reads itself: who reads gender's column
# reads the speakers' as well.

emodb = load_emodb()
folds = RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0)
train, test = next(folds.split(emodb.data, groups=emodb.speaker))
X = StandardScaler().fit(emodb.data[train]).transform(emodb.data)

options = {
    "hidden_layer_sizes": (32, 32),
    "lr": 0.01,
    "max_epochs": 40,
    "random_state": 0,
}
speaker = DNNClassifier(**options, dropout=0.1).fit(
    X[train], emodb.speaker[train]
)
gender = ProgressiveClassifier([("speaker", speaker)], **options, dropout=0.1)
gender.fit(X[train], emodb.gender[train])

tasks = {"speaker": (speaker, emodb.speaker), "gender": (gender, emodb.gender)}
before = {
    task: network.predict_proba(X) for task, (network, _) in tasks.items()
}

emotion = ProgressiveClassifier([("gender", gender)], **options, dropout=0.1)
emotion.fit(X[train], emodb.target[train])
print(
    "emotion: UAR "
    f"{uar_score(emodb.target[test], emotion.predict(X[test])):.3f}"
)

# %%
# Nothing is forgotten: every probability of the earlier networks is the same,
# to the last bit.

for task, (network, labels) in tasks.items():
    print(
        f"{task}: UAR {uar_score(labels[test], network.predict(X[test])):.3f}"
    )
    assert (network.predict_proba(X) == before[task]).all()

norms = emotion.lateral_norms()
assert norms["column"].nunique() == 2
assert (norms["norm"] > 0).all()

# %%
# The whole, with the oldest column at the left. The last column reads both
# beside it, at every layer; the next task would read three.

NetworkDisplay.from_estimator(emotion, name="emotion").plot()
plt.show()

# %%
# Each knows one half
# -------------------
# On real speech there was no evidence, on page 5, that knowing speakers helps.
# So let us see what two sources can do where it is known what they know. Each
# row of this invented table has two hidden numbers, and the target is in which
# quarter of the plane they lie. One source has learned left or right, the
# other up or down, both from 1000 rows; the target is learned from 60.

brief = {"hidden_layer_sizes": (32, 32), "lr": 0.01}


def learn(seed):
    """Return the UAR without a source, with each, and with both."""
    table = make_transfer_problem(1660, transfer=0, random_state=seed)
    rows = StandardScaler().fit_transform(table.data)
    many, few, new = np.split(np.arange(1660), [1000, 1060])
    halves = [
        (
            name,
            DNNClassifier(
                **brief,
                dropout=0.1,
                max_epochs=15,
                batch_size=64,
                random_state=i,
            ),
        )
        for i, name in enumerate(["left or right", "up or down"])
    ]
    for i, (_, half) in enumerate(halves):
        half.fit(rows[many], table.factors[many, i] > 0)
    read = {
        "none": None,
        "left or right": halves[:1],
        "up or down": halves[1:],
        "both": halves,
    }
    for name, sources in read.items():
        network = ProgressiveClassifier(
            sources,
            **brief,
            dropout=0.2,
            max_epochs=20,
            early_stopping=False,
            random_state=seed,
        )
        network.fit(rows[few], table.target[few])
        uar = uar_score(table.target[new], network.predict(rows[new]))
        yield {
            "method": "ProgNet",
            "source": name,
            "repeat": 1,
            "fold": seed + 1,
            "score": uar,
        }


scores = pd.DataFrame(row for seed in range(6) for row in learn(seed))
means = scores.groupby("source", sort=False)["score"].mean()
print(means.round(3).to_string())

# %%
# Each source helps, and both together help more than either.

assert means["left or right"] > means["none"]
assert means["up or down"] > means["none"]
assert means["both"] > means[["left or right", "up or down"]].max()
assert means["both"] > means["none"] + 0.03

# %%
# In a study with folds, :func:`~skprognet.evaluation.cross_validate_transfer`
# runs sources together with ``combined_sources=[("speaker", "gender")]``, and
# :func:`~skprognet.experiments.transfer_between_tasks` with
# ``all_sources=True``.
#
# The large markers are means over six tables, with one standard deviation;
# each small dot is a table.

scores["method"] = scores["method"].where(scores["source"] != "none", "DNN")
display = ScoresDisplay.from_scores(scores).plot()
display.ax_.set_xlabel(
    "UAR on 600 new rows (small dots: single tables)", loc="right"
)
plt.show()
