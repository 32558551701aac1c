"""
4. Fine-tune or progress?
=========================

There are two ways to start from a network that knows something. *Fine-tuning*
trains this network further, on the new task instead of the old. *Progressing*
freezes it and lets a new network read it. This page compares what each way
forgets, and what it can gain and lose.
"""

import copy

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb, make_transfer_problem
from skprognet.metrics import uar_score
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

# %%
# What is forgotten
# -----------------
# As on the previous page, a first network learns who speaks.

emodb = load_emodb()
folds = RepeatedSpeakerStratifiedKFold(5, n_repeats=1, random_state=0)
train, test = next(folds.split(emodb.data, groups=emodb.speaker))
X = StandardScaler().fit(emodb.data[train]).transform(emodb.data)

options = {
    "hidden_layer_sizes": (32, 32, 32),
    "lr": 0.01,
    "max_epochs": 60,
    "dropout": 0.1,
}
speaker = DNNClassifier(**options, random_state=0).fit(
    X[train], emodb.speaker[train]
)

# %%
# Starting from this network, we learn emotion in both ways.
# :class:`~skprognet.FineTunedClassifier` copies the layers, puts a new output
# on top, and trains all of it.

tuned = FineTunedClassifier(speaker, **options, random_state=0)
grown = ProgressiveClassifier(speaker, **options, random_state=0)
for name, network in {"fine-tuned": tuned, "progressive": grown}.items():
    network.fit(X[train], emodb.target[train])
    print(
        f"{name}: UAR of emotion "
        f"{uar_score(emodb.target[test], network.predict(X[test])):.2f}"
    )

# %%
# Do they still know who speaks? To find out, we put the old output layer back
# on top of the hidden layers. After fine-tuning these have changed. In the
# progressive network, the layers of the speaker network are the same as
# before.


def know_speakers(layers):
    """Return the UAR of speakers by the old output on other layers."""
    mixed = copy.deepcopy(speaker)
    for mine, theirs in zip(
        mixed.net_.module_.layers[:-1], layers[:-1], strict=True
    ):
        mine.load_state_dict(theirs.state_dict())
    return uar_score(emodb.speaker[test], mixed.predict(X[test]))


((_, kept),) = grown.sources_
known = {
    "before": know_speakers(speaker.net_.module_.layers),
    "after fine-tuning": know_speakers(tuned.net_.module_.layers),
    "after progressing": know_speakers(kept.net_.module_.layers),
}
for when, uar in known.items():
    print(f"{when}: UAR of ten speakers {uar:.2f}, guessing would be 0.10")
assert known["after progressing"] == known["before"]
assert known["after fine-tuning"] < known["before"] - 0.1

# %%
# Fine-tuning has forgotten most of it; a progressive network cannot forget. If
# you want one network that answers both the new and the old question, take the
# progressive one. The price is size: there are two columns now, and there will
# be three after the next task.
#
# What is gained and lost
# -----------------------
# On real speech nobody knows in advance whether it helps to know the speakers.
# To see the methods when a source helps, and when it misleads,
# :func:`~skprognet.datasets.make_transfer_problem` invents tables for which
# this is known. The target task has four classes and is always the same. The
# labels of the *source* task depend on ``transfer``. At 1 they depend on
# exactly what matters for the target. At 0 they are random. At -1 they depend
# on a nuisance: numbers that shape the features, but say nothing about the
# target. A network that has learned these labels looks the wrong way.
#
# The source learns from 1000 rows, but only 32 rows have labels of the target.
# Another 600 rows test. We hold none of the 32 rows out to choose an epoch:
# the three methods train for 40 epochs on all of them.

small = {"hidden_layer_sizes": (32, 32), "lr": 0.01, "dropout": 0.0}
brief = {**small, "max_epochs": 40, "early_stopping": False}


def learn(transfer, seed):
    """Return the UAR of the three methods on one invented problem."""
    problem = make_transfer_problem(1632, transfer=transfer, random_state=seed)
    rows = StandardScaler().fit_transform(problem.data)
    many, few, new = np.split(np.arange(1632), [1000, 1032])
    source = DNNClassifier(
        **small, max_epochs=20, batch_size=64, random_state=seed
    )
    source.fit(rows[many], problem.source[many])
    methods = {
        "DNN": DNNClassifier(**brief, random_state=seed),
        "PT/FT": FineTunedClassifier(source, **brief, random_state=seed),
        "ProgNet": ProgressiveClassifier(source, **brief, random_state=seed),
    }
    return {"transfer": transfer} | {
        name: uar_score(
            problem.target[new],
            method.fit(rows[few], problem.target[few]).predict(rows[new]),
        )
        for name, method in methods.items()
    }


uars = pd.DataFrame(
    learn(transfer, seed) for transfer in (-1, 0, 1) for seed in range(4)
)
gains = uars.set_index("transfer")[["PT/FT", "ProgNet"]].sub(
    uars["DNN"].to_numpy(), axis=0
)
mean_gains = gains.groupby("transfer").mean()
mean_gains.round(3)

# %%
# PT/FT, pre-training and fine-tuning, and ProgNet, the progressive network,
# are the paper's names. Both gain from a source that knows what matters. A
# useless source does little harm. With a misleading source fine-tuning loses,
# since it starts where the source ended. A progressive network can learn to
# ignore such a source.

assert (mean_gains.loc[1] > 0.03).all()
assert (mean_gains.loc[0].abs() < 0.03).all()
assert mean_gains.loc[-1, "PT/FT"] < -0.03
assert mean_gains.loc[-1, "ProgNet"] > mean_gains.loc[-1, "PT/FT"] + 0.03

# %%
# Here we built a large gain into the data. The next page asks whether there is
# one on real speech, and how to know.
#
# The left panel shows how much of the first task is left. On the right each
# small mark is an invented problem, and each large mark the mean of four.

looks = {"PT/FT": ("#E69F00", "s", -0.12), "ProgNet": ("#0072B2", "^", 0.12)}
fig, (left, right) = plt.subplots(
    1, 2, figsize=(5, 3.8), width_ratios=[1, 1.7], layout="constrained"
)
left.bar(
    ["before", "PT/FT", "ProgNet"],
    known.values(),
    color=["#999999", "#E69F00", "#0072B2"],
    edgecolor="black",
    linewidth=0.8,
)
left.axhline(0.1, color="black", linestyle="dashed")
left.tick_params("x", rotation=45)
left.set_ylabel("UAR, who speaks (dashed: guessing)")
for name, (colour, marker, shift) in looks.items():
    x = gains.index + shift
    right.plot(x, gains[name], marker, color=colour, markersize=4, alpha=0.5)
    x = mean_gains.index + shift
    right.plot(
        x,
        mean_gains[name],
        marker + "-",
        color=colour,
        markersize=10,
        label=name,
    )
right.axhline(0, color="black", linestyle="dashed")
right.set_xticks([-1, 0, 1], ["misleads\n(-1)", "useless\n(0)", "helps\n(1)"])
right.set(
    xlim=(-1.4, 1.4),
    xlabel="the source (transfer)",
    ylabel="gain in UAR over a plain DNN",
)
right.grid(axis="y", alpha=0.3)
right.legend(loc="upper left")
plt.show()
