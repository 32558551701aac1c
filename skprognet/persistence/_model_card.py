"""The card of a model as Markdown: what it is, its training data, and its limits.

It has the sections of Hugging Face's model cards, after M. Mitchell et al., Model Cards for Model
Reporting, FAT* 2019. Everything comes from the records of the file; nothing is guessed.
"""

from skprognet._markup import escape_markdown
from skprognet._table_metric import loss_label, monitor_label, score_named
from skprognet._templates import fill_in, is_markup, markup
from skprognet._wording import moments_in_words, printable
from skprognet.datasets import find_attrs
from skprognet.features import FeatureOrigin
from skprognet.persistence._describe import describe_model
from skprognet.persistence._scores_of_a_card import describe_scores

# The licence of the whole model on the hub, by the origin of its features.
RESEARCH_ONLY = {
    "id": "other",
    "name": "opensmile-research-only",
    "link": "https://github.com/audeering/opensmile/blob/master/LICENSE",
}
UNKNOWN = {"id": "unknown", "name": None, "link": None}
VALIDATION = {
    "speaker-independent": "rows of speakers that are not in the training rows",
    "stratified": "a share of each class; their speakers may also be in the training rows",
    "random": "rows drawn at random; their speakers may also be in the training rows",
    "none": "none, all epochs were trained",
}
NEW_SPEAKERS = {
    "speaker-independent": "the epoch was chosen on speakers that are not in the training rows. "
    "See the evaluation for how well the model does on new speakers.",
    **dict.fromkeys(
        ("stratified", "random"),
        "the epoch may have been chosen on speakers of the training rows. New speakers are "
        "harder.",
    ),
    "none": "no rows chose the epoch. New speakers are harder.",
}


def model_card(path, *, scores=None, modules=None):
    """Return the card of a model, with data, training, scores, licences, use and limits.

    Parameters
    ----------
    path : path
        A file that :func:`save_model` wrote. ``skprognet train`` records most of what a card
        shows.
    scores : DataFrame, default=None
        The scores of a study of such networks, from
        :func:`~skprognet.evaluation.cross_validate_transfer`; the card shows their means and
        spreads. The model itself has no test score, since it was trained on all rows. If the file
        records method and sources, only the rows of these count.
    modules : dict of str to torch.nn.Module, default=None
        As in :func:`load_model`.

    Returns
    -------
    str
        Markdown with the YAML header of Hugging Face's model cards. Names from the file appear
        unchanged. What the file lacks is "not recorded". The same file gives the same text.

    Raises
    ------
    ValueError
        If it is not the file of a model, or if `scores` lacks a column or has another target,
        another number of classes, or other methods and sources than the file records.
    TypeError
        If `scores` is not a table.
    OSError
        If the file cannot be read.
    ImportError
        If jinja2 is missing: ``pip install 'skprognet[report]'``.

    See Also
    --------
    save_model : With ``card=True``, writes the card beside the model.
    describe_model : The same facts as plain values.

    References
    ----------
    M. Mitchell et al.: Model Cards for Model Reporting. FAT* 2019, 220-229.
    https://doi.org/10.1145/3287560.3287596

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import model_card, save_model
    >>> X, y = load_emodb(return_X_y=True)
    >>> model = DNNClassifier(hidden_layer_sizes=(16,), max_epochs=1).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, Path(folder, "model"), metadata={"target": "emotion"})
    ...     card = model_card(Path(folder, "model"))
    >>> print(card.partition("# ")[2].partition(chr(10))[0])
    DNNClassifier of emotion
    >>> "**Corpus, and the licence of its recordings:** not recorded" in card
    True
    """
    return write_card(describe_model(path, modules=modules), scores)


def write_card(description, scores=None):
    """Return the card of a model, given its description from :func:`describe_model`."""
    return fill_in(
        "skprognet.persistence",
        "model_card.md.jinja",
        show=_shown,
        **_of_the_file(description),
        **_of_the_data(description),
        **_of_the_features(description["features"]),
        **_of_the_training(description),
        study=None if scores is None else describe_scores(scores, description),
    )


def _shown(value):
    """Return a value as text for the card, with its markup escaped."""
    return value if is_markup(value) else escape_markdown(value)


def _of_the_file(description):
    """Return the facts about the file and its model."""
    name = description["file"].replace("\\", "/").rpartition("/")[2]
    versions = description["versions"].items()
    origins = _recorded(description["metadata"], "sources")
    return {
        "model": description["model"],
        "target": description["metadata"].get("target"),
        "file": name,
        "file_in_python": markup(repr(printable(name))),
        "n_bytes": description["bytes"],
        "sha256": description["sha256"],
        "steps": [step["class"] for step in description["normalisation"]],
        "versions": [f"{package} {version['written']}" for package, version in versions],
        "sources": list(_sources(description["model"]["sources"], origins)),
    }


def _sources(sources, origins, depth=0):
    """Yield depth, name, description and origin of each source, then of its own sources."""
    for name, source in sources.items():
        known = ", ".join(f"{key} {value}" for key, value in _recorded(origins, name).items())
        yield depth, name, {**source, "learned": _learned(source)}, known
        yield from _sources(source["sources"], {}, depth + 1)


def _learned(source):
    """Return what a source learned: its classes, numbers, or nothing known."""
    if "classes" not in source:
        return "no known classes"
    return "numbers" if source["classes"] is None else ", ".join(map(str, source["classes"]))


def _of_the_data(description):
    """Return the recorded facts about the training rows of the model."""
    counts = _recorded(description["metadata"], "counts")
    table = _recorded(description["metadata"], "table")
    dropped = table.get("dropped_rows")
    return {
        "table": table and {"name": None, "sha256": None, "rows": None, **table},
        "n_dropped": len(dropped) if isinstance(dropped, list) else 0,
        "counts": ", ".join(f"{n} {label}" for label, n in _recorded(counts, "classes").items()),
        "numbers": moments_in_words(_recorded(counts, "numbers")),
        "n_speakers": counts.get("speakers"),
        "corpora": [
            {"name": name, "rows": n, "licence": None, "citation": None, **_ours(find_attrs(name))}
            for name, n in _recorded(counts, "corpora").items()
        ],
    }


def _of_the_features(features):
    """Return the origin of the features and their licences."""
    origin = features["origin"] and FeatureOrigin(**features["origin"])
    licences = {} if origin is None else origin.licences
    return {
        "features": features,
        "computed_as": origin
        and f"{origin.feature_set} at {origin.sampling_rate} Hz by {origin.extractor}",
        "licences": list(_ours(licences).items()),
        "licence": _ours(RESEARCH_ONLY if "openSMILE" in licences else UNKNOWN),
    }


def _of_the_training(description):
    """Return how the epoch was chosen, and what that means for new speakers."""
    model, split = description["model"], description["metadata"].get("validation")
    is_known = isinstance(split, str) and split in VALIDATION
    unknown = "whether new speakers were tried: not recorded"
    return {
        "metric": monitor_label(score_named(model["metric"])),
        "loss": loss_label(model["loss"]) if "loss" in model else None,
        "scale": [moments_in_words(moments) for moments in model.get("scale", ())],
        "validation": VALIDATION[split] if is_known else "not recorded",
        "speakers": NEW_SPEAKERS[split] if is_known else unknown,
    }


def _ours(texts):
    """Mark texts of this package as safe markup, since they do not come from a file."""
    return {name: text and markup(text) for name, text in texts.items()}


def _recorded(metadata, name):
    """Return a dict of the metadata; an empty one if there is none."""
    value = metadata.get(name)
    return value if isinstance(value, dict) else {}
