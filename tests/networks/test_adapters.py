"""Adapters and lateral dropout against Rusu's equation in numpy, and their gradients."""

import numpy as np
import pytest
import torch

from skprognet.networks import (
    Adapter,
    ProgressiveColumn,
    evaluate_logits,
    join_frozen,
    loss_and_gradients,
)

SIZES = [(6, 5), (4, 3)]


def make_column(adapter, activation="tanh", dtype=torch.float64, **options):
    return ProgressiveColumn(
        7,
        (8, 9),
        3,
        source_sizes=SIZES,
        adapter=adapter,
        activation=activation,
        generator=torch.Generator().manual_seed(0),
        dtype=dtype,
        **options,
    )


def numpy_of(parameter):
    return parameter.detach().numpy()


@pytest.mark.parametrize(("adapter", "g"), [("linear", lambda z: z), ("mlp", np.tanh)])
def test_output_with_adapters_equals_rusus_equation(rng, adapter, g):
    column = make_column(adapter)
    x = rng.normal(size=(10, 7))
    frozen = [[rng.normal(size=(10, width)) for width in widths] for widths in SIZES]
    W, b = [numpy_of(p.weight) for p in column.layers], [numpy_of(p.bias) for p in column.layers]

    def lateral(k):
        part = column.adapters[k - 1]
        alpha, V = numpy_of(part.scales), numpy_of(part.projection.weight)
        U = numpy_of(column.laterals[k - 1][0].weight)
        joined = np.hstack([alpha[j] * frozen[j][k - 1] for j in range(2)])
        return g(joined @ V.T) @ U.T

    h1 = np.tanh(x @ W[0].T + b[0])
    h2 = np.tanh(h1 @ W[1].T + b[1] + lateral(1))
    logits = h2 @ W[2].T + b[2] + lateral(2)
    joined = join_frozen(torch.tensor(x), [[torch.tensor(h) for h in c] for c in frozen])
    np.testing.assert_allclose(evaluate_logits(column, joined).numpy(), logits, rtol=1e-12)


@pytest.mark.parametrize("adapter", ["linear", "mlp"])
def test_projection_has_the_width_of_the_new_layer_below(adapter):
    column = make_column(adapter)
    shapes = [tuple(part.projection.weight.shape) for part in column.adapters]
    assert shapes == [(8, 10), (9, 8)]
    assert not column.gradients_written_out
    assert make_column(None).gradients_written_out


def test_scales_start_small_and_different():
    options = {"activation": "tanh", "dtype": torch.float64}
    adapter = Adapter([3] * 50, 2, "mlp", generator=torch.Generator().manual_seed(0), **options)
    values = numpy_of(adapter.scales)
    assert ((values >= 0.05) & (values <= 0.15)).all()
    assert len(set(values)) == 50


@pytest.mark.parametrize("adapter", ["linear", "mlp"])
def test_every_part_of_every_adapter_gets_a_gradient(rng, adapter):
    column = make_column(adapter).train()
    X = torch.tensor(rng.normal(size=(12, 7 + 18)))
    y = torch.tensor(rng.integers(3, size=12))
    torch.nn.functional.cross_entropy(column(X), y).backward()
    for name, parameter in column.named_parameters():
        assert parameter.grad.abs().max() > 0, name
    for part in column.adapters:
        assert (part.scales.grad != 0).all()


@pytest.mark.parametrize("adapter", [None, "mlp"])
@pytest.mark.parametrize("n_rows", [1, 40, 128])
def test_logits_of_a_row_do_not_depend_on_the_other_rows(rng, adapter, n_rows):
    column = make_column(adapter, dtype=torch.float32)
    X = torch.tensor(rng.normal(size=(200, 25)), dtype=torch.float32)
    rows = torch.tensor(rng.permutation(200)[:n_rows])
    assert torch.equal(evaluate_logits(column, X[rows]), evaluate_logits(column, X)[rows])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_lateral_dropout_has_its_own_rate_and_applies_only_in_training(rng, rate):
    column = make_column(None, lateral_dropout=rate, dropout=0.3)
    column.dropout_generator = torch.Generator().manual_seed(0)
    frozen = [torch.ones(4000, 6, dtype=torch.float64)]
    dropped = column.lateral_inputs(1, frozen, dropping=True)[0]
    assert (dropped == 0).double().mean().item() == pytest.approx(rate, abs=0.01)
    kept = dropped[dropped != 0]
    torch.testing.assert_close(kept, torch.full_like(kept, 1 / (1 - rate)), rtol=1e-4, atol=0)
    assert column.lateral_inputs(1, frozen, dropping=False)[0] is frozen[0]
    X = torch.tensor(rng.normal(size=(3, 25)))
    assert torch.equal(evaluate_logits(column, X), evaluate_logits(column, X))
    without = make_column(None, lateral_dropout=0.0, dropout=0.3)
    assert torch.equal(evaluate_logits(column, X), evaluate_logits(without, X))


def test_gradients_with_lateral_dropout_equal_autograd(rng):
    column = make_column(None, lateral_dropout=0.4, dropout=0.3)
    X = torch.tensor(rng.normal(size=(9, 25)))
    y = torch.tensor(rng.integers(3, size=9))
    column.dropout_generator = torch.Generator().manual_seed(5)
    torch.nn.functional.cross_entropy(column.train()(X), y).backward()
    expected = [p.grad.clone() for p in column.parameters()]
    column.zero_grad()
    column.dropout_generator = torch.Generator().manual_seed(5)
    loss_and_gradients(column, X, y)
    for parameter, gradient in zip(column.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-9, atol=1e-14)


def test_column_without_sources_has_no_adapters():
    column = ProgressiveColumn(
        3, (4,), 2, source_sizes=[], adapter="mlp", generator=torch.Generator()
    )
    assert len(column.adapters) == 0
    assert column(torch.zeros(2, 3)).shape == (2, 2)


@pytest.mark.parametrize("adapter", ["linear", "mlp"])
def test_written_gradients_refuse_adapters(adapter):
    with pytest.raises(ValueError, match=r"^The column must have no adapters in loss_and_grad"):
        loss_and_gradients(make_column(adapter), torch.zeros(2, 25), torch.tensor([0, 1]))
