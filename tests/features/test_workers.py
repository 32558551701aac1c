"""Calls that kill or hang their process are found, and all others get their results."""

import faulthandler
import logging
import os
import signal
import subprocess
import sys
import time

import dask
import psutil
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config

from skprognet.features import OpenSmileFeatures
from skprognet.features.engine._workers import Lost, run_all

pytest.importorskip("opensmile")


class Deadly(str):
    """A path that kills the process that unpickles it, as a fault in a decoder would."""

    def __reduce__(self):
        return eval, ("__import__('os').kill(__import__('os').getpid(), 9)",)


class Endless(str):
    """A path that is never opened, because the process that encodes it waits without end."""

    def __reduce__(self):
        wait = "lambda *_: __import__('time').sleep(3600)"
        return eval, (f"type('Endless', (str,), {{'encode': {wait}}})({str(self)!r})",)


DIED = "ends the process that reads it (a fault in a decoder, or too little memory)"


def square_or_die():
    """Return a function that is pickled by value, so that workers need not import this file."""

    def call(number, dies):
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return number**2

    return call


@pytest.fixture(autouse=True)
def _no_hanging():
    """End the tests with an error if one of them hangs."""
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("deadly", [[], [0], [19], [3, 4, 11], [0, 1, 2]])
def test_calls_that_kill_their_worker_are_found_and_others_finish(deadly):
    results = dict(run_all(square_or_die(), [(i, i in deadly) for i in range(20)], n_jobs=2))
    assert results == {i: Lost.DIED if i in deadly else i**2 for i in range(20)}


def test_calls_that_hang_are_given_up_and_others_finish():
    results = dict(run_all(square_or_sleep(), [(i, i in (0, 5, 6)) for i in range(9)], 2, 1.0))
    assert results == {i: Lost.LATE if i in (0, 5, 6) else i**2 for i in range(9)}


def square_or_sleep():
    """Return a function that hangs if `hangs` is true."""

    def call(number, hangs):
        if hangs:
            time.sleep(3600)
        return number**2

    return call


def test_time_limit_applies_to_each_call():
    def sleep(number):
        time.sleep(0.3)
        return os.getpid()

    results = dict(run_all(sleep, [(i,) for i in range(10)], 2, 1.0))
    assert set(results) == set(range(10))
    assert len(set(results.values())) <= 2  # each worked longer than the limit, and none was ended


@pytest.mark.parametrize("pause", [0, 1])  # the death is noticed later, or before the next call
def test_worker_that_is_killed_while_idle_loses_no_call(pause):
    results = run_all(return_process_id(), [(i,) for i in range(12)], n_jobs=2)
    first, killed = next(results)
    os.kill(killed, signal.SIGKILL)
    time.sleep(pause)
    others = dict(results)
    assert {first, *others} == set(range(12))
    assert killed not in others.values()
    assert not any(isinstance(result, Lost) for result in others.values())


def test_call_whose_worker_was_killed_from_outside_is_repeated(tmp_path):
    def call(number, mark):
        if number == 3 and not os.path.exists(mark):
            open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    results = dict(run_all(call, [(i, str(tmp_path / "mark")) for i in range(6)], 2))
    assert (tmp_path / "mark").exists()
    assert results == {i: i for i in range(6)}


