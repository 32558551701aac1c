"""
15. Is it knowledge, or only more weights?
==========================================

A progressive network that reads a source has more weights than the plain
network, and reads more numbers. If its score is higher, did the source *know*
something, or do more weights help by themselves?

Controls help to answer this question. The first is a placebo. It is the same
network, with the same number of weights, beside a source that has nothing to
teach:

- a source that learns from labels gets shuffled labels;
- a source that is already trained keeps its layers, but each recording gets
  the layers of another recording.

A source helps because of what it knows only if it beats the plain network
**and** its own placebo.
"""

import matplotlib.pyplot as plt

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.datasets import load_emodb, make_transfer_problem
from skprognet.displays import ScoresDisplay
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.model_selection import (
    RepeatedSpeakerStratifiedKFold,
    RepeatedStratifiedGroupKFold,
)
from skprognet.results import compare_methods
from skprognet.sources import LayerSource

# %%
# Where the truth is known
# ------------------------
# :func:`~skprognet.datasets.make_transfer_problem` invents two tasks. The
# labels of the source say everything that the target needs (``transfer=1``),
# or nothing (``transfer=0``). The source learns from 2000 rows. The target
# has 200 other rows.

small = {
    "hidden_layer_sizes": (16,) * 4,
    "dropout": 0.0,
    "lr": 0.01,
    "max_epochs": 15,
}


def study(transfer):
    """Return the scores without a source, with it, and with a placebo."""
    problem = make_transfer_problem(2200, transfer=transfer, random_state=1)
    target, source = slice(2000, None), slice(2000)
    return cross_validate_transfer(
        problem.data[target],
        problem.target[target],
        methods={
            "DNN": DNNClassifier(**small),
            "ProgNet": ProgressiveClassifier(**small),
        },
        sources={
            "source": SourceCorpus(
                problem.data[source],
                problem.source[source],
                problem.speaker[source],
            )
        },
        source_estimator=DNNClassifier(**small),
        placebo=True,
        groups=problem.speaker[target],
        cv=RepeatedSpeakerStratifiedKFold(5, n_repeats=1, random_state=0),
        n_jobs=1,
    )


helpful, useless = study(transfer=1), study(transfer=0)
for name, scores in {"helpful": helpful, "useless": useless}.items():
    print(f"{name} source")
    print(
        scores.groupby(["method", "source"], sort=False)["score"]
        .mean()
        .round(3),
        end="\n\n",
    )

# %%
# Look at the useless source. The network that reads it scores higher than the
# plain one, and so does its placebo. So this gain comes from the larger
# network or from luck, and not from knowledge. Without the placebo you could
# mistake it for transfer. The verdict on the helpful source names both
# comparisons.

print(compare_methods(helpful)["verdict"][0])
print(compare_methods(useless)["verdict"][0])

of_useless = useless.groupby("source")["score"].mean()
assert of_useless.drop("none").min() > of_useless["none"]

# %%
# Real speech
# -----------
# Now we take the source of the previous page: the layers of GE2E, a network
# that knows thousands of speakers. The test speakers are not in the training
# rows.

emodb = load_emodb(layers="ge2e", as_frame=True)
network = {
    "hidden_layer_sizes": (64, 64),
    "activation": "relu",
    "lr": 0.005,
    "max_epochs": 30,
    "batch_size": 64,
    "dropout": 0.2,
}
scores = cross_validate_transfer(
    emodb.data,
    emodb.target,
    methods={
        "DNN": DNNClassifier(**network),
        "ProgNet": ProgressiveClassifier(**network),
    },
    sources={"ge2e": LayerSource("ge2e")},
    placebo=True,
    groups=emodb.speaker,
    cv=RepeatedStratifiedGroupKFold(5, n_repeats=2, random_state=0),
    normalisation="training",
    n_jobs=1,
)
comparisons = compare_methods(scores)
for verdict in comparisons["verdict"]:
    print("-", verdict)

means = scores.groupby("source")["score"].mean()
assert means["ge2e"] > means["none"] > means["placebo of ge2e"]

# %%
# The placebo is *worse* than the plain network here: 768 numbers that belong
# to other recordings are noise, and a network of this size learns some of it
# by heart. So the placebo of GE2E does not show what more weights do by
# themselves. Two controls answer two questions:
#
# - A placebo asks whether the layers say anything about *this* recording.
# - ``SpeechModelFeatures("ge2e", weights="random")`` asks more: the same
#   architecture with weights that have learned nothing. Read it as a second
#   :class:`~skprognet.sources.LayerSource` to find out what GE2E has
#   *learned*, beyond what its architecture alone passes on.
#
# On the command line, use ``--placebo`` for the first, and a second name after
# ``--layers`` for the other.

ScoresDisplay.from_scores(scores).plot()
plt.show()
