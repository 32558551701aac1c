"""Corpora to load (``load_*``), read (``read_*``), download (``fetch_*``), invent (``make_*``)."""

from skprognet.datasets._audformat import read_audformat
from skprognet.datasets._bundled import load_emodb
from skprognet.datasets._check_corpus import check_corpus
from skprognet.datasets._download import fetch_corpus
from skprognet.datasets._label_tables import read_table
from skprognet.datasets._named_files import NamedFiles
from skprognet.datasets._synthetic_speech import make_speech_corpus
from skprognet.datasets._transfer_problem import make_transfer_problem
from skprognet.datasets.corpora import find_attrs as find_attrs
from skprognet.datasets.corpora import (
    read_crema_d,
    read_emodb,
    read_iemocap,
    read_msp_improv,
    read_nemo,
    read_ravdess,
)

__all__ = [
    "NamedFiles",
    "check_corpus",
    "fetch_corpus",
    "load_emodb",
    "make_speech_corpus",
    "make_transfer_problem",
    "read_audformat",
    "read_crema_d",
    "read_emodb",
    "read_iemocap",
    "read_msp_improv",
    "read_nemo",
    "read_ravdess",
    "read_table",
]
