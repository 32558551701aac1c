"""One file for each corpus: facts about it, the form of its labels, and its reader.

The rest of the package, including the command line, uses only the registries below. A new corpus
needs one new file, and its names in the imports and lists here.
"""

from skprognet.datasets.corpora._crema_d import CREMA_D, read_crema_d
from skprognet.datasets.corpora._emodb import EMODB, read_emodb
from skprognet.datasets.corpora._emouerj import EMOUERJ
from skprognet.datasets.corpora._iemocap import IEMOCAP, read_iemocap
from skprognet.datasets.corpora._msp_improv import MSP_IMPROV, read_msp_improv
from skprognet.datasets.corpora._nemo import NEMO, read_nemo
from skprognet.datasets.corpora._ravdess import RAVDESS, read_ravdess
from skprognet.datasets.corpora._subesco import SUBESCO

__all__ = [
    "CORPORA",
    "OPEN_CORPORA",
    "READERS",
    "find_attrs",
    "read_crema_d",
    "read_emodb",
    "read_iemocap",
    "read_msp_improv",
    "read_nemo",
    "read_ravdess",
]

CORPORA = {
    corpus.name: corpus
    for corpus in (IEMOCAP, MSP_IMPROV, EMODB, RAVDESS, CREMA_D, NEMO, EMOUERJ, SUBESCO)
}
READERS = {
    IEMOCAP.name: read_iemocap,
    MSP_IMPROV.name: read_msp_improv,
    EMODB.name: read_emodb,
    RAVDESS.name: read_ravdess,
    CREMA_D.name: read_crema_d,
    NEMO.name: read_nemo,
}
OPEN_CORPORA = sorted(name for name, corpus in CORPORA.items() if corpus.audb)


def find_attrs(name):
    """Return licence and citation of a corpus; an empty dict if the name is unknown."""
    return CORPORA[name].attrs if name in CORPORA else {}
