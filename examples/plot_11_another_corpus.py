"""
11. Another corpus
==================

You have few recordings with labels, and somebody else has many. Does their
corpus help yours? This page plays that through with two corpora of five
speakers each: the women and the men of EmoDB. (They share a microphone and
their sentences, as corpora of your own hardly will. So what works here may
still fail there, and the other way round.)
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
# An excited man speaks as high as a calm woman, and one microphone is louder
# than another. A network that learned on one corpus takes the other's voices
# for something that they are not. So each corpus is brought to mean 0 and
# variance 1 *by itself*, as in the paper:
# :class:`~skprognet.preprocessing.CorpusStandardScaler`. Here is what a
# network that has learned from women alone makes of men, and one of men of
# women, without and with it.

emodb = load_emodb(as_frame=True)
is_woman = (emodb.gender == "female").to_numpy()
small = {
    "hidden_layer_sizes": (32,),
    "lr": 0.02,
    "batch_size": 64,
    "dropout": 0.2,
}


def score_across(X):
    """Return the UAR of each half by networks of the other half."""
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
# The source has all its training folds; the target has 1, 2 or 4 of six, the
# rest being left unused as if they had no labels. It normalises each corpus by
# itself.

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
# What helps for certain is more of one's own: from one fold to four the plain
# network gains most. Whether the women's help on top of that, this little
# study cannot say. None of its comparisons is evidence of a difference.

plain = study.table[study.table["method"] == "DNN"].set_index("n_train_folds")[
    "score_mean"
]
print(f"plain network: {plain[1]:.2f} from one fold, {plain[4]:.2f} from four")
assert plain[4] > plain[1] + 0.02
assert (study.comparisons["pvalue_holm"] > 0.05).all()

# %%
# For corpora of your own, hand over a table of features and one of labels for
# each; the features are matched by name. There may be more than two: each is
# then helped by each of the others, and ``leave_one_corpus_out=True`` adds a
# source that was trained on all others together.
#
# The picture is Figure 4 of the paper in small. The bands are one standard
# deviation over the folds, since there is a single repeat, and they lie on top
# of each other. A circle would mark where a network with a source is better
# than the plain network; there is none.

TrainingSizeDisplay.from_scores(study.scores, study.comparisons).plot()
plt.show()
