"""What networks that train together may ask for: losses, scores, test rows, pulls, probes."""

import copy
import math
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from skprognet import DNNClassifier
from skprognet.metrics import ccc_score, uar_score
from skprognet.networks import (
    NUMBER_LOSSES,
    Column,
    CrossEntropy,
    Lockstep,
    NetworkToTrain,
    PullToStart,
    counter_masks,
    evaluate_logits,
    limit_threads,
    memory_of,
    must_share,
    train_together,
)

N_FEATURES, BATCH = 7, 8
KINDS = ["hard", "soft", *NUMBER_LOSSES]
TRAIN_LOSS, VALID_LOSS, VALID_SCORE, VALID_MONITOR, TEST_SCORE = range(5)


@pytest.fixture(autouse=True)
def _one_thread():
    with limit_threads(1):
        yield


def make_rows(kind, n, n_outputs, generator, weighted=False):
    X = torch.randn(n, N_FEATURES, generator=generator)
    y = X[:, :n_outputs] + torch.randn(n, n_outputs, generator=generator)
    if kind in ("hard", "soft"):
        y = y.argmax(1) if kind == "hard" else y.softmax(1)
    weight = torch.rand(n, generator=generator) + 0.5 if weighted else None
    return SimpleNamespace(X=X, y=y, weight=weight)


def make_network(kind, seed=0, n_rows=41, n_outputs=3, weighted=False, **options):
    generator = torch.Generator().manual_seed(seed)
    column = Column(N_FEATURES, (12, 10), n_outputs, generator=generator, dropout=0.3)
    training, validation, test = [
        make_rows(kind, n, n_outputs, generator, weighted) for n in (n_rows, 20 + seed, 15)
    ]
    classes = kind in ("hard", "soft")
    options.setdefault("monitor", "uar" if classes else "ccc")
    loss = CrossEntropy if classes else NUMBER_LOSSES[kind]
    return NetworkToTrain(
        column, training, validation, 100 + seed, 200 + seed, test=test, loss=loss, **options
    )


def both_ways(networks, **options):
    """Train copies of the networks stacked and one after the other; return both, with results."""
    options = {"max_epochs": 6, "lr": 0.01, "batch_size": BATCH, **options}
    stacked, separate = copy.deepcopy(networks), copy.deepcopy(networks)
    for one, two in zip(stacked, separate, strict=True):
        for each in (one, two):
            if each.pull is not None:
                each.pull = pull_to_ones(each.column)
    results = train_together(stacked, stacked=True, **options)
    return stacked, results, separate, train_together(separate, **options)


def assert_they_agree(networks, atol=3e-6, **options):
    stacked, results, separate, others = both_ways(networks, **options)
    for network, result, one, other in zip(stacked, results, separate, others, strict=True):
        assert result.finite
        assert result.best_epoch == other.best_epoch
        torch.testing.assert_close(
            result.history, other.history, rtol=0, atol=atol, equal_nan=True
        )
        pairs = zip(network.column.parameters(), one.column.parameters(), strict=True)
        for new, expected in pairs:
            torch.testing.assert_close(new, expected, rtol=0, atol=1e-4)
            assert new.requires_grad == expected.requires_grad
        assert network.column.dropout == one.column.dropout
    return separate, others


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_loss_stacked_and_one_after_the_other(kind, weighted):
    # Unequal rows and outputs; last batches of one row and of seven.
    networks = [
        make_network(kind, seed, n, n_outputs, weighted)
        for seed, n, n_outputs in ((0, 41, 3), (1, 23, 2))
    ]
    assert_they_agree(networks)


@pytest.mark.parametrize("kind", ["hard", "ccc"])
def test_the_loss_as_what_chooses_the_epoch(kind):
    for result in assert_they_agree([make_network(kind, monitor="loss")])[1]:
        history = result.history
        assert torch.equal(history[:, VALID_SCORE], -history[:, VALID_LOSS])
        assert result.best_epoch == 1 + history[:, VALID_LOSS].argmin()


