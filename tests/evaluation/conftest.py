"""A run that waits within a fit, for what others do in its folder meanwhile."""

import threading

import pytest
from sklearn.naive_bayes import GaussianNB


class Waits(GaussianNB):
    """Classifies as its parent does; where it is told to, its fits wait until they may go on."""

    begun, may_go_on = threading.Event(), threading.Event()
    thread = None

    def fit(self, X, y):
        if threading.current_thread() is Waits.thread:
            Waits.begun.set()
            assert Waits.may_go_on.wait(60)
        return super().fit(X, y)


@pytest.fixture
def waits():
    """Give the method of a run that is to wait, and of others that are not."""
    return Waits()


@pytest.fixture
def begin():
    """Give a function that begins a run which waits, and returns one that ends it and tells how.

    The run is at work in a thread of its own, in the first fit of `waits`.
    """
    ends = []

    def end():
        Waits.may_go_on.set()
        Waits.thread.join(60)
        return ends[0]

    def begin(run):
        def work():
            try:
                ends.append(run())
            except Exception as error:
                ends.append(error)

        Waits.begun.clear()
        Waits.may_go_on.clear()
        Waits.thread = threading.Thread(target=work)
        Waits.thread.start()
        assert Waits.begun.wait(60)
        return end

    yield begin
    if Waits.thread:
        end()
    Waits.thread = None
