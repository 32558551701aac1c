"""The verbs that list the utterances of a corpus: one on the disk, or one to download."""

import inspect
from pathlib import Path

import click
import pandas as pd

from skprognet import datasets
from skprognet._tables import write_table
from skprognet._wording import count
from skprognet.cli._messages import on_terminal, print_warnings
from skprognet.cli._options import SeveralValues, check_no_input, seed_option, table_option
from skprognet.datasets.corpora import CORPORA, OPEN_CORPORA, READERS


@click.group()
def read() -> None:
    """Write a table of the recordings of a corpus and their labels, one row per utterance.

    ROOT is the folder of your copy of the corpus, or a table file. The output has the columns
    file, start, end (s), emotion, speaker, gender, session and corpus, then those that the corpus
    adds. It is the input of "skprognet extract".
    """


def _several(name, metavar, text):
    """Return an option that takes all values up to the next option."""
    return click.option(name, multiple=True, metavar=metavar, help=text)


def _one(name, text):
    return click.option(name, help=text)


def _pairs(name, metavar, text):
    """Return an option whose values, KEY=VALUE, become a dict; an empty VALUE becomes None."""

    def split(ctx, param, values):
        for value in values:
            if "=" not in value:
                raise click.BadParameter(f"Each value must be {metavar}; got {value!r}.")
        return {key: word or None for key, _, word in (v.partition("=") for v in values)}

    return click.option(name, multiple=True, metavar=f"{metavar}...", callback=split, help=text)


_EMOTIONS = _several("--emotions", "EMOTION...", "Emotions to keep.  [default: all]")
_PAPER = _several(
    "--emotions", "EMOTION...", "Emotions to keep; or paper, or all.  [default: paper]"
)
_WORDS = _pairs("--words", "LABEL=WORD", "Rename a label; with no WORD it becomes missing.")
_CORPUS = _one("--corpus", "Name of the corpus.  [default: as in the file or database]")
_DUPLICATES = click.option(
    "--duplicates",
    default="keep",
    show_default=True,
    type=click.Choice(["keep", "drop", "error"]),
    help="If a recording appears twice: keep both and warn, drop the second, or stop.",
)
_NAME = "Scheme or column with this label.  [default: {}]"

# The option for each parameter of a reader, by its name and default.
_OF_A_CORPUS = {
    ("emotions", "all"): _EMOTIONS,
    ("emotions", "paper"): _PAPER,
    ("recordings", "all"): _several("--recordings", "KIND...", "Kinds to keep.  [default: all]"),
    ("segments", False): click.option(
        "--segments",
        is_flag=True,
        help="List utterances as segments (start, end) of the dialogue files.",
    ),
    ("channel", "speech"): click.option(
        "--channel",
        type=click.Choice(["speech", "song", "all"]),
        help="Recordings to keep.  [default: speech]",
    ),
    ("duplicates", "keep"): _DUPLICATES,
}


def _options_of(reader):
    """Return one option for each parameter of a corpus reader, except the folder."""
    _, *parameters = inspect.signature(reader).parameters.values()
    return [_OF_A_CORPUS[parameter.name, parameter.default] for parameter in parameters]


# Readers of any corpus: the function, its help text, and its options.
_OF_ANY_CORPUS = {
    "audformat": (
        datasets.read_audformat,
        "A database in audformat: the folder with its db.yaml.",
        [
            *(_one(f"--{name}", _NAME.format(name)) for name in ("emotion", "speaker")),
            _several("--gender", "NAME...", _NAME.format("gender sex")),
            _one("--session", _NAME.format("session")),
            _several("--others", "NAME...", "Schemes or columns that become further columns."),
            _several("--tables", "NAME...", "Tables with the emotion.  [default: all]"),
            _WORDS,
            _CORPUS,
            _DUPLICATES,
        ],
    ),
    "table": (
        datasets.read_table,
        "A table of files and labels: CSV, TSV, Parquet or Feather.",
        [
            _pairs(
                "--columns", "OURS=THEIRS", "Names of columns in the table, such as file=path."
            ),
            _WORDS,
            _CORPUS,
            _DUPLICATES,
        ],
    ),
}


