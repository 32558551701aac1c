"""Fixtures that hold a run in the middle of a fit, so that a test can act while it is running."""

import threading

import pytest
from sklearn.naive_bayes import GaussianNB


class Waits(GaussianNB):
    """A `GaussianNB` whose fits in the thread `thread` wait until `may_go_on` is set."""

    begun, may_go_on = threading.Event(), threading.Event()
    thread = None

    def fit(self, X, y):
        if threading.current_thread() is Waits.thread:
            Waits.begun.set()
            assert Waits.may_go_on.wait(60)
        return super().fit(X, y)


@pytest.fixture
def waiting_method():
    """Give a method whose fits wait in the thread of `start_run`, and nowhere else."""
    return Waits()


@pytest.fixture
def start_run():
    """Give a function that starts a run in a thread and waits until its first fit has begun.

    The run must use `waiting_method`. The function returns another one, which lets the run finish
    and returns its result, or the exception that stopped it.
    """
    results = []

    def finish():
        Waits.may_go_on.set()
        Waits.thread.join(60)
        return results[0]

    def start_run(run):
        def work():
            try:
                results.append(run())
            except Exception as error:
                results.append(error)

        Waits.begun.clear()
        Waits.may_go_on.clear()
        Waits.thread = threading.Thread(target=work)
        Waits.thread.start()
        assert Waits.begun.wait(60)
        return finish

    yield start_run
    if Waits.thread:
        finish()
    Waits.thread = None
