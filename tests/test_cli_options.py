"""Options that take several values at once, which click does not have."""

import click
import pytest
from click.testing import CliRunner

from skprognet import DNNClassifier
from skprognet.cli import main
from skprognet.cli._options import SeveralValues, repeat_option_names


@click.command(cls=SeveralValues)
@click.argument("files", nargs=-1)
@click.option("--sources", "-s", multiple=True)
@click.option("--size", multiple=True, type=int)
@click.option("--output", "-o")
@click.option("--quiet", is_flag=True)
def command(files, sources, size, output, quiet):
    click.echo(repr((files, sources, size, output)))


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("--sources speaker gender --output DIR", ((), ("speaker", "gender"), (), "DIR")),
        ("--sources speaker --sources gender", ((), ("speaker", "gender"), (), None)),
        ("--sources=speaker gender", ((), ("speaker", "gender"), (), None)),
        ("-s a b -s c -o out", ((), ("a", "b", "c"), (), "out")),
        ("one --sources a b -o out two", (("one", "two"), ("a", "b"), (), "out")),
        ("--sources a b -- one --sources", (("one", "--sources"), ("a", "b"), (), None)),
        ("-- --sources a b", (("--sources", "a", "b"), (), (), None)),
        ("--size 1 2 4 --sources a", ((), ("a",), (1, 2, 4), None)),
        ("one two --quiet", (("one", "two"), (), (), None)),
        ("--sources - -- a", (("a",), ("-",), (), None)),
        ("", ((), (), (), None)),
    ],
)
def test_an_option_takes_all_values_up_to_the_next_option(line, values):
    result = CliRunner().invoke(command, line.split())
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == repr(values)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--sources", "Option '--sources' requires an argument."),
        ("--size 1 x", "Invalid value for '--size': 'x' is not a valid integer."),
    ],
)
def test_wrong_values_give_the_messages_of_click(line, message):
    result = CliRunner().invoke(command, line.split())
    assert result.exit_code == 2
    assert message in result.stderr


def test_only_options_of_several_values_are_repeated():
    args = ["-o", "a", "b", "--sources", "c", "d"]
    expected = ["-o", "a", "b", "--sources", "c", "--sources", "d"]
    assert repeat_option_names(args, {"--sources"}) == expected


def test_help_shows_the_defaults_of_the_network():
    text = " ".join(CliRunner().invoke(main, ["tasks", "--help"]).stdout.split())
    network = DNNClassifier()
    assert f"Epochs of each fit. [default: {network.max_epochs}]" in text
    assert f"Rows in a training step. [default: {network.batch_size}]" in text
    sizes = " ".join(map(str, network.hidden_layer_sizes))
    assert f"Width of each hidden layer. [default: {sizes}]" in text
    assert f"[default: {network.dropout}]" in text
    assert f"Learning rate. [default: {network.lr}]" in text
    assert network.patience is None
    assert "without improvement. [default: train all epochs]" in text
