"""The written-out gradients of a training step against autograd, in float64."""

import copy
import pickle
from math import ceil

import pytest
import torch

from skprognet.networks import (
    Column,
    FusedAdam,
    ProgressiveColumn,
    TrainingStep,
    loss_and_gradients,
)

COLUMNS = {
    "plain": lambda **options: Column(5, (7, 6), 4, **options),
    "one source": lambda **options: ProgressiveColumn(
        5, (7, 6), 4, source_sizes=[(8, 3)], **options
    ),
    "all of one width": lambda **options: ProgressiveColumn(
        6, (6, 6, 6), 4, source_sizes=[(6, 6, 6)], **options
    ),
    "two sources, other depths": lambda **options: ProgressiveColumn(
        5, (7, 6), 4, source_sizes=[(8, 3, 2), (4,)], **options
    ),
}
WIDTHS = {"plain": 5, "one source": 16, "all of one width": 24, "two sources, other depths": 22}


FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + torch.exp(-z)),
    "tanh": lambda z: 1 - 2 / (torch.exp(2 * z) + 1),
    "relu": lambda z: z * (z > 0),
    "identity": lambda z: z,
}


def masks_of(column, n_rows, dropout_seed):
    """Return the mask of each hidden layer, and check that it scales up the units it keeps."""
    if column.dropout == 0:
        return [1.0] * len(column.hidden_layer_sizes)
    masks = column.masks(n_rows).draw(torch.Generator().manual_seed(dropout_seed))
    scaled = torch.tensor(1 / (1 - column.dropout), dtype=torch.float64)
    for mask in masks:
        torch.testing.assert_close(
            mask[mask != 0], scaled.expand((mask != 0).sum()), rtol=1e-4, atol=0
        )
    return masks


def logits_by_hand(column, X, dropout_seed):
    """Return the logits by the equations, with only the parameters of the column."""
    sources = getattr(column, "source_sizes", ())
    x, *layers = X.split([column.n_features, *(n for sizes in sources for n in sizes)], dim=1)
    frozen, depth = iter(layers), len(column.hidden_layer_sizes)
    columns = [[next(frozen) for _ in sizes] for sizes in sources]
    masks, below = masks_of(column, len(X), dropout_seed), x
    for k, layer in enumerate(column.layers):
        z = below @ layer.weight.T + layer.bias
        for j, layers in enumerate(columns if k else []):
            source_layer = layers[ceil(k * len(layers) / depth) - 1]
            z = z + source_layer @ column.laterals[k - 1][j].weight.T
        if k < depth:
            below = FUNCTIONS[column.activation](z) * masks[k]
    return z


def by_autograd(column, X, y, weight, dropout_seed):
    column.zero_grad()
    logits = logits_by_hand(column, X, dropout_seed)
    loss = torch.nn.functional.cross_entropy(logits, y, reduction="none")
    loss = (loss if weight is None else loss * weight).mean()
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in column.named_parameters() if p.requires_grad}
    column.zero_grad()
    return loss.detach(), gradients


def make_problem(kind, activation="sigmoid", dropout=0.5):
    generator = torch.Generator().manual_seed(3)
    column = COLUMNS[kind](
        generator=generator, activation=activation, dropout=dropout, dtype=torch.float64
    )
    for layer in column.layers:  # biases start at zero, which would hide a missing one
        torch.nn.init.normal_(layer.bias, generator=generator)
    X = torch.randn(9, WIDTHS[kind], generator=generator, dtype=torch.float64)
    y = torch.randint(4, (9,), generator=generator)
    weight = torch.rand(9, generator=generator, dtype=torch.float64)
    return column, X, y, weight


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("kind", COLUMNS)
def test_loss_and_gradients_equal_autograd(kind, activation, dropout, weighted):
    column, X, y, weight = make_problem(kind, activation, dropout)
    weight = weight if weighted else None
    expected_loss, expected = by_autograd(column, X, y, weight, dropout_seed=7)
    column.dropout_generator = torch.Generator().manual_seed(7)
    loss, logits = loss_and_gradients(column, X, y, weight)
    torch.testing.assert_close(loss, expected_loss, rtol=1e-12, atol=0)
    assert logits.shape == (9, 4)
    for name, parameter in column.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("kind", ["one source", "two sources, other depths"])
def test_every_lateral_gets_a_gradient(kind):
    column, X, y, _ = make_problem(kind)
    column.dropout_generator = torch.Generator().manual_seed(0)
    loss_and_gradients(column, X, y)
    laterals = [lateral for layer in column.laterals for lateral in layer]
    assert len(laterals) == 2 * len(column.source_sizes)
    for lateral in laterals:
        assert lateral.weight.grad.abs().max() > 0


def test_frozen_parameters_get_no_gradient_and_do_not_change_the_others():
    column, X, y, _ = make_problem("one source")
    _, expected = by_autograd(column, X, y, None, dropout_seed=1)
    for parameter in [*column.layers[0].parameters(), *column.layers[1].parameters()]:
        parameter.requires_grad = False
    column.dropout_generator = torch.Generator().manual_seed(1)
    loss_and_gradients(column, X, y)
    for name, parameter in column.named_parameters():
        if parameter.requires_grad:
            torch.testing.assert_close(parameter.grad, expected[name], rtol=1e-9, atol=1e-14)
        else:
            assert parameter.grad is None


def test_second_step_overwrites_the_gradient():
    column, X, y, _ = make_problem("plain", dropout=0.0)
    loss_and_gradients(column, X, y)
    first = column.layers[0].weight.grad.clone()
    loss_and_gradients(column, X, y)
    torch.testing.assert_close(column.layers[0].weight.grad, first)


