"""The written-out gradients against autograd through the equations, in float64."""

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
    """Return a mask for each hidden layer: units dropped at the rate, the others scaled up."""
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
    """Return the logits by the equations, out of nothing of the column but its parameters."""
    sources = getattr(column, "source_sizes", ())
    x, *layers = X.split([column.n_features, *(n for sizes in sources for n in sizes)], dim=1)
    frozen, depth = iter(layers), len(column.hidden_layer_sizes)
    columns = [[next(frozen) for _ in sizes] for sizes in sources]
    masks, below = masks_of(column, len(X), dropout_seed), x
    for k, layer in enumerate(column.layers):
        z = below @ layer.weight.T + layer.bias
        for j, layers in enumerate(columns if k else []):
            read = layers[ceil(k * len(layers) / depth) - 1]
            z = z + read @ column.laterals[k - 1][j].weight.T
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
    for layer in column.layers:  # they start at zero, where one that is forgotten is not seen
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
def test_a_gradient_reaches_every_lateral(kind):
    column, X, y, _ = make_problem(kind)
    column.dropout_generator = torch.Generator().manual_seed(0)
    loss_and_gradients(column, X, y)
    laterals = [lateral for layer in column.laterals for lateral in layer]
    assert len(laterals) == 2 * len(column.source_sizes)
    for lateral in laterals:
        assert lateral.weight.grad.abs().max() > 0


def test_frozen_parameters_get_no_gradient_and_the_others_the_same():
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


def test_a_second_step_overwrites_the_gradient_and_does_not_add_to_it():
    column, X, y, _ = make_problem("plain", dropout=0.0)
    loss_and_gradients(column, X, y)
    first = column.layers[0].weight.grad.clone()
    loss_and_gradients(column, X, y)
    torch.testing.assert_close(column.layers[0].weight.grad, first)


def test_the_loss_is_the_cross_entropy_of_the_logits_once():
    # The trap: a softmax before a loss that applies softmax itself.
    column, X, y, _ = make_problem("plain", dropout=0.0)
    loss, logits = loss_and_gradients(column, X, y)
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    by_hand = -p[torch.arange(9), y].log().mean()
    torch.testing.assert_close(loss, by_hand)


def start(kind, dropout_seed=7):
    """Return a column with its generator, and batches of which the last is smaller."""
    column, X, y, weight = make_problem(kind)
    column.dropout_generator = torch.Generator().manual_seed(dropout_seed)
    return column, [(X[i : i + 4], y[i : i + 4], weight[i : i + 4]) for i in (0, 4, 8)]


def descend(column):
    with torch.no_grad():
        for parameter in column.parameters():
            parameter -= 0.1 * parameter.grad


def take(step, batch):
    with torch.inference_mode():
        return step(*batch)


@pytest.mark.parametrize("kind", COLUMNS)
def test_one_step_object_over_batches_of_other_sizes_is_a_new_one_for_each(kind):
    (column, batches), (twin, _) = start(kind), start(kind)
    step = TrainingStep(column)
    kept = []
    for batch in [*batches, *batches]:
        loss, logits = take(step, batch)
        expected_loss, expected_logits = loss_and_gradients(twin, *batch)
        assert torch.equal(loss, expected_loss)
        assert torch.equal(logits, expected_logits)
        kept.append((logits, logits.clone()))
        for ours, theirs in zip(column.parameters(), twin.parameters(), strict=True):
            assert torch.equal(ours.grad, theirs.grad)
        descend(column)
        descend(twin)
    for logits, as_returned in kept:  # a later step writes over no earlier result
        assert torch.equal(logits, as_returned)


def test_steps_of_two_columns_in_turn_are_those_of_each_alone():
    columns = [start("one source", seed) for seed in (1, 2)]
    alone = [start("one source", seed) for seed in (1, 2)]
    steps = [TrainingStep(column) for column, _ in columns]
    for number in range(3):
        for step, (column, batches) in zip(steps, columns, strict=True):
            take(step, batches[number])
            descend(column)
    for (column, _), (single, batches) in zip(columns, alone, strict=True):
        step = TrainingStep(single)
        for batch in batches:
            take(step, batch)
            descend(single)
        for ours, theirs in zip(column.parameters(), single.parameters(), strict=True):
            assert torch.equal(ours, theirs)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_copy_made_between_steps_learns_by_itself(copied):
    column, batches = start("one source")
    step = TrainingStep(column)
    take(step, batches[0])
    twin = copied(column)
    twin.dropout_generator = torch.Generator().manual_seed(0)
    before = [parameter.grad.clone() for parameter in column.parameters()]
    take(TrainingStep(twin), batches[1])
    for parameter, gradient in zip(column.parameters(), before, strict=True):
        assert torch.equal(parameter.grad, gradient)
    take(step, batches[1])
    assert not torch.equal(column.layers[0].weight.grad, before[0])


def test_a_step_sees_what_is_frozen_loaded_or_cleared_after_it_was_made():
    (column, batches), (other, _) = start("plain"), start("plain", 9)
    step = TrainingStep(column)
    take(step, batches[0])
    column.load_state_dict({name: 2 * p for name, p in other.state_dict().items()})
    column.zero_grad()
    column.layers[0].requires_grad_(False)
    _, expected = by_autograd(column, *batches[1], dropout_seed=3)
    column.dropout_generator = torch.Generator().manual_seed(3)
    take(step, batches[1])
    assert column.layers[0].weight.grad is None
    for name, gradient in expected.items():
        torch.testing.assert_close(
            column.get_parameter(name).grad, gradient, rtol=1e-9, atol=1e-14
        )


def test_a_step_leaves_the_rows_as_they_were():
    column, batches = start("all of one width")
    before = [[values.clone() for values in batch] for batch in batches]
    step = TrainingStep(column)
    for batch in batches:
        take(step, batch)
    for batch, copies in zip(batches, before, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(batch, copies, strict=True))


def test_a_step_where_autograd_is_on_says_what_to_do():
    column, batches = start("plain")
    with pytest.raises(RuntimeError, match="Autograd must be off"):
        TrainingStep(column)(*batches[0])


@pytest.mark.parametrize("kind", COLUMNS)
def test_what_a_step_leaves_behind_is_as_good_as_new_to_autograd(kind):
    # What is made in inference mode may not be written to outside it, or go through autograd.
    column, batches = start(kind)
    optimizer = FusedAdam(column.parameters())
    step = TrainingStep(column)
    with torch.inference_mode():
        step(*batches[0])
        optimizer.update()
    column.dropout_generator = torch.Generator().manual_seed(5)
    kept = [value for state in optimizer.state.values() for value in state.values()]
    assert not any(value.is_inference() for value in [*kept, *column.parameters()])
    X, y, *_ = batches[1]
    before = [parameter.grad.clone() for parameter in column.parameters()]
    torch.nn.functional.cross_entropy(column.train()(X), y).backward()
    for parameter, gradient in zip(column.parameters(), before, strict=True):
        assert not torch.equal(parameter.grad, gradient)
    optimizer.step()
