"""
10. Several sources
===================

A network learns who speaks. A second network learns whether the voice is
female or male, and reads the first. A third learns the emotion, and reads
both. Nothing that was learned before changes. And if two sources each know
half of the answer, it is best to read both.
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
# Each classifier gets the fitted one before it. A progressive source brings
# along all the columns (networks) that it reads: a network that reads the
# gender column reads the speaker column as well.

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
# Nothing is forgotten: every probability of the earlier networks stays the
# same, to the last bit.

for task, (network, labels) in tasks.items():
    print(
        f"{task}: UAR {uar_score(labels[test], network.predict(X[test])):.3f}"
    )
    assert (network.predict_proba(X) == before[task]).all()

norms = emotion.lateral_norms()
assert norms["column"].nunique() == 2
assert (norms["norm"] > 0).all()

# %%
# This is the whole network, with the oldest column on the left. The last
# column reads both others, at every layer. The next task would read three
# columns.

NetworkDisplay.from_estimator(emotion, name="emotion").plot()
plt.show()

# %%
# Each knows one half
# -------------------
# On page 5 there was no evidence that it helps to know the speakers in real
# speech. So let us see what two sources can do if we know what they have
# learned. Each row of this invented table has two hidden numbers. The target
# is the quarter of the plane in which they lie. One source has learned left or
# right, the other up or down, both from 1000 rows. The target has only 60 rows
# to learn from.

brief = {"hidden_layer_sizes": (32, 32), "lr": 0.01}


def learn(seed):
    """Yield the UAR without a source, with each, and with both."""
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
# The large markers are means over six tables, with one standard deviation.
# Each small dot is a table.

scores["method"] = scores["method"].where(scores["source"] != "none", "DNN")
display = ScoresDisplay.from_scores(scores).plot()
display.ax_.set_xlabel(
    "UAR on 600 new rows (small dots: single tables)", loc="right"
)
plt.show()
