"""What is said of a run that was stopped."""

import json

import click


def count_fits(checkpoint):
    """Return how many networks a checkpoint holds, those of sources included.

    Parameters
    ----------
    checkpoint : Path
        Folder with the records of the finished units of work.

    Returns
    -------
    int
        Each source that was trained has a seed of its own.
    """
    total = 0
    for path in checkpoint.rglob("*.json"):
        if path.name == "design.json":
            continue
        rows = json.loads(path.read_text().split("\n", 1)[1])["record"]["rows"]
        total += len(rows) + len({row["source_seed"] for row in rows} - {None})
    return total


class Interrupted(click.ClickException):
    """Ctrl-C during a study, with the exit code that shells give it."""

    exit_code = 130

    def __init__(self, done, total, output):
        super().__init__(
            f"Stopped. The same command goes on from {done} of {total} fits, which are in "
            f"{str(output)!r}."
        )

    def show(self, file=None):
        """Print the sentence below the progress bar."""
        click.echo(f"\n{self.message}", err=True)
