"""Options of networks trained together: losses, scores, test rows, pulls to start and probes."""

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


def train_both_ways(networks, **options):
    """Train copies of the networks, stacked and one after the other. Return both with results."""
    options = {"max_epochs": 6, "lr": 0.01, "batch_size": BATCH, **options}
    stacked, separate = copy.deepcopy(networks), copy.deepcopy(networks)
    for stacked_network, separate_network in zip(stacked, separate, strict=True):
        for network in (stacked_network, separate_network):
            if network.pull is not None:
                network.pull = pull_to_ones(network.column)
    results = train_together(stacked, stacked=True, **options)
    return stacked, results, separate, train_together(separate, **options)


def assert_both_ways_agree(networks, atol=3e-6, **options):
    stacked, results, separate, separate_results = train_both_ways(networks, **options)
    for network, result, separate_network, separate_result in zip(
        stacked, results, separate, separate_results, strict=True
    ):
        assert result.history[:, 0].isfinite().all()
        assert result.best_epoch == separate_result.best_epoch
        torch.testing.assert_close(
            result.history, separate_result.history, rtol=0, atol=atol, equal_nan=True
        )
        pairs = zip(network.column.parameters(), separate_network.column.parameters(), strict=True)
        for value, expected in pairs:
            torch.testing.assert_close(value, expected, rtol=0, atol=1e-4)
            assert value.requires_grad == expected.requires_grad
        assert network.column.dropout == separate_network.column.dropout
    return separate, separate_results


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_stacked_training_equals_separate_training_with_every_loss(kind, weighted):
    # Different numbers of rows and outputs, and last batches of one and seven rows.
    networks = [
        make_network(kind, seed, n, n_outputs, weighted)
        for seed, n, n_outputs in ((0, 41, 3), (1, 23, 2))
    ]
    assert_both_ways_agree(networks)


@pytest.mark.parametrize("kind", ["hard", "ccc"])
def test_best_epoch_has_the_lowest_loss_if_the_loss_is_monitored(kind):
    for result in assert_both_ways_agree([make_network(kind, monitor="loss")])[1]:
        history = result.history
        assert torch.equal(history[:, VALID_SCORE], -history[:, VALID_LOSS])
        assert result.best_epoch == 1 + history[:, VALID_LOSS].argmin()


@pytest.mark.parametrize(
    ("kind", "score"),
    [("hard", uar_score), ("squared_error", lambda *args: np.mean(ccc_score(*args)))],
)
def test_scores_equal_those_of_the_metrics(kind, score):
    network = make_network(kind)
    (result,) = train_together([network], max_epochs=4, lr=0.01, batch_size=BATCH)
    for rows, place in ((network.validation, VALID_SCORE), (network.test, TEST_SCORE)):
        outputs = evaluate_logits(network.column, rows.X)
        predicted = outputs.argmax(1) if kind == "hard" else outputs
        expected = score(rows.y.numpy(), predicted.numpy())
        recorded = result.history[result.best_epoch - 1, place].item()
        assert recorded == pytest.approx(expected, abs=1e-6)


def test_best_epoch_depends_on_the_weights_of_classes():
    _, (result,) = assert_both_ways_agree([make_network("hard", class_weights=[1.0, 0.0, 3.0])])
    history = result.history
    assert (history[:, VALID_MONITOR] != history[:, VALID_SCORE]).any()
    ranks = [
        (round(score, 6), -loss)
        for loss, score in history[:, [VALID_LOSS, VALID_MONITOR]].tolist()
    ]
    assert result.best_epoch == 1 + ranks.index(max(ranks))


def test_test_rows_change_nothing_but_the_test_score():
    with_test, without = [make_network("hard") for _ in range(2)]
    without.test = None
    options = {"max_epochs": 3, "lr": 0.01, "batch_size": BATCH}
    for stacked in (True, False):
        pair = copy.deepcopy([with_test]), copy.deepcopy([without])
        results = [train_together(networks, stacked=stacked, **options)[0] for networks in pair]
        histories = [result.history[:, :VALID_MONITOR] for result in results]
        assert torch.equal(*histories)
        assert results[1].history[:, TEST_SCORE].isnan().all()