# A program that prints the ids of the processes that work for it.
WORK = """
import os, time
from skprognet.features.engine._workers import run_all
def act(number):
    time.sleep(0.1 if number < 4 else 3600)
    return os.getpid()
for number, pid in run_all(act, [(i,) for i in range(9)], 2):
    print(pid, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process does not see that there")
def test_workers_do_not_outlive_a_caller_that_is_killed():
    caller = subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, text=True)
    workers = [psutil.Process(pid) for pid in {int(caller.stdout.readline()) for _ in range(4)}]
    caller.kill()
    caller.wait()
    caller.stdout.close()
    _, left = psutil.wait_procs(workers, timeout=60)
    for worker in left:
        worker.kill()
    assert left == []


def test_calls_can_run_without_workers():
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
    with pytest.warns(UserWarning, match="1 of 5 cannot") as caught:
        features = smile.transform([*voices[:2], Deadly("dead\nly.wav"), *voices[2:]])
    assert str(caught[0].message).endswith(f"\n  'dead\\nly.wav': {DIED}")
    assert features.equals(expected)
    assert smile.errors_.index.tolist() == [2]


@pytest.mark.parametrize("limit", [0, -1, True, float("inf"), float("nan"), "600"])
def test_timeout_must_be_a_positive_number_of_seconds(limit, voices):
    with pytest.raises(ValueError, match="number of seconds above 0") as caught:
        OpenSmileFeatures(timeout=limit).transform(voices)
    assert str(caught.value) == (
        f"timeout must be a number of seconds above 0, or None for no limit; got {limit!r}."
    )


def test_file_that_hangs_its_worker_is_named(voices, write, voice):
    endless = Endless(write("endless.wav", voice(180)))
    expected = OpenSmileFeatures().transform(voices)
    smile = OpenSmileFeatures(n_jobs=2, timeout=6, on_error="skip")
    with pytest.warns(UserWarning, match="1 of 5 cannot") as caught:
        features = smile.transform([*voices[:3], endless, voices[3]])
    reason = (
        "takes longer than the limit of 6 s (it hangs a decoder, or is very long); to wait "
        "longer, raise timeout (--timeout)"
    )
    assert str(caught[0].message).endswith(f"\n  {str(endless)!r}: {reason}")
    assert features.equals(expected)
    assert smile.errors_.index.tolist() == [3]


@pytest.fixture(scope="module")
def cluster():
    # A call is given up after its second death, not its fourth: each new worker takes seconds.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 3}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as local,
        Client(local) as client,
    ):
        yield client


@pytest.fixture
def client(cluster):
    """Wait until both workers run, because the test before may have killed one."""
    cluster.wait_for_workers(2)
    return cluster


def test_extraction_runs_on_a_cluster(client, voices, tmp_path):
    expected = OpenSmileFeatures().transform(voices)

    def has_opensmile():
        return "opensmile" in sys.modules

    assert not any(client.run(has_opensmile).values())
    with parallel_config("dask"):
        for _ in range(2):
            assert OpenSmileFeatures(cache=tmp_path / "cache").transform(voices).equals(expected)
        ran = set(dict(run_all(return_process_id(), [(i,) for i in range(8)], None)).values())
    assert any(client.run(has_opensmile).values())
    workers = client.run(os.getpid).values()
    assert len({os.getpid(), *workers}) == 3
    assert ran <= set(workers)


def return_process_id():
    """Return a function that returns the id of the process in which it runs."""

    def call(number):
        return os.getpid()

    return call


def test_call_that_kills_workers_of_a_cluster_is_found(client):
    with parallel_config("dask"):
        results = dict(run_all(square_or_die(), [(i, i == 5) for i in range(9)], None))
    assert results == {i: Lost.DIED if i == 5 else i**2 for i in range(9)}


def test_result_that_is_lost_with_its_worker_is_computed_again(client, monkeypatch):
    from distributed import cfexecutor

    cascade, lost = cfexecutor._cascade_future, []

    class LostResult:
        status = "lost"

        async def _result(self, raiseit):
            return 0

    def lose_one(future, cf_future):
        if lost:
            return cascade(future, cf_future)
        lost.append(future)
        return cascade(LostResult(), cf_future)

    monkeypatch.setattr(cfexecutor, "_cascade_future", lose_one)
    with parallel_config("dask"):
        results = dict(run_all(square_or_die(), [(i, False) for i in range(6)], None))
    assert results == {i: i**2 for i in range(6)}
    assert len(lost) == 1


def test_call_that_hangs_workers_of_a_cluster_is_given_up(client):
    with parallel_config("dask"):
        results = dict(run_all(square_or_sleep(), [(i, i == 5) for i in range(9)], None, 2.0))
    assert results == {i: Lost.LATE if i == 5 else i**2 for i in range(9)}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_process_of_the_caller_is_never_ended():
    def slow(number):
        time.sleep(0.5)
        return number

    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
        ) as cluster,
        Client(cluster),
        parallel_config("dask"),
    ):
        assert dict(run_all(slow, [(i,) for i in range(3)], None, 0.1)) == {0: 0, 1: 1, 2: 2}
