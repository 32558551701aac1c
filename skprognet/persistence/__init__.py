"""Save and load a fitted model without pickle.

A file is in the safetensors format: the length of a JSON header (8 bytes, little-endian), the
header, which names each array with its type, shape and place, and the bytes of the arrays. The
header's ``__metadata__`` has one entry, ``"skprognet"``, whose text is a JSON document:

``format_version``
    The number 1; any other is rejected.
``versions``
    The versions of skprognet, scikit-learn, torch, skorch and numpy at the time of saving, for
    people to read.
``model``
    The estimator, as described below.
``metadata``
    The metadata that :func:`save_model` got, if any: any JSON object.
``sha256``
    The digest of the rest of the document and of the name, type, shape and bytes of every array.
    It detects damage. It is not a signature, since a forger can compute it too.

A value is ``null``, a bool, an integer, a finite float, a text, or a list of values. Any other
value is an object with one key, which names its kind:

``{"estimator": [class, {attribute: value}]}``
    The state from ``__getstate__``, for one of the classes that :func:`save_model` lists.
``{"source": [class, {attribute: value}]}``
    A source that is not an estimator, such as a ``LayerSource``: the result of its ``to_state``.
    For a ``TorchSource`` these are the weights and a description of its module, to compare with
    the module that :func:`load_model` gets.
``{"array": name}``, ``{"fortran": name}``
    An array of the file, or its transpose, so that an array keeps its order in memory. Equal
    arrays are stored once. A name is a label and never a path.
``{"text": name}``
    An array of text. The last axis of the named array has its code points.
``{"objects": [value, ...]}``
    An array of dtype object with one axis, such as the names of features.
``{"scalar": [type, value]}``
    A numpy scalar, such as a ``float64``.
``{"float": "nan"}``
    A float that JSON lacks: ``nan``, ``inf`` or ``-inf``.
``{"tuple": [value, ...]}``, ``{"dict": [[key, value], ...]}``
    A tuple; a dict with keys of any kind, in its order.
``{"RandomState": value}``
    The state of a numpy ``RandomState``, from its ``get_state``.

Before building anything, reading checks the file against a fixed table of classes, their
parameters, and the shape and type of every weight of the architecture. It never imports or calls a
name from the file.
"""

from skprognet.persistence._describe import describe_model, describe_network
from skprognet.persistence._export_onnx import export_onnx
from skprognet.persistence._label_rows import label_rows as label_rows
from skprognet.persistence._load_predictor import load_predictor
from skprognet.persistence._load_predictor import make_extractor as make_extractor
from skprognet.persistence._model_card import model_card
from skprognet.persistence._model_file import load_model, read_model_info
from skprognet.persistence._onnx_graph import OnnxGraph
from skprognet.persistence._predictor import Prediction, Predictor
from skprognet.persistence._rows_of_a_model import reader_of as reader_of
from skprognet.persistence._save_model import card_path as card_path
from skprognet.persistence._save_model import save_model

__all__ = [
    "OnnxGraph",
    "Prediction",
    "Predictor",
    "describe_model",
    "describe_network",
    "export_onnx",
    "load_model",
    "load_predictor",
    "model_card",
    "read_model_info",
    "save_model",
]
