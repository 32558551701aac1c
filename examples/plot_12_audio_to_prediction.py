"""
12. From audio to a prediction
==============================

This page and the next are about your own data. This one goes the whole way.
It starts from sound files, computes features, trains a network, saves and
loads it, and predicts the emotion in recordings of new speakers.

The package contains no recordings, so this page invents some. This speech has
no words, and nobody feels anything. But its voices have pitch, loudness and
tempo, which change with the emotion as they do in people.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
from scipy.io import wavfile
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import make_speech_corpus
from skprognet.features import OpenSmileFeatures
from skprognet.metrics import uar_score
from skprognet.persistence import load_model, save_model

# %%
# Files
# -----
# Every reader of a corpus returns a table with one row per recording: its
# file, emotion, speaker, gender, and whatever else is known. Read a corpus on
# your disk with :func:`~skprognet.datasets.read_emodb`,
# :func:`~skprognet.datasets.read_iemocap` or another reader.
# :func:`~skprognet.datasets.read_table` reads a table of your own.

folder = TemporaryDirectory()
corpus = make_speech_corpus(
    folder.name, n_speakers=8, n_utterances=2, random_state=0
)
corpus.assign(file=[Path(file).name for file in corpus["file"]]).iloc[
    :4, [0, 3, 4, 5]
]

# %%
# Features
# --------
# openSMILE turns each file into a row of 88 numbers, the features of
# :ref:`page 1 <sphx_glr_auto_examples_plot_01_features_of_speech.py>`. Install
# it with ``pip install "skprognet[audio]"``. It is free for research only.

features = OpenSmileFeatures(verbose=False).fit_transform(corpus)
print(f"{features.shape[0]} recordings, {features.shape[1]} features")

# %%
# Train
# -----
# We keep the last two speakers aside, a woman and a man. A first network
# learns from the other speakers whether a voice is female or male. A
# progressive network reads the first and learns the emotion. The scaler is
# part of the model, so new recordings need only these features.

is_new = corpus["speaker"].isin(["F04", "M04"]).to_numpy()
training = {
    "hidden_layer_sizes": (32,),
    "lr": 0.01,
    "max_epochs": 60,
    "batch_size": 16,
}
source = make_pipeline(
    StandardScaler(), DNNClassifier(**training, dropout=0.1, random_state=0)
)
source.fit(features[~is_new], corpus["gender"][~is_new])

network = ProgressiveClassifier(
    source[-1], **training, dropout=0.1, random_state=0
)
model = make_pipeline(StandardScaler(), network)
model.fit(features[~is_new], corpus["emotion"][~is_new])

# %%
# Save, load, predict
# -------------------
# A saved model is one file. It contains numbers and names, and no code that
# could run when you load it. It contains the source as well.

save_model(model, Path(folder.name, "emotion.safetensors"))
loaded = load_model(Path(folder.name, "emotion.safetensors"))

probabilities = loaded.predict_proba(features[is_new])
assert (probabilities == model.predict_proba(features[is_new])).all()

uar = uar_score(corpus["emotion"][is_new], loaded.predict(features[is_new]))
print(
    f"UAR {uar:.2f} on {is_new.sum()} recordings of two new speakers, "
    "guessing would be 0.25"
)
assert uar > 2 * 0.25

# %%
# On the command line, ``skprognet extract``, ``train`` and ``predict`` do the
# same.
#
# The score only shows that all steps work. This speech was made by rules, and
# a network can find rules.
#
# The picture shows four recordings of the new woman. On the left is the
# waveform, on the same scale for all. On the right are the probabilities that
# the model predicts. The blue bar is the intended emotion.

shown = corpus.index[corpus["file"].str.contains("F04_.*_01", regex=True)]
waves = [wavfile.read(file) for file in corpus.loc[shown, "file"]]
chances = loaded.predict_proba(features.iloc[shown])
folder.cleanup()

fig, axes = plt.subplots(
    len(shown), 2, figsize=(5, 4.4), sharex="col", layout="constrained"
)
for (wave, bars), meant, (rate, signal), chance in zip(
    axes, corpus.loc[shown, "emotion"], waves, chances, strict=True
):
    wave.plot(
        np.arange(len(signal)) / rate,
        signal / 2**15,
        color="#0072B2",
        linewidth=0.4,
    )
    wave.set(ylim=(-0.5, 0.5), yticks=[], ylabel=meant)
    colours = [
        "#0072B2" if emotion == meant else "0.8" for emotion in loaded.classes_
    ]
    bars.barh(
        loaded.classes_,
        chance,
        color=colours,
        edgecolor="black",
        linewidth=0.8,
    )
    bars.invert_yaxis()
    bars.tick_params("y", labelsize="small")
axes[-1, 0].set_xlabel("time (s)")
axes[-1, 1].set(xlabel="probability", xlim=(0, 1))
plt.show()
