"""A study in words: what was asked, how it was run, and what came out."""

from skprognet._comparisons import TRANSFER, evidence, signed, survives, transfer_wins
from skprognet._controls import gain_over_placebo, gain_over_side_by_side
from skprognet._scores import label_of_row, placebo_of
from skprognet._table_metric import metric_of
from skprognet._target_kind import NUMBERS
from skprognet._wording import listed
from skprognet.experiments._methods import METHODS
from skprognet.experiments._scales import AS_GIVEN, Z_SCORES
from skprognet.sources import LABELS, LAYERS, POSTERIORS, WEIGHTS

_NAMED = 4

FOLDS_IN_WORDS = {
    "speaker-stratified": (
        "stratified by speaker",
        "Every speaker is in every fold, in proportion (the paper's folds): the scores are about "
        "speakers that the networks have heard, not about new ones.",
    ),
    "speaker-independent": (
        "without shared speakers",
        "No speaker is in two folds: the scores are about speakers that the networks have not "
        "heard.",
    ),
    "leave-one-session-out": (
        "of one session each",
        "Each session is tested by networks that have not heard it.",
    ),
}
NORMALISATION_IN_WORDS = {
    "corpus": (
        "Each feature has mean 0 and variance 1 over all rows of its corpus, before the folds "
        "(the paper's way). No label of a test row is used, but its features have a part in these "
        "means and variances; the normalisation “training” rules that out."
    ),
    "training": (
        "Each feature has mean 0 and variance 1 over the training rows of each split: nothing of "
        "the test rows is used."
    ),
    "speaker": (
        "Each feature has mean 0 and variance 1 over all rows of each speaker: a new speaker is "
        "normalised by his or her own rows, test rows included. No label of them is used."
    ),
    "none": "The features are used as they are: nothing of the test rows is used.",
}
PLACEBO_IN_WORDS = (
    "A placebo is the same network with the same number of weights, whose source knows nothing: "
    "the labels or the layers of the source are shuffled, within the rows that train, those that "
    "choose the epoch and those that test. A source helps because of what it knows only if the "
    "network that reads it is better than the network without a source and better than its "
    "placebo."
)
# What a source lacks whose layers are columns, so that a method cannot take it.
_LACKS = {
    WEIGHTS: "no network to copy",
    POSTERIORS: "no classes to give probabilities of",
    LABELS: "no labels to learn",
}
_BY_KNOWLEDGE = "What the source knows helps (better than the placebo, too)"
# What it means that a method which helps is better than its control, and that it is not.
_WHY = {
    gain_over_placebo: (
        _BY_KNOWLEDGE,
        "More weights alone may be what helps (not better than the placebo)",
    ),
    gain_over_side_by_side: (
        "Reading the layers progressively adds to that (better than side by side)",
        "Reading the layers progressively adds nothing measurable (not better than side by side)",
    ),
}


def describe_folds(study):
    """Return one sentence: folds, rows, epochs, normalisation and seed."""
    design, scores = study.design, study.scores
    if "n_train_folds" in scores:
        scores = scores[scores["n_train_folds"] == scores["n_train_folds"].max()]
    sizes = scores[["n_train", "n_validation", "n_test"]].mean().round().astype(int)
    network = design.estimator
    epochs = f"up to {network.max_epochs} epochs"
    if network.patience is not None:
        epochs += f", stopping after {network.patience} without a better one"
    train = f"{sizes['n_train']} rows train"
    if "n_train_folds" in scores:
        numbers = " or ".join(map(str, design.train_folds))
        train += f" where most do, in {numbers} folds of the target"
    return (
        f"{design.n_repeats} x {design.n_splits} folds {FOLDS_IN_WORDS[design.folds][0]} "
        f"(about {train}, {sizes['n_validation']} choose the epoch, {sizes['n_test']} test), "
        f"{epochs}, normalised over: {design.normalisation}, seed {design.random_state}."
        + _left_out(study)
    )


def describe_numbers(study):
    """Return sentences on a target of numbers and their scale; nothing for classes."""
    design = study.design
    if design.kind != NUMBERS:
        return ""
    metric = metric_of(study.scores)
    if design.study == "tasks":
        return f"{design.target} is predicted as a number, and scored by {metric.label}."
    given = [
        f"{name} (mean {each['mean']:.3g}, standard deviation {each['standard_deviation']:.3g})"
        for name, each in study.scales.items()
    ]
    return (
        f"{design.emotion} is predicted as a number, and scored by {metric.label}. "
        f"{_describe_scale(design.scale)} As given they were: {listed(given)}."
    )


