"""The verb that trains one network on all rows of a table and keeps it."""

import shlex
from pathlib import Path
from typing import Any

import click
import pandas as pd
from sklearn.preprocessing import StandardScaler

from skprognet import DNNClassifier
from skprognet._extras import import_extra
from skprognet._files import sha256
from skprognet._manifest import check_no_result
from skprognet.cli._kind_options import flag_of_kind, kind_options, say_kind
from skprognet.cli._messages import on_terminal, print_warnings
from skprognet.cli._named_tables import (
    SHIPPED,
    find_file,
    is_shipped,
    read_named,
    read_origin,
    split_named,
)
from skprognet.cli._options import (
    SeveralValues,
    check_no_input,
    features_option,
    file_option,
    seed_option,
)
from skprognet.cli._study_options import (
    duplicates_option,
    network_as_given,
    network_options,
)
from skprognet.cli._training_summary import training_summary
from skprognet.experiments import METHODS, TasksDesign, train_model
from skprognet.features import FeatureOrigin, check_column
from skprognet.model_selection import VALIDATIONS
from skprognet.persistence import (
    card_path,
    load_model,
    read_model_info,
    save_model,
)
from skprognet.sources import network_of


def check_sources(
    method: str, sources: tuple[str, ...], layers: tuple[str, ...], target: str
) -> None:
    """Raise a usage error unless the method takes this many sources, and none is the target."""
    kind, number = METHODS[method].estimator, len(sources) + len(layers)
    if not hasattr(kind, "needs_from_source"):
        wanted, fits = "no --source", not number
    elif getattr(kind, "reads_several_sources", False):
        wanted, fits = "a --source", bool(number)
    else:
        wanted, fits = "one --source", number == 1
    if not fits:
        wanted += " or --layers" if layers else ""
        advice = "Add --source COLUMN." if not number else "Leave some out."
        if wanted.startswith("no "):
            advice = "Add --method progressive or fine-tuned, which read a source."
        raise click.UsageError(f"--method {method} takes {wanted}; got {number}. {advice}")
    if target in sources:
        raise click.UsageError(
            f"--source must not be the --target; both are {target!r}. Choose another."
        )


def load_source(name: str, table: str, origin: dict[str, Any] | None) -> tuple[str, Any]:
    """Return the name and the network of a model that serves as a source.

    `origin` is the recorded origin of the features of the table, if there is one.

    The normalisation that was stored with the network is left out. As in the paper, each corpus is
    normalised by its own mean and variance, and the network reads the rows as normalised here.

    Raises
    ------
    ValueError
        If it is neither a column nor a model that "skprognet train" wrote, or it learned from
        features of another origin.
    """
    if not Path(name).is_file():
        raise ValueError(
            f"--source must be a column of {table!r} or the file of a model; got {name!r}."
        )
    model = load_model(name)
    learned = FeatureOrigin.from_metadata(read_model_info(name)["metadata"])
    if learned is not None and origin is not None:
        learned.check_table(pd.DataFrame([origin]), table)
    steps = [type(step) for _, step in getattr(model, "steps", [])]
    if steps and steps[:-1] != [StandardScaler]:
        raise ValueError(
            "--source must be a model of 'skprognet train': a network, alone or behind a "
            f"StandardScaler; got {name!r} with {', '.join(step.__name__ for step in steps)}."
        )
    return Path(name).stem, network_of(model)


def make_network(given: dict[str, Any]) -> DNNClassifier:
    """Return a network with the given parameters, and defaults for the others."""
    return DNNClassifier(**{n: value for n, value in given.items() if value not in (None, ())})