def _add(name, reader, text, options):
    """Add a verb that calls a reader with the values of these options."""

    @read.command(name, cls=SeveralValues, help=text, short_help=text)
    @click.argument("root", type=click.Path(path_type=Path))
    @table_option(required=True)
    def command(root, output, **values):
        check_no_input(output, [root])
        values = {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}
        for key in ("emotions", "recordings"):  # "all" stands for a list, it is not an item
            if len(values.get(key, ())) == 1:
                (values[key],) = values[key]
        values = {key: value for key, value in values.items() if value}
        with print_warnings():
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
@click.option(
    "--speakers",
    "n_speakers",
    default=8,
    show_default=True,
    metavar="N",
    help="Number of speakers.",
)
@_several("--emotions", "EMOTION...", "Emotions to invent.  [default: angry happy neutral sad]")
@click.option(
    "--utterances",
    "n_utterances",
    default=5,
    show_default=True,
    metavar="N",
    help="Number of utterances of each speaker in each emotion.",
)
@click.option(
    "--sampling-rate",
    default=16_000,
    show_default=True,
    metavar="HZ",
    help="Sampling rate of the recordings.",
)
@click.option("--arousal", is_flag=True, help="Add a column with arousal, as numbers.")
@seed_option
def invented(folder: Path, output: Path, emotions: tuple[str, ...], seed: int, **options) -> None:
    """Invent speech: write recordings into FOLDER, to try every command without a corpus."""
    chosen = {"emotions": list(emotions)} if emotions else {}
    _write(datasets.make_speech_corpus(folder, random_state=seed, **chosen, **options), output)


@click.command()
@click.argument("name", type=click.Choice([name.replace("_", "-") for name in OPEN_CORPORA]))
@table_option(required=True)
@click.option(
    "--version",
    metavar="VERSION",
    help="Version of the database.  [default: the one that this package was tested with]",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that keeps the recordings.  [default: $AUDB_CACHE_ROOT or ~/audb]",
)
@_DUPLICATES
def fetch(
    name: str, output: Path, version: str | None, cache: Path | None, duplicates: str
) -> None:
    """Download an open corpus and write a table of its utterances, as "read" does.

    Files that were downloaded before come from the cache. The licence and the citation are
    printed before the summary.
    """
    with print_warnings():
        try:
            corpus = datasets.fetch_corpus(
                name.replace("-", "_"), version=version, cache=cache, duplicates=duplicates
            )
        except RuntimeError as error:  # the network, or the repository
            raise click.ClickException(str(error)) from error
    corpus.attrs.clear()  # licence and citation, which fetch_corpus has shown
    _write(corpus, output)


def _write(corpus: pd.DataFrame, output: Path) -> None:
    """Write the table with absolute paths of the files, and print a summary."""
    files = [str(Path(name).absolute()) for name in corpus["file"]]
    write_table(corpus.assign(file=files), output)
    click.echo(on_terminal(_summary(corpus)))
    click.echo(f"Wrote {len(corpus)} rows to {output}.")


def _summary(corpus: pd.DataFrame) -> str:
    """Return how many utterances and speakers of each kind a corpus has."""
    speakers = corpus.dropna(subset="speaker").groupby(["corpus", "speaker"])
    genders = speakers["gender"].first().value_counts().sort_index()
    n_by_gender = ", ".join(f"{number} {gender}" for gender, number in genders.items())
    lines = [
        f"{', '.join(corpus['corpus'].unique())}: {count(corpus, 'utterance')}, "
        f"{count(speakers, 'speaker')}{f' ({n_by_gender})' if n_by_gender else ''}."
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
