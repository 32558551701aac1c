"""
13. Bring your own features
===========================

Your features need not come from openSMILE. You can use any table with one row
per recording and numbers in its columns: embeddings of a large speech model,
formants from Praat, or the loudness in a few frequency bands, as on this page.
All other steps stay the same.
"""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.io import wavfile
from scipy.signal import ShortTimeFFT

from skprognet import DNNClassifier
from skprognet.datasets import make_speech_corpus
from skprognet.displays import ScoresDisplay
from skprognet.experiments import transfer_between_tasks
from skprognet.features import read_features

# %%
# A table of your own
# ---------------------
# We use invented speech again, and twelve frequency bands, each half an octave
# wide. A feature is the mean level of a band over time, or its standard
# deviation.

EDGES = 125 * 2 ** (np.arange(13) / 2)  # Hz, up to 8000
LOWER_EDGES = [f"{low:.0f}" for low in EDGES[:-1]]


def band_levels(file):
    """Return mean and deviation over time of each band's level, in dB."""
    rate, signal = wavfile.read(file)
    stft = ShortTimeFFT(np.hanning(1024), hop=256, fs=rate)
    power = stft.spectrogram(signal / 2**15)
    bands = [
        power[(low <= stft.f) & (stft.f < high)].sum(axis=0)
        for low, high in pairwise(EDGES)
    ]
    levels = 10 * np.log10(np.array(bands) + 1e-6)
    return np.concatenate([levels.mean(axis=1), levels.std(axis=1)])


folder = TemporaryDirectory()
corpus = make_speech_corpus(
    folder.name, n_speakers=8, n_utterances=3, random_state=0
)
names = [
    f"{statistic}_{low}"
    for statistic in ("level", "variation")
    for low in LOWER_EDGES
]
levels = pd.DataFrame(
    [band_levels(file) for file in corpus["file"]], columns=names
)

mine = pd.concat(
    [corpus[["file", "emotion", "speaker", "gender"]], levels], axis=1
)
mine["file"] = [Path(file).name for file in mine["file"]]
path = Path(folder.name, "mine.csv")
mine.to_csv(path, index=False)
mine.iloc[:3, :6].round(1)

# %%
# Read it
# -------
# :func:`~skprognet.features.read_features` reads CSV, Parquet and Feather
# files. Every column counts as a feature, except the names of the files and
# the columns that you exclude.

labels = ["emotion", "speaker", "gender"]
features = read_features(path, exclude=labels)
assert (features.to_numpy() == levels.to_numpy()).all()
print(f"{features.shape[0]} recordings, {features.shape[1]} features")

# %%
# It also checks the numbers before a network sees them. This table has a
# missing value:

broken = mine.copy()
broken.loc[5, "level_250"] = np.nan
broken.to_csv(path, index=False)
message = ""
try:
    read_features(path, exclude=labels)
except ValueError as error:
    message = str(error).replace(str(path), path.name)
print(message)
assert "level_250" in message
folder.cleanup()

# %%
# Look at it
# ----------
# This is the mean level of each band for each emotion. Angry speech is louder
# than sad speech in every band, and the difference is smallest in the lowest
# two bands: the angry voice is also brighter. The invented speech was made
# like this, and twelve numbers show it.

means = features[names[:12]].groupby(mine["emotion"].to_numpy()).mean()
styles = {
    "angry": ("#000000", "^", "solid"),
    "happy": ("#E69F00", "o", "dashed"),
    "neutral": ("#737373", "s", "dotted"),
    "sad": ("#0072B2", "v", "dashdot"),
}
fig, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
centres = np.sqrt(EDGES[:-1] * EDGES[1:])
for emotion, (colour, marker, dashes) in styles.items():
    ax.plot(
        centres,
        means.loc[emotion],
        color=colour,
        marker=marker,
        linestyle=dashes,
        label=emotion,
    )
ax.set_xscale("log")
ax.set_xticks(
    [125, 250, 500, 1000, 2000, 4000, 8000],
    ["125", "250", "500", "1k", "2k", "4k", "8k"],
)
ax.set_xticks([], minor=True)
ax.set(xlabel="frequency (Hz)", ylabel="mean level of the band (dB)")
ax.grid(alpha=0.3)
fig.legend(loc="outside upper center", ncols=4, frameon=False, columnspacing=1)
plt.show()

louder = means.loc["angry"] - means.loc["sad"]
assert louder.min() > 0
assert louder.iloc[:2].max() < louder.iloc[2:].min()

# %%
# Use it
# ------
# The study of :ref:`page 5
# <sphx_glr_auto_examples_plot_05_is_the_gain_real.py>` takes this table like
# any other. Does it help to read a network that can tell women's voices from
# men's? The test speakers are new to both networks.

study = transfer_between_tasks(
    features,
    mine[labels],
    sources=["gender"],
    folds="speaker-independent",
    estimator=DNNClassifier(
        hidden_layer_sizes=(32,),
        lr=0.02,
        max_epochs=30,
        batch_size=16,
        dropout=0.2,
    ),
    n_splits=4,
    n_repeats=1,
    corpus="mine",
    n_jobs=1,
)
print(study.audit_verdict)
for verdict in study.comparisons["verdict"]:
    print(verdict)
assert (study.table["score_mean"] > 2 * 0.25).all()

# %%
# Now put your own table in place of this one. The :doc:`user guide
# <../user_guide/index>` has a page for each step.
#
# In the picture, large markers are means with one standard deviation over the
# folds. Each small dot is a fold of two speakers.

ScoresDisplay.from_scores(study.scores, chance=1 / 4).plot()
plt.show()
