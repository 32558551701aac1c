"""A fitted network with ears: recordings in, one at a time, and labels or numbers out."""

import copy
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import is_regressor

from skprognet._checks import check_choice
from skprognet._wording import first_few
from skprognet.estimators import explain
from skprognet.features import FeatureOrigin, OneRecording, select_features
from skprognet.persistence._model_file import load_model, read_model_info
from skprognet.sources import network_of

_ON_ERROR = ("answer", "raise")


@dataclass(frozen=True)
class Prediction:
    """What a :class:`Predictor` says of one recording.

    Parameters
    ----------
    label : object, default=None
        The most probable class; None if there is no answer.
    probabilities : dict, default=None
        The probability of each class, a float; None if there is no answer.
    error : str, default=None
        Why there is no answer, as one sentence; None if there is one.
    remark : str, default=None
        What is odd about a recording that has an answer, as one sentence, such as that it is
        silent; None for most recordings.
    numbers : tuple of float, default=None
        The predicted number of each output, if the model is a regressor; label and probabilities
        are None then.

    Examples
    --------
    >>> from skprognet.persistence import Prediction
    >>> Prediction("happy", {"happy": 0.75, "sad": 0.25}).label
    'happy'
    >>> Prediction(error="The recording is empty (0 bytes).").label is None
    True
    """

    label: object = None
    probabilities: dict | None = None
    error: str | None = None
    remark: str | None = None
    numbers: tuple | None = None


def label_rows(model, X, *, explaining=False):
    """Return the label of each row and the probability of every class, or its numbers.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        The features that it takes; there may be no rows.
    explaining : bool, default=False
        Whether to add what :func:`~skprognet.estimators.explain` says of each row.

    Returns
    -------
    DataFrame
        ``label`` and ``p_<class>`` for each class, and the changes without each source and group
        of features if they are asked for, with the index of X. Of a regressor ``predicted``, or
        ``predicted_0``, ``predicted_1`` and so on.
    """
    if is_regressor(model):
        return _numbers_of_rows(model, X, explaining)
    columns = [f"p_{name}" for name in model.classes_]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=["label", *columns])
    rows = _as_learned(model, X)
    probabilities = model.predict_proba(rows)
    table = pd.DataFrame(probabilities, X.index, columns)
    table.insert(0, "label", model.classes_[probabilities.argmax(axis=1)])
    if not explaining:
        return table
    changes = explain(model, rows).drop(columns=["predicted", "log_probability"])
    return pd.concat([table, changes.set_axis(X.index)], axis=1)


def _numbers_of_rows(model, X, explaining):
    """Return the numbers that a regressor predicts for each row, a column for each output."""
    if explaining:
        raise ValueError(
            "Only the label of a classifier can be explained; the model is a "
            f"{type(network_of(model)).__name__}, which predicts numbers. Leave explaining out."
        )
    n_outputs = len(network_of(model).target_mean_)
    columns = ["predicted"] if n_outputs == 1 else [f"predicted_{k}" for k in range(n_outputs)]
    if X.empty:
        return pd.DataFrame(index=X.index, columns=columns, dtype=float)
    numbers = model.predict(_as_learned(model, X)).reshape(len(X), n_outputs)
    return pd.DataFrame(numbers, X.index, columns)


