"""The verbs that make a table of utterances: of a corpus on the disk, or of one to download."""

import inspect
from pathlib import Path

import click
import pandas as pd

from skprognet import datasets
from skprognet._tables import write_table
from skprognet.cli._messages import on_terminal, tell_warnings
from skprognet.cli._options import SeveralValues, check_no_input, seed_option, table_option
from skprognet.datasets.corpora import CORPORA, OPEN_CORPORA, READERS


@click.group()
def read() -> None:
    """Write a table of utterances: which recordings a corpus has, and their labels.

    ROOT is the folder of your copy of the corpus, or the file of a table. What is written has the
    columns file, start, end (s), emotion, speaker, gender, session and corpus, then what the
    corpus adds; "skprognet extract" takes it.
    """


def _several(name, metavar, text):
    """Return an option that takes all values up to the next one."""
    return click.option(name, multiple=True, metavar=metavar, help=text)


def _one(name, text):
    return click.option(name, help=text)


def _pairs(name, metavar, text):
    """Return an option whose values, KEY=VALUE, become a dict; nothing after = is None."""

    def split(ctx, param, values):
        for value in values:
            if "=" not in value:
                raise click.BadParameter(f"{value!r} must be {metavar}.")
        return {key: word or None for key, _, word in (v.partition("=") for v in values)}

    return click.option(name, multiple=True, metavar=f"{metavar}...", callback=split, help=text)


_EMOTIONS = _several("--emotions", "EMOTION...", "Which ones.  [default: all]")
_PAPER = _several("--emotions", "EMOTION...", "Which ones; paper or all.  [default: paper]")
_WORDS = _pairs("--words", "LABEL=WORD", "What a label is called here; nothing is a missing one.")
_CORPUS = _one("--corpus", "Name of the corpus.  [default: as the file or database says]")
_DUPLICATES = click.option(
    "--duplicates",
    default="keep",
    show_default=True,
    type=click.Choice(["keep", "drop", "error"]),
    help="A recording that is there twice: keep both and say so, keep the first, or refuse.",
)
_NAME = "Scheme or column of it.  [default: {}]"

# The options of a corpus, by the name and the default of its reader's parameter.
_OF_A_CORPUS = {
    ("emotions", "all"): _EMOTIONS,
    ("emotions", "paper"): _PAPER,
    ("recordings", "all"): _several("--recordings", "KIND...", "Which kinds.  [default: all]"),
    ("segments", False): click.option(
        "--segments", is_flag=True, help="Times in the dialogues, not files."
    ),
    ("channel", "speech"): click.option("--channel", type=click.Choice(["speech", "song", "all"])),
    ("duplicates", "keep"): _DUPLICATES,
}


def _options_of(reader):
    """Return the options of a reader of one corpus: one for each parameter but the folder."""
    _, *parameters = inspect.signature(reader).parameters.values()
    return [_OF_A_CORPUS[parameter.name, parameter.default] for parameter in parameters]


# What reads any corpus: the function, a line on it, and its options.
_OF_ANY_CORPUS = {
    "audformat": (
        datasets.read_audformat,
        "A database in audformat: the folder with its db.yaml.",
        [
            *(_one(f"--{name}", _NAME.format(name)) for name in ("emotion", "speaker")),
            _several("--gender", "NAME...", _NAME.format("gender sex")),
            _one("--session", _NAME.format("session")),
            _several("--others", "NAME...", "Schemes or columns that become further columns."),
            _several("--tables", "NAME...", "Where to look for the emotion.  [default: all]"),
            _WORDS,
            _CORPUS,
            _DUPLICATES,
        ],
    ),
    "table": (
        datasets.read_table,
        "Labels that are in a table: CSV, TSV, Parquet or Feather.",
        [
            _pairs("--columns", "OURS=THEIRS", "What the table calls the columns, as file=path."),
            _WORDS,
            _CORPUS,
            _DUPLICATES,
        ],
    ),
}


