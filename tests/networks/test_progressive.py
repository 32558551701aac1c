"""The progressive column against the paper's equation in numpy."""

import numpy as np
import pytest
import torch

from skprognet.networks import ProgressiveColumn, evaluate_logits, join_frozen, source_layer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def numpy_of(parameter):
    return parameter.detach().numpy()


def test_output_equals_the_equation_of_the_paper(rng):
    sizes = [(6, 5), (4, 3)]
    column = ProgressiveColumn(
        7,
        (8, 9),
        3,
        source_sizes=sizes,
        generator=torch.Generator().manual_seed(0),
        dtype=torch.float64,
    )
    x = rng.normal(size=(10, 7))
    frozen = [[rng.normal(size=(10, width)) for width in widths] for widths in sizes]
    W, b = [numpy_of(p.weight) for p in column.layers], [numpy_of(p.bias) for p in column.layers]
    U = [[numpy_of(lateral.weight) for lateral in layer] for layer in column.laterals]
    h1 = sigmoid(x @ W[0].T + b[0])
    h2 = sigmoid(h1 @ W[1].T + b[1] + frozen[0][0] @ U[0][0].T + frozen[1][0] @ U[0][1].T)
    logits = h2 @ W[2].T + b[2] + frozen[0][1] @ U[1][0].T + frozen[1][1] @ U[1][1].T
    joined = join_frozen(torch.tensor(x), [[torch.tensor(h) for h in c] for c in frozen])
    np.testing.assert_allclose(evaluate_logits(column, joined).numpy(), logits, rtol=1e-12)


@pytest.mark.parametrize(
    ("depth", "source_depth", "expected"),
    [
        (4, 4, [1, 2, 3, 4]),
        (4, 2, [1, 1, 2, 2]),
        (2, 4, [2, 4]),
        (3, 1, [1, 1, 1]),
        (1, 3, [3]),
        (3, 4, [2, 3, 4]),
    ],
)
def test_layers_of_different_depths_are_matched_from_first_to_last(depth, source_depth, expected):
    assert [source_layer(k, depth, source_depth) for k in range(1, depth + 1)] == expected


def test_dropout_does_not_change_frozen_layers(rng):
    column = ProgressiveColumn(
        3, (4, 4), 2, source_sizes=[(5, 5)], dropout=0.9, generator=torch.Generator()
    ).train()
    column.dropout_generator = torch.Generator().manual_seed(0)
    X = torch.tensor(rng.normal(size=(6, 13)), dtype=torch.float32)
    _, frozen = column.split(X)
    assert frozen[0] == []
    assert torch.equal(frozen[1][0], X[:, 3:8])
    assert torch.equal(frozen[2][0], X[:, 8:13])
    for k in (1, 2):
        (inputs,) = column.lateral_inputs(k, frozen[k], dropping=True)
        assert torch.equal(inputs, frozen[k][0])


def test_replace_output_also_replaces_its_laterals():
    column = ProgressiveColumn(
        3, (4, 4), 2, source_sizes=[(5, 6)], generator=torch.Generator().manual_seed(0)
    )
    hidden = column.layers[1].weight.clone()
    column.replace_output(7, torch.Generator().manual_seed(1))
    assert column.layers[-1].weight.shape == (7, 4)
    assert column.laterals[-1][0].weight.shape == (7, 6)
    assert torch.equal(column.layers[1].weight, hidden)
    assert column(torch.zeros(2, 14)).shape == (2, 7)
