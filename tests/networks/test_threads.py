"""Thread counts are as before after a fit, also when fits overlap in several threads."""

import threading

import pytest
import torch

from skprognet.networks import limit_threads


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_the_count_holds_inside_and_is_restored_after(two_threads):
    with limit_threads(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_it_is_restored_after_an_error(two_threads):
    with pytest.raises(KeyboardInterrupt), limit_threads(1):
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 2


def test_a_block_inside_another_leaves_the_outer_count(two_threads):
    with limit_threads(1):
        with limit_threads(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
        with limit_threads(1):
            pass
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_none_changes_nothing(two_threads):
    with limit_threads(None):
        assert torch.get_num_threads() == 2


def test_overlapping_fits_in_threads_leave_the_first_count(two_threads):
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
    seen = []
    reader = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    reader.start()
    reader.join()
    assert [*seen, torch.get_num_threads()] == [2, 2]


def test_a_thread_that_began_within_a_block_leaves_the_first_count(two_threads):
    inside, go_on = threading.Event(), threading.Event()

    def first():
        with limit_threads(1):
            inside.set()
            go_on.wait(10)

    def born_inside():
        inside.wait(10)
        torch.get_num_threads()  # here a thread takes over the count that was set last anywhere
        go_on.set()
        outer.join()
        with limit_threads(1):
            assert torch.get_num_threads() == 1

    outer, inner = (threading.Thread(target=job) for job in (first, born_inside))
    for thread in (outer, inner):
        thread.start()
    for thread in (outer, inner):
        thread.join()
    seen = []
    reader = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    reader.start()
    reader.join()
    assert [*seen, torch.get_num_threads()] == [2, 2]
