"""
11. Another corpus
==================

You have few recordings with labels, and somebody else has many. Does their
corpus help yours? This page tries it with two corpora of five speakers each:
the women and the men of EmoDB. (They share a microphone and their sentences,
which yours probably will not. So what works here may fail on yours, and the
other way round.)
"""

import matplotlib.pyplot as plt
import numpy as np

from skprognet import DNNClassifier
from skprognet.datasets import load_emodb
from skprognet.displays import TrainingSizeDisplay
from skprognet.experiments import transfer_between_corpora
from skprognet.metrics import uar_score
from skprognet.preprocessing import CorpusStandardScaler

# %%
# Before anything else: the same scale
# ------------------------------------
# An excited man may speak as high as a calm woman, and one microphone is
# louder than another. So a network that learned on one corpus misjudges the
# voices of the other. :class:`~skprognet.preprocessing.CorpusStandardScaler`
# scales each corpus *separately* to mean 0 and variance 1, as in the paper.
# Here we train a network on the women and test it on the men, and the other
# way round, without and with this scaling.

emodb = load_emodb(as_frame=True)
is_woman = (emodb.gender == "female").to_numpy()
small = {
    "hidden_layer_sizes": (32,),
    "lr": 0.02,
    "batch_size": 64,
    "dropout": 0.2,
}


def score_across(X):
    """Return the mean UAR of networks of one half on the other half."""
    uars = []
    for seed in range(2):
        for own in (is_woman, ~is_woman):
            network = DNNClassifier(**small, max_epochs=25, random_state=seed)
            network.fit(X[own], emodb.target[own])
            uars.append(
                uar_score(emodb.target[~own], network.predict(X[~own]))
            )
    return np.mean(uars)


scaler = CorpusStandardScaler(statistics="corpus")
together = score_across(scaler.fit_transform(emodb.data))
apart = score_across(scaler.fit_transform(emodb.data, corpus=emodb.gender))
print(f"UAR, both on one scale: {together:.2f}; each on its own: {apart:.2f}")
assert apart > together + 0.02

# %%
# Women for men
# -------------
# :func:`~skprognet.experiments.transfer_between_corpora` is the paper's study.
# The source uses all its training folds. Of the target's six folds, one is for
# testing, one for choosing the epoch, and 1, 2 or 4 for training. The
# remaining folds are not used, as if they had no labels. The function
# normalises each corpus separately.

halves = {
    "women": (emodb.data[is_woman], emodb.frame[is_woman]),
    "men": (emodb.data[~is_woman], emodb.frame[~is_woman]),
}
study = transfer_between_corpora(
    halves,
    targets=["men"],
    train_folds=(1, 2, 4),
    estimator=DNNClassifier(**small, max_epochs=20),
    n_splits=6,
    n_repeats=1,
    n_jobs=1,
)
study.table[
    ["n_train_folds", "method", "source", "score_mean", "score_std"]
].round(3)

# %%
# More recordings of the target help: compare the plain network with one fold
# and with four. This little study cannot say whether the women's recordings
# help in addition. None of its comparisons is evidence of a difference.

plain = study.table[study.table["method"] == "DNN"].set_index("n_train_folds")[
    "score_mean"
]
print(f"plain network: {plain[1]:.2f} from one fold, {plain[4]:.2f} from four")
assert plain[4] > plain[1] + 0.02
assert (study.comparisons["pvalue_holm"] > 0.05).all()

# %%
# For your own corpora, pass a table of features and a table of labels for
# each. The features are matched by name. You can pass more than two corpora.
# Then each corpus is a source for each of the others, and
# ``leave_one_corpus_out=True`` adds a source that was trained on all others
# together.
#
# The picture is a small version of the paper's Figure 4. The bands are one
# standard deviation over the folds, since there is a single repeat, and they
# overlap. A circle would mark a network with a source that is significantly
# better than the plain network. There is none.

TrainingSizeDisplay.from_scores(study.scores, study.comparisons).plot()
plt.show()
