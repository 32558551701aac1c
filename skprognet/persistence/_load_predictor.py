"""Load a predictor: the model of a file with the extractor of its features."""

from skprognet.features import FeatureOrigin
from skprognet.persistence._model_file import load_model, read_model_info
from skprognet.persistence._predictor import Predictor


def load_predictor(
    path,
    *,
    modules=None,
    configuration=None,
    speech_models=None,
    device="cpu",
    download=False,
    max_duration=3600,
    on_error="answer",
    **options,
):
    """Load a model from `save_model` as a predictor for recordings.

    The file must record how the features of the model were computed. Files of ``skprognet train``
    do so if their table came from ``skprognet extract``. The predictor computes the same features
    for each recording. An openSMILE configuration file and the weights of speech models must be
    the ones that the model learned from; another version of openSMILE gives a warning.

    Parameters
    ----------
    path : str or path
        The file.
    modules : dict of str to torch.nn.Module, default=None
        As in :func:`load_model`.
    configuration : path, default=None
        The openSMILE configuration that computed the features, if it is not one of openSMILE's
        own. It only runs if its SHA-256 is the recorded one.
    speech_models : dict of str to object, default=None
        Where to find speech models that are not found automatically, by the prefix of their
        columns, such as ``{"ge2e": "models/ge2e"}``: a folder, for GE2E also the file of its
        weights, or a :class:`~skprognet.features.SpeechModule`. The weights must be the recorded
        ones.
    device : str, default="cpu"
        Device of speech models, such as "cuda".
    download : bool, default=False
        Whether to download a speech model that is not on this machine.
    max_duration : float, default=3600
        Maximum duration of a recording in seconds; None means no limit. A longer recording is
        rejected before it is decoded.
    on_error : {'answer', 'raise'}, default='answer'
        What to do with an unusable recording: answer with the reason, or raise a ``ValueError``.
    **options : dict
        Other parameters of the extractor for :meth:`Predictor.predict_many`, such as `n_jobs`,
        `timeout` and `cache`.

    Returns
    -------
    Predictor
        The predictor, with a method ``predict(audio)``.

    Raises
    ------
    ValueError
        If the file is not a model or has been altered; if it does not record how its features were
        computed; if configuration or speech models are missing or differ; or if `options` have
        another `sampling_rate`.
    OSError
        If the file does not exist or cannot be read.
    ImportError
        If the packages that compute the features are not installed.

    Warns
    -----
    UserWarning
        If the installed version of openSMILE is not the recorded one, so the numbers may differ.

    See Also
    --------
    load_model : Loads only the model, to predict from a table of features.

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
    >>> prediction = predictor.predict(file.getvalue())
    >>> prediction.label in clf.classes_, prediction.error
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
        device=device,
        **options,
    )
    return Predictor(model, extractor, on_error=on_error)


def make_extractor(origin, configuration, speech_models, **options):
    """Return the extractor of the features of a model; raise if its file does not record it.

    Parameters
    ----------
    origin : FeatureOrigin or None
        The origin of the features, as the file records it.
    configuration, speech_models, **options : object
        As in :func:`load_predictor`.

    Returns
    -------
    FeatureExtractor
        The extractor, with these options and its own defaults for the others.

    Raises
    ------
    ValueError
        If there is no origin, or the speech model or configuration is missing or another one.
    """
    if origin is None:
        raise ValueError(
            "The file of a model must record how its features were computed, to predict from "
            "audio; got no such record. Pass a table of features to 'skprognet predict', or its "
            "rows to load_model(path)."
        )
    return origin.make_extractor(configuration, speech_models, **options)
