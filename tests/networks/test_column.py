"""The arithmetic of a column against numpy, and which bits must not change."""

import copy
import pickle

import numpy as np
import pytest
import torch

from skprognet.networks import (
    Adapter,
    Column,
    ProgressiveColumn,
    evaluate_hidden,
    evaluate_logits,
)

IN_NUMPY = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "identity": lambda z: z,
}


def make_column(seed=0, **options):
    options = {"dropout": 0.5, "dtype": torch.float64, **options}
    return Column(5, (7, 3), 4, generator=torch.Generator().manual_seed(seed), **options)


@pytest.mark.parametrize("activation", IN_NUMPY)
def test_hidden_layers_and_logits_equal_the_equation(rng, activation):
    column = make_column(activation=activation)
    X = rng.normal(size=(6, 5))
    h, expected = X, []
    for layer in list(column.layers)[:-1]:
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        h = IN_NUMPY[activation](h @ weight.T + bias)
        expected.append(h)
    last = column.layers[-1]
    logits = h @ last.weight.detach().numpy().T + last.bias.detach().numpy()
    for layer_values, expected_values in zip(
        evaluate_hidden(column, torch.tensor(X)), expected, strict=True
    ):
        np.testing.assert_allclose(layer_values.numpy(), expected_values, rtol=1e-12)
    np.testing.assert_allclose(
        evaluate_logits(column, torch.tensor(X)).numpy(), logits, rtol=1e-12
    )


def test_weights_have_the_shapes_of_the_layers():
    column = Column(88, (256,) * 4, 4, generator=torch.Generator())
    shapes = [tuple(layer.weight.shape) for layer in column.layers]
    assert shapes == [(256, 88), (256, 256), (256, 256), (256, 256), (4, 256)]


def test_weights_start_glorot_uniform_and_biases_zero():
    column = Column(100, (300,), 200, generator=torch.Generator().manual_seed(0))
    for layer in column.layers:
        assert_glorot_uniform(layer.weight)
        assert not layer.bias.any()
    options = {"source_sizes": [(150, 80), (60, 300)], "generator": torch.Generator()}
    laterals = ProgressiveColumn(9, (200, 250), 120, **options).laterals
    for lateral in (lateral for layer in laterals for lateral in layer):
        assert_glorot_uniform(lateral.weight)
    options = {"generator": torch.Generator(), "activation": "tanh", "dtype": torch.float32}
    adapter = Adapter([150, 250], 100, "mlp", **options)
    assert_glorot_uniform(adapter.projection.weight)


def assert_glorot_uniform(weight):
    bound = np.sqrt(6 / sum(weight.shape))
    weight = weight.detach()
    assert weight.abs().max() <= bound
    assert weight.std().item() == pytest.approx(bound / np.sqrt(3), rel=0.02)
    assert abs(weight.mean().item()) < bound / 50


def test_new_column_draws_only_from_its_own_generator():
    before = torch.random.get_rng_state()
    make_column()
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(make_column(1).layers[0].weight, make_column(1).layers[0].weight)
    assert not torch.equal(make_column(1).layers[0].weight, make_column(2).layers[0].weight)


@pytest.mark.parametrize("n_rows", [1, 5, 127, 128, 129, 300])
def test_logits_of_a_row_do_not_depend_on_the_other_rows(rng, n_rows):
    column = Column(20, (64, 64), 3, generator=torch.Generator().manual_seed(0))
    X = torch.tensor(rng.normal(size=(300, 20)), dtype=torch.float32)
    everything = evaluate_logits(column, X)
    rows = torch.tensor(rng.permutation(300)[:n_rows])
    assert torch.equal(evaluate_logits(column, X[rows]), everything[rows])


def test_evaluation_uses_no_dropout_and_keeps_the_mode(rng):
    column = make_column().train()
    X = torch.tensor(rng.normal(size=(4, 5)))
    assert torch.equal(evaluate_logits(column, X), evaluate_logits(column, X))
    assert column.training
    evaluate_logits(column.eval(), X)
    assert not column.training


def test_forward_drops_units_only_in_training_mode(rng):
    column = make_column()
    column.dropout_generator = torch.Generator().manual_seed(0)
    X = torch.tensor(rng.normal(size=(50, 5)))
    hidden = column.train().hidden(X)[0]
    assert 0.4 < (hidden == 0).double().mean() < 0.6
    assert not (column.eval().hidden(X)[0] == 0).any()


def test_generator_is_not_copied_or_pickled():
    column = make_column()
    column.dropout_generator = torch.Generator()
    assert copy.deepcopy(column).dropout_generator is None
    unpickled = pickle.loads(pickle.dumps(column))
    assert unpickled.dropout_generator is None
    assert torch.equal(unpickled.layers[0].weight, column.layers[0].weight)


@pytest.mark.parametrize("sizes", [(88, 256, 256, 4), (30, 17, 9, 3), (12, 64, 2)])
def test_few_rows_have_the_same_bits_as_within_many_rows(sizes):
    n_features, *hidden, n_classes = sizes
    generator = torch.Generator().manual_seed(0)
    column = Column(n_features, hidden, n_classes, generator=generator, activation="tanh")
    X = torch.randn(300, n_features, generator=generator)
    everything = [*evaluate_hidden(column, X), evaluate_logits(column, X)]
    for n_rows in (1, 3, 4, 5, 16, 17, 40, 65, 129):
        part = X[7 : 7 + n_rows]
        outputs = [*evaluate_hidden(column, part), evaluate_logits(column, part)]
        for expected, output in zip(everything, outputs, strict=True):
            assert torch.equal(output, expected[7 : 7 + n_rows])


def change_values(column):
    with torch.no_grad():
        column.layers[0].weight.mul_(2)


def change_memory(column):
    column.layers[1].weight.data = column.layers[1].weight.data * 2


def replace_parameter(column):
    column.layers[0].bias = torch.nn.Parameter(torch.ones(64))


def replace_layer(column):
    column.layers[0] = torch.nn.Linear(12, 64)


def replace_output(column):
    column.replace_output(4, torch.Generator().manual_seed(1))


def change_type(column):
    column.double()


CHANGES = [
    change_values,
    change_memory,
    replace_parameter,
    replace_layer,
    replace_output,
    change_type,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_logits_of_few_rows_follow_each_change_of_the_weights(change):
    # A column caches what it needs for few rows between calls.
    generator = torch.Generator().manual_seed(0)
    column, X = Column(12, (64, 64), 4, generator=generator), torch.randn(60, 12)
    evaluate_logits(column, X[:1])
    change(column)
    X = X.to(column.layers[0].weight.dtype)
    with torch.no_grad():
        torch.testing.assert_close(evaluate_logits(column, X[:1]), column.eval()(X)[:1])


def test_few_rows_use_a_long_block_if_no_shorter_one_has_the_same_bits(monkeypatch):
    column = Column(13, (11, 7), 3, generator=torch.Generator().manual_seed(0))
    X = torch.randn(128, 13, generator=torch.Generator().manual_seed(1))
    lengths, units_first = [], column._units_first

    def note(X_NF, **options):
        lengths.append(len(X_NF))
        return units_first(X_NF, **options)

    with monkeypatch.context() as patch:
        patch.setattr(column, "_units_first", note)
        patch.setattr(torch, "equal", lambda *_: False)  # as if shorter blocks gave other bits
        logits = evaluate_logits(column, X[:2])  # the first prediction, which tries the blocks
    assert lengths == [128]
    assert torch.equal(logits, evaluate_logits(column, X)[:2])