class Predictor:
    """A model together with the extractor of its features: it predicts from recordings.

    :func:`load_predictor` makes one of the file of a model. Several threads may use one predictor
    at the same time; nothing in it changes. No message, and nothing that it returns, has samples
    or bytes of a recording in it.

    Parameters
    ----------
    model : estimator
        Fitted: a classifier with a method ``predict_proba``, or a regressor of this package.
    extractor : FeatureExtractor
        Makes the features that the model learned from, and perhaps others.
    on_error : {'answer', 'raise'}, default='answer'
        What :meth:`predict` does about a recording that cannot be used: answer with the reason in
        ``error``, or raise a ``ValueError`` with the reason.

    Attributes
    ----------
    classes_ : ndarray
        The classes, in the order of the probabilities; None of a regressor.

    Raises
    ------
    ValueError
        If the extractor lacks features that the model needs.

    See Also
    --------
    load_predictor : Makes one of a file, with an example.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet import DNNClassifier
    >>> from skprognet.datasets import load_emodb
    >>> from skprognet.features import OpenSmileFeatures
    >>> from skprognet.persistence import Predictor
    >>> emodb = load_emodb()
    >>> clf = DNNClassifier(hidden_layer_sizes=(8,), max_epochs=2, random_state=0)
    >>> predictor = Predictor(clf.fit(emodb.data, emodb.target), OpenSmileFeatures())
    >>> predictor.predict((np.zeros(100), 16_000)).error
    'The recording is too short for openSMILE (0.006 s).'
    """

    def __init__(self, model, extractor, *, on_error="answer"):
        check_choice("on_error", on_error, _ON_ERROR)
        self.model, self.extractor, self.on_error = model, extractor, on_error
        self.classes_ = None if is_regressor(model) else model.classes_
        self._hear = OneRecording(extractor)
        self._names = getattr(model, "feature_names_in_", self._hear.names)
        self._places = _find_places(self._names, self._hear.names, model)

    def predict(self, audio):
        """Return what the model says of one recording.

        Features and probabilities are those of ``skprognet predict``, bit for bit, whatever the
        recording comes in. A file in memory is decoded there; nothing is written.

        Parameters
        ----------
        audio : str, path-like, bytes-like, binary file or (ndarray, int)
            One of

            - the path of an audio file, of any format that
              :class:`~skprognet.features.OpenSmileFeatures` reads;
            - all bytes of such a file;
            - a file opened in binary mode, or anything else whose method ``read()`` returns bytes:
              it is read to its end;
            - a pair (signal, sampling rate in Hz): shape (n_frames,) or (n_frames, n_channels),
              floats from -1 to 1 or integers of 16 or 32 bits.

        Returns
        -------
        Prediction
            The label and the probabilities, or the numbers of a regressor, or the reason why there
            are none.

        Raises
        ------
        ValueError
            With ``on_error="raise"``, if the recording cannot be used: it is missing, no audio,
            empty, cut short, silent where a speech model needs sound, too short, too long, holds
            NaN, or has a sampling rate that no audio has.
        TypeError
            If `audio` is none of the above: the program is wrong then, not the recording.
        """
        heard = self._hear(audio)
        if heard.reason is not None:
            return self._without_answer(heard.reason)
        row = heard.values[self._places][np.newaxis]
        X = _as_learned(self.model, pd.DataFrame(row, columns=self._names))
        remark = heard.remark and f"The recording {heard.remark}."
        if self.classes_ is None:
            return Prediction(remark=remark, numbers=tuple(self.model.predict(X).ravel().tolist()))
        (probabilities,) = self.model.predict_proba(X)
        label = self.classes_[probabilities.argmax()]
        classes = map(_plain, self.classes_)
        return Prediction(
            label=_plain(label),
            probabilities=dict(zip(classes, probabilities.tolist(), strict=True)),
            remark=remark,
        )

    def predict_many(self, X, *, explaining=False):
        """Return what the model says of many recordings, as a table.

        Parameters
        ----------
        X : list, array, Series, DataFrame or Index, of n_utterances
            Paths, a table with the columns ``file`` and perhaps ``start`` and ``end`` (s), or
            pairs (signal, sampling rate), as the extractor takes them.
        explaining : bool, default=False
            Whether to add what :func:`~skprognet.estimators.explain` says of each recording.

        Returns
        -------
        DataFrame
            A row for each recording: ``label``, ``p_<class>`` for each class (of a regressor
            ``predicted``, or ``predicted_0``, ``predicted_1`` and so on), and ``error``: why there
            is no answer, in words that continue "the recording ..."; missing where there is one.
            The index is that of the extractor's ``transform``.

        Warns
        -----
        UserWarning
            Of recordings that are silent, clipped or odd in another way.
        """
        extractor = copy.copy(self.extractor).set_params(on_error="nan")
        with warnings.catch_warnings():
            # Each is named with its reason in the table.
            warnings.filterwarnings("ignore", "Expected complete, readable audio", UserWarning)
            features = extractor.fit_transform(X)
        error = np.full(len(features), None, dtype=object)
        error[extractor.errors_.index] = extractor.errors_["reason"].to_numpy()
        usable = np.array([reason is None for reason in error], dtype=bool)
        index = features.index
        features.index = pd.RangeIndex(len(features))  # names may come twice
        labelled = label_rows(
            self.model, select_features(features[usable], self._names), explaining=explaining
        )
        # As objects, since a column of whole numbers cannot hold that one is missing.
        labels = {"label": object} if "label" in labelled else {}
        table = labelled.astype(labels).reindex(features.index)
        table["error"] = error
        return table.set_axis(index)

    def _without_answer(self, reason):
        error = f"The recording {reason.rstrip('.')}."
        if self.on_error == "raise":
            raise ValueError(error)
        return Prediction(error=error)

    def __repr__(self):
        return f"Predictor({type(self.model).__name__}, {self.extractor.software})"


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


def _find_places(wanted, names, model):
    """Return where the features of a model stand among those of an extractor."""
    place = {name: number for number, name in enumerate(names)}
    missing = [name for name in wanted if name not in place]
    if missing:
        raise ValueError(
            f"The extractor must make the {len(wanted)} features of the model; it lacks "
            f"{len(missing)}: {first_few(missing)}. Take the extractor that made them."
        )
    n_features = getattr(model, "n_features_in_", len(wanted))
    if n_features != len(wanted):
        raise ValueError(
            f"The model takes {n_features} features without names; the extractor makes "
            f"{len(wanted)}. Take the extractor that made them."
        )
    return np.array([place[name] for name in wanted])


def _as_learned(model, X):
    """Return rows with the names of their features, if the model has learned names."""
    return X if hasattr(model, "feature_names_in_") else X.to_numpy()


def _plain(label):
    """Return a label as Python has it, as JSON needs it."""
    return label.item() if isinstance(label, np.generic) else label
