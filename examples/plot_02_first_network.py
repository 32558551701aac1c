"""
2. A first network
==================

Here a small neural network learns to tell four emotions apart. Two questions
matter more than the network: who is in the test set, and when to stop
training.

The network has one hidden layer of 64 units and trains for 60 epochs, so that
this page runs in seconds. The defaults of :class:`~skprognet.DNNClassifier`
are the paper's: four layers of 256 units, and 600 epochs.
"""

import matplotlib.pyplot as plt
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier
from skprognet.datasets import load_emodb
from skprognet.metrics import uar_scorer

# %%
# A pipeline
# ----------
# The features come in different units: semitones, seconds, decibels. A network
# learns best if all of them have mean 0 and variance 1. ``StandardScaler``
# scales them so. In a pipeline it is fitted only on the training rows, so
# nothing of the test rows leaks into training.

emodb = load_emodb()
network = DNNClassifier(
    hidden_layer_sizes=(64,), lr=5e-3, max_epochs=60, random_state=0
)
model = make_pipeline(StandardScaler(), network)

# %%
# A test on speakers that the network has never heard
# ---------------------------------------------------
# If the same actor is in training and test, a network can do well by knowing
# the actor. ``GroupKFold`` with the speakers as groups prevents this. In each
# of five folds, eight of the ten speakers are for training, two for testing.
#
# The score is the unweighted average recall (UAR). The recall of an emotion is
# the share of its recordings that were recognised, and the UAR is the mean of
# the four recalls. Anger is the most frequent emotion here. Always guessing
# anger would be right more than a third of the time, but its UAR would be
# 0.25, like that of any other guess.

scores = cross_val_score(
    model,
    emodb.data,
    emodb.target,
    groups=emodb.speaker,
    cv=GroupKFold(5),
    scoring=uar_scorer,
)
print(f"UAR of each pair of new speakers: {scores.round(2)}")
print(f"mean {scores.mean():.2f}, standard deviation {scores.std(ddof=1):.2f}")

# %%
# This is far above chance, but it depends a lot on who is in the test set. A
# single number from a single split contains the luck of that split.

chance = 1 / 4
assert scores.mean() > 2 * chance
assert scores.max() - scores.min() > 0.05

fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.bar(range(1, 6), scores, color="#56B4E9", edgecolor="black", linewidth=0.8)
ax.axhline(
    scores.mean(), color="#D55E00", linewidth=2, label="mean of the five"
)
ax.axhline(chance, color="black", linestyle="dashed", label="guessing (1/4)")
ax.set(ylim=(0, 1), xlabel="test fold (two new speakers each)", ylabel="UAR")
fig.legend(loc="outside upper center", ncols=2, frameon=False)
plt.show()

# %%
# When to stop
# ------------
# Now let us look at one fit in detail. A network that trains for too long
# learns its rows by heart. So ``fit`` holds out a tenth of its rows, scores
# them after every epoch, and goes back to the best epoch at the end.
# ``history_`` has the record.

model.fit(emodb.data, emodb.target)
network = model[-1]
history = network.history_.set_index("epoch")
history[["train_loss", "valid_loss", "valid_score"]].tail(3).round(3)

# %%
# The best epoch is the one with the highest UAR on the held-out rows. These
# are few, so several epochs often have the same UAR. The lowest loss breaks
# the tie.

best = network.best_epoch_
ties = history[
    history["valid_score"].round(6) == history["valid_score"].max().round(6)
]
score = ties["valid_score"].max()
print(
    f"Best epoch: {best}, UAR {score:.3f}; epochs with this UAR: {len(ties)}"
)
assert best == ties["valid_loss"].idxmin()

# %%
# Do not mistake this UAR for a result. It is the best of sixty, on few rows,
# from speakers that are in training too. The fair answer is the mean of the
# five scores above.

print(
    f"{history['valid_score'].max():.2f} on held-out rows, "
    f"{scores.mean():.2f} on new speakers"
)
assert history["valid_score"].max() > scores.mean()

# %%
# This network knows only the rows that it was given. The next page starts from
# a network that has already learned something else.
#
# The picture shows the record of this fit. Training makes the loss smaller. On
# the training rows the loss is computed with dropout, so it can be higher than
# on the held-out rows.

# sphinx_gallery_thumbnail_number = 2
fig, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
ax.plot(
    history["train_loss"],
    color="#737373",
    linestyle="dotted",
    label="loss, training rows",
)
ax.plot(
    history["valid_loss"],
    color="#D55E00",
    linestyle="dashed",
    label="loss, held-out rows",
)
ax.plot(history["valid_score"], color="#0072B2", label="UAR, held-out rows")
ax.plot(
    best, history.loc[best, "valid_score"], "o", color="#0072B2", markersize=9
)
ax.annotate(
    f"epoch {best} is kept",
    (best, history.loc[best, "valid_score"]),
    xytext=(0, 10),
    textcoords="offset points",
    ha="center",
)
ax.set(xlabel="epoch", ylabel="loss (nats) or UAR", ylim=(0, None))
ax.grid(alpha=0.3)
fig.legend(loc="outside upper center", ncols=2, frameon=False)
plt.show()
