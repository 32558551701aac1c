"""Studies in parts: their options, and the messages about finished and missing parts."""

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
class RunMode:
    """How much of a study a command runs; by default all of it.

    Attributes
    ----------
    plan : bool, default=False
        Run nothing, and say what would be done.
    only : str or None, default=None
        Run one part, such as "repeat=3".
    finish : bool, default=False
        Train nothing, and write the results of all parts.
    """

    plan: bool = False
    only: str | None = None
    finish: bool = False

    def __post_init__(self):
        flags = {"--plan": self.plan, "--only": self.only is not None, "--finish": self.finish}
        chosen = [name for name, is_chosen in flags.items() if is_chosen]
        if len(chosen) > 1:
            raise click.UsageError(f"{chosen[0]} and {chosen[1]} exclude each other. Give one.")


def _check_part(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Check that a text names a part (a callback of click)."""
    try:
        return None if text is None else str(read_part(text))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


_mode_options = with_options(
    [
        click.option(
            "--plan",
            is_flag=True,
            help="Print what would be trained and written, and estimate the time; write nothing. "
            "--output is not needed.",
        ),
        click.option(
            "--only",
            metavar="PART",
            callback=_check_part,
            help='Run one part, such as "repeat=3" or "repeat=3 fold=7", while other processes '
            "or machines run other parts into the same output.",
        ),
        click.option(
            "--finish",
            is_flag=True,
            help="Write the results after all parts were run; train nothing.",
        ),
    ]
)


def with_run_mode(function: Callable) -> Callable:
    """Add the three options to a command, which gets them as one argument, `mode`."""

    @functools.wraps(function)  # its options, name and help, too
    def command(*args: Any, plan: bool, only: str | None, finish: bool, **options: Any) -> Any:
        if options["output"] is None and not plan:
            raise click.UsageError("Missing option '--output' / '-o': the folder of results.")
        return function(*args, mode=RunMode(plan, only, finish), **options)

    return _mode_options(command)


def check_all_parts(plan, output, n_together: int | None) -> None:
    """Raise unless all parts of a study are in its output folder."""
    with warnings.catch_warnings():
        # The message below names the folder.
        warnings.filterwarnings("ignore", "The folder .* does not exist")
        missing = plan.missing(output.checkpoint, n_together=n_together)
    if not missing:
        return
    parts = first_few(missing, show='--only "{}"'.format)
    others = output.claim.others()
    working = f" These processes work there: {first_few(others, show=str)}." if others else ""
    raise click.ClickException(
        f"The study in {str(output.folder)!r} lacks {count(missing, 'part')}: {parts}.{working} "
        "Run the missing parts, then --finish again."
    )


def part_in_words(only: str, plan, output) -> str:
    """Say that a part is done, how much of the study is done, and what comes next."""
    done = count_kept_fits(output.checkpoint)
    folder = str(output.folder)
    next_step = "run the same command with --finish in place of --only."
    if done >= plan.n_fits:
        return (
            f"The part {only} is done. All {done} fits of the study are in {folder!r}. To write "
            f"the results, {next_step}"
        )
    return (
        f"The part {only} is done. {done} of {plan.n_fits} fits of the study are in {folder!r}. "
        f"When all are there, {next_step}"
    )
