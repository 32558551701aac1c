"""The written-out gradients against autograd, in float64."""

import pytest
import torch

from skprognet.networks import Column, ProgressiveColumn, loss_and_gradients
from skprognet.networks._column import ACTIVATIONS

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


def by_autograd(column, X, y, weight, dropout_seed):
    column.zero_grad()
    column.train()
    column.dropout_generator = torch.Generator().manual_seed(dropout_seed)
    loss = torch.nn.functional.cross_entropy(column(X), y, reduction="none")
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
    X = torch.randn(9, WIDTHS[kind], generator=generator, dtype=torch.float64)
    y = torch.randint(4, (9,), generator=generator)
    weight = torch.rand(9, generator=generator, dtype=torch.float64)
    return column, X, y, weight


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("activation", ACTIVATIONS)
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
