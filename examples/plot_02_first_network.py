"""
2. A first network
==================

Here a small neural network learns to tell four emotions apart. Two questions
matter more than the network: who is in the test, and when to stop training.

It has one hidden layer of 64 units and trains for 60 epochs, so that this page
is built in seconds. The defaults of :class:`~skprognet.DNNClassifier` are
those of the paper: four layers of 256, and 600 epochs.
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
# learns best if all of them have mean 0 and variance 1, and ``StandardScaler``
# sees to that. In a pipeline it is fitted on the training rows alone, so that
# nothing of the test rows leaks into training.

emodb = load_emodb()
network = DNNClassifier(
    hidden_layer_sizes=(64,), lr=5e-3, max_epochs=60, random_state=0
)
model = make_pipeline(StandardScaler(), network)

# %%
# A test with speakers that it has never heard
# --------------------------------------------
# If the same actor is in training and test, a network can do well by knowing
# the actor. ``GroupKFold`` with the speakers as groups keeps them apart: of
# ten speakers, eight train and two test, five times over.
#
# The score is the unweighted average recall (UAR): for each emotion the share
# of its recordings that were recognised, and the mean of these four shares.
# Anger is the most frequent emotion here, and always guessing it would be
# right more than a third of the time; but its UAR would be 0.25, just as for
# any other guess.

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
# That is far above chance, and it depends a good deal on who is in the test.
# Whoever reports a single number from a single split reports the luck of that
# split along with it.

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
# Now one fit in detail. A network that goes on training in the end learns its
# rows by heart. ``fit`` therefore holds a tenth of its rows out, scores them
# after every epoch and, at the end, goes back to the best epoch. ``history_``
# has the record.

model.fit(emodb.data, emodb.target)
network = model[-1]
history = network.history_.set_index("epoch")
history[["train_loss", "valid_loss", "valid_score"]].tail(3).round(3)

# %%
# The best epoch is the one with the highest UAR on the held-out rows. They are
# few, so that several epochs often score the same; of these it is the one with
# the lowest loss.

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
# Do not mistake that number for a result. It was picked as the best of sixty,
# on few rows, and of speakers that are in training too. The fair answer is the
# mean of the five scores above.

print(
    f"{history['valid_score'].max():.2f} on held-out rows, "
    f"{scores.mean():.2f} on new speakers"
)
assert history["valid_score"].max() > scores.mean()

# %%
# This network knows nothing but the rows it was given. The next page starts
# from one that has already learned something else.
#
# The picture is the record of the one fit. The loss is what training makes
# smaller. On the rows that train it is taken with dropout, which is why it can
# be higher than on the rows that do not.

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
