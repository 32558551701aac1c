"""If a study stops early: say how much of it is kept, and how to continue."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from skprognet.cli._messages import Stopped, on_terminal
from skprognet.evaluation import count_kept_fits


@contextmanager
def _requests_to_end() -> Iterator[list[int]]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt; yield a list for the number of the signal.

    A signal that the caller ignores, as under nohup, stays ignored.
    """
    received: list[int] = []

    def interrupt(number, frame):
        received.append(number)
        raise KeyboardInterrupt

    numbers = [getattr(signal, n) for n in ("SIGTERM", "SIGHUP") if hasattr(signal, n)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []  # only the main thread may handle signals
    numbers = [n for n in numbers if signal.getsignal(n) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield received
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@dataclass
class Work:
    """The size of a study.

    Attributes
    ----------
    n_fits : int or None
        Number of networks to train; None until the study is planned.
    """

    n_fits: int | None = None


def _kept_in_words(output, work: Work, message: str) -> str:
    """Say how much of a study is kept in its folder, and how to continue."""
    of_all = "" if work.n_fits is None else f" of {work.n_fits}"
    done = count_kept_fits(output.checkpoint)
    folder = str(output.folder)
    if output.is_complete and not done:
        return f"{message}The results in {folder!r} are complete."
    return (
        f"{message}The same command continues the study: {done}{of_all} fits are kept in "
        f"{folder!r}."
    )


@contextmanager
def report_interruption(output) -> Iterator[Work]:
    """If a study stops or fails, say how much of it is kept, and how to continue.

    Parameters
    ----------
    output : OutputFolder
        Where the study is written.

    Yields
    ------
    Work
        The caller sets its number of fits as soon as it is known.
    """
    work = Work()
    with _requests_to_end() as received:
        try:
            yield work
        except KeyboardInterrupt:
            number = received[0] if received else signal.SIGINT
            raise Stopped(_kept_in_words(output, work, "Stopped. "), number) from None
        except (OSError, MemoryError) as error:
            in_use = isinstance(error, BlockingIOError)
            if in_use or output.claim.is_lost() or not count_kept_fits(output.checkpoint):
                raise
            reason = str(error) or "The memory is full"
            message = _kept_in_words(output, work, f"{reason.rstrip('.')}. ")
            raise click.ClickException(on_terminal(message)) from error
