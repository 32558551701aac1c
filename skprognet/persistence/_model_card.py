"""The card of a model: what it is, what it was trained on, and what it is not for, as Markdown.

The sections are those of the model cards of Hugging Face, after M. Mitchell et al., Model Cards
for Model Reporting, FAT* 2019. Everything is said from what the file records; nothing is guessed.
"""

from skprognet._markup import escape_markdown
from skprognet._table_metric import loss_label, monitor_label
from skprognet._templates import fill_in, is_markup, markup
from skprognet._wording import moments_in_words, printable
from skprognet.datasets import find_attrs
from skprognet.features import FeatureOrigin
from skprognet.persistence._describe import describe_model
from skprognet.persistence._scores_of_a_card import describe_scores

# By how the features were made: what the card says of the whole model on the hub.
RESEARCH_ONLY = {
    "id": "other",
    "name": "opensmile-research-only",
    "link": "https://github.com/audeering/opensmile/blob/master/LICENSE",
}
UNKNOWN = {"id": "unknown", "name": None, "link": None}
VALIDATION = {
    "speaker-independent": "a tenth, of speakers that did not train",
    "stratified": "a tenth of each class; their speakers may have trained as well",
    "random": "a tenth, drawn at random; their speakers may have trained as well",
}
NEW_SPEAKERS = {
    "speaker-independent": "other speakers chose the epoch. How well the model does on new ones: "
    "see the evaluation.",
    **dict.fromkeys(
        ("stratified", "random"),
        "the speakers of training also chose the epoch. New speakers are harder.",
    ),
}


def model_card(path, *, scores=None, modules=None):
    """Return the card of a model: data, training, scores, licences, intended use and limits.

    Parameters
    ----------
    path : path
        A file that :func:`save_model` wrote. ``skprognet train`` records most of what a card says.
    scores : DataFrame, default=None
        The scores of a study of such networks, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns them: the card shows their
        means and spreads. A model has no honest score of its own, since all rows trained it. Where
        the file records method and sources, the rows of these count and no others.
    modules : dict of str to torch.nn.Module, default=None
        As for :func:`load_model`.

    Returns
    -------
    str
        Markdown with the YAML header of Hugging Face's model cards. Names from the file show as
        they are. What the file does not say is "not recorded". The same file gives the same text.

    Raises
    ------
    ValueError
        If it is not the file of a model, or `scores` lack a column, or are of another target,
        another number of classes, or other methods and sources than the file records.
    TypeError
        If `scores` is no table.
    OSError
        If the file cannot be read.
    ImportError
        If jinja2 is missing: ``pip install 'skprognet[report]'``.

    See Also
    --------
    save_model : With ``card=True`` writes the card beside the model.
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


def write_card(told, scores=None):
    """Return the card of the model that :func:`describe_model` describes."""
    return fill_in(
        "skprognet.persistence",
        "model_card.md.jinja",
        show=_shown,
        **_of_the_file(told),
        **_of_the_data(told),
        **_of_the_features(told["features"]),
        **_of_the_training(told),
        study=None if scores is None else describe_scores(scores, told),
    )


def _shown(value):
    """Return what stands in the card for a value: text that is no markup."""
    return value if is_markup(value) else escape_markdown(value)


def _of_the_file(told):
    """Return what the file and the model in it are."""
    name = told["file"].replace("\\", "/").rpartition("/")[2]
    return {
        "model": told["model"],
        "target": told["metadata"].get("target"),
        "file": name,
        "file_in_python": markup(repr(printable(name))),
        "n_bytes": told["bytes"],
        "sha256": told["sha256"],
        "steps": [step["class"] for step in told["normalisation"]],
        "versions": [f"{name} {each['written']}" for name, each in told["versions"].items()],
        "sources": list(
            _sources(told["model"]["sources"], _recorded(told["metadata"], "sources"))
        ),
    }


def _sources(sources, origins, depth=0):
    """Yield depth, name, description and origin of each source, those of a source after it."""
    for name, source in sources.items():
        known = ", ".join(f"{key} {value}" for key, value in _recorded(origins, name).items())
        yield depth, name, {**source, "learned": _learned(source)}, known
        yield from _sources(source["sources"], {}, depth + 1)


def _learned(source):
    """Return what a source learned: its classes, numbers, or nothing that is known."""
    if "classes" not in source:
        return "no classes of its own"
    return "numbers" if source["classes"] is None else ", ".join(map(str, source["classes"]))


def _of_the_data(told):
    """Return what is recorded of the rows that the model was trained on."""
    counts = _recorded(told["metadata"], "counts")
    table = _recorded(told["metadata"], "table")
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
    """Return how the features were made, and who says what may be done with them."""
    origin = features["made"] and FeatureOrigin(**features["made"])
    licences = {} if origin is None else origin.licences
    return {
        "features": features,
        "made": origin
        and f"{origin.feature_set} at {origin.sampling_rate} Hz by {origin.extractor}",
        "licences": list(_ours(licences).items()),
        "licence": _ours(RESEARCH_ONLY if "openSMILE" in licences else UNKNOWN),
    }


def _of_the_training(told):
    """Return how the epoch was chosen, and what that says of new speakers."""
    how = told["metadata"].get("validation")
    is_known = isinstance(how, str) and how in VALIDATION
    return {
        "metric": monitor_label(told["model"]["metric"]),
        "loss": loss_label(told["model"]["loss"]) if "loss" in told["model"] else None,
        "scale": [moments_in_words(each) for each in told["model"].get("scale", ())],
        "validation": VALIDATION[how] if is_known else "not recorded",
        "speakers": NEW_SPEAKERS[how] if is_known else "whether new ones were tried: not recorded",
    }


def _ours(texts):
    """Return texts of this package, which are no markup that anyone else could have written."""
    return {name: text and markup(text) for name, text in texts.items()}


def _recorded(metadata, name):
    """Return a dict of the metadata; an empty one if there is none."""
    found = metadata.get(name)
    return found if isinstance(found, dict) else {}
