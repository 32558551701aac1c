"""The command `skprognet`: where its verbs are, and how errors are reported."""

import signal

import click

from skprognet._start_up import import_for_good
from skprognet.cli._messages import on_terminal
from skprognet.cli._streams import open_closed_streams, unread_messages

# In the order of use. Each verb has its module and a short description.
VERBS = {
    "demo": ("_studies", "Run a short study on data that come with the package."),
    "read": ("_corpus_verbs", "List the recordings and labels of a corpus that you have."),
    "fetch": ("_corpus_verbs", "Download an open corpus and list it in the same way."),
    "extract": ("_extract", "Compute features of recordings."),
    "train": ("_train_verb", "Train one network on a table of features."),
    "predict": ("_predict", "Predict labels of recordings or features with a model."),
    "inspect": ("_inspect", "Show what a model is and what it was trained on."),
    "export": ("_export", "Write a model as ONNX, for programs without Python."),
    "tasks": ("_studies", "Test whether transfer from another task helps (Table 2)."),
    "corpora": ("_studies", "Test whether transfer from another corpus helps (Figure 4)."),
    "compare": ("_results", "Print the table and the verdicts of results."),
    "details": ("_details", "Analyse the predictions of a study."),
    "plot": ("_results", "Draw results."),
}


class Verbs(click.Group):
    """Import a verb when it is called, and turn errors of bad input into one sentence.

    Half of the verbs import torch. The help and the other verbs need not wait for it.
    """

    def list_commands(self, ctx):
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx, name):
        """Return a verb, or None if no verb has this name."""
        if name not in VERBS:
            return None
        return getattr(import_for_good(f"skprognet.cli.{VERBS[name][0]}"), name)

    def format_commands(self, ctx, formatter):
        """Write the list of verbs into the help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])

    def invoke(self, ctx):
        """Run the verb; errors that the package raises on bad input give exit code 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends silently, as in "| head"
        except (ValueError, OSError, ImportError) as error:
            raise click.ClickException(_with_options(on_terminal(error))) from error
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            ctx.exit(128 + signal.SIGINT)

    def main(self, *args, **options):
        """Run the command, even if standard streams are closed or nobody reads them."""
        open_closed_streams()
        with unread_messages():
            return super().main(*args, **options)


def _with_options(message):
    """Return a message of the package with the names of options for those of parameters."""
    return message.replace("n_splits=", "--folds ").replace("n_splits", "--folds")


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skprognet")
def main() -> None:
    """Test whether what a network learned from one task or corpus helps with another.

    Start with "demo", a short study on data that come with the package.

    For your own data, "read" lists the recordings and labels of a corpus ("fetch" downloads one
    first), and "extract" computes their features. "tasks" and "corpora" run the paper's two
    studies on these tables; "compare", "details" and "plot" show their results again. "train"
    makes one model; "predict" applies it, "inspect" describes it, and "export" writes it as ONNX.
    """
