"""
16. Numbers: how excited is a voice?
====================================

Not every rating is a word. Raters also judge on a scale how excited a voice is
(arousal), how pleasant it is (valence), and how much in control the speaker is
(dominance). The mean of their ratings is a number. This page predicts such
numbers, shows what their usual score rewards, and asks whether a network that
learned something else helps.

All data here are invented, so that the truth is known.
"""

from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd
from scipy.stats import pearsonr
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skprognet import (
    DNNClassifier,
    DNNRegressor,
    FineTunedRegressor,
    ProgressiveRegressor,
)
from skprognet.datasets import make_speech_corpus, make_transfer_problem
from skprognet.displays import PredictionScatterDisplay
from skprognet.evaluation import cross_validate_transfer
from skprognet.metrics import ccc_score
from skprognet.model_selection import RepeatedStratifiedGroupKFold
from skprognet.results import agreement_by_method

# %%
# Voices with a known arousal
# ---------------------------
# Each invented recording has an arousal between 1 (calm) and 5 (excited).
# Pitch, its range, tempo and level follow it. Angry voices are mostly excited
# and sad ones calm, but within an emotion the arousal varies.

folder = TemporaryDirectory()
corpus = make_speech_corpus(
    folder.name, n_speakers=10, n_utterances=2, arousal=True, random_state=0
)
folder.cleanup()
by_emotion = corpus.groupby("emotion")["arousal"]
print(by_emotion.agg(["mean", "min", "max"]).round(1))

# %%
# As features we use the ten properties that each voice was made with. For your
# own recordings you would measure features, as on :ref:`page 12
# <sphx_glr_auto_examples_plot_12_audio_to_prediction.py>`. We keep four of the
# ten speakers aside.

made_with = ["f0", "f0_range", "rate", "pause", "level", "jitter"]
made_with += ["shimmer", "breathiness", "tilt", "vocal_tract"]
X, y = corpus[made_with], corpus["arousal"]
is_new = corpus["speaker"].isin(["F04", "F05", "M04", "M05"]).to_numpy()

network = {"hidden_layer_sizes": (32,), "lr": 0.01, "max_epochs": 60}
network |= {"batch_size": 16, "dropout": 0.2, "random_state": 0}
model = make_pipeline(StandardScaler(), DNNRegressor(**network))
model.fit(X[~is_new], y[~is_new])
truth, prediction = y[is_new], model.predict(X[is_new])

# %%
# Three numbers about numbers
# ---------------------------
# - **Pearson's r** says whether predictions go up and down with the truth.
# - The **RMSE** is the size of an error, in units of the scale.
# - The **concordance correlation coefficient** (CCC) is what the field
#   reports. It is r, reduced if the predictions have another mean or spread
#   than the truth.
#
# Here we move the same predictions up by one point, and shrink them to half
# their spread. Their r stays the same.


def scores(truth, prediction):
    """Return CCC, Pearson's r and RMSE of predictions."""
    return {
        "CCC": ccc_score(truth, prediction),
        "r": pearsonr(truth, prediction).statistic,
        "RMSE": root_mean_squared_error(truth, prediction),
    }


centre = prediction.mean()
versions = {
    "as predicted": prediction,
    "moved by 1": prediction + 1,
    "half the spread": centre + (prediction - centre) / 2,
}
table = {name: scores(truth, z) for name, z in versions.items()}
table = pd.DataFrame(table).T
print(table.round(2))
assert table["CCC"].idxmax() == "as predicted"
assert table["r"].round(6).nunique() == 1

# %%
# What the loss does
# ------------------
# You can train a network to minimise the squared error, or one minus the CCC.
# Which is better? :func:`~skprognet.datasets.make_transfer_problem` invents a
# table with a number that is hard to predict, and knows the best possible CCC.

hard = make_transfer_problem(2000, 6, target="number", random_state=1)
settings = {"hidden_layer_sizes": (32, 32), "dropout": 0.0, "lr": 0.01}
quick = settings | {"max_epochs": 15, "batch_size": 64}
results, predictions = cross_validate_transfer(
    hard.data,
    hard.target,
    methods={
        "squared error": DNNRegressor(**quick),
        "1 - CCC": DNNRegressor(**quick, loss="ccc"),
    },
    groups=hard.speaker,
    cv=RepeatedStratifiedGroupKFold(3, n_repeats=1, random_state=0),
    return_predictions=True,
    n_jobs=1,
)
agreement = agreement_by_method(predictions).set_index("method")
agreement = agreement[["ccc", "pearson_r", "spread", "rmse"]]
print(agreement.round(2))
print(f"best CCC that can be reached: {hard.best_ccc:.2f}")

