"""A study in parts: their options, and what is said when one is done or some are missing."""

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from skprognet._wording import count, first_few
from skprognet.cli._options import with_options
from skprognet.evaluation import count_kept_fits, read_part


@dataclass
class Way:
    """How much of a study a command does; by default all of it.

    Attributes
    ----------
    plan : bool, default=False
        Nothing: it says what would be done.
    only : str or None, default=None
        A part, such as "repeat=3".
    finish : bool, default=False
        No training, but the results of all parts.
    """

    plan: bool = False
    only: str | None = None
    finish: bool = False

    def __post_init__(self):
        chosen = {"--plan": self.plan, "--only": self.only is not None, "--finish": self.finish}
        given = [name for name, is_given in chosen.items() if is_given]
        if len(given) > 1:
            raise click.UsageError(
                f"{given[0]} and {given[1]} exclude each other; give one of them."
            )


def _readable(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Refuse what is no part at all as a wrong command line (a callback of click)."""
    try:
        return None if text is None else str(read_part(text))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


way_options = with_options(
    [
        click.option(
            "--plan",
            is_flag=True,
            help="Say what would be trained and written, and about how long it would take; "
            "nothing is kept, and --output is not needed.",
        ),
        click.option(
            "--only",
            metavar="PART",
            callback=_readable,
            help='Do a part, such as "repeat=3" or "repeat=3 fold=7", beside other processes and '
            "machines that do others into the same output.",
        ),
        click.option(
            "--finish",
            is_flag=True,
            help="Write the results of all parts, if all are there; nothing is trained.",
        ),
    ]
)


def with_way(function: Callable) -> Callable:
    """Add the three options to a command, which is given them as one argument, `way`."""

    @functools.wraps(function)  # its options, name and help, too
    def command(*args: Any, plan: bool, only: str | None, finish: bool, **options: Any) -> Any:
        if options["output"] is None and not plan:
            raise click.UsageError("Missing option '--output' / '-o': the folder of results.")
        return function(*args, way=Way(plan, only, finish), **options)

    return way_options(command)


def check_all_parts(plan, output, n_together: int | None) -> None:
    """Raise unless all parts of a study are in its output folder."""
    with warnings.catch_warnings():
        # The sentence below names the folder.
        warnings.filterwarnings("ignore", "There is no folder")
        missing = plan.missing(output.checkpoint, n_together=n_together)
    if not missing:
        return
    parts = first_few(missing, show='--only "{}"'.format)
    others = output.claim.others()
    working = f" At work there: {first_few(others, show=str)}." if others else ""
    raise click.ClickException(
        f"The study in {str(output.folder)!r} lacks {count(missing, 'part')}: {parts}.{working} "
        "Run what is missing, then --finish again."
    )


def part_in_words(only: str, plan, output) -> str:
    """Say that a part is done, how much of the study is there, and how to go on."""
    done = count_kept_fits(output.checkpoint)
    folder = str(output.folder)
    end = "the same command with --finish in place of --only writes the results."
    if done >= plan.n_fits:
        return f"The part {only} is done. All {done} fits of the study are in {folder!r}: {end}"
    return (
        f"The part {only} is done. Of the study, {done} of {plan.n_fits} fits are in {folder!r}. "
        f"When all are there, {end}"
    )
