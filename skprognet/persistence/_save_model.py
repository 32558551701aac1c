"""Save a model to a file, with a card beside it."""

import warnings
from contextlib import suppress
from pathlib import Path

from skprognet._files import write_whole
from skprognet.persistence._describe import describe_content
from skprognet.persistence._model_card import write_card
from skprognet.persistence._model_file import encode_model, info_of

_CARD_MARK = "SHA-256 recorded in it"  # stands in every card


def save_model(est, path, *, metadata=None, card=False):
    """Write a fitted model to a file that runs no code when it is loaded.

    Before writing, the content is loaded again and must predict the same. The same model gives the
    same bytes.

    Parameters
    ----------
    est : classifier or regressor of this package, Pipeline or FrozenEstimator
        A fitted model; a Pipeline or FrozenEstimator must end in a classifier or regressor of this
        package. Steps before it, and sources, may be any of these, ``MLPClassifier``,
        ``MLPRegressor``, ``StandardScaler``, ``MinMaxScaler``, ``MaxAbsScaler``, ``RobustScaler``
        or ``PCA``. A source may also be a ``LayerSource``, or a ``TorchSource``, whose weights are
        stored but not its code.
    path : str or path
        The file, preferably with the ending ``.safetensors``. It is written whole or not at all,
        and its folder is created. A symbolic link is replaced, and its target stays.
    metadata : dict, default=None
        Other facts about the model, such as how its features were computed: a dict that JSON can
        hold, with text as keys. `read_model_info` returns it; it does not affect the model.
    card : bool, default=False
        Whether to write the card from :func:`model_card` beside the model, with ``.md`` appended
        to its name.

    Raises
    ------
    ValueError
        If the model is not fitted (``NotFittedError``), or a parameter was set to an invalid
        value.
    TypeError
        If the model contains something that cannot be stored: callbacks, a class as `optimizer`, a
        function as `monitor`, a splitter as `validation_fraction`, or another estimator. Also if
        `metadata` is not a dict that JSON can hold.
    OSError
        If the file cannot be written.
    ImportError
        If `card` is True and jinja2 is missing: ``pip install 'skprognet[report]'``.

    Warns
    -----
    UserWarning
        If `card` is False, and the card of an earlier model lies beside the file.

    See Also
    --------
    load_model : Loads the model.
    read_model_info : Reads versions, digest and metadata of the file.
    model_card : Returns the card of a file.
    export_onnx : Writes the model for programs without Python.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.persistence import load_model, save_model
    >>> X, emotion = load_emodb(return_X_y=True)
    >>> clf = DNNClassifier(hidden_layer_sizes=(32,), max_epochs=20, random_state=0)
    >>> model = make_pipeline(StandardScaler(), clf).fit(X, emotion)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "emotion.safetensors"
    ...     save_model(model, path)
    ...     same = load_model(path)
    >>> bool((same.predict_proba(X) == model.predict_proba(X)).all())
    True
    """
    content, document = encode_model(est, metadata)
    contents = {Path(path): content}
    if card:
        description = describe_content(est, info_of(document), path, len(content))
        contents[card_path(path)] = write_card(description).encode()
    write_whole(contents)
    _warn_of_old_card(card_path(path), info_of(document)["sha256"])


def _warn_of_old_card(path, digest):
    """Warn if a card of another model lies beside the new one."""
    text = ""
    with suppress(OSError):
        text = path.read_text("utf-8", "replace")
    if _CARD_MARK in text and digest not in text:
        warnings.warn(
            f"The card {str(path)!r} describes an earlier model. Write a new one with card=True "
            "(--card), or remove it.",
            UserWarning,
            stacklevel=3,
        )


def card_path(path):
    """Return the path of the card of a model: its own path with ``.md`` appended."""
    path = Path(path)
    return path.with_name(f"{path.name}.md")
