"""The dropout masks against what chance would give: the rate of every unit, and independence."""

import numpy as np
import pytest
import torch

from skprognet.networks import Column

# One bit for each unit gives the first rate, two or eight the next three, all exactly. The
# others use sixteen bits and are nearly exact.
RATES = [0.5, 0.25, 0.75, 129 / 256, 0.05, 0.3, 0.8]
# Layers of different widths that do not fill whole random words.
ROWS, WIDTHS = 11, (20, 2, 1)


def make_column(rate, widths=WIDTHS, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    return Column(5, widths, 4, dropout=rate, generator=generator, dtype=dtype)


def draw(rate, steps, n_rows=ROWS, widths=WIDTHS, dtype=torch.float32, seed=0):
    """Return the masks of many steps, as a matrix of steps and units."""
    generator = torch.Generator().manual_seed(seed)
    column_masks = make_column(rate, widths, dtype).masks(n_rows)
    masks = [[mask.clone() for mask in column_masks.draw(generator)] for _ in range(steps)]
    assert [mask.shape for mask in masks[0]] == [torch.Size([n_rows, n]) for n in widths]
    return torch.stack([torch.cat([mask.ravel() for mask in step]) for step in masks])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("rate", RATES)
def test_every_unit_is_dropped_at_the_rate(rate, dtype):
    masks = draw(rate, 4000, dtype=dtype)
    assert masks.dtype == dtype
    dropped = (masks == 0).double()
    # 5.5 standard errors, since the test compares 253 units for seven rates and two types.
    error = 5.5 * np.sqrt(rate * (1 - rate) / len(masks))
    assert (dropped.mean(0) - rate).abs().max() < error
    overall = 5.5 * np.sqrt(rate * (1 - rate) / masks.numel())
    assert abs(dropped.mean().item() - rate) < overall
    kept = masks[masks > 0].unique()
    assert len(kept) == 1
    assert kept.item() == pytest.approx(1 / (1 - rate), rel=1e-4)


@pytest.mark.parametrize("rate", [0.5, 0.25, 0.3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_units_layers_and_steps_are_dropped_independently(rate, dtype):
    masks = draw(rate, 8000, 2, (24, 24, 20), dtype=dtype, seed=1).numpy()
    units = np.corrcoef(masks.T)
    np.fill_diagonal(units, 0)
    assert np.abs(units).max() < 5.5 / np.sqrt(len(masks))
    following = [
        np.corrcoef(masks[:-lag].ravel(), masks[lag:].ravel())[0, 1] for lag in range(1, 20)
    ]
    assert np.abs(following).max() < 5.5 / np.sqrt(masks.size)
    # Each unit is also independent of all units in the next step.
    steps = np.corrcoef(masks[:-1].T, masks[1:].T)[: masks.shape[1], masks.shape[1] :]
    assert np.abs(steps).max() < 5.5 / np.sqrt(len(masks))


def test_units_that_share_a_word_are_dropped_independently_in_threes():
    # If bits are sums of other bits, pairs can be independent while triples are not.
    signs = (draw(0.5, 4000, 16, (16,), seed=3).numpy() - 1).astype(np.int8)  # 80 million products
    chosen = np.random.default_rng(0).integers(256, size=(3, 20000))
    chosen = chosen[:, [len(set(units)) == 3 for units in chosen.T]]
    products = signs[:, chosen[0]] * signs[:, chosen[1]] * signs[:, chosen[2]]
    assert np.abs(products.mean(0)).max() < 5.5 / np.sqrt(len(signs))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("size", [1, 2, 4, 63, 64, 65])
def test_units_of_the_sign_bit_are_dropped_at_the_rate_too(rate, size):
    # The trap: if the random integers are never negative, the unit of the sign bit never changes.
    dropped = (draw(rate, 2000, 1, (size,), seed=2) == 0).double().mean(0)
    assert (dropped - rate).abs().max() < 5.5 * np.sqrt(rate * (1 - rate) / 2000)


def test_mask_is_finite_at_a_rate_of_nearly_one():
    masks = draw(1 - 1e-9, 50)
    assert set(masks.unique().tolist()) <= {0.0, 2.0**16}


def test_masks_depend_on_the_seed_of_the_generator():
    assert torch.equal(draw(0.5, 3, seed=5), draw(0.5, 3, seed=5))
    masks, other_masks = draw(0.5, 2000, seed=5).numpy(), draw(0.5, 2000, seed=6).numpy()
    correlation = np.corrcoef(masks.ravel(), other_masks.ravel())[0, 1]
    assert abs(correlation) < 5.5 / np.sqrt(masks.size)


def test_masks_of_a_column_come_only_from_its_generator():
    column = make_column(0.5, (7, 3)).train()
    before = torch.random.get_rng_state()
    for _ in range(2):
        masks = column.masks(6).draw(torch.Generator().manual_seed(4))
        column.dropout_generator = torch.Generator().manual_seed(4)
        hidden = column.hidden(torch.ones(6, 5))
        for mask, h in zip(masks, hidden, strict=True):
            assert 0 < (mask != 0).sum() < mask.numel()
            assert torch.equal(h != 0, mask != 0)
    assert torch.equal(before, torch.random.get_rng_state())
    column.dropout = 0.0
    assert column.masks(6) is None
