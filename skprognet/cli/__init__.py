"""The command line: each verb reads the file that an earlier one wrote, and writes the next."""

from skprognet.cli._main import main

__all__ = ["main"]