# %%
# The CCC loss gives the higher CCC and the larger error. The network has not
# learned more, since r is about the same. But its predictions are spread as
# widely as the truth. Squared error predicts the *expected* rating, which is
# near the mean if little can be known. Once we stretch these predictions to
# the spread of the truth, they have nearly the same CCC as those of the CCC
# loss.
#
# So use ``loss="ccc"`` if only the CCC counts, and squared error if a
# prediction should be near the truth. And compare two methods only if both
# have the same loss.

squared = predictions[predictions["method"] == "squared error"]
truth, prediction = squared["truth"], squared["prediction"]
prediction = (prediction - prediction.mean()) / prediction.std()
stretched = truth.mean() + truth.std() * prediction
print(f"squared error, stretched: CCC {ccc_score(truth, stretched):.2f}")

gain = agreement.loc["1 - CCC"] - agreement.loc["squared error"]
assert gain["ccc"] > 0.05
assert gain["rmse"] > 0.05
assert abs(gain["pearson_r"]) < 0.03
difference = ccc_score(truth, stretched) - agreement["ccc"]["1 - CCC"]
assert abs(difference) < 0.03

PredictionScatterDisplay.from_predictions(predictions).plot()
plt.show()

# %%
# What a source adds
# ------------------
# Sources work in the same way as for classes, and a source that learned
# classes can help to predict numbers. In this table, 24 rows have a number to
# learn from, and 800 other rows have the labels of a source:
#
# - *classes*: four classes that depend on the same hidden factors as the
#   number;
# - *numbers*: another number that depends on them;
# - *useless*: a number that has nothing to do with them.
#
# Each result is a mean over four tables, as a share of the best possible CCC.

few, rest, test = slice(0, 24), slice(100, 900), slice(900, None)
planted = {"transfer": 1, "target": "number"}
share = []
for seed in range(4):
    problem = make_transfer_problem(1500, **planted, random_state=seed)
    X, y = problem.data, problem.target
    sources = {
        "classes": (DNNClassifier, problem.source),
        "numbers": (DNNRegressor, problem.factors.sum(axis=1)),
        "useless": (DNNRegressor, problem.nuisance[:, 0]),
    }
    models = {("DNN", "none"): DNNRegressor(**settings)}
    for name, (kind, labels) in sources.items():
        source = kind(**settings, monitor="loss", max_epochs=30)
        source.set_params(random_state=0).fit(X[rest], labels[rest])
        models["PT/FT", name] = FineTunedRegressor(source, **settings)
        models["ProgNet", name] = ProgressiveRegressor(source, **settings)
    for (method, name), model in models.items():
        model.set_params(early_stopping=False, max_epochs=40)
        model.set_params(random_state=0).fit(X[few], y[few])
        ccc = ccc_score(y[test], model.predict(X[test]))
        share.append((method, name, ccc / problem.best_ccc))

share = pd.DataFrame(share, columns=["method", "source", "share"])
share = share.groupby(["method", "source"], sort=False)["share"].mean()
print(share.round(2))

gain = share - share["DNN", "none"]
assert gain["ProgNet", "classes"] > 0.05
assert gain["ProgNet", "numbers"] > 0.03
assert abs(gain["ProgNet", "useless"]) < 0.03

# %%
# A source that knows the factors helps, whether it learned classes or numbers.
# A source that knows something else changes little.
#
# Here we know the truth, but each result is the mean of only four tables. On
# your own corpus, use :func:`~skprognet.evaluation.cross_validate_transfer` or
# the command ``skprognet tasks``: they keep speakers apart and say whether a
# gain is more than luck. See :doc:`/user_guide/numbers`.

methods = {"PT/FT": ("#E69F00", "s"), "ProgNet": ("#0072B2", "o")}
alone = share["DNN", "none"]
fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.axvline(alone, color="black", linestyle="dashed", label="DNN")
for method, (colour, marker) in methods.items():
    reached = [share[method, name] for name in sources]
    ax.plot(reached, list(sources), marker, color=colour, label=method)
ax.set(xlabel="share of the best CCC", ylabel="source")
ax.margins(x=0.1, y=0.3)
ax.invert_yaxis()
ax.grid(alpha=0.3)
fig.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()