@click.command(cls=SeveralValues)
@click.argument("table")
@click.option(
    "--target", default="emotion", show_default=True, help="Column that the network predicts."
)
@click.option(
    "--method",
    default="dnn",
    show_default=True,
    type=click.Choice(list(METHODS)),
    help="How to train: dnn uses no source, fine-tuned one, progressive one or more.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="COLUMN|MODEL...",
    help="What to transfer from: a column, on which a network is trained first, or a model file "
    "of this command.",
)
@click.option(
    "--layers",
    multiple=True,
    metavar="NAME...",
    help="Speech models to transfer from, whose layers are columns of TABLE, such as ge2e.",
)
@click.option(
    "--speaker",
    show_default="speaker",
    help="Column of the speakers, for validation on other speakers.",
)
@click.option(
    "--validation",
    type=click.Choice(VALIDATIONS),
    help="How to draw the tenth of the rows that chooses the best epoch. speaker-independent: "
    "rows of other speakers. stratified: a tenth of each class or, for numbers, of all rows.  "
    "[default: speaker-independent, if each class has several speakers]",
)
@kind_options
@duplicates_option
@seed_option
@network_options()
@features_option
@file_option("The file of the model.")
@click.option(
    "--card",
    is_flag=True,
    help="Also write a model card beside it: what the model is, and what it is not for.",
)
def train(
    table: str,
    target: str,
    method: str,
    sources: tuple[str, ...],
    layers: tuple[str, ...],
    speaker: str | None,
    validation: str | None,
    kind: str | None,
    duplicates: str,
    seed: int,
    features: tuple[str, ...],
    output: Path,
    card: bool,
    **network,
) -> None:
    """Train a network on all rows of TABLE and save it with its normalisation and sources.

    TABLE is the output of "skprognet extract", or any CSV, Parquet or Feather file with features
    and labels. "emodb" is the data in the package. The model is for "skprognet predict", or for
    --source of another model.

    By default, the network predicts classes, or numbers (such as ratings of arousal) if the
    target holds numbers that are not all whole. --numbers and --classes override this rule.
    """
    check_sources(method, sources, layers, target)
    check_no_input(output, [table, *sources])
    if card:
        import_extra("jinja2", "report")
        check_no_input(card_path(output), [table, *sources])
        check_no_result(card_path(output))
    frame = read_named(table, [target, speaker or "speaker", *sources], layers=layers)
    if speaker is not None:
        check_column(frame, speaker, str(table))
    speaker = speaker or "speaker"
    columns = [name for name in sources if name in frame]
    origin = read_origin(table, frame, layers)
    origin = None if origin is None else origin.to_dict()
    models = {name: load_source(name, table, origin) for name in sources if name not in columns}
    X, labels = split_named(
        frame, table, [target, *columns], features, [speaker], [speaker], layers
    )
    named = [(name, labels[name]) for name in columns if name != speaker]
    say_kind(target, labels[target], kind, named)
    # Before training, since each of these may fail.
    read: dict[str, Any] = {"name": Path(table).name, "sha256": sha256(find_file(table))}
    origins = _origins(models)
    with print_warnings():
        trained = train_model(
            X,
            labels,
            target=target,
            method=method,
            sources=[models.get(name, name) for name in sources],
            layers=layers,
            speaker=speaker,
            validation=validation,
            kind=kind,
            duplicates=duplicates,
            estimator=make_network(network),
            random_state=seed,
        )
    read["rows"] = trained.n_rows
    metadata = {
        "target": target,
        "method": METHODS[method].name,
        "features": origin,
        "table": read | ({"dropped_rows": trained.dropped_rows} if trained.dropped_rows else {}),
        "counts": trained.counts
        | ({"corpora": {SHIPPED: trained.n_rows}} if is_shipped(table) else {}),
        "validation": trained.validation,
        "sources": {name: {"column": name} for name in columns}
        | origins
        | {name: {"layers": name} for name in layers},
    }
    with print_warnings():
        save_model(trained.model, output, metadata=metadata, card=card)
    options = _options_of_a_study(method, speaker, features, duplicates, kind, network)
    click.echo(
        on_terminal(training_summary(trained.model, metadata, output, table, speaker, options))
    )
    if card:
        click.echo(on_terminal(f"Wrote {card_path(output)}."))


def _options_of_a_study(method, speaker, features, duplicates, kind, network):
    """Return the options of this command that a study needs as well, as on a command line."""
    words = [] if method in TasksDesign.methods else ["--methods", "dnn", method]
    words += [] if speaker == TasksDesign.speaker else ["--speaker", speaker]
    words += ["--features", *features] if features else []
    words += [] if duplicates == TasksDesign.duplicates else ["--duplicates", duplicates]
    return f"{shlex.join(words)} {flag_of_kind(kind)}{network_as_given(network)}".strip()


def _origins(models):
    """Return the file name and the SHA-256 of each source that was loaded from a model file."""
    return {
        source: {"model": Path(name).name, "sha256": read_model_info(name)["sha256"]}
        for name, (source, _) in models.items()
    }
