"""Saving a model: its file, and its card beside it."""

from pathlib import Path

from skprognet._files import write_whole
from skprognet.persistence._describe import describe_content
from skprognet.persistence._model_card import write_card
from skprognet.persistence._model_file import encode_model, info_of


def save_model(est, path, *, metadata=None, card=False):
    """Write a fitted model to a file that runs no code when it is loaded.

    What is stored has first been loaded again, and has to predict the same. The same model gives
    the same bytes.

    Parameters
    ----------
    est : classifier or regressor of this package, Pipeline or FrozenEstimator
        Fitted; the last two end in one of the first. Steps before it, and sources, may be any of
        these, ``MLPClassifier``, ``MLPRegressor``, ``StandardScaler``, ``MinMaxScaler``,
        ``MaxAbsScaler``, ``RobustScaler`` or ``PCA``; a source may also be a ``LayerSource`` or a
        ``TorchSource``, of which the weights are stored and not the code.
    path : str or path
        The file, best with the ending ``.safetensors``; it is written whole or not at all, and
        its folder is made. A symbolic link is replaced, and what it points to stays.
    metadata : dict, default=None
        Whatever else is to be known of the model, such as how its features were made: what JSON
        can hold, with text as keys. `read_model_info` gives it back; the model is as without it.
    card : bool, default=False
        Whether to write the model's card beside it, as :func:`model_card` makes it: the file with
        ``.md`` behind its name.

    Raises
    ------
    ValueError
        If it is not fitted (``NotFittedError``), or its parameters have been set to values with
        which it could not be fitted.
    TypeError
        If it is, or holds, something that cannot be stored: callbacks, an optimizer that is a
        class, a monitor that is a function, a splitter as `validation_fraction`, or another
        estimator. Or if `metadata` is no dict that JSON can hold.
    OSError
        If the file cannot be written.
    ImportError
        If `card` is True and jinja2 is missing: ``pip install 'skprognet[report]'``.

    See Also
    --------
    load_model : Reads the file.
    read_model_info : Reads what the file says of the model.
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
        told = describe_content(est, info_of(document), path, len(content))
        contents[card_path(path)] = write_card(told).encode()
    write_whole(contents)


def card_path(path):
    """Return where the card of a model is written: beside it, with ``.md`` behind its name."""
    path = Path(path)
    return path.with_name(f"{path.name}.md")
