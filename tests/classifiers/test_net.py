"""The batches that the net trains on."""

import pytest
import torch
from skorch.dataset import Dataset

from skprognet.classifiers._net import Batches


def make_rows(n_rows, weighted):
    X, y = torch.arange(3 * n_rows).view(n_rows, 3).double(), torch.arange(n_rows)
    return Dataset({"X": X, "sample_weight": 10.0 * y} if weighted else X, y)


def columns(batch, weighted):
    X, y = batch
    return (X["X"], X["sample_weight"], y) if weighted else (X, 10.0 * y, y)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_rows", [1, 4, 31, 32, 33, 100])
@pytest.mark.parametrize("seed", [None, 0])
def test_every_row_comes_once_with_its_label_and_weight(n_rows, weighted, seed):
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    batches = Batches(make_rows(n_rows, weighted), 4, generator)
    parts = [columns(batch, weighted) for batch in batches]
    sizes = [len(y) for *_, y in parts]
    assert sizes == [4] * (n_rows // 4) + [n_rows % 4] * (n_rows % 4 > 0)
    assert len(batches) == len(sizes)
    X, weight, y = (torch.cat(values) for values in zip(*parts, strict=True))
    assert torch.equal(X, make_rows(n_rows, False).X[y])
    assert torch.equal(weight, 10.0 * y)
    assert torch.equal(y.sort().values, torch.arange(n_rows))
    if seed is None:
        assert torch.equal(y, torch.arange(n_rows))


def test_the_order_is_that_of_the_generator_and_another_one_in_each_epoch():
    batches = Batches(make_rows(100, False), 4, torch.Generator().manual_seed(3))
    generator = torch.Generator().manual_seed(3)
    for _ in range(3):
        order = torch.cat([y for _, y in batches])
        assert torch.equal(order, torch.randperm(100, generator=generator))