def _describe_scale(scale):
    """Return a sentence on how the numbers of the corpora were scaled."""
    if scale == AS_GIVEN:
        return "The numbers of each corpus are used as they were given."
    if scale == Z_SCORES:
        return (
            "The numbers of each corpus have mean 0 and variance 1 over all of its rows, before "
            "the folds (z-scores); scores and predictions are of these."
        )
    ranges = listed([f"{name} {low:g} to {high:g}" for name, (low, high) in scale.items()])
    return (
        f"The numbers of each corpus were mapped from its own range to 0 to 1 ({ranges}); scores "
        "and predictions are of these."
    )


def explain_missing_rows(study):
    """Return a sentence for each kind of method that cannot take pretrained layers, or nothing."""
    layers = getattr(study.design, "layers", ())
    needs = {}
    for key in study.design.methods if layers else ():
        need = getattr(METHODS[key].estimator, "needs_from_source", LAYERS)
        if need in _LACKS:
            needs.setdefault(need, []).append(METHODS[key].name)
    their = "it has" if len(layers) == 1 else "they have"
    return " ".join(
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} no row from {listed(layers)}: "
        f"{their} {_LACKS[need]}."
        for need, names in needs.items()
    )


def _left_out(study):
    """Return a sentence about rows that were left out as copies, if there are any."""
    several = study.design.study == "corpora"
    told = [
        f"{len(rows)} row{'s' * (len(rows) > 1)}" + (f" of {name}" if several else "")
        for name, rows in study.dropped_rows.items()
    ]
    return f" Left out as copies of others: {' and '.join(told)}." if told else ""


def _named(rows, value=None):
    """Return what rows are about, and by how much they differ; a few, and how many more."""
    told = [
        label_of_row(row) + (f" {signed(row[value])}" if value else "")
        for _, row in rows.head(_NAMED).iterrows()
    ]
    more = len(rows) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def _how_many(found, n_rows, plain):
    """Return in words in how many comparisons it is so, and how many Holm's correction leaves."""
    n_left = int(survives(found).sum())
    if len(found) == 1:
        what = f"the one comparison with {plain}"
        if n_rows > 1:
            what = f"1 of {n_rows} comparisons with {plain}"
        return f"{what}, {'also' if n_left else 'but not'} after Holm's correction"
    told = {0: "none", len(found): "all"}.get(n_left, n_left)
    return (
        f"{len(found)} of {n_rows} comparisons with {plain}, {told} of them also after Holm's "
        "correction"
    )


def _at_chance(table):
    """Return a sentence on what is no better than a guess, or nothing; placebos need not be."""
    table = table[table["source"].map(placebo_of).isna()]
    found = table[table["p_chance"] >= table["alpha"]]
    if not len(found):
        return ""
    if len(found) == len(table):
        return "No method is better than chance: nothing was learned. "
    return f"No better than chance: {_named(found)}. "


def headline(study):
    """Return the answer of the whole study in one sentence, or a few.

    It counts the comparisons of a network with a source with the same network without one, as the
    paper's asterisk does: by the plain p-value; how many survive Holm's correction is said beside
    it. Other classifiers have no part in it. Where transfer helps, it also says whether it does so
    because of what the source knows, and whether the layers are better read progressively.
    """
    rows = study.comparisons[study.comparisons["kind"] == TRANSFER]
    found = rows[evidence(rows)]
    helped, hurt = found[transfer_wins(found)], found[found["hurts"]]
    plain = " or ".join(rows["against"].unique())
    start = _at_chance(study.table)
    if not len(rows):
        return (
            f"{start}It cannot be told whether transfer helps: no network with a source was run "
            "beside the same network without one, the DNN."
        )
    if not len(found):
        where = f"any of {len(rows)} comparisons" if len(rows) > 1 else "the one comparison"
        return (
            f"{start}No evidence that transfer helps, and none that it hurts, in {where} with "
            f"{plain}."
        )
    told = []
    for verb, those in (("helps", helped), ("hurts", hurt)):
        if len(those):
            told.append(
                f"Transfer {verb} in {_how_many(those, len(rows), plain)}: "
                f"{_named(those, 'difference')}."
            )
    return start + " ".join([*told, *_why_helped(helped, study.comparisons)])


def _why_helped(helped, comparisons):
    """Yield sentences on the methods that help: by knowledge or by weights, and how read."""
    for gain_over, meanings in _WHY.items() if len(helped) else ():
        gains = [gain_over(row, comparisons) for _, row in helped.iterrows()]
        for meaning, wanted in zip(meanings, (True, False), strict=True):
            rows = helped[[gain is not None and gain.is_better == wanted for gain in gains]]
            if meaning == _BY_KNOWLEDGE:
                left = survives(rows)
                yield from _with_names(meaning, rows[left])
                plainly = f"By the plain p-values, {meaning[:1].lower()}{meaning[1:]}"
                yield from _with_names(plainly, rows[~left])
            else:
                yield from _with_names(meaning, rows)


def _with_names(meaning, rows):
    if len(rows):
        yield f"{meaning}: {_named(rows)}."
