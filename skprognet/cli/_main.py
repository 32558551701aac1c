"""The command `skprognet`, where its verbs are, and how they fail."""

import signal

import click

from skprognet._start_up import import_for_good
from skprognet.cli._messages import on_terminal
from skprognet.cli._streams import open_closed_streams, unread_messages

# In the order of the flow: module and, in a few words, what the verb does.
VERBS = {
    "demo": ("_studies", "Run a short study on data that come with the package."),
    "read": ("_corpus_verbs", "List the recordings and labels of a corpus that you have."),
    "fetch": ("_corpus_verbs", "Download an open corpus, and list it in the same way."),
    "extract": ("_extract", "Make features of recordings."),
    "train": ("_train_verb", "Train one network on a table of features."),
    "predict": ("_predict", "Label recordings or features by a model."),
    "inspect": ("_inspect", "Say what a model is."),
    "export": ("_export", "Write a model as ONNX, for programs without Python."),
    "tasks": ("_studies", "Ask whether a network of another task helps (Table 2)."),
    "corpora": ("_studies", "Ask whether a network of another corpus helps (Figure 4)."),
    "compare": ("_results", "Print table and verdicts of any results."),
    "details": ("_details", "Print what the predictions of a study tell."),
    "plot": ("_results", "Draw any results."),
}


class Verbs(click.Group):
    """Imports a verb when it is called, and turns errors of bad input into one sentence.

    Half of the verbs need torch, for which the help and the other half would wait.
    """

    def list_commands(self, ctx):
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx, name):
        """Return a verb, or None if there is no such one."""
        if name not in VERBS:
            return None
        return getattr(import_for_good(f"skprognet.cli.{VERBS[name][0]}"), name)

    def format_commands(self, ctx, formatter):
        """Write the list of verbs into the help, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])

    def invoke(self, ctx):
        """Run the verb; what the package raises on bad input ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends in silence, as behind "| head"
        except (ValueError, OSError, ImportError) as error:
            raise click.ClickException(on_terminal(error)) from error
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            ctx.exit(128 + signal.SIGINT)

    def main(self, *args, **options):
        """Run the command, whatever streams it came with."""
        open_closed_streams()
        with unread_messages():
            return super().main(*args, **options)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skprognet")
def main() -> None:
    """Tell whether a network of one task or corpus helps to recognise another, by more than luck.

    "read" lists the recordings of a corpus and their labels, "fetch" downloads one first, and
    "extract" makes features of them. On such tables "tasks" and "corpora" run the paper's two
    studies, "compare", "details" and "plot" look at results again; "train" makes one model, which
    "predict" applies, "inspect" explains and "export" writes as ONNX. "demo" shows a study on data
    that come with the package.
    """
