"""Limit the threads that torch uses while a network is fitted."""

import threading
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_users = 0  # open blocks in all Python threads
_count_outside = None
_here = threading.local()  # whether this Python thread has an open block


@contextmanager
def limit_threads(n_threads: int | None):
    """Let torch use `n_threads` threads inside the block, and restore the count after it.

    On networks of a few hundred units, a second thread only waits: on two busy cores it made a fit
    up to 80 times slower. New Python threads start with the count that was last set anywhere. So
    if several threads fit, the first one to enter remembers the count, and the outermost block of
    each thread restores it. An inner block restores the count that it found. A thread that
    already has the count changes nothing: its count may come from a block of another thread, and
    should not be restored later.

    Parameters
    ----------
    n_threads : int or None
        Number of threads; None changes nothing.

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
