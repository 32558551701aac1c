"""A model together with the extractor of its features: it predicts from recordings."""

import copy
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import is_regressor

from skprognet._checks import check_choice
from skprognet._wording import first_few
from skprognet.features import OneRecording, select_features
from skprognet.persistence._label_rows import as_learned, label_rows

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
        X = as_learned(self.model, pd.DataFrame(row, columns=self._names))
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
            ``predicted``, or ``predicted_0``, ``predicted_1`` and so on), if they are asked for
            the columns of changes, and ``error``: why there is no answer, in words that continue
            "the recording ..."; missing where there is one. The index is that of the extractor's
            ``transform``.

        Warns
        -----
        UserWarning
            Of recordings that are silent, clipped or odd in another way.
        """
        extractor = copy.copy(self.extractor).set_params(on_error="nan")
        with warnings.catch_warnings():
            # Each is named with its reason in the table.
            warnings.filterwarnings("ignore", "Every utterance must have complete", UserWarning)
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


def _plain(label):
    """Return a label as Python has it, as JSON needs it."""
    return label.item() if isinstance(label, np.generic) else label
