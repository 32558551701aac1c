"""Options that several verbs share, and options that take several values at once."""

import os
from pathlib import Path

import click

from skprognet._files import check_folder
from skprognet._manifest import check_no_result
from skprognet._tables import check_table_path


def _refuse_zero() -> None:
    raise click.BadParameter("The number must be 1 or more, or -1 for one per core; got 0.")


def jobs_option(default):
    """Return the option for the number of processes."""
    return click.option(
        "--n-jobs",
        default=default,
        show_default=True,
        type=click.IntRange(min=-1),
        callback=lambda ctx, param, value: value or _refuse_zero(),
        help="Number of parallel processes; -1 is one per core.",
    )


n_jobs_option = jobs_option(-1)

n_together_option = click.option(
    "--n-together",
    type=click.IntRange(min=1),
    help="Number of networks of one kind to train at once.  [default: 1; on a CUDA device, as "
    "many as fit into its memory]",
)


def repeat_option_names(args: list[str], names: set[str]) -> list[str]:
    """Repeat the name of an option before each of its values, as click expects it.

    Parameters
    ----------
    args : list of str
        Such as ["--sources", "speaker", "gender", "-o", "out"].
    names : set of str
        Names of the options that take several values.

    Returns
    -------
    list of str
        Such as ["--sources", "speaker", "--sources", "gender", "-o", "out"].
    """
    repeated, current, has_value = [], None, True
    for i, arg in enumerate(args):
        if arg == "--":
            return repeated + args[i:]
        if arg.startswith("-") and len(arg) > 1:
            name, equals, _ = arg.partition("=")
            current, has_value = name if name in names else None, bool(equals)
            repeated.append(arg)
            continue
        if current and has_value:
            repeated.append(current)
        repeated.append(arg)
        has_value = True
    return repeated


def check_exclusive_flags(args: list[str], options: list[click.Option]) -> None:
    """Raise a usage error if two flags set the same parameter; click would use the last one."""
    given = set(args[: args.index("--")] if "--" in args else args)
    flags: dict[str, list[str]] = {}
    for option in options:
        if option.is_flag and given.intersection(option.opts):
            flags.setdefault(str(option.name), []).append(option.opts[-1])
    for names in flags.values():
        if len(names) > 1:
            raise click.UsageError(f"{' and '.join(names)} exclude each other. Give one.")


class SeveralValues(click.Command):
    """A command whose options with ``multiple=True`` take all values up to the next option.

    click itself expects the name of the option before each value; this works as well. Arguments
    of the command come before such options, or after ``--``. At most one of the flags that set
    the same parameter can be given.
    """

    def parse_args(self, ctx, args):
        """Parse the arguments of the command line."""
        check_exclusive_flags(args, [p for p in self.params if isinstance(p, click.Option)])
        several = [p for p in self.params if isinstance(p, click.Option) and p.multiple]
        names = {name for option in several for name in option.opts}
        return super().parse_args(ctx, repeat_option_names(args, names))


def with_options(options):
    """Return a decorator that adds these options to a command, in this order."""

    def decorate(function):
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


features_option = click.option(
    "--features",
    multiple=True,
    metavar="PREFIX...",
    help="Columns whose names begin with one of these are features.  [default: all numeric "
    "columns that are not labels]",
)


def _check_output(ctx, param, folder):
    """Return the folder of results, which can be written to (a callback of click)."""
    if folder is not None:
        check_folder(folder)
    return folder


def output_option(default=None):
    """Return the option for the folder of results."""
    return click.option(
        "--output",
        "-o",
        default=default,
        show_default=default is not None,
        type=click.Path(file_okay=False, path_type=Path),
        callback=_check_output,
        help="Folder for report.html and the files beside it.",
    )


def check_no_input(output, inputs):
    """Raise if a command would overwrite a file that it reads, even under another name.

    Parameters
    ----------
    output : Path or None
        The file to be written, if any.
    inputs : iterable of str or Path
        What the command reads. Names that are not files are allowed.

    Raises
    ------
    click.UsageError
        If the output is one of the inputs.
    """
    if output is None or not output.exists():
        return
    for path in inputs:
        if os.path.exists(path) and os.path.samefile(path, output):
            raise click.UsageError(
                f"--output must not be a file that is read; got {str(output)!r}. Choose another "
                "name."
            )


def _check_table(ctx, param, path):
    """Check that a table can be written to a path, if one is given (a callback of click)."""
    if path is None:
        return None
    check_no_result(path)
    return check_table_path(path)


def _check_file(ctx, param, path):
    """Check that a file can be written (a callback of click)."""
    check_folder(path.parent)
    check_no_result(path)
    return path


def file_option(text, *, required=True, callback=_check_file):
    """Return the option for an output file; its path is checked before the work begins."""
    return click.option(
        "--output",
        "-o",
        required=required,
        type=click.Path(dir_okay=False, path_type=Path),
        callback=callback,
        help=text,
    )


def table_option(*, required, otherwise="CSV on standard output"):
    """Return the option for the output table; its path is checked before the work begins."""
    text = "The table to write; its suffix decides between CSV, TSV, Parquet and Feather."
    text += "" if required else f"  [default: {otherwise}]"
    return file_option(text, required=required, callback=_check_table)


cache_option = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps features, so that those of the same audio are computed only once.",
)

timeout_option = click.option(
    "--timeout",
    default=1800.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Longest processing time of a recording in seconds; needs 2 or more processes.",
)

max_duration_option = click.option(
    "--max-duration",
    default=3600.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Longest recording or segment, in seconds; inf means no limit.",
)

seed_option = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Seed of the random numbers.",
)
