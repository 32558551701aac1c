"""The command `skprognet` and how its verbs fail."""

import click

from skprognet.cli._corpora import read
from skprognet.cli._features import extract
from skprognet.cli._inspect import inspect
from skprognet.cli._predict import predict
from skprognet.cli._results import compare, plot
from skprognet.cli._studies import corpora, demo, tasks
from skprognet.cli._train import train


class Verbs(click.Group):
    """Turns the errors that the package raises on bad input into one sentence and exit code 1."""

    def invoke(self, ctx):
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (ValueError, OSError, ImportError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skprognet")
def main() -> None:
    """Tell whether a network of one task or corpus helps to recognise another, by more than luck.

    "read" lists the recordings of a corpus and their labels, "extract" makes features of them. On
    such tables "tasks" and "corpora" run the paper's two studies, "compare" and "plot" look at
    results anew; "train" makes one model, which "predict" applies and "inspect" explains. "demo"
    shows a study on data that come with the package.
    """


for verb in (demo, read, extract, tasks, corpora, compare, plot, train, predict, inspect):
    main.add_command(verb)
