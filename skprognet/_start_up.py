"""Import modules while the garbage collector is off.

An import makes hundreds of thousands of objects, and all of them stay. The collector would search
them for garbage, which takes a sixth of the import time, and as much again in each full collection
later. So it is off during the imports, and afterwards ignores the objects that they made. This
suits processes of this package (commands and workers). In a user's process the collector stays as
it is.
"""

import gc
import sys
from importlib import import_module


def import_for_good(module):
    """Import a module that stays in use until the process ends.

    Parameters
    ----------
    module : str
        Full name of the module.

    Returns
    -------
    module
        The result of ``import_module``.
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
    """A function whose module a worker process imports with the collector off.

    The import happens when the worker unpickles this object. Joblib sends the function before its
    arguments, so this import comes before all others.

    Parameters
    ----------
    function : callable
        A function at the top level of a module of this package.
    """

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        """Call the function."""
        return self.function(*args)

    def __reduce__(self):
        return _import_function, (self.function.__module__, self.function.__name__)


def _import_function(module, name):
    return getattr(import_for_good(module), name)
