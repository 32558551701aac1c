"""Predict from recordings with a model and the extractor of its features."""

import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import is_regressor

from skprognet._checks import check_choice
from skprognet._wording import first_few
from skprognet.features import OneRecording, select_features
from skprognet.persistence._label_rows import label_rows
from skprognet.persistence._rows_of_a_model import as_learned, reader_of

_ON_ERROR = ("answer", "raise")


@dataclass(frozen=True)
class Prediction:
    """Prediction of a :class:`Predictor` for one recording.

    Parameters
    ----------
    label : object, default=None
        The most probable class; None if there is no answer.
    probabilities : dict, default=None
        The probability of each class, a float; None if there is no answer.
    error : str, default=None
        The reason why there is no answer, as one sentence; None if there is an answer.
    remark : str, default=None
        What is odd about a recording with an answer, such as silence, as one sentence; None for
        most recordings.
    numbers : tuple of float, default=None
        The predicted number of each output if the model is a regressor; label and probabilities
        are then None.

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
    """Model with the extractor of its features, which predicts from recordings.

    :func:`load_predictor` builds one from the file of a model. Several threads may use one
    predictor at the same time, since nothing in it changes. Its messages and results never contain
    samples or bytes of a recording.

    Parameters
    ----------
    model : estimator
        A fitted classifier with a method ``predict_proba``, or a regressor of this package.
    extractor : FeatureExtractor
        Computes the features of the model, and possibly others.
    on_error : {'answer', 'raise'}, default='answer'
        What :meth:`predict` does with an unusable recording: answer with the reason in ``error``,
        or raise a ``ValueError`` with the reason.

    Attributes
    ----------
    classes_ : ndarray
        The classes in the order of the probabilities; None for a regressor.

    Raises
    ------
    ValueError
        If the extractor lacks features of the model.

    See Also
    --------
    load_predictor : Builds one from a file, with an example.

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
        self._extract = OneRecording(extractor)
        reader = reader_of(model)
        self._names = getattr(reader, "feature_names_in_", self._extract.names)
        self._positions = _find_positions(self._names, self._extract.names, reader)

    def predict(self, audio):
        """Return the prediction for one recording.

        Features and probabilities equal those of ``skprognet predict`` bit for bit, whatever the
        form of the recording. A file in memory is decoded in memory; nothing is written.

        Parameters
        ----------
        audio : str, path-like, bytes-like, binary file or (ndarray, int)
            One of

            - the path of an audio file, of any format that
              :class:`~skprognet.features.OpenSmileFeatures` reads;
            - all bytes of such a file;
            - a file opened in binary mode, or another object whose method ``read()`` returns
              bytes; it is read to its end;
            - a pair (signal, sampling rate in Hz): shape (n_frames,) or (n_frames, n_channels),
              floats from -1 to 1 or integers of 16 or 32 bits.

        Returns
        -------
        Prediction
            The label and the probabilities, the numbers of a regressor, or the reason why there
            are none.

        Raises
        ------
        ValueError
            With ``on_error="raise"``, if the recording is unusable: missing, not audio, empty, cut
            short, silent although a speech model needs sound, too short, too long, with NaN, or
            with an impossible sampling rate.
        TypeError
            If `audio` is none of the above, which is an error of the program, not of the
            recording.
        """
        features = self._extract(audio)
        if features.reason is not None:
            return self._without_answer(features.reason)
        row = features.values[self._positions][np.newaxis]
        X = as_learned(self.model, pd.DataFrame(row, columns=self._names))
        remark = features.remark and f"The recording {features.remark}."
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
        """Return the predictions for many recordings as a table.

        Parameters
        ----------
        X : list, array, Series, DataFrame or Index, of n_utterances
            The recordings in a form that the extractor takes: paths, a table with the columns
            ``file`` and optionally ``start`` and ``end`` (s), or pairs (signal, sampling rate).
        explaining : bool, default=False
            Whether to add the changes without each source and each group of features, from
            :func:`~skprognet.estimators.explain`.

        Returns
        -------
        DataFrame
            One row for each recording. The columns are ``label`` and ``p_<class>`` for each class,
            or for a regressor ``predicted`` (with several outputs ``predicted_0``, ``predicted_1``
            and so on); with ``explaining=True`` the columns of changes; and ``error``, the reason
            why there is no answer, in words that continue "the recording ...", missing if there is
            an answer. The index is that of the extractor's ``transform``.

        Warns
        -----
        UserWarning
            If recordings are silent, clipped or odd in another way.
        """
        # With on_short="nan" a row of undefined features would have no reason.
        extractor = copy.copy(self.extractor).set_params(on_error="nan", on_short="error")
        extractor._reports_errors = False  # the table has the reason of each
        features = extractor._extract_table(X)
        error = np.full(len(features), None, dtype=object)
        error[extractor.errors_.index] = extractor.errors_["reason"].to_numpy()
        usable = np.array([reason is None for reason in error], dtype=bool)
        index = features.index
        features.index = pd.RangeIndex(len(features))  # names may repeat
        labelled = label_rows(
            self.model, select_features(features[usable], self._names), explaining=explaining
        )
        # As objects, since a column of integers cannot hold missing values.
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


def _find_positions(wanted, names, reader):
    """Return the positions of the features of a model among those of an extractor."""
    positions = {name: position for position, name in enumerate(names)}
    missing = [name for name in wanted if name not in positions]
    if missing:
        raise ValueError(
            f"extractor must compute the {len(wanted)} features of the model; got one without "
            f"{len(missing)} of them: {first_few(missing)}. Use the extractor that computed them."
        )
    n_features = getattr(reader, "n_features_in_", len(wanted))
    if n_features != len(wanted):
        raise ValueError(
            f"extractor must compute the {n_features} features of the model, which has no names; "
            f"got {len(wanted)} features. Use the extractor that computed them."
        )
    return np.array([positions[name] for name in wanted])


def _plain(label):
    """Return a label as a Python object, which JSON needs."""
    return label.item() if isinstance(label, np.generic) else label