@pytest.mark.parametrize(
    ("kind", "score"),
    [("hard", uar_score), ("squared_error", lambda *args: np.mean(ccc_score(*args)))],
)
def test_scores_are_those_of_the_metrics(kind, score):
    network = make_network(kind)
    (result,) = train_together([network], max_epochs=4, lr=0.01, batch_size=BATCH)
    for rows, place in ((network.validation, VALID_SCORE), (network.test, TEST_SCORE)):
        outputs = evaluate_logits(network.column, rows.X)
        predicted = outputs.argmax(1) if kind == "hard" else outputs
        expected = score(rows.y.numpy(), predicted.numpy())
        got = result.history[result.best_epoch - 1, place].item()
        assert got == pytest.approx(expected, abs=1e-6)


def test_weights_of_classes_choose_the_epoch():
    _, (result,) = assert_they_agree([make_network("hard", class_weights=[1.0, 0.0, 3.0])])
    history = result.history
    assert (history[:, VALID_MONITOR] != history[:, VALID_SCORE]).any()
    ranks = [(round(m, 6), -loss) for loss, m in history[:, [VALID_LOSS, VALID_MONITOR]].tolist()]
    assert result.best_epoch == 1 + ranks.index(max(ranks))


def test_rows_of_the_test_change_nothing_else():
    with_test, without = [make_network("hard") for _ in range(2)]
    without.test = None
    options = {"max_epochs": 3, "lr": 0.01, "batch_size": BATCH}
    for stacked in (True, False):
        pair = copy.deepcopy([with_test]), copy.deepcopy([without])
        results = [train_together(each, stacked=stacked, **options)[0] for each in pair]
        histories = [result.history[:, :VALID_MONITOR] for result in results]
        assert torch.equal(*histories)
        assert results[1].history[:, TEST_SCORE].isnan().all()


def pull_to_ones(column):
    copied = list(column.parameters())[:-2]
    return PullToStart(copied, [torch.ones_like(w) for w in copied], strength=0.5)


@pytest.mark.parametrize("probe_epochs", [0, 2, math.inf])
@pytest.mark.parametrize("pulled", [False, True])
def test_pulls_and_probes(pulled, probe_epochs):
    networks = [make_network("hard", seed, probe_epochs=probe_epochs) for seed in range(2)]
    for network in networks:
        network.validation = None  # so that the last epoch stays
        network.pull = pull_to_ones(network.column) if pulled else None
    before = copy.deepcopy([network.column.state_dict() for network in networks])
    separate, _ = assert_they_agree(networks, max_epochs=5)
    for network, old in zip(separate, before, strict=True):
        new = network.column.state_dict()
        stayed = [torch.equal(new[name], old[name]) for name in new]
        assert stayed == [probe_epochs == math.inf] * 4 + [False] * 2


def test_memory_that_does_not_suffice_halves_the_group(monkeypatch):
    real, sizes = Lockstep.epoch, []

    def epoch(self):
        sizes.append(len(self.networks))
        if len(self.networks) > 2 or len(self.networks) == refused:
            raise torch.OutOfMemoryError("no memory left")
        real(self)

    monkeypatch.setattr(Lockstep, "epoch", epoch)
    networks = [make_network("hard", seed) for seed in range(5)]
    at_once, options = copy.deepcopy(networks), {"max_epochs": 2, "stacked": True}
    refused = None
    results = train_together(networks, **options)
    assert sizes == [5, 3, 2, 2, 1, 1, 2, 2]
    assert [result.n_together for result in results] == [2, 2, 1, 2, 2]
    monkeypatch.undo()
    for result, expected in zip(results, train_together(at_once, **options), strict=True):
        assert torch.equal(result.history[:, :3], expected.history[:, :3])


def test_memory_that_does_not_suffice_for_one_network_is_an_error(monkeypatch):
    def epoch(self):
        raise torch.OutOfMemoryError("no memory left")

    monkeypatch.setattr(Lockstep, "epoch", epoch)
    with pytest.raises(torch.OutOfMemoryError):
        train_together([make_network("hard")], max_epochs=2, stacked=True)


