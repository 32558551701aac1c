"""Get the results of many utterances from the cache or from workers, as they finish."""

from collections import defaultdict

from tqdm import tqdm

from skprognet.features.engine._extraction import Result, extract
from skprognet.features.engine._keys import (
    describe_extraction,
    file_state,
    make_key,
    source_digest,
)
from skprognet.features.engine._workers import Lost, run_all

_LONG = 5.0  # seconds of work after which a progress bar appears


def extract_all(utterances, function, extraction, cache, n_jobs, timeout, verbose):
    """Extract the features of many utterances; only one signal per worker is ever in memory.

    Parameters
    ----------
    utterances : list of Utterance
        The utterances; one that occurs twice is extracted once.
    function : FeatureFunction
        The feature function, for the keys of the cache.
    extraction : Extraction
        The task that each worker gets.
    cache : FeatureCache or None
        The cache to look in first, which keeps new results.
    n_jobs : int or None
        See :class:`joblib.Parallel`.
    timeout : float or None
        Longest processing time of an utterance in seconds, if it has its own process.
    verbose : bool
        Whether to show a progress bar if the work takes long.

    Yields
    ------
    row : int
        The row of the utterance, in no particular order.
    result : Result
        Its features, or the reason why it has none.
    """
    rows = _group(utterances)
    keys, states = {}, {}
    if cache is not None:
        keys, states = _make_keys(utterances, rows, describe_extraction(function, extraction))
    known = _look_up(cache, keys, extraction)
    for first, result in known.items():
        yield from ((row, result) for row in rows[first])

    waiting = [first for first in rows if first not in known]
    calls = [(utterances[first], extraction) for first in waiting]
    with _Progress(extraction.software, len(rows), len(known), verbose) as progress:
        for number, result in run_all(extract, calls, n_jobs, timeout):
            first = waiting[number]
            if isinstance(result, Lost):
                result = Result(None, _reason(result, timeout), 0.0, 0)
            progress.add(result)
            if first in keys and result.reason is None:
                if file_state(utterances[first].source) != states[first]:
                    result = Result(None, "was written to while it was read", 0.0, 0)
                else:
                    cache.add(keys[first], result)
            yield from ((row, result) for row in rows[first])


def _look_up(cache, keys, extraction):
    """Return the results in the cache by row, without recordings above the present limit."""
    found = cache.find(set(keys.values())) if keys else {}
    return {
        row: found[key]
        for row, key in keys.items()
        if key in found and found[key].seconds <= extraction.max_duration
    }


def _reason(lost, timeout):
    """Say why a call has no result."""
    if lost is Lost.LATE:
        return (
            f"takes longer than the limit of {timeout:g} s (it hangs a decoder, or is very long); "
            "to wait longer, raise timeout (--timeout)"
        )
    return "ends the process that reads it (a fault in a decoder, or too little memory)"


def _group(utterances):
    """Return the rows of each distinct utterance, by the first of these rows."""
    rows = defaultdict(list)
    for row, (source, start, end) in enumerate(utterances):
        rows[(source, str(start), str(end)) if isinstance(source, str) else row].append(row)
    return {same[0]: same for same in rows.values()}


def _make_keys(utterances, rows, described):
    """Return the key of each utterance and the present state of its file, by row."""
    digests, keys, states = {}, {}, {}
    for row in rows:
        source, start, end = utterances[row]
        name = source if isinstance(source, str) else row
        if name not in digests:
            digests[name] = file_state(source), source_digest(source)
        state, digest = digests[name]
        if digest is not None:
            keys[row], states[row] = make_key(described, digest, start, end), state
    return keys, states


class _Progress:
    """A progress bar of utterances that shows the seconds of audio processed per second."""

    def __init__(self, software, n_all, n_known, verbose):
        self.seconds = 0.0
        self.bar = tqdm(
            desc=software,
            total=n_all,
            initial=n_known,
            unit=" utterances",
            delay=_LONG,
            mininterval=1.0,
            disable=not verbose,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bar.close()

    def add(self, result):
        """Count a result."""
        self.seconds += result.seconds
        elapsed = max(self.bar.format_dict["elapsed"], 1e-3)
        self.bar.set_postfix_str(f"{self.seconds / elapsed:.0f} s of audio per s", refresh=False)
        self.bar.update()
