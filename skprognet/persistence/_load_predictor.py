"""From the file of a model to a predictor, with the extractor that the file asks for."""

from skprognet.features import FeatureOrigin
from skprognet.persistence._model_file import load_model, read_model_info
from skprognet.persistence._predictor import Predictor


def load_predictor(
    path,
    *,
    modules=None,
    configuration=None,
    speech_models=None,
    device=None,
    download=False,
    max_duration=3600,
    on_error="answer",
    **options,
):
    """Read a model that `save_model` wrote, and make it predict from recordings.

    The file has to say how the features of the model were made, as files of ``skprognet train``
    do. The same features are then made of each recording, after a check that openSMILE, its
    configuration and the weights of speech models are those that the model learned from.

    Parameters
    ----------
    path : str or path
        The file.
    modules : dict of str to torch.nn.Module, default=None
        As for :func:`load_model`.
    configuration : path, default=None
        The openSMILE configuration that made the features, if none of openSMILE's own did. It is
        run only if its SHA-256 is the one that the model recorded.
    speech_models : dict of str to object, default=None
        Where speech models lie that are not found by themselves: by the beginning of their
        columns, such as ``{"ge2e": "models/ge2e"}``. The weights must be those that the model
        recorded.
    device : str, default=None
        Where speech models compute, such as "cuda"; None is the processor.
    download : bool, default=False
        Whether a speech model that is not on this machine may be downloaded.
    max_duration : float, default=3600
        Seconds that a recording may last; None means no limit. A longer one is refused before it
        is decoded.
    on_error : {'answer', 'raise'}, default='answer'
        What to do about a recording that cannot be used: answer with the reason, or raise a
        ``ValueError``.
    **options : dict
        Other parameters of the extractor for :meth:`Predictor.predict_many`, such as `n_jobs`,
        `timeout` and `cache`.

    Returns
    -------
    Predictor
        It answers ``predict(audio)``.

    Raises
    ------
    ValueError
        If the file is no model, or has been altered; if it does not say how its features were
        made; or if configuration or speech models are missing or others.
    OSError
        If there is no such file, or it cannot be read.
    ImportError
        If what computes the features is not installed.

    Warns
    -----
    UserWarning
        If another version of openSMILE is installed than the one that the model recorded, so that
        the numbers may differ.

    See Also
    --------
    load_model : Reads the model alone, to predict from a table of features.

    Examples
    --------
    >>> import io, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.features import FeatureOrigin, OpenSmileFeatures
    >>> from skprognet.persistence import load_predictor, save_model
    >>> emodb = load_emodb()
    >>> clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> origin = FeatureOrigin.of_extractor(OpenSmileFeatures())
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "emotion.safetensors"
    ...     clf.fit(emodb.data, emodb.target)
    ...     save_model(clf, path, metadata={"features": origin.to_dict()})
    ...     predictor = load_predictor(path, max_duration=30)
    DNNClassifier(...)
    >>> tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)
    >>> file = io.BytesIO()
    >>> soundfile.write(file, tone, 16_000, format="WAV")
    >>> said = predictor.predict(file.getvalue())
    >>> said.label in clf.classes_, said.error
    (True, None)
    >>> predictor.predict(file.getvalue()[:1_044]).error
    'The recording is cut short (1000 of 32000 bytes are there).'
    >>> predictor.predict(b"This is text.").error
    'The recording cannot be decoded (Format not recognised).'
    """
    model = load_model(path, modules=modules)
    origin = FeatureOrigin.from_metadata(read_model_info(path)["metadata"])
    extractor = make_extractor(
        origin,
        configuration,
        speech_models,
        download=download,
        max_duration=max_duration,
        **({} if device is None else {"device": device}),
        **options,
    )
    return Predictor(model, extractor, on_error=on_error)


def make_extractor(origin, configuration, speech_models, **options):
    """Return the extractor of what a model learned from; raise if its file does not say.

    Parameters
    ----------
    origin : FeatureOrigin or None
        What the file says.
    configuration, speech_models, **options : object
        As for :func:`load_predictor`.

    Returns
    -------
    FeatureExtractor
        It reports no progress and raises nothing about recordings.

    Raises
    ------
    ValueError
        If there is no origin, or it names other software or a file that is not there.
    """
    if origin is None:
        raise ValueError(
            "To predict from audio, features must be made as those that the model learned from, "
            "and its file does not say how these were. Give a table of features to 'skprognet "
            "predict', or its rows to load_model(path)."
        )
    return origin.make_extractor(configuration, speech_models, **options)