def _add(name, reader, text, options):
    """Add the verb of a reader, whose options are those of the function."""

    @read.command(name, cls=SeveralValues, help=text, short_help=text)
    @click.argument("root", type=click.Path(path_type=Path))
    @table_option(required=True)
    def command(root, output, **given):
        check_no_input(output, [root])
        values = {key: list(v) if isinstance(v, tuple) else v for key, v in given.items()}
        for key in ("emotions", "recordings"):  # "all" is a word for a list, not one of a list
            if len(values.get(key, ())) == 1:
                (values[key],) = values[key]
        values = {key: value for key, value in values.items() if value or value is True}
        with tell_warnings():
            corpus = reader(root, **values)
        _write(corpus, output)

    for option in reversed(options):
        option(command)


for _name, _reader in READERS.items():
    _add(_name.replace("_", "-"), _reader, CORPORA[_name].summary, _options_of(_reader))
for _name, _row in _OF_ANY_CORPUS.items():
    _add(_name, *_row)


@read.command("invented", cls=SeveralValues, short_help="Invented speech, made in FOLDER.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@table_option(required=True)
@click.option("--speakers", "n_speakers", default=8, show_default=True, metavar="N")
@_several("--emotions", "EMOTION...", "Which ones.  [default: angry happy neutral sad]")
@click.option(
    "--utterances",
    "n_utterances",
    default=5,
    show_default=True,
    metavar="N",
    help="By each speaker in each emotion.",
)
@click.option("--sampling-rate", default=16_000, show_default=True, metavar="HZ")
@click.option("--arousal", is_flag=True, help="Give each utterance an arousal, as a number.")
@seed_option
def invented(folder: Path, output: Path, emotions: tuple[str, ...], seed: int, **given) -> None:
    """Invent speech: write recordings into FOLDER, to try all of it without a corpus."""
    chosen = {"emotions": list(emotions)} if emotions else {}
    _write(datasets.make_speech_corpus(folder, random_state=seed, **chosen, **given), output)


@click.command()
@click.argument("name", type=click.Choice([name.replace("_", "-") for name in OPEN_CORPORA]))
@table_option(required=True)
@click.option("--version", metavar="VERSION", help="Of the database.  [default: the one tested]")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder in which the recordings are kept.  [default: $AUDB_CACHE_ROOT or ~/audb]",
)
@_DUPLICATES
def fetch(
    name: str, output: Path, version: str | None, cache: Path | None, duplicates: str
) -> None:
    """Download an open corpus and write a table of utterances, as "read" does.

    What has been downloaded once is taken from the cache. Licence and citation come before the
    summary.
    """
    with tell_warnings():
        try:
            corpus = datasets.fetch_corpus(
                name.replace("-", "_"), version=version, cache=cache, duplicates=duplicates
            )
        except RuntimeError as error:  # the network, or the repository
            raise click.ClickException(str(error)) from error
    corpus.attrs.clear()  # licence and citation, which fetch_corpus has shown
    _write(corpus, output)


def _write(corpus: pd.DataFrame, output: Path) -> None:
    """Write the table, whose files are then found from anywhere, and say what is in it."""
    files = [str(Path(name).absolute()) for name in corpus["file"]]
    write_table(corpus.assign(file=files), output)
    click.echo(on_terminal(_summary(corpus)))
    click.echo(f"Wrote {len(corpus)} rows to {output}.")


def _summary(corpus: pd.DataFrame) -> str:
    """Return how many utterances and speakers there are, and of which kind."""
    speakers = corpus.drop_duplicates(["corpus", "speaker"]).dropna(subset="speaker")
    genders = speakers["gender"].value_counts().sort_index()
    told = ", ".join(f"{number} {gender}" for gender, number in genders.items())
    lines = [
        f"{', '.join(corpus['corpus'].unique())}: {len(corpus)} utterances, {len(speakers)} "
        f"speakers{f' ({told})' if told else ''}."
    ]
    emotions = corpus["emotion"].fillna("(none)").value_counts().sort_index()
    width = max(map(len, emotions.index))
    lines += [f"  {emotion:{width}} {number:6}" for emotion, number in emotions.items()]
    lines += [
        f"{word.capitalize()}: {corpus.attrs[word]}"
        for word in ("licence", "citation")
        if word in corpus.attrs
    ]
    return "\n".join(lines)
