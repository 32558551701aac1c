"""Check that the weights in a file fit its architecture, and estimate their memory."""

from itertools import pairwise

import numpy as np

from skprognet._checks import check_choice
from skprognet._wording import first_few
from skprognet.estimators import DTYPES
from skprognet.networks import ROWS_PER_BLOCK, source_layer


def check_weights(weights, config):
    """Raise unless the weights fit the architecture, before torch allocates memory for it."""
    check_choice("dtype", config["dtype"], DTYPES)
    sizes = [config["n_features"], *config["hidden_layer_sizes"], config["n_classes"]]
    left = {name: (array.shape, array.dtype.name) for name, array in weights.items()}
    for name, shape in _shapes(sizes, config.get("source_sizes", ()), config.get("adapter")):
        wanted, stored = (shape, config["dtype"]), left.pop(name, None)
        if stored != wanted:
            raise ValueError(
                f"the weights {name!r:.80} are {stored}, while the architecture needs {wanted}"
            )
    if left:
        raise ValueError(f"there are weights {first_few(left)} that the architecture lacks")


def _shapes(sizes, source_sizes, adapter):
    """Yield name and shape of each weight of a column with layers of these widths, input first.

    They are generated one by one, since a few numbers in a file can stand for millions of layers.
    """
    depth = len(sizes) - 2
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        yield f"layers.{k}.weight", (n_out, n_in)
        yield f"layers.{k}.bias", (n_out,)
        if k == 0:
            continue
        widths = [hidden[source_layer(k, depth, len(hidden)) - 1] for hidden in source_sizes]
        if adapter is not None and widths:
            yield f"adapters.{k - 1}.scales", (len(widths),)
            yield f"adapters.{k - 1}.projection.weight", (n_in, sum(widths))
            widths = [n_in]
        for j, width in enumerate(widths):
            yield f"laterals.{k - 1}.{j}.weight", (n_out, width)


def widths_of(config):
    """Return the widths of the input, the layers and the frozen layers of a network."""
    frozen = [width for sizes in config.get("source_sizes", ()) for width in sizes]
    return [config["n_features"], *config["hidden_layer_sizes"], config["n_classes"], *frozen]


def memory_of_a_block(widths, dtype):
    """Return the bytes that a prediction needs for a block of rows and its transpose."""
    return 2 * ROWS_PER_BLOCK * np.dtype(dtype).itemsize * sum(widths)


def check_mlp(state):
    """Return the widths of an MLP of scikit-learn; raise unless its matrices fit together."""
    matrices, biases = state["coefs_"], state["intercepts_"]
    if not type(matrices) is type(biases) is list:
        raise ValueError("the matrices of an MLP are not a list")
    sizes = [state["n_features_in_"], *(len(bias) for bias in biases)]
    if [matrix.shape for matrix in matrices] != list(pairwise(sizes)):
        raise ValueError("the matrices of an MLP do not fit together")
    return sizes
