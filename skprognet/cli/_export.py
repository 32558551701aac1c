"""The verb that exports a model to ONNX."""

from pathlib import Path

import click

from skprognet.cli._messages import on_terminal
from skprognet.cli._options import check_no_input, file_option
from skprognet.persistence import export_onnx, load_model, read_model_info


@click.command()
@click.argument("model", type=click.Path(dir_okay=False, path_type=Path))
@file_option("The ONNX file.")
def export(model: Path, output: Path) -> None:
    """Write a MODEL as one ONNX file, which onnxruntime runs without Python.

    The graph holds the normalisation, all frozen columns and the network. Its input is the
    features of "skprognet extract". Its output is the probabilities of the classes, or the
    predicted numbers. The metadata of the ONNX file holds the names of features and classes, and
    the records of the model file.
    """
    check_no_input(output, [model])
    metadata = read_model_info(model)["metadata"]
    export_onnx(load_model(model), output, metadata=metadata)
    click.echo(on_terminal(f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB)."))
