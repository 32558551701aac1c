"""
1. What a table of speech looks like
====================================

Before a computer can tell angry speech from sad speech, each recording has to
become a row of numbers. This page looks at such rows. It shows which numbers
differ between emotions, which emotions are easy to tell apart, and why it
matters who is speaking.
"""

from itertools import combinations

import matplotlib.pyplot as plt

from skprognet.datasets import load_emodb

# %%
# A recording is a row
# --------------------
# In the Berlin Database of Emotional Speech (EmoDB), ten actors say everyday
# German sentences as if they were angry, happy, neutral or sad. This package
# does not contain the recordings. It contains the features that the program
# openSMILE measured in them.

emodb = load_emodb(as_frame=True)
emodb.frame.iloc[:5, :6].round(2)

# %%
# Each row has 88 such features. Together they are called eGeMAPS, the extended
# Geneva Minimalistic Acoustic Parameter Set. Speech researchers agreed on this
# list. It describes
#
# - how high the voice is (pitch, in semitones) and how loud;
# - its colour: how much of the sound is low and how much is high (slopes,
#   ratios, formants, MFCCs);
# - how steady it is (jitter, shimmer, harmonics-to-noise ratio);
# - its timing: how long the voiced and unvoiced parts are.
#
# Most features come in two forms: as a mean over the recording (``amean``),
# and as the variation within it (``stddevNorm``).

# %%
# Which features differ between emotions?
# ---------------------------------------
# A feature varies from recording to recording. Some of this variation lies
# between the emotions, the rest within each emotion. The share between the
# emotions (known as eta squared) is 1 if the emotion determines the feature
# completely, and close to 0 if it says nothing about the feature.


def share_between(features, label):
    """Return the share of each feature's variance between the labels."""
    means = features.groupby(label.to_numpy()).transform("mean")
    return ((means - features.mean()) ** 2).sum() / (
        (features - features.mean()) ** 2
    ).sum()


X, emotion, speaker = emodb.data.astype(float), emodb.target, emodb.speaker
raw = share_between(X, emotion).sort_values(ascending=False)

# %%
# Some of the variation comes from the speaker, not from the emotion or the
# sentence: a woman's neutral voice can be higher than a man's angry one. If we
# subtract each speaker's own mean, the emotions stand out more.

X_relative = X - X.groupby(speaker).transform("mean")
relative = share_between(X_relative, emotion)[raw.index]

# %%
# Here are the ten features with the largest share. (``sma3`` and ``nz`` in
# their names mean that they were smoothed, and that only voiced parts count.
# The picture leaves both out.)

top = raw.index[:10]
names = top.str.replace("_sma3nz|_sma3", "", regex=True)
fig, ax = plt.subplots(figsize=(5, 4), layout="constrained")
ax.hlines(names, raw[top], relative[top], color="0.75", linewidth=3)
ax.plot(
    raw[top], names, "o", color="#0072B2", markersize=8, label="as measured"
)
ax.plot(
    relative[top],
    names,
    "D",
    color="#D55E00",
    markersize=7,
    label="minus speaker's mean",
)
ax.invert_yaxis()
ax.set_xlim(0.55, 0.95)
ax.set_xlabel("share of variance between the four emotions", loc="right")
ax.grid(axis="x", alpha=0.3)
fig.legend(loc="outside upper right", ncols=2, frameon=False, columnspacing=1)
plt.show()

# %%
# The colour of the voice comes first: ``slopeV0-500`` says whether the sound
# gets stronger or weaker from 0 to 500 Hz in the voiced parts. Pitch gains
# most if we know the speaker.

pitch, slope = "F0semitoneFrom27.5Hz_sma3nz_amean", "slopeV0-500_sma3nz_amean"
print(
    f"slope: {raw[slope]:.2f} as measured, "
    f"{relative[slope]:.2f} minus the speaker's mean"
)
print(
    f"pitch: {raw[pitch]:.2f} as measured, "
    f"{relative[pitch]:.2f} minus the speaker's mean"
)
print(f"The share grows for {(relative > raw).sum()} of the 88 features.")
assert raw.index[0] == slope
assert (relative - raw).idxmax() == pitch

# %%
# Which emotions are easy to tell apart?
# --------------------------------------
# For each pair of emotions we compute the same share, and keep the largest
# share that any feature has.

best = {}
for pair in combinations(emodb.target_names, 2):
    rows = emotion.isin(pair)
    best[pair] = share_between(X[rows], emotion[rows]).max()
for (one, other), share in sorted(best.items(), key=lambda item: item[1]):
    print(f"{one} and {other}: {share:.2f}")
assert min(best, key=best.get) == ("angry", "happy")
assert max(best, key=best.get) == ("angry", "sad")

# %%
# Angry and sad speech differ in almost everything. Angry and happy speech are
# both loud, high and lively, and no single feature separates them well. And
# the rows say two things at once: *what* is felt and *who* speaks. A network
# that has learned to tell speakers apart knows something about the second.
# This may make the first easier to learn. These pages ask whether it does.
#
# (We subtracted the speakers' means only to look at the data. This needs
# several recordings of each speaker, and it used rows that a fair test would
# keep aside. :ref:`Page 8
# <sphx_glr_auto_examples_plot_08_known_and_new_speakers.py>` comes back to
# it.)
#
# The picture shows both. Each point is a recording. On the right each
# speaker's mean is subtracted, and the points of each emotion are closer
# together.

styles = {
    "angry": ("#000000", "^"),
    "happy": ("#E69F00", "o"),
    "neutral": ("#999999", "s"),
    "sad": ("#0072B2", "v"),
}
# sphinx_gallery_thumbnail_number = 2
fig, axes = plt.subplots(1, 2, figsize=(5, 3.6), layout="constrained")
titles = ["as measured", "minus speaker's mean"]
for ax, table, title in zip(axes, [X, X_relative], titles, strict=True):
    for name, (colour, marker) in styles.items():
        rows = table[emotion == name]
        ax.scatter(
            rows[pitch],
            rows[slope],
            color=colour,
            marker=marker,
            label=name,
            s=22,
            alpha=0.7,
        )
    ax.set_title(title, fontsize="medium")
    ax.grid(alpha=0.3)
fig.supxlabel("mean pitch (semitones)", fontsize="medium")
axes[0].set_ylabel("spectral slope 0 to 500 Hz (dB/Hz)")
handles, labels = axes[0].get_legend_handles_labels()
fig.legend(
    handles,
    labels,
    loc="outside upper center",
    ncols=4,
    frameon=False,
    handletextpad=0,
    columnspacing=1,
)
plt.show()
