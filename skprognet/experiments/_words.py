"""Describe a study in words: its design and its results."""

import numpy as np

from skprognet._comparisons import TRANSFER, evidence, signed, survives, transfer_wins
from skprognet._controls import gain_over_placebo, gain_over_side_by_side, without_placebos
from skprognet._scores import label_of_row
from skprognet._table_metric import metric_of, perhaps_nothing_learned
from skprognet._target_kind import NUMBERS
from skprognet._wording import count, from_to, listed, moments_in_words
from skprognet.experiments._corpora_design import ALL_OTHERS
from skprognet.experiments._largest_training_set import largest_training_set
from skprognet.experiments._methods import METHODS
from skprognet.experiments._scales import AS_GIVEN, Z_SCORES
from skprognet.sources import LABELS, LAYERS, POSTERIORS, WEIGHTS

_NAMED = 4

FOLDS_IN_WORDS = {
    "speaker-stratified": (
        "stratified by speaker",
        "Every speaker is in every fold, in proportion (as in the paper). So the scores are for "
        "speakers that the networks have heard, not for new speakers.",
    ),
    "speaker-independent": (
        "without shared speakers",
        "No speaker is in two folds. So the scores are for speakers that the networks have not "
        "heard.",
    ),
    "leave-one-session-out": (
        "of one session each",
        "Each session tests networks that have not heard it.",
    ),
}
NORMALISATION_IN_WORDS = {
    "corpus": (
        "Each feature has mean 0 and variance 1 over all rows of its corpus, before the folds are "
        "made (as in the paper). This uses the features of test rows for the means and variances, "
        "but not their labels. The normalisation “training” does not use test rows."
    ),
    "training": (
        "Each feature has mean 0 and variance 1 over the training rows of each split. Test rows "
        "are not used for this."
    ),
    "speaker": (
        "Each feature has mean 0 and variance 1 over all rows of each speaker. A new speaker is "
        "normalised by his or her own rows, including test rows, but without their labels."
    ),
    "none": "The features are not normalised, so nothing is computed from test rows.",
}
PLACEBO_IN_WORDS = (
    "A placebo is the same network with the same number of weights, but its source has learned "
    "nothing useful. If the source is trained here, its labels are shuffled within its training "
    "rows and within its validation rows. If it came fitted, its layers are shuffled within the "
    "training rows, within the validation rows and within the test rows. What a source has "
    "learned helps only if the network that reads it is better than the network without a source "
    "and better than its placebo."
)
# What a source that consists of columns lacks, so that a method cannot read it.
_LACKS = {
    WEIGHTS: "no network to copy",
    POSTERIORS: "no classes to give probabilities of",
    LABELS: "no labels to learn",
}
_NORMALISED = {
    "corpus": "features normalised over all rows of a corpus",
    "training": "features normalised over the training rows",
    "speaker": "features normalised over all rows of a speaker",
    "none": "features not normalised",
}
# What it means if a method that helps is better than its control, and if it is not.
_WHY = {
    gain_over_placebo: (
        "What the source has learned helps (also better than the placebo)",
        "The gain may come from more weights alone (not better than the placebo)",
    ),
    gain_over_side_by_side: (
        "Reading the layers progressively helps further (better than side by side)",
        "It is not shown that reading the layers progressively adds anything (not better than "
        "side by side)",
    ),
}


def describe_folds(study):
    """Describe folds, rows, epochs, normalisation and seed in a sentence."""
    design, scores = study.design, largest_training_set(study.scores)
    network = design.estimator
    # The sizes of the design's networks; other methods may choose no epoch.
    networks = scores[scores["method"].isin([METHODS[name].name for name in design.methods])]
    sizes = networks.groupby("corpus")[["n_train", "n_validation", "n_test"]].mean()
    rows = sizes.round().astype(int).agg(from_to, shown="d")
    chosen, epochs = "", f"{network.max_epochs} epochs"
    if network.early_stopping:
        chosen, epochs = f" {rows['n_validation']} choose the epoch,", f"up to {epochs}"
        if network.patience is not None:
            epochs += f", stopping after {network.patience} epochs without improvement"
    train = f"about {rows['n_train']} rows train"
    if "n_train_folds" in scores:
        numbers = listed(map(str, design.train_folds), word="or")
        at_most = "at most " if len(design.train_folds) > 1 else ""
        train = f"{at_most}{train}, from {numbers} fold{'s' * (numbers != '1')} of the target"
    return (
        f"{design.n_repeats} x {design.n_splits} folds {FOLDS_IN_WORDS[design.folds][0]} "
        f"({train},{chosen} {rows['n_test']} test), {epochs}, "
        f"{_NORMALISED[design.normalisation]}, seed {design.random_state}." + _left_out(study)
    )


def describe_numbers(study):
    """Describe a target of numbers and its scale; return empty text for classes."""
    design = study.design
    if design.kind != NUMBERS:
        return ""
    metric = metric_of(study.scores)
    if design.study == "tasks":
        return f"{design.target} is predicted as a number and scored by {metric.label}."
    original = [f"{name} ({moments_in_words(each)})" for name, each in study.scales.items()]
    return (
        f"{design.emotion} is predicted as a number and scored by {metric.label}. "
        f"{_describe_scale(design.scale)} The original numbers were: {listed(original)}."
        + _describe_pooled(study, metric)
    )


def _describe_scale(scale):
    """Say how the numbers of the corpora were scaled."""
    if scale == AS_GIVEN:
        return "The numbers of each corpus are not scaled."
    if scale == Z_SCORES:
        return (
            "The numbers of each corpus were scaled to mean 0 and variance 1 over all of its "
            "rows, before the folds were made (z-scores). Scores and predictions use the scaled "
            "numbers."
        )
    ranges = listed([f"{name} {low:g} to {high:g}" for name, (low, high) in scale.items()])
    return (
        f"The numbers of each corpus were scaled from its range ({ranges}) to 0 to 1. Scores and "
        "predictions use the scaled numbers."
    )


