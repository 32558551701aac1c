"""Load the feature tables that ship with the package."""

from importlib.resources import files

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skprognet._checks import check_choice

_LABELS = ["file", "speaker", "gender", "emotion"]
# The origin of the table, which tools/make_emodb.py made.
_ORIGIN = {
    "feature_set": "eGeMAPSv02",
    "sampling_rate": 16_000,
    "extractor": "opensmile 2.6.0",
}
# The speech models whose layers ship with the features, and the widths of the layers.
_LAYERS = {"ge2e": {"layer1": 256, "layer2": 256, "layer3": 256}}
# The origin of the layers, as text that follows that of the features.
_ORIGIN_OF_LAYERS = {
    "ge2e": {
        "feature_set": "ge2e[layer1,layer2,layer3;mean]",
        "extractor": "ge2e sha256:39373b86598fa3da9fcddee6142382ef"
        "e09777e8d37dc9c0561f41f0070f134e",
    }
}


def _data_file(name):
    return files("skprognet.datasets").joinpath("data", name)


def _read_table(path):
    """Read a shipped table: labels as str, features in their original float32."""
    with path.open("rb") as packed:
        table = pd.read_csv(packed, compression="gzip", dtype=dict.fromkeys(_LABELS, str))
    return table.astype(dict.fromkeys(table.columns.difference(_LABELS), np.float32))


def _read_layers(name):
    """Return the layers of a speech model as columns, in the order of the recordings."""
    # Half precision halves the size of the file; its error is at most 1 part in 2048.
    with _data_file(f"emodb_{name}.npy").open("rb") as stored:
        values = np.load(stored, allow_pickle=False).astype(np.float32)
    columns = [
        f"{name}.{layer}.mean.{unit:03d}"
        for layer, width in _LAYERS[name].items()
        for unit in range(width)
    ]
    return pd.DataFrame(values, columns=columns)


def _origin(layers):
    """Return the origin of the features and, after a plus sign, of the layers."""
    of_layers = _ORIGIN_OF_LAYERS.get(layers, {})
    return _ORIGIN | {name: f"{_ORIGIN[name]} + {text}" for name, text in of_layers.items()}


def load_emodb(*, layers=None, return_X_y=False, as_frame=False):
    """Load the acoustic features of the Berlin Database of Emotional Speech (EmoDB).

    Ten actors speak German sentences in four emotions [1]_. Each recording is one row with the 88
    eGeMAPSv02 functionals of openSMILE, as :class:`~skprognet.features.OpenSmileFeatures` returns
    them. They are not normalised.

    =================   ==============================================
    Samples total       339
    Samples per class   angry 127, happy 71, neutral 79, sad 62
    Speakers            10 (5 female, 5 male)
    Dimensionality      88
    Features            real, in the units of openSMILE
    =================   ==============================================

    The recordings are in the public domain (CC0-1.0). openSMILE and its features are for research
    use only.

    ``layers="ge2e"`` adds 768 columns: the averages over time of the three hidden layers of GE2E,
    a network that was trained to distinguish thousands of English speakers [2]_. A
    :class:`~skprognet.sources.LayerSource` reads them.

    Parameters
    ----------
    layers : {None, "ge2e"}, default=None
        A speech model whose layers become further columns of `data`, such as
        ``"ge2e.layer2.mean.017"``. :class:`~skprognet.features.SpeechModelFeatures` computed them
        with ``pooling=("mean",)``, and they are stored in half precision. The weights of GE2E are
        under the Apache License 2.0.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Return pandas objects instead of arrays.

    Returns
    -------
    data : Bunch or tuple
        ``(data, target)`` if `return_X_y`, else a Bunch with these attributes.

        data : ndarray or DataFrame of shape (339, 88), float32
            The features in float32, openSMILE's own precision, so extracting them again gives the
            same bits. With ``layers="ge2e"`` the shape is (339, 856).
        target : ndarray or Series of str, shape (339,)
            The emotion: 'angry', 'happy', 'neutral' or 'sad'.
        speaker : ndarray or Series of str, shape (339,)
            The corpus's number of the actor: '03', '08', ..., '16'.
        gender : ndarray or Series of str, shape (339,)
            'female' or 'male'.
        file : ndarray or Series of str, shape (339,)
            Name of the recording, such as '03a01Fa.wav'. Rows are sorted by it.
        target_names : ndarray of str, shape (4,)
            The four emotions.
        feature_names : list of str, length 88 or 856
            The columns of `data`.
        frame : DataFrame of shape (339, 92) or (339, 860), or None
            The table as it is stored: file, speaker, gender, emotion, then the features. None
            unless `as_frame`.
        DESCR : str
            Origin of the data, meaning of the columns, and what to cite.
        filename : str
            The file that was read.
        origin : dict
            Origin of the features: feature_set, sampling_rate (Hz) and extractor, which are the
            parameters of a :class:`~skprognet.features.FeatureOrigin`.

    Raises
    ------
    ValueError
        If there are no layers of this speech model.

    See Also
    --------
    skprognet.features.OpenSmileFeatures : Computes these features of your own recordings.
    skprognet.features.SpeechModelFeatures : Computes these layers of your own recordings.

    References
    ----------
    .. [1] F. Burkhardt, A. Paeschke, M. Rolfes, W. Sendlmeier, B. Weiss, "A database of German
       emotional speech", Interspeech 2005. https://doi.org/10.21437/Interspeech.2005-446
    .. [2] L. Wan, Q. Wang, A. Papir, I. Lopez Moreno, "Generalized end-to-end loss for speaker
       verification", ICASSP 2018. https://doi.org/10.1109/ICASSP.2018.8462665 The weights are
       those of the Python package resemblyzer 0.1.4.

    Examples
    --------
    >>> from skprognet.datasets import load_emodb
    >>> emodb = load_emodb()
    >>> emodb.data.shape
    (339, 88)
    >>> emodb.target[:3].tolist()
    ['happy', 'neutral', 'angry']

    The same three recordings, with their speaker and as a table:

    >>> load_emodb(as_frame=True).frame.iloc[:3, :5]
              file speaker gender  emotion  F0semitoneFrom27.5Hz_sma3nz_amean
    0  03a01Fa.wav      03   male    happy                          31.188166
    1  03a01Nc.wav      03   male  neutral                          25.022938
    2  03a01Wa.wav      03   male    angry                          34.292320

    The features together with the layers of a speaker network:

    >>> with_layers = load_emodb(layers="ge2e", as_frame=True)
    >>> with_layers.data.shape, with_layers.feature_names[-1]
    ((339, 856), 'ge2e.layer3.mean.255')
    """
    if layers is not None:
        check_choice("layers", layers, tuple(_LAYERS))
    path = _data_file("emodb_egemapsv02.csv.gz")
    frame = _read_table(path)
    if layers is not None:
        frame = frame.join(_read_layers(layers))
    data = frame.drop(columns=_LABELS)
    feature_names = data.columns.to_list()
    labels = {name: frame[name] for name in _LABELS}
    if not as_frame:
        frame, data = None, data.to_numpy()
        labels = {name: column.to_numpy(dtype=str) for name, column in labels.items()}
    target = labels.pop("emotion")
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        **labels,
        target_names=np.unique(target),
        feature_names=feature_names,
        frame=frame,
        DESCR=_data_file("emodb.rst").read_text(encoding="utf-8"),
        filename=str(path),
        origin=_origin(layers),
    )
