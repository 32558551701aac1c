"""Wall time of calls on a device, which may still compute when a call returns."""

import statistics
import time

import torch


def seconds_of(function, device, repeats=1):
    """Return the median seconds of a call."""
    taken = []
    for _ in range(repeats):
        wait(device)
        start = time.perf_counter()
        function()
        wait(device)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()
