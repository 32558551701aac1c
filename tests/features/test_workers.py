"""Calls that kill the process that runs them are found; all others get their results."""

import faulthandler
import logging
import os
import signal

import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config

from skprognet.features import OpenSmileFeatures
from skprognet.features._workers import run_all

pytest.importorskip("opensmile")


class Deadly(str):
    """A path that kills the process that unpickles it, as a fault in a decoder would."""

    def __reduce__(self):
        return eval, ("__import__('os').kill(__import__('os').getpid(), 9)",)


DIED = "ends the process that reads it (a fault in a decoder, or too little memory)"


def square_or_die():
    """Return a function that is pickled by value, so that workers need not import this file."""

    def act(number, dies):
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return number**2

    return act


@pytest.fixture(autouse=True)
def _no_hanging():
    """End the tests with an error, in place of waiting without end."""
    faulthandler.dump_traceback_later(60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("deadly", [[], [0], [19], [3, 4, 11], list(range(6))])
def test_the_dead_are_found_and_the_rest_go_on(deadly):
    results = dict(run_all(square_or_die(), [(i, i in deadly) for i in range(20)], n_jobs=2))
    assert results == {i: None if i in deadly else i**2 for i in range(20)}


def test_without_workers():
    assert dict(run_all(square_or_die(), [(3, False)], n_jobs=None)) == {0: 9}
    assert dict(run_all(square_or_die(), [], n_jobs=2)) == {}


def test_errors_of_the_function_are_raised():
    def fail(number):
        raise KeyError(number)

    with pytest.raises(KeyError, match="7"):
        dict(run_all(fail, [(7,)], n_jobs=2))


def test_error_of_the_caller_is_not_taken_for_a_death():
    results = run_all(square_or_die(), [(i, False) for i in range(9)], n_jobs=2)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)


def test_file_that_kills_its_worker_is_named(voices):
    expected = OpenSmileFeatures().transform(voices)
    smile = OpenSmileFeatures(n_jobs=2, on_error="skip")
    with pytest.warns(UserWarning, match="got 1 of 5") as caught:
        features = smile.transform([*voices[:2], Deadly("dead\nly.wav"), *voices[2:]])
    assert str(caught[0].message).endswith(f"\n  'dead\\nly.wav': {DIED}")
    assert features.equals(expected)
    assert smile.errors_.index.tolist() == [2]


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_on_a_cluster(client, voices, tmp_path):
    expected = OpenSmileFeatures().transform(voices)
    ran = set()
    with parallel_config("dask"):
        for _ in range(2):
            assert OpenSmileFeatures(cache=tmp_path / "cache").transform(voices).equals(expected)
        ran = set(dict(run_all(own_process(), [(i,) for i in range(8)], None)).values())
    assert ran <= set(client.run(os.getpid).values())


def own_process():
    """Return a function that tells where it runs."""

    def act(number):
        return os.getpid()

    return act


def test_call_that_kills_workers_of_a_cluster_is_found(client):
    with parallel_config("dask"):
        results = dict(run_all(square_or_die(), [(i, i == 5) for i in range(9)], None))
    assert results == {i: None if i == 5 else i**2 for i in range(9)}
