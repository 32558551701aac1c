"""`limit_threads` restores the number of threads, even if fits overlap in several threads."""

import threading

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from skprognet import DNNClassifier
from skprognet.networks import limit_threads


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


class Threads(Callback):
    """Keeps the numbers of threads in training."""

    def on_train_begin(self, net, **kwargs):
        self.seen = set()

    def on_batch_end(self, net, **kwargs):
        self.seen.add(torch.get_num_threads())


@pytest.mark.parametrize(("n_threads", "expected"), [(1, 1), (None, 2)])
def test_fit_uses_the_requested_number_of_threads(two_threads, n_threads, expected):
    X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    options = {"hidden_layer_sizes": (3,), "max_epochs": 1, "n_threads": n_threads}
    clf = DNNClassifier(**options, callbacks=[Threads()]).fit(X, y)
    (callback,) = [c for _, c in clf.net_.callbacks_ if isinstance(c, Threads)]
    assert callback.seen == {expected}


def test_limit_holds_within_the_block_and_is_restored_after_it(two_threads):
    with limit_threads(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_limit_is_restored_after_an_error(two_threads):
    with pytest.raises(KeyboardInterrupt), limit_threads(1):
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 2


def test_nested_block_restores_the_limit_of_the_outer_block(two_threads):
    with limit_threads(1):
        with limit_threads(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
        with limit_threads(1):
            pass
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_limit_of_none_changes_nothing(two_threads):
    with limit_threads(None):
        assert torch.get_num_threads() == 2


def test_overlapping_blocks_in_threads_restore_the_first_number(two_threads):
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def first():
        with limit_threads(1):
            first_in.set()
            second_in.wait(10)
        first_out.set()

    def second():
        first_in.wait(10)
        with limit_threads(1):
            second_in.set()
            first_out.wait(10)

    threads = [threading.Thread(target=job) for job in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = []
    reader = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    reader.start()
    reader.join()
    assert [*counts, torch.get_num_threads()] == [2, 2]


def test_thread_started_within_a_block_restores_the_first_number(two_threads):
    inside, go_on = threading.Event(), threading.Event()

    def first():
        with limit_threads(1):
            inside.set()
            go_on.wait(10)

    def started_inside():
        inside.wait(10)
        torch.get_num_threads()  # now this thread adopts the number that any thread set last
        go_on.set()
        outer.join()
        with limit_threads(1):
            assert torch.get_num_threads() == 1

    outer, inner = (threading.Thread(target=job) for job in (first, started_inside))
    for thread in (outer, inner):
        thread.start()
    for thread in (outer, inner):
        thread.join()
    counts = []
    reader = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    reader.start()
    reader.join()
    assert [*counts, torch.get_num_threads()] == [2, 2]
