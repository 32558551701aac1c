"""Cost of feature extraction: processors, memory, and a second run from the cache.

Each row of the table is an extraction in a new process, with one worker process per processor, and
has more files than the row before. The files are invented speech, so anybody can run this
benchmark; ``--corpus FOLDER`` uses recordings instead. The table is also written to
``benchmarks/results/``.
"""

import argparse
import multiprocessing
import os
import platform
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import soundfile
from _report import publish

from skprognet.datasets import make_speech_corpus
from skprognet.features import OpenSmileFeatures

N_SPEAKERS, N_EMOTIONS = 20, 4
EVERY = 0.2  # s between two measurements of the processes


class Watch(threading.Thread):
    """Measure this process and its children while the context is open."""

    def __init__(self):
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.peak_parent = self.peak_worker = 0  # bytes of resident memory
        self.waited = {}  # by process: how long it waited for a free processor, in s

    def run(self):
        me = psutil.Process()
        while not self.done.wait(EVERY):
            self.peak_parent = max(self.peak_parent, me.memory_info().rss)
            for process in me.children(recursive=True):
                try:
                    self.peak_worker = max(self.peak_worker, process.memory_info().rss)
                    self.waited[process.pid] = waiting_time(process.pid)
                except (psutil.Error, OSError):  # it ended in between
                    continue

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def waiting_time(pid):
    """Return how long the threads of a process were ready but not running, in s; Linux only."""
    if platform.system() != "Linux":
        return np.nan
    delays = (
        path.read_text().split()[1] for path in Path(f"/proc/{pid}/task").glob("*/schedstat")
    )
    return sum(map(int, delays)) / 1e9


def processor_time():
    """Return the processor time of this process and of its ended children, in s."""
    return sum(os.times()[:4])


def extract(paths, cache, n_jobs):
    """Extract features and return the cost."""
    smile = OpenSmileFeatures(cache=cache, n_jobs=n_jobs, verbose=False)
    start, used = time.perf_counter(), processor_time()
    with Watch() as watch:
        smile.transform(paths)
    return {
        "wall": time.perf_counter() - start,
        "cpu": processor_time() - used,
        "waited": sum(watch.waited.values()),
        "parent": watch.peak_parent,
        "worker": watch.peak_worker,
    }


def in_new_process(function, *arguments):
    """Return the result of a function in a new process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure(paths, n_jobs):
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as cache:
        first = in_new_process(extract, paths, cache, n_jobs)
        second = in_new_process(extract, paths, cache, n_jobs)
    seconds = sum(soundfile.info(path).duration for path in paths)
    whole = n_jobs * first["wall"]
    return {
        "files": len(paths),
        "audio (s)": seconds,
        "wall (s)": first["wall"],
        "CPU (s)": first["cpu"],
        "audio s per s": seconds / first["wall"],
        "processors used (%)": 100 * first["cpu"] / whole,
        "used or waited for (%)": 100 * (first["cpu"] + first["waited"]) / whole,
        "peak of parent (MB)": first["parent"] / 1e6,
        "peak of a worker (MB)": first["worker"] / 1e6,
        "second run, CPU (s)": second["cpu"],
        "of the first (%)": 100 * second["cpu"] / first["cpu"],
    }


def find_files(corpus, folder, n_files):
    """Return paths of recordings in random order, from a corpus or invented in a folder."""
    if corpus is None:
        n_utterances = -(-n_files // (N_SPEAKERS * N_EMOTIONS))
        paths = make_speech_corpus(
            folder, n_speakers=N_SPEAKERS, n_utterances=n_utterances, random_state=0
        )["file"].tolist()
    else:
        paths = sorted(map(str, corpus.rglob("*.wav")))
    return np.random.default_rng(0).permutation(paths).tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, help="folder of WAV files")
    parser.add_argument("--files", type=int, nargs="+", default=[500, 1000, 2000])
    parser.add_argument("--n-jobs", type=int, default=multiprocessing.cpu_count())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = find_files(arguments.corpus, folder, max(arguments.files))
        table = pd.DataFrame(
            [measure(paths[:number], arguments.n_jobs) for number in arguments.files]
        )
    speech = (
        "Invented speech" if arguments.corpus is None else f"Recordings of {arguments.corpus.name}"
    )
    notes = (
        f"{speech}, eGeMAPSv02, {arguments.n_jobs} processes; their start is included. The "
        "second run takes everything from the cache."
    )
    publish("features", table, notes, ["opensmile", "soundfile", "soxr", "joblib"])


if __name__ == "__main__":
    main()
