"""How many threads torch uses while a network is fitted."""

import threading
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_users = 0  # blocks that are open, in all Python threads
_count_outside = None
_here = threading.local()  # whether this Python thread has one open


@contextmanager
def limit_threads(n_threads: int | None):
    """Let torch use `n_threads` threads inside the block and as many as before after it.

    On networks of a few hundred units a second thread only waits: on two busy cores it made a fit
    up to 80 times slower. New Python threads start with the count that was set last anywhere, so
    that of several fits in several threads the first one in remembers it, and the outermost block
    of each thread puts that back. A block inside another puts back what it found. A thread that
    has the count already is left alone: one that began within a block of another thread has it,
    and would put back what was never the count of the process.

    Parameters
    ----------
    n_threads : int or None
        Number of threads; None leaves torch as it is.

    Examples
    --------
    >>> import torch
    >>> from skprognet.networks import limit_threads
    >>> before = torch.get_num_threads()
    >>> with limit_threads(1):
    ...     torch.get_num_threads()
    1
    >>> torch.get_num_threads() == before
    True
    """
    global _users, _count_outside
    if n_threads is None or n_threads == torch.get_num_threads():
        yield
        return
    nested = getattr(_here, "nested", False)
    with _lock:
        if _users == 0:
            _count_outside = torch.get_num_threads()
        _users += 1
        before = torch.get_num_threads() if nested else _count_outside
        torch.set_num_threads(n_threads)
    _here.nested = True
    try:
        yield
    finally:
        _here.nested = nested
        with _lock:
            _users -= 1
            torch.set_num_threads(before)
