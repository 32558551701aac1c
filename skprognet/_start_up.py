"""Importing without the garbage collector, which would look through every library again and again.

An import makes hundreds of thousands of objects, and all of them stay. The collector looks for
some that may go: a sixth of the time of the imports, and as much again later, whenever it goes
through all that is there. So it waits until the imports are done, and then leaves what they made
out of its searches. That suits a process of ours (a command, a worker). A process of the user's
keeps its collector as it is.
"""

import gc
import sys
from importlib import import_module


def import_for_good(module):
    """Import a module and all that it needs, to be kept until the process ends.

    Parameters
    ----------
    module : str
        Its full name.

    Returns
    -------
    module
        The same as from ``import_module``.
    """
    if module in sys.modules or not gc.isenabled():
        return import_module(module)
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()
        gc.freeze()


class ForWorkers:
    """A function of a module, which a worker process imports for good when it unpickles this.

    Joblib sends the function before its arguments, so that this comes before all other imports.

    Parameters
    ----------
    function : callable
        Of the top level of a module of this package.
    """

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        """Call the function."""
        return self.function(*args)

    def __reduce__(self):
        return _imported, (self.function.__module__, self.function.__name__)


def _imported(module, name):
    return getattr(import_for_good(module), name)
