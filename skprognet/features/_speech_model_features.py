"""Compute the layers of a pretrained speech network, averaged over time, one row per utterance."""

from skprognet._checks import check_bool, check_number
from skprognet._wording import first_few, nearest_name
from skprognet.features._feature_extractor import FeatureExtractor
from skprognet.features._feature_function import FeatureFunction
from skprognet.features.speech_models import (
    POOLINGS,
    PooledLayers,
    SpeechModel,
    are_random,
    column_names,
    load_speech_model,
    short_name,
)


class SpeechModelFeatures(FeatureExtractor):
    """Turn speech into the layers of a pretrained network, one row per utterance.

    A network that was trained on the audio of thousands of speakers may have learned more about
    voices than a corpus of emotions can teach. This class runs such a network on each utterance.
    The mean and the standard deviation over time of each hidden unit become columns, such as
    ``ge2e.layer2.mean.017``. :class:`~skprognet.sources.LayerSource` makes a frozen column of
    them, which a progressive network reads.

    Three kinds of models are supported:

    - ``"ge2e"``, a speaker encoder [1]_ of three LSTM layers of 256 units. Its weights are those
      of Resemblyzer, 17 MB under the Apache-2.0 licence:
      ``pip install --no-deps resemblyzer==0.1.4``. The package itself is never imported.
    - a model of the library transformers that reads samples: wav2vec 2.0 [2]_, HuBERT, WavLM,
      UniSpeech. Give its folder, or its name on the hub, such as ``"facebook/wav2vec2-base"``.
      ``pip install 'skprognet[speech]'`` installs the library. The models have their own licences.
    - any ``torch.nn.Module`` of yours, as a :class:`SpeechModule`.

    Parameters
    ----------
    model : str, path-like or SpeechModule
        The network.
    layers : 'all', str or sequence of str, default='all'
        Names of its layers, in the order of the columns; 'all' means its hidden layers. For
        "ge2e" these are "layer1", "layer2" and "layer3". Its output "embedding", one vector of
        unit length for each window, must be named. For a transformers model the layers are
        "layer0", the input of the first transformer layer, "layer1", ..., up to its number of
        layers.
    pooling : str or sequence of str, default=('mean', 'std')
        Statistics over time: 'mean', and 'std', the standard deviation of the population.
    weights : str or path-like, default=None
        None means the pretrained weights. "random" means the same architecture with random
        weights, which are always the same. This is a control that shows whether a result is due to
        what the network has learned. Its columns begin with ``ge2e-random``, for example. For
        "ge2e" also the path of the file with the pretrained weights, if resemblyzer is not
        installed.
    device : str, default='cpu'
        Device on which torch computes, such as "cuda".
    batch_size : int, default=8
        Number of windows of an utterance to compute at once.
    download : bool, default=False
        Whether a model that is not on this machine may be downloaded from the Hugging Face Hub.
        Otherwise nothing is looked up on the network.
    sampling_rate : int, default=16000
        The rate in Hz to which all audio is resampled; it must be that of the model.
    on_error : {'raise', 'skip', 'nan'}, default='raise'
        What to do about utterances that cannot be used, after all were tried: raise one error,
        leave their rows out, or fill their rows with NaN (the latter two with one warning).
    on_short : {'error', 'nan'}, default='error'
        What to do about an utterance that is too short for the model (25 ms for "ge2e" and for
        the usual transformers models): treat it as `on_error` says, or return a row of NaN.
    cache : str or path-like, default=None
        Folder that keeps features for later calls. They are found again by the content of the
        audio, the SHA-256 of the weights and everything else that they depend on, so other
        weights give new rows. None keeps nothing.
    cache_size_limit : int, default=None
        Largest size of the cache in bytes; None means no limit.
    n_jobs : int, default=None
        Number of utterances to process in parallel, each in its own process with one thread. None
        means 1 unless in a :func:`joblib.parallel_config` context, -1 means all processors. The
        features are the same, bit for bit, for any number.
    timeout : float, default=1800
        Longest processing time of an utterance in seconds, if it has its own process; None means
        no limit.
    max_duration : float, default=3600
        Longest utterance in seconds; None or infinity means no limit.
    verbose : bool, default=True
        Show a progress bar on standard error if the work takes longer than 5 s.

    Attributes
    ----------
    errors_ : DataFrame
        The utterances that the last :meth:`transform` could not use: file, start, end (s) and
        reason, indexed by the row in `X`, from 0. It is set even if an error was raised.

    See Also
    --------
    SpeechModule : Your own network.
    JoinedFeatures : Features of openSMILE and layers in one table.
    skprognet.sources.LayerSource : Makes a frozen column of the layers.

    Notes
    -----
    **Input of "ge2e".** A signal quieter than -30 dB of full scale is raised to this level. It is
    cut into windows of 1.6 s that begin 0.77 s apart. The last window is dropped if the signal
    fills less than 75 % of it, and padded with zeros otherwise. An utterance shorter than one
    window is padded too. Each window becomes 160 frames of 40 mel energies, computed as in
    librosa. The LSTM layers restart in each window. The mean and the deviation of a layer are
    over all frames of all windows.

    **Input of a transformers model.** If its file ``preprocessor_config.json`` says so, or is
    missing, the signal is normalised to mean 0 and variance 1. An utterance of more than 20 s is
    cut into the fewest windows of equal length (to one sample) that are not longer than 20 s. No
    frame sees beyond its window. All windows of a batch are equally long, so nothing is padded.
    The names of the columns begin with the last part of the model's name, with "-" for dots.

    Its weights are read from safetensors, or else from ``pytorch_model.bin`` as numbers only
    (``weights_only=True``), and no code of a model runs. Weights that the file lacks are an error;
    the library would draw them at random.

    Mean and deviation are accumulated window by window in float64. Numbers differ by about 1e-7
    between values of `batch_size` and `device`, so the cache keeps them apart.

    References
    ----------
    .. [1] L. Wan, Q. Wang, A. Papir, I. Lopez Moreno, "Generalized End-to-End Loss for Speaker
       Verification", ICASSP, 2018. https://arxiv.org/abs/1710.10467
    .. [2] A. Baevski, H. Zhou, A. Mohamed, M. Auli, "wav2vec 2.0: A Framework for Self-Supervised
       Learning of Speech Representations", NeurIPS, 2020. https://arxiv.org/abs/2006.11477

    Examples
    --------
    The control with random weights, which needs no download:

    >>> import numpy as np
    >>> from skprognet.features import SpeechModelFeatures
    >>> tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)
    >>> control = SpeechModelFeatures("ge2e", layers=["layer1"], pooling="mean", weights="random")
    >>> control.fit_transform([(tone, 16_000)]).iloc[:, :2].round(3)
       ge2e-random.layer1.mean.000  ge2e-random.layer1.mean.001
    0                       -0.044                        0.127
    """

    # As the content of the weights, the names of the columns, and the depends_on of the model.
    _depended_on = ("model", "layers", "pooling", "weights", "device", "batch_size", "download")

    def __init__(
        self,
        model,
        *,
        layers="all",
        pooling=("mean", "std"),
        weights=None,
        device="cpu",
        batch_size=8,
        download=False,
        sampling_rate=16_000,
        on_error="raise",
        on_short="error",
        cache=None,
        cache_size_limit=None,
        n_jobs=None,
        timeout=1800,
        max_duration=3600,
        verbose=True,
    ):
        super().__init__(
            sampling_rate=sampling_rate,
            on_error=on_error,
            on_short=on_short,
            cache=cache,
            cache_size_limit=cache_size_limit,
            n_jobs=n_jobs,
            timeout=timeout,
            max_duration=max_duration,
            verbose=verbose,
        )
        self.model = model
        self.layers = layers
        self.pooling = pooling
        self.weights = weights
        self.device = device
        self.batch_size = batch_size
        self.download = download

    @property
    def software(self):
        """The name of the network, for messages and for the progress bar."""
        if isinstance(self.model, SpeechModel):
            return self.model.name
        return short_name(self.model, are_random(self.weights))

    def load(self):
        """Check the parameters that choose the network, and return it.

        Returns
        -------
        SpeechModel
            It has ``name``, ``sha256`` (of its weights), ``sampling_rate``, and ``layer_widths``,
            the number of units of each layer.

        Raises
        ------
        TypeError
            If `model` has another type.
        ValueError
            If there is no such model, its weights do not fit, or it needs another sampling rate.
        OSError
            If the file of weights does not exist, or the download fails.
        ImportError
            If a package is missing.
        """
        check_number("batch_size", self.batch_size, "integer", low=1)
        check_bool("download", self.download)
        options = (self.weights, self.device, self.batch_size, self.download)
        model = load_speech_model(self.model, *options)
        if self.sampling_rate != model.sampling_rate:
            raise ValueError(
                f"sampling_rate must be {model.sampling_rate} Hz for the speech model "
                f"{model.name!r}; got {self.sampling_rate!r}."
            )
        return model

    def feature_function(self):
        """Return the averages of the layers, as a function of one signal.

        Returns
        -------
        FeatureFunction
            The names of the columns, and the function that computes them.

        Raises
        ------
        ValueError
            If there is no such model, layer or pooling.
        """
        model, layers, pooling = self._chosen()
        names = column_names(model, layers, pooling)
        depends_on = {"weights": model.sha256, **model.depends_on}
        return FeatureFunction(names, PooledLayers(model, layers, pooling), depends_on)

    def _chosen(self):
        """Check and return the network, its layers and the statistics over time."""
        model = self.load()
        layers = self.layers
        if isinstance(layers, str) and layers == "all":
            layers = model.hidden_layers
        layers = _choose(
            "layers (--speech-layers)", layers, list(model.layer_widths), f" of {model.name!r}"
        )
        return model, layers, _choose("pooling (--speech-pooling)", self.pooling, POOLINGS)


def _choose(parameter, wanted, known, whose=""):
    """Return names as a list; raise unless each is known and appears once."""
    names = [wanted] if isinstance(wanted, str) else wanted
    names = list(names) if hasattr(names, "__iter__") else [names]
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        near = wrong and nearest_name(wrong[0], known)
        raise ValueError(
            f"{parameter} must be among {first_few(known)}{whose}; got "
            f"{f'{wrong[0]!r:.200}' if wrong else 'none'}."
            + (f" The nearest is {near!r}." if near else "")
        )
    if len(set(names)) < len(names):
        raise ValueError(f"{parameter} must have each name once; got {first_few(names)}.")
    return names
