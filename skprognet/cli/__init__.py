"""The command line: each verb is one arrow of the flow, file in and file out."""

from skprognet.cli._main import main

__all__ = ["main"]