def _describe_pooled(study, metric):
    """Explain the own score of the source "all others", which covers rows of several corpora."""
    if not (study.scores["source"] == ALL_OTHERS).any():
        return ""
    sentence = (
        f" The source {ALL_OTHERS} has one {metric.label} of its own, over the test rows of all "
        "its corpora together"
    )
    if study.design.scale == Z_SCORES:
        return f"{sentence}."
    return f"{sentence}, so it also depends on differences between their means."


def explain_missing_rows(study):
    """Explain which methods cannot read pretrained layers; return empty text if all can."""
    layers = getattr(study.design, "layers", ())
    needs = {}
    for key in study.design.methods if layers else ():
        need = getattr(METHODS[key].estimator, "needs_from_source", LAYERS)
        if need in _LACKS:
            needs.setdefault(need, []).append(METHODS[key].name)
    its = "its" if len(layers) == 1 else "their"
    return " ".join(
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} no row from {listed(layers)}: "
        f"the data hold {its} layers, but {_LACKS[need]}."
        for need, names in needs.items()
    )


def _left_out(study):
    """Return a sentence on rows that were left out as copies; empty text if there are none."""
    several = study.design.study == "corpora"
    left_out = [
        count(rows, "row") + (f" of {name}" if several else "")
        for name, rows in study.dropped_rows.items()
    ]
    return f" Left out as copies of others: {' and '.join(left_out)}." if left_out else ""


def _named(rows, value=None):
    """Return the methods of a few rows, with a value if asked for, and how many more there are."""
    shown = [
        label_of_row(row) + (f" {signed(row[value])}" if value else "")
        for _, row in rows.head(_NAMED).iterrows()
    ]
    more = len(rows) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _how_many(found, n_rows, plain):
    """Return the number of these comparisons, and how many of them survive Holm's correction."""
    n_left = int(survives(found).sum())
    if len(found) == 1:
        what = f"the only comparison with {plain}"
        if n_rows > 1:
            what = f"1 of {n_rows} comparisons with {plain}"
        return f"{what}, {'also' if n_left else 'but not'} after Holm's correction"
    remaining = {0: "none", len(found): "all"}.get(n_left, n_left)
    return (
        f"{len(found)} of {n_rows} comparisons with {plain} (after Holm's correction: {remaining})"
    )


def _at_chance(table):
    """Return a sentence on methods that are no better than guessing, without placebos."""
    table = without_placebos(table)
    at_chance = table[table["p_chance"] >= table["alpha"]]
    if not len(at_chance):
        return ""
    if len(at_chance) == len(table):
        learned = perhaps_nothing_learned(metric_of(table))
        return f"No method is significantly better than chance, so {learned}. "
    return f"Not significantly better than chance: {_named(at_chance)}. "


def headline(study, over_corpora):
    """Return the answer of the whole study in one or a few sentences.

    Like the paper's asterisk, it counts the comparisons of a network with a source and the same
    network without one, by the uncorrected p-value. It also says how many survive Holm's
    correction.
    Other classifiers do not count. If transfer helps, it also says whether what the source has
    learned helps, and whether reading the layers progressively helps. These tests are within each
    target corpus; `over_corpora` is the answer of the test over all corpora.
    """
    rows = study.comparisons[study.comparisons["kind"] == TRANSFER]
    found = rows[evidence(rows)]
    helped, hurt = found[transfer_wins(found)], found[found["hurts"]]
    plain = " or ".join(rows["against"].unique())
    if study.scores["corpus"].nunique() > 1:
        plain += " on single corpora"
    over = [over_corpora] * bool(over_corpora)
    start = _at_chance(study.table)
    if not len(rows):
        return (
            f"{start}This study cannot tell whether transfer helps: no network was run both with "
            "a source and without one (such as the DNN)."
        )
    if not len(found):
        where = f"any of {len(rows)} comparisons" if len(rows) > 1 else "the only comparison"
        none = f"No evidence that transfer helps or hurts in {where} with {plain}."
        return start + " ".join([none, *over])
    findings = []
    for verb, those in (("helps", helped), ("hurts", hurt)):
        if len(those):
            findings.append(
                f"Transfer {verb} in {_how_many(those, len(rows), plain)}: "
                f"{_named(those, 'difference')}."
            )
    return start + " ".join([*findings, *_why_helped(helped, study.comparisons), *over])


def _why_helped(helped, comparisons):
    """Yield sentences on why methods help: by what the source has learned, or by more weights."""
    for gain_over, meanings in _WHY.items() if len(helped) else ():
        gains = [gain_over(row, comparisons) for _, row in helped.iterrows()]
        better, not_better = [
            helped[[gain is not None and gain.is_better == wanted for gain in gains]]
            for wanted in (True, False)
        ]
        helps, adds_nothing = meanings
        left = survives(better) & _survive(gain_over, better, comparisons)
        yield from _with_names(helps, better[left])
        uncorrected = f"By the uncorrected p-values, {helps[0].lower()}{helps[1:]}"
        yield from _with_names(uncorrected, better[~left])
        yield from _with_names(adds_nothing, not_better)


def _survive(gain_over, rows, comparisons):
    """Return in which of the rows the gain over the control survives Holm's correction."""
    return np.array(
        [gain_over(row, comparisons).pvalue_holm < row["alpha"] for _, row in rows.iterrows()],
        dtype=bool,
    )


def _with_names(meaning, rows):
    if len(rows):
        yield f"{meaning}: {_named(rows)}."
