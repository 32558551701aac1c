"""
14. A source that knows thousands of speakers
=============================================

On real speech, the sources so far were small networks that learned from the
same 339 recordings. They had little to teach. This page uses a source that
knows more: GE2E, a network that was trained to tell thousands of speakers
apart by their voices alone. It was not trained on labels of emotion.

GE2E reads audio, not features. So we run it once on each recording. The
averages of its three hidden layers over time become columns of the table,
beside the 88 features of openSMILE.
:class:`~skprognet.features.SpeechModelFeatures` computes such columns for your
own recordings. The columns for EmoDB come with the package.
"""

import matplotlib.pyplot as plt

from skprognet import (
    DNNClassifier,
    ProgressiveClassifier,
    SideBySideClassifier,
)
from skprognet.datasets import load_emodb
from skprognet.displays import NetworkDisplay, ScoresDisplay
from skprognet.evaluation import audit, cross_validate_transfer
from skprognet.model_selection import RepeatedStratifiedGroupKFold
from skprognet.results import compare_methods
from skprognet.sources import LayerSource

emodb = load_emodb(layers="ge2e", as_frame=True)
print(emodb.data.shape)
print(emodb.feature_names[87:90])

# %%
# Layers that are columns of a table
# ----------------------------------
# :class:`~skprognet.sources.LayerSource` reads the columns whose names begin
# with ``ge2e.``. The part after the dot is the name of the layer. The new
# network reads each layer where it would read that layer of a frozen network.
# It does not use these columns as features: its first layer reads only the 88
# features, like the first layer of a plain network.

network = {
    "hidden_layer_sizes": (64, 64),
    "activation": "relu",
    "lr": 0.005,
    "max_epochs": 30,
    "batch_size": 64,
    "dropout": 0.2,
}
ge2e = LayerSource("ge2e")
scaled = (emodb.data - emodb.data.mean()) / emodb.data.std()
model = ProgressiveClassifier([("ge2e", ge2e)], random_state=0, **network)
model.fit(scaled, emodb.target)
NetworkDisplay.from_estimator(model, name="emotion").plot()
plt.show()

# %%
# New speakers
# ------------
# The test speakers are new to all networks that are trained here. We compare
# these methods:
#
# - The progressive network reads the source's layers beside its own.
# - *Side by side* is a plain network whose first layer reads features and
#   layers together. It is the simpler way to use the same knowledge, so the
#   progressive network has to beat it.
# - The plain network (DNN) reads the features alone.
#
# For comparison, the first two also get a small source that was trained on the
# speakers of the training folds.

scores = cross_validate_transfer(
    emodb.data,
    emodb.target,
    methods={
        "DNN": DNNClassifier(**network),
        "side by side": SideBySideClassifier(**network),
        "ProgNet": ProgressiveClassifier(**network),
    },
    sources={"speaker": emodb.speaker, "ge2e": ge2e},
    source_estimator=DNNClassifier(**network),
    groups=emodb.speaker,
    cv=RepeatedStratifiedGroupKFold(5, n_repeats=2, random_state=0),
    normalisation="training",
    n_jobs=1,
)

# %%
# What the comparisons say
# ------------------------

comparisons = compare_methods(scores)
for verdict in comparisons["verdict"]:
    print("-", verdict)

gain = scores.groupby(["method", "source"])["score"].mean()
gain = gain["ProgNet", "ge2e"] - gain["DNN", "none"]
assert gain > 0.03
holm = comparisons.set_index(["method", "source", "against"])["pvalue_holm"]
assert holm["side by side", "ge2e", "DNN"] < 0.05
assert holm["ProgNet", "ge2e", "DNN"] >= 0.05

# %%
# With the layers of GE2E both methods recognise the emotions of new speakers
# better than the plain network. After Holm's correction, only the gain of side
# by side is still significant. The small network of the training speakers
# shows no significant gain. Ten folds are too few to tell whether it is better
# to read the layers progressively or to put them beside the features.
#
# What a network may have heard
# -----------------------------
# :func:`~skprognet.evaluation.audit` proves that no network was trained on a
# row on which it is tested, and that only the fits with the source ``ge2e``
# were given its columns. The package has no record of the recordings that GE2E
# itself was trained on, so the audit reports these as unknown. Before you
# believe a result, find out whether your corpus is among the training data of
# such a model. (The authors of GE2E's weights name LibriSpeech and VoxCeleb,
# so it has probably not heard EmoDB.)

audited = audit(scores, groups=emodb.speaker)
counts = audited[["n_seen", "n_seen_by_source", "n_withheld_seen"]]
print(
    counts.groupby(audited["source"], sort=False).agg(
        lambda column: column.sum(min_count=1)
    )
)

# %%
# With your own recordings
# ------------------------
# On the command line, two commands run such a study. ``labels.csv`` has a row
# for each recording and the columns file, emotion and speaker. The first
# command makes a table with the features and the layers. The second compares
# the methods on it:
#
# .. code-block:: bash
#
#     skprognet extract labels.csv --speech-model ge2e \
#         --speech-pooling mean -o features.csv.gz
#     skprognet tasks features.csv.gz --target emotion --layers ge2e \
#         --folds-by speaker-independent --normalisation training \
#         --methods dnn side-by-side progressive --placebo --output results
#
# The option ``--placebo`` adds a control, which is the subject of the next
# page.

ScoresDisplay.from_scores(scores).plot()
plt.show()