def test_loss_applies_softmax_only_once():
    # The trap: a softmax before a loss that applies softmax itself.
    column, X, y, _ = make_problem("plain", dropout=0.0)
    loss, logits = loss_and_gradients(column, X, y)
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    expected = -p[torch.arange(9), y].log().mean()
    torch.testing.assert_close(loss, expected)


def make_column_and_batches(kind, dropout_seed=7):
    """Return a column with its dropout generator, and three batches, the last one smaller."""
    column, X, y, weight = make_problem(kind)
    column.dropout_generator = torch.Generator().manual_seed(dropout_seed)
    return column, [(X[i : i + 4], y[i : i + 4], weight[i : i + 4]) for i in (0, 4, 8)]


def descend(column):
    with torch.no_grad():
        for parameter in column.parameters():
            parameter -= 0.1 * parameter.grad


def run_step(step, batch):
    with torch.inference_mode():
        return step(*batch)


@pytest.mark.parametrize("kind", COLUMNS)
def test_reused_step_equals_a_new_step_for_each_batch(kind):
    (column, batches), (expected_column, _) = (
        make_column_and_batches(kind),
        make_column_and_batches(kind),
    )
    step = TrainingStep(column)
    results = []
    for batch in [*batches, *batches]:
        loss, logits = run_step(step, batch)
        expected_loss, expected_logits = loss_and_gradients(expected_column, *batch)
        assert torch.equal(loss, expected_loss)
        assert torch.equal(logits, expected_logits)
        results.append((logits, logits.clone()))
        for ours, theirs in zip(column.parameters(), expected_column.parameters(), strict=True):
            assert torch.equal(ours.grad, theirs.grad)
        descend(column)
        descend(expected_column)
    for logits, copied_logits in results:  # later steps do not overwrite earlier results
        assert torch.equal(logits, copied_logits)


def test_alternating_steps_of_two_columns_equal_those_of_each_alone():
    columns = [make_column_and_batches("one source", seed) for seed in (1, 2)]
    alone = [make_column_and_batches("one source", seed) for seed in (1, 2)]
    steps = [TrainingStep(column) for column, _ in columns]
    for number in range(3):
        for step, (column, batches) in zip(steps, columns, strict=True):
            run_step(step, batches[number])
            descend(column)
    for (column, _), (expected_column, batches) in zip(columns, alone, strict=True):
        step = TrainingStep(expected_column)
        for batch in batches:
            run_step(step, batch)
            descend(expected_column)
        for ours, theirs in zip(column.parameters(), expected_column.parameters(), strict=True):
            assert torch.equal(ours, theirs)


@pytest.mark.parametrize("make_copy", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copy_of_a_column_learns_independently(make_copy):
    column, batches = make_column_and_batches("one source")
    step = TrainingStep(column)
    run_step(step, batches[0])
    copied_column = make_copy(column)
    copied_column.dropout_generator = torch.Generator().manual_seed(0)
    before = [parameter.grad.clone() for parameter in column.parameters()]
    run_step(TrainingStep(copied_column), batches[1])
    for parameter, gradient in zip(column.parameters(), before, strict=True):
        assert torch.equal(parameter.grad, gradient)
    run_step(step, batches[1])
    assert not torch.equal(column.layers[0].weight.grad, before[0])


def test_step_follows_weights_loaded_and_layers_frozen_after_its_creation():
    (column, batches), (other, _) = (
        make_column_and_batches("plain"),
        make_column_and_batches("plain", 9),
    )
    step = TrainingStep(column)
    run_step(step, batches[0])
    column.load_state_dict({name: 2 * p for name, p in other.state_dict().items()})
    column.zero_grad()
    column.layers[0].requires_grad_(False)
    _, expected = by_autograd(column, *batches[1], dropout_seed=3)
    column.dropout_generator = torch.Generator().manual_seed(3)
    run_step(step, batches[1])
    assert column.layers[0].weight.grad is None
    for name, gradient in expected.items():
        torch.testing.assert_close(
            column.get_parameter(name).grad, gradient, rtol=1e-9, atol=1e-14
        )


def test_step_does_not_change_the_rows():
    column, batches = make_column_and_batches("all of one width")
    before = [[values.clone() for values in batch] for batch in batches]
    step = TrainingStep(column)
    for batch in batches:
        run_step(step, batch)
    for batch, copies in zip(batches, before, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(batch, copies, strict=True))


def test_step_is_refused_while_autograd_is_on():
    column, batches = make_column_and_batches("plain")
    with pytest.raises(RuntimeError, match="Autograd must be off"):
        TrainingStep(column)(*batches[0])


@pytest.mark.parametrize("kind", COLUMNS)
def test_autograd_works_on_the_column_after_a_step(kind):
    # Tensors made in inference mode cannot be changed outside it or used by autograd.
    column, batches = make_column_and_batches(kind)
    optimizer = FusedAdam(column.parameters())
    step = TrainingStep(column)
    with torch.inference_mode():
        step(*batches[0])
        optimizer.update()
    column.dropout_generator = torch.Generator().manual_seed(5)
    optimizer_state = [value for state in optimizer.state.values() for value in state.values()]
    assert not any(value.is_inference() for value in [*optimizer_state, *column.parameters()])
    X, y, *_ = batches[1]
    before = [parameter.grad.clone() for parameter in column.parameters()]
    torch.nn.functional.cross_entropy(column.train()(X), y).backward()
    for parameter, gradient in zip(column.parameters(), before, strict=True):
        assert not torch.equal(parameter.grad, gradient)
    optimizer.step()
