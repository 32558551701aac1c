"""Tests of the batches that a network reads in training and in validation."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from skprognet import DNNClassifier


class Batches(Callback):
    """Keeps the rows, weights and class positions of every batch since the training began."""

    def on_train_begin(self, net, **kwargs):
        self.seen = {True: [], False: []}

    def on_batch_begin(self, net, batch, training, **kwargs):
        X, y = batch
        weighted = isinstance(X, dict)
        weight = X["sample_weight"] if weighted else torch.ones(len(y), dtype=torch.float64)
        self.seen[training].append((X["X"] if weighted else X, weight, y))


def make_rows(n_rows):
    """Return rows with different features, and their class positions."""
    return np.arange(3.0 * n_rows).reshape(n_rows, 3), np.arange(n_rows) % 2


def make_classifier(**options):
    return DNNClassifier(
        hidden_layer_sizes=(1,), batch_size=4, dtype="float64", callbacks=[Batches()], **options
    )


def batches(classifier, training=True):
    (callback,) = [c for _, c in classifier.net_.callbacks_ if isinstance(c, Batches)]
    return callback.seen[training]


def concatenate(parts):
    return [torch.cat(values) for values in zip(*parts, strict=True)]


def row_numbers(rows):
    """Return the numbers of these rows of make_rows."""
    return (rows[:, 0] / 3).long()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_rows", [1, 4, 31, 32, 33, 100, 257])
def test_each_row_is_in_one_batch_with_its_label_and_weight(n_rows, weighted):
    X, y = make_rows(n_rows)
    weight = 10.0 * (np.arange(n_rows) + 1) if weighted else np.ones(n_rows)
    clf = make_classifier(random_state=0)
    clf.partial_fit(X, y, classes=[0, 1], sample_weight=weight if weighted else None)
    parts = batches(clf)
    assert [len(y) for *_, y in parts] == [4] * (n_rows // 4) + [n_rows % 4] * (n_rows % 4 > 0)
    rows, weights, codes = concatenate(parts)
    order = row_numbers(rows)
    assert torch.equal(rows, torch.tensor(X)[order])
    assert torch.equal(weights, torch.tensor(weight)[order])
    assert torch.equal(codes, torch.tensor(y)[order])
    assert torch.equal(order.sort().values, torch.arange(n_rows))


class OneSplit:
    """A splitter that yields the split given to it."""

    def __init__(self, train, held_out):
        self.rows = train, held_out

    def split(self, X, y=None, groups=None):
        yield self.rows


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_rows", [1, 5000])
def test_validation_batches_keep_order_labels_and_weights(n_rows, weighted):
    X, y = make_rows(n_rows + 2)
    weight = 10.0 * (np.arange(n_rows + 2) + 1) if weighted else np.ones(n_rows + 2)
    held_out = np.arange(2, n_rows + 2)
    clf = make_classifier(max_epochs=1, validation_fraction=OneSplit([0, 1], held_out))
    clf.fit(X, y, weight if weighted else None)
    rows, weights, codes = concatenate(batches(clf, training=False))
    assert torch.equal(rows, torch.tensor(X[held_out]))
    assert torch.equal(codes, torch.tensor(y[held_out]))
    np.testing.assert_allclose(weights, weight[held_out] / weight[held_out].mean())


def test_seed_determines_another_order_of_rows_in_each_epoch():
    X, y = make_rows(300)
    clf = make_classifier(max_epochs=3, early_stopping=False, random_state=3).fit(X, y)
    # A fit draws five seeds. The fourth determines the order.
    seed = np.random.RandomState(3).randint(np.iinfo(np.int32).max, size=5)[3]
    generator = torch.Generator().manual_seed(int(seed))
    expected = torch.cat([torch.randperm(300, generator=generator) for _ in range(3)])
    rows, *_ = concatenate(batches(clf))
    assert torch.equal(row_numbers(rows), expected)