def pull_to_ones(column):
    copied = list(column.parameters())[:-2]
    return PullToStart(copied, [torch.ones_like(w) for w in copied], strength=0.5)


@pytest.mark.parametrize("probe_epochs", [0, 2, math.inf])
@pytest.mark.parametrize("pulled", [False, True])
def test_stacked_training_equals_separate_training_with_pulls_and_probes(pulled, probe_epochs):
    networks = [make_network("hard", seed, probe_epochs=probe_epochs) for seed in range(2)]
    for network in networks:
        network.validation = None  # so that the last epoch is kept
        network.pull = pull_to_ones(network.column) if pulled else None
    initial_states = copy.deepcopy([network.column.state_dict() for network in networks])
    separate, _ = assert_both_ways_agree(networks, max_epochs=5)
    for network, initial in zip(separate, initial_states, strict=True):
        final = network.column.state_dict()
        is_unchanged = [torch.equal(final[name], initial[name]) for name in final]
        assert is_unchanged == [probe_epochs == math.inf] * 4 + [False] * 2


def test_lack_of_memory_halves_the_group(monkeypatch):
    original_epoch, sizes = Lockstep.epoch, []

    def epoch(self):
        sizes.append(len(self.networks))
        if len(self.networks) > 2:
            raise torch.OutOfMemoryError("no memory left")
        original_epoch(self)

    monkeypatch.setattr(Lockstep, "epoch", epoch)
    networks = [make_network("hard", seed) for seed in range(5)]
    copies, options = copy.deepcopy(networks), {"max_epochs": 2, "stacked": True}
    results = train_together(networks, **options)
    assert sizes == [5, 3, 2, 2, 1, 1, 2, 2]
    assert [result.n_together for result in results] == [2, 2, 1, 2, 2]
    monkeypatch.undo()
    for result, expected in zip(results, train_together(copies, **options), strict=True):
        assert torch.equal(result.history[:, :3], expected.history[:, :3])


def test_lack_of_memory_for_a_single_network_is_an_error(monkeypatch):
    def epoch(self):
        raise torch.OutOfMemoryError("no memory left")

    monkeypatch.setattr(Lockstep, "epoch", epoch)
    with pytest.raises(torch.OutOfMemoryError):
        train_together([make_network("hard")], max_epochs=2, stacked=True)


@pytest.mark.parametrize("stacked", [True, False])
def test_interrupted_training_keeps_complete_epochs(monkeypatch, stacked):
    original_epoch = Lockstep.epoch

    def epoch(self):
        if self.n_epochs == n_complete:
            raise KeyboardInterrupt
        original_epoch(self)

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
    """Counts the bytes of all live tensors, now and at the peak."""

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
def test_estimated_memory_is_one_to_three_times_that_of_the_tensors(width, n_rows):
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


def test_networks_with_different_options_are_refused():
    network = make_network("hard")
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
        assert [
            key for key, value in must_share(other).items() if value != must_share(network)[key]
        ]
        with pytest.raises(ValueError, match=f"differences in .*'{name}'"):
            train_together([network, other], max_epochs=1)
    with pytest.raises(ValueError, match="monitor must be one of"):
        train_together([make_network("hard", monitor="accuracy")], max_epochs=1)
    network.loss = NUMBER_LOSSES["ccc"]
    with pytest.raises(ValueError, match="got ConcordanceLoss with y of 1"):
        train_together([network], max_epochs=1)


def test_fit_uses_counter_masks_only_within_the_block():
    rows = make_rows("hard", 60, 3, torch.Generator().manual_seed(0))
    X, y = rows.X.numpy(), rows.y.numpy()

    def fit(**options):
        model = DNNClassifier(hidden_layer_sizes=(12,), max_epochs=3, random_state=0, **options)
        return model.fit(X, y).predict_proba(X)

    ordinary, without_dropout = fit(), fit(dropout=0.0)
    with counter_masks():
        counted, counted_again, without_dropout_in_block = fit(), fit(), fit(dropout=0.0)
    with counter_masks(False):
        assert np.array_equal(fit(), ordinary)
    assert np.array_equal(counted, counted_again)
    assert not np.array_equal(counted, ordinary)
    assert np.array_equal(without_dropout, without_dropout_in_block)
    assert np.array_equal(fit(), ordinary)