@pytest.mark.parametrize("stacked", [True, False])
def test_an_interrupt_keeps_the_epochs_that_are_complete(monkeypatch, stacked):
    real = Lockstep.epoch

    def epoch(self):
        if self.n_epochs == n_complete:
            raise KeyboardInterrupt
        real(self)

    monkeypatch.setattr(Lockstep, "epoch", epoch)
    network, n_complete = make_network("hard"), 3
    (result,) = train_together([network], max_epochs=9, stacked=stacked)
    assert result.interrupted
    assert result.history[:, :3].isfinite().all()
    assert len(result.history) == 3
    n_complete = 0
    with pytest.raises(KeyboardInterrupt):
        train_together([network], max_epochs=9, stacked=stacked)


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of all tensors that are alive, and the most there were at once."""

    def __init__(self):
        super().__init__()
        self.known, self.now, self.most = set(), 0, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            if isinstance(tensor, torch.Tensor):
                self.note(tensor.untyped_storage())
        return result

    def note(self, storage):
        key = storage._cdata
        if key not in self.known:
            self.known.add(key)
            self.now += storage.nbytes()
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self.forget, key, storage.nbytes())

    def forget(self, key, n_bytes):
        self.known.discard(key)
        self.now -= n_bytes


@pytest.mark.parametrize(("width", "n_rows"), [(96, 60), (16, 400)])
def test_the_memory_of_networks_is_about_what_their_tensors_take(width, n_rows):
    networks = []
    for seed in range(4):
        network = make_network("hard", seed, n_rows)
        generator = torch.Generator().manual_seed(seed)
        network.column = Column(N_FEATURES, (width,) * 4, 3, generator=generator, dropout=0.5)
        networks.append(network)
    expected = sum(memory_of(network) for network in networks)
    with LiveBytes() as live:
        train_together(networks, max_epochs=2, stacked=True)
    assert live.most < expected < 3 * live.most


def test_networks_of_different_kinds_are_refused():
    hard = make_network("hard")
    for name, other in {
        "monitor": make_network("hard", monitor="loss"),
        "y of two dimensions": make_network("soft"),
        "loss": make_network("hard"),
        "class weights": make_network("hard", class_weights=[1.0, 2.0, 3.0]),
        "probe_epochs": make_network("hard", probe_epochs=2),
        "test rows": make_network("hard"),
    }.items():
        if name == "loss":
            other.loss = NUMBER_LOSSES["ccc"]
        if name == "test rows":
            other.test = None
        assert [key for key, value in must_share(other).items() if value != must_share(hard)[key]]
        with pytest.raises(ValueError, match=f"differences in .*'{name}'"):
            train_together([hard, other], max_epochs=1)
    with pytest.raises(ValueError, match="monitor must be one of"):
        train_together([make_network("hard", monitor="accuracy")], max_epochs=1)
    hard.loss = NUMBER_LOSSES["ccc"]
    with pytest.raises(ValueError, match="got ConcordanceLoss with y of 1"):
        train_together([hard], max_epochs=1)


def test_an_ordinary_fit_draws_counted_masks_inside_the_block_alone():
    rows = make_rows("hard", 60, 3, torch.Generator().manual_seed(0))
    X, y = rows.X.numpy(), rows.y.numpy()

    def fit(**options):
        model = DNNClassifier(hidden_layer_sizes=(12,), max_epochs=3, random_state=0, **options)
        return model.fit(X, y).predict_proba(X)

    ordinary, without = fit(), fit(dropout=0.0)
    with counter_masks():
        counted, again, also_without = fit(), fit(), fit(dropout=0.0)
    with counter_masks(False):
        assert np.array_equal(fit(), ordinary)
    assert np.array_equal(counted, again)
    assert not np.array_equal(counted, ordinary)
    assert np.array_equal(without, also_without)
    assert np.array_equal(fit(), ordinary)
