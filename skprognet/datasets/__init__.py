"""Corpora: ``load_*`` ships with the package."""

from skprognet.datasets._bundled import load_emodb

__all__ = ["load_emodb"]
