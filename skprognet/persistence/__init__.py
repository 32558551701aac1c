"""Save and load a fitted model without pickle.

A file is in the safetensors format: the length of a JSON header (8 bytes, little-endian), the
header, which names each array with its type, shape and place, and the bytes of the arrays. The
header's ``__metadata__`` has one entry, ``"skprognet"``, whose text is a JSON document:

``format_version``
    The number 1; another one is refused.
``versions``
    Of skprognet, scikit-learn, torch, skorch and numpy when the model was saved; for people.
``model``
    The estimator, as described below.
``metadata``
    What else :func:`save_model` was given, if anything: any JSON object.
``sha256``
    Of the rest of the document and the name, type, shape and bytes of every array. It finds
    damage; it is no signature, since whoever forges a file can compute it too.

A value is ``null``, a bool, an integer, a finite float, a text, or a list of values; any other is
an object with one key, which says what it is:

``{"estimator": [class, {attribute: value}]}``
    The state that ``__getstate__`` gives, of one of the classes that :func:`save_model` lists.
``{"source": [class, {attribute: value}]}``
    A source that is no estimator, such as a ``LayerSource``: what its ``to_state`` returns. Of a
    ``TorchSource`` the weights, and the names of classes that its module consists of, for
    comparison with the module that :func:`load_model` is given.
``{"array": name}``, ``{"fortran": name}``
    An array of the file, or its transpose: an array keeps the order that it has in memory.
    Arrays that are equal are in the file once. A name is a label and never a path.
``{"text": name}``
    An array of text, whose code points are the last axis of the array of that name.
``{"objects": [value, ...]}``
    An array of dtype object with one axis, such as the names of features.
``{"scalar": [type, value]}``
    A numpy scalar, such as a ``float64``.
``{"float": "nan"}``
    A float that JSON lacks: ``nan``, ``inf`` or ``-inf``.
``{"tuple": [value, ...]}``, ``{"dict": [[key, value], ...]}``
    A tuple; a dict with keys of any kind, in its order.
``{"RandomState": value}``
    Where a numpy ``RandomState`` stands: what its ``get_state`` returns.

Reading compares what it finds with a fixed table of classes, their parameters, and the shapes and
type that the architecture asks of every weight, before anything is built. No name in the file is
imported or called.
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
