"""The pass over validation rows gives the outputs of the column, also after its weights change."""

import pytest
import torch

from skprognet.networks import ACTIVATIONS, Column, ProgressiveColumn, ValidationPass


def seeded_generator(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(params=["plain", "one source", "two sources"])
def column_and_rows(request):
    sizes = {"plain": [], "one source": [(6, 5)], "two sources": [(6, 5), (3, 4)]}[request.param]
    width = 8 + sum(map(sum, sizes))

    def make(activation, dtype):
        options = {
            "generator": seeded_generator(0),
            "activation": activation,
            "dropout": 0.5,
            "dtype": dtype,
        }
        if sizes:
            column = ProgressiveColumn(
                8, (7, 5), 3, source_sizes=sizes, lateral_dropout=0.2, **options
            )
        else:
            column = Column(8, (7, 5), 3, **options)
        rows = torch.rand(11, width, generator=seeded_generator(1), dtype=dtype)
        return column.eval(), rows

    return make


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_equal_those_of_the_column_after_every_step(column_and_rows, activation, dtype):
    column, rows = column_and_rows(activation, dtype)
    validate = ValidationPass(column, rows)
    for seed in range(3):
        with torch.inference_mode():
            outputs = validate()
        with torch.no_grad():
            assert torch.equal(outputs, column(rows))
            for values in column.parameters():  # as an optimizer does, in place
                values.add_(
                    torch.rand(values.shape, generator=seeded_generator(seed), dtype=dtype)
                )


def test_later_pass_does_not_change_earlier_outputs(column_and_rows):
    column, rows = column_and_rows("sigmoid", torch.float32)
    validate = ValidationPass(column, rows)
    with torch.inference_mode():
        first = validate()
        copied = first.clone()
        column.layers[-1].bias.add_(1)
        assert not torch.equal(validate(), copied)
    assert torch.equal(first, copied)
