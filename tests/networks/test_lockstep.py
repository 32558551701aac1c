"""Many networks trained at once, against the same training of each network alone."""

import copy
from types import SimpleNamespace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from skprognet.networks import (
    Column,
    CounterMasks,
    FusedAdam,
    Lockstep,
    NetworkToTrain,
    ProgressiveColumn,
    TrainingStep,
    evaluate_logits,
    limit_threads,
    train_together,
)

N_FEATURES, BATCH = 7, 8
BOTH_WAYS = pytest.mark.parametrize("stacked", [True, False], ids=["stacked", "separate"])


@pytest.fixture(autouse=True)
def _one_thread():
    with limit_threads(1):
        yield


def plain(generator, n_classes=4, **options):
    return Column(N_FEATURES, (12, 10), n_classes, generator=generator, **options)


def progressive(generator, n_classes=4, **options):
    # No layer reads the first layer of the first source. Two layers read the second source.
    return ProgressiveColumn(
        N_FEATURES,
        (12, 10),
        n_classes,
        source_sizes=[(5, 6, 4), (9,)],
        generator=generator,
        **options,
    )


WIDTHS = {plain: N_FEATURES, progressive: N_FEATURES + 5 + 6 + 4 + 9}


def make_rows(n, width, n_classes, generator, weighted=False):
    weight = torch.rand(n, generator=generator) + 0.5 if weighted else None
    return SimpleNamespace(
        X=torch.randn(n, width, generator=generator),
        y=torch.randint(n_classes, (n,), generator=generator),
        weight=weight,
    )


def make_network(make_column, seed, n_rows=40, n_classes=4, weighted=False, **options):
    generator = torch.Generator().manual_seed(seed)
    column = make_column(generator, n_classes, **options)
    rows = [
        make_rows(n, WIDTHS[make_column], n_classes, generator, weighted)
        for n in (n_rows, 20 + seed % 5)
    ]
    return NetworkToTrain(column, *rows, order_seed=100 + seed, dropout_seed=200 + seed)


class MasksOfCounter:
    """Replaces the random masks of a column by those of the counter.

    It draws the units of all layers at once for a full batch, and takes the rows of the batch.
    """

    def __init__(self, network):
        self.network, self.step = network, 0

    def cut(self, widths, n_rows, rate, stream=0):
        sizes = [BATCH * width for width in widths]
        masks = CounterMasks([self.network.dropout_seed], sizes, rate, "cpu", stream)
        dropped = masks.dropped(masks.words(torch.tensor([self.step]), 1)[:, 0])
        kept = [(~layer[0]).float() * masks.scale for layer in dropped]
        return [p.view(BATCH, w)[:n_rows] for p, w in zip(kept, widths, strict=True)]


def train_alone(network, *, epochs, lr, copied_lr=None):
    """Train one network alone by `TrainingStep` and `FusedAdam`, with the masks of the counter."""
    column, rows = network.column, network.training
    counter, rate = MasksOfCounter(network), column.dropout
    if rate:
        column.masks = lambda n: SimpleNamespace(
            draw=lambda _: counter.cut(column.hidden_layer_sizes, n, rate)
        )
    if lateral_rate := getattr(column, "lateral_dropout", 0):
        widths = [[width for _, width in layer] for layer in column.places_by_layer]

        def lateral_inputs(k, frozen, *, dropping):
            if not dropping or not frozen:
                return frozen
            flat = [width for layer in widths for width in layer]
            masks = counter.cut(flat, len(frozen[0]), lateral_rate, stream=1)
            first = sum(len(layer) for layer in widths[:k])
            return [h * mask for h, mask in zip(frozen, masks[first:], strict=False)]

        column.lateral_inputs = lateral_inputs
    learning = [[p for p in column.parameters() if p.requires_grad]]
    rates = [lr]
    if copied_lr is not None:
        output = [*column.weights(len(column.layers) - 1), column.layers[-1].bias]
        learning = [[p for p in learning[0] if not any(p is o for o in output)], output]
        rates = [copied_lr, lr]
    step = TrainingStep(column)
    optimizers = [FusedAdam(p, lr=r) for p, r in zip(learning, rates, strict=True)]
    order = torch.Generator().manual_seed(network.order_seed)
    losses, history = [], []
    for _ in range(epochs):
        for places in torch.randperm(len(rows.X), generator=order).split(BATCH):
            weight = None if rows.weight is None else rows.weight[places]
            with torch.inference_mode():
                loss, _ = step(rows.X[places], rows.y[places], weight)
                for optimizer in optimizers:
                    optimizer.update()
            losses.append(loss.item())
            counter.step += 1
        state = copy.deepcopy(column.state_dict())
        history.append((*score_by_hand(column, network.validation), state))
    return losses, history


def best_of(history):
    """Return the best epoch, from 1, and its weights: the highest UAR, then the lowest loss."""
    ranks = [(round(uar, 6), -loss) for loss, uar, _ in history]
    best = max(range(len(ranks)), key=lambda epoch: (ranks[epoch], -epoch))
    return best + 1, history[best][2]


def score_by_hand(column, rows):
    logits = evaluate_logits(column, rows.X)
    loss = torch.nn.functional.cross_entropy(logits, rows.y, reduction="none").double()
    weight = torch.ones(len(rows.y)) if rows.weight is None else rows.weight
    hit = (logits.argmax(1) == rows.y).double() * weight
    recalls = [hit[rows.y == c].sum() / weight[rows.y == c].sum() for c in rows.y.unique()]
    return (loss * weight).mean().item(), torch.stack(recalls).double().mean().item()


def losses_together(networks, *, epochs, lr, copied_lr=None):
    """Train the networks together; return the losses of their batches, and their results."""
    with torch.inference_mode():
        group = Lockstep(
            networks,
            lr=lr,
            copied_lr=copied_lr,
            batch_size=BATCH,
            max_epochs=epochs,
            device="cpu",
            stacked=True,
        )
        losses = []
        for _ in range(epochs):
            group.begin_epoch()
            group.epoch()
            group.end_epoch()
            losses.append(group.group.loss_BS.clone())
        results = group.results()
    n_steps = group.group.orders.n_steps
    return [
        [loss for epoch_losses in losses for loss in epoch_losses[b, :n].tolist()]
        for b, n in enumerate(n_steps)
    ], results


CASES = {
    "plain": (plain, {"dropout": 0.5}),
    "plain, tanh, a rate of 16 bits": (plain, {"dropout": 0.3, "activation": "tanh"}),
    "plain, relu": (plain, {"dropout": 0.25, "activation": "relu"}),
    "plain, identity, no dropout": (plain, {"activation": "identity"}),
    "progressive": (progressive, {"dropout": 0.5}),
    "progressive, lateral dropout": (progressive, {"dropout": 0.5, "lateral_dropout": 0.2}),
    "progressive, lateral dropout alone": (progressive, {"lateral_dropout": 0.5}),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_losses_and_scores_equal_those_of_networks_trained_alone(case, weighted):
    make_column, options = CASES[case]
    # Unequal numbers of rows, of steps and of classes; partial batches of 1, 7 and 8 rows.
    networks = [
        make_network(make_column, seed, n, n_classes, weighted, **options)
        for seed, n, n_classes in ((0, 47, 4), (1, 41, 3), (2, 40, 4), (3, 23, 2))
    ]
    alone = copy.deepcopy(networks)
    losses, results = losses_together(networks, epochs=4, lr=0.01)
    for network, batch_losses, result in zip(alone, losses, results, strict=True):
        expected, history = train_alone(network, epochs=4, lr=0.01)
        assert len(batch_losses) == len(expected)
        torch.testing.assert_close(
            torch.tensor(batch_losses), torch.tensor(expected), rtol=0, atol=3e-6
        )
        scores = torch.tensor([epoch[:2] for epoch in history], dtype=torch.float64)
        torch.testing.assert_close(result.history[:, 1:3], scores, rtol=0, atol=3e-6)


def test_losses_in_float64_equal_those_of_a_network_trained_alone():
    options = {"dropout": 0.5, "lateral_dropout": 0.25, "dtype": torch.float64}
    network = make_network(progressive, 0, 47, weighted=True, **options)
    for rows in (network.training, network.validation):
        rows.X, rows.weight = rows.X.double(), rows.weight.double()
    alone = copy.deepcopy(network)
    (batch_losses,), _ = losses_together([network], epochs=4, lr=0.01)
    expected, _ = train_alone(alone, epochs=4, lr=0.01)
    torch.testing.assert_close(
        torch.tensor(batch_losses), torch.tensor(expected), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("make_column", [plain, progressive])
def test_best_epoch_and_predictions_equal_those_of_networks_trained_alone(make_column):
    networks = [
        make_network(make_column, seed, n, dropout=0.5) for seed, n in ((0, 40), (1, 61), (2, 50))
    ]
    alone = copy.deepcopy(networks)
    results = train_together(networks, max_epochs=25, lr=0.01, batch_size=BATCH, stacked=True)
    for network, other, result in zip(networks, alone, results, strict=True):
        X = network.training.X
        _, history = train_alone(other, epochs=25, lr=0.01)
        best, weights = best_of(history)
        assert result.best_epoch == best
        other.column.load_state_dict(weights)
        together, apart = [evaluate_logits(trained.column, X) for trained in (network, other)]
        torch.testing.assert_close(together, apart, rtol=0, atol=1e-4)
        assert torch.equal(together.argmax(1), apart.argmax(1))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("make_column", [plain, progressive])
def test_weights_on_a_cpu_have_the_bits_of_networks_trained_alone(make_column, weighted):
    # A rate whose scale is not a power of 2, and last batches of 1 and 7 rows.
    options = {"dropout": 0.3} | ({"lateral_dropout": 0.2} if make_column is progressive else {})
    networks = [
        make_network(make_column, seed, n, n_classes, weighted, **options)
        for seed, n, n_classes in ((0, 47, 4), (1, 41, 3))
    ]
    for network in networks:
        network.validation = None
    alone = copy.deepcopy(networks)
    train_together(networks, max_epochs=3, lr=0.01, batch_size=BATCH)
    for network, other in zip(networks, alone, strict=True):
        other.validation = other.training
        train_alone(other, epochs=3, lr=0.01)
        pairs = zip(network.column.parameters(), other.column.parameters(), strict=True)
        assert all(torch.equal(new, expected) for new, expected in pairs)


@pytest.mark.parametrize("make_column", [plain, progressive])
@pytest.mark.parametrize(("n_frozen", "copied_lr"), [(1, None), (0, 0.001), (1, 0.001), (2, None)])
def test_frozen_layers_do_not_learn_and_copied_ones_have_their_own_rate(
    make_column, n_frozen, copied_lr
):
    networks = [make_network(make_column, seed, n, dropout=0.5) for seed, n in ((0, 40), (1, 33))]
    for network in networks:
        for k in range(n_frozen):
            for parameter in [*network.column.weights(k), network.column.layers[k].bias]:
                parameter.requires_grad = False
    alone, initial_networks = copy.deepcopy(networks), copy.deepcopy(networks)
    losses, _ = losses_together(networks, epochs=3, lr=0.01, copied_lr=copied_lr)
    for network, other, initial, batch_losses in zip(
        networks, alone, initial_networks, losses, strict=True
    ):
        expected, _ = train_alone(other, epochs=3, lr=0.01, copied_lr=copied_lr)
        torch.testing.assert_close(
            torch.tensor(batch_losses), torch.tensor(expected), rtol=0, atol=3e-6
        )
        for k in range(len(network.column.layers)):
            pairs = zip(network.column.weights(k), initial.column.weights(k), strict=True)
            assert all(torch.equal(value, initial_value) for value, initial_value in pairs) == (
                k < n_frozen
            )


def trained_weights(networks, stacked):
    train_together(networks, max_epochs=3, lr=0.01, batch_size=BATCH, stacked=stacked)
    return [p.detach().clone() for p in networks[0].column.parameters()]


@BOTH_WAYS
@pytest.mark.parametrize("make_column", [plain, progressive])
def test_weights_do_not_depend_on_the_other_networks_of_the_group(make_column, stacked):
    # Some processors add the terms of a single product in another order than those of several
    # stacked ones. In a group of networks with fewer rows, the last step may be a single product.
    tolerance = 1e-5 if stacked else 0
    options = {"dropout": 0.5}

    def group(*others):
        return [make_network(make_column, 0, 45, **options), *others]

    def others(n, **changes):
        return [make_network(make_column, 7 + b, **{**options, **changes}) for b in range(n)]

    alone = trained_weights(group(), stacked)
    groups = {
        "two": group(*others(1)),
        "four": group(*others(3)),
        "eight": group(*others(7)),
        "more rows": group(*others(2, n_rows=90)),
        "fewer rows": group(*others(2, n_rows=9)),
        "more classes": group(*others(2, n_classes=11)),
        "the highest number of classes": group(*others(2, n_classes=16)),
        "weights": group(*others(2, weighted=True)),
    }
    for name, networks in groups.items():
        for value, expected in zip(trained_weights(networks, stacked), alone, strict=True):
            torch.testing.assert_close(
                value,
                expected,
                rtol=0,
                atol=tolerance,
                msg=lambda text, name=name: f"{name}: {text}",
            )


@BOTH_WAYS
def test_network_that_diverges_is_reported_and_does_not_change_the_others(stacked):
    options = {"max_epochs": 3, "lr": 0.01, "batch_size": BATCH, "stacked": stacked}
    networks, finite = (
        [make_network(plain, seed, 40, dropout=0.5) for seed in range(3)] for _ in range(2)
    )
    networks[1].training.X[3, 0] = torch.inf
    results = train_together(networks, **options)
    learned = [bool(result.history[:, 0].isfinite().all()) for result in results]
    assert learned == [True, False, True]
    train_together(finite, **options)
    for b in (0, 2):
        pairs = zip(networks[b].column.parameters(), finite[b].column.parameters(), strict=True)
        assert all(torch.equal(value, expected) for value, expected in pairs)


@BOTH_WAYS
def test_patience_stops_each_network_separately(stacked):
    options = {"max_epochs": 20, "lr": 0.02, "batch_size": BATCH, "stacked": stacked}
    networks = [make_network(plain, seed, 40, dropout=0.5) for seed in range(4)]
    others = copy.deepcopy(networks)
    results = train_together(networks, patience=4, **options)
    full_results = train_together(others, **options)
    for stopped_early, trained_fully in zip(results, full_results, strict=True):
        n_epochs = len(stopped_early.history)
        assert n_epochs == min(20, stopped_early.best_epoch + 4)
        assert stopped_early.stopped == (stopped_early.best_epoch + 4 <= 20)
        assert not trained_fully.stopped
        assert torch.equal(stopped_early.history[:, :3], trained_fully.history[:n_epochs, :3])
    assert len({len(result.history) for result in results}) > 1


@BOTH_WAYS
def test_last_epoch_is_kept_without_validation_rows(stacked):
    networks = [make_network(plain, seed, 40, dropout=0.5) for seed in range(2)]
    for network in networks:
        network.validation = None
    alone = copy.deepcopy(networks)
    options = {"max_epochs": 5, "lr": 0.01, "batch_size": BATCH, "stacked": stacked}
    results = train_together(networks, **options)
    for network, other, result in zip(networks, alone, results, strict=True):
        other.validation = other.training
        train_alone(other, epochs=5, lr=0.01)
        assert result.best_epoch == 5
        assert result.history[:, 0].isfinite().all()
        assert result.history[:, 1:].isnan().all()
        for value, expected in zip(
            network.column.parameters(), other.column.parameters(), strict=True
        ):
            torch.testing.assert_close(value, expected, rtol=0, atol=1e-4)


class Operations(TorchDispatchMode):
    """Counts operations that compute, and fails on those that read a value on the host."""

    VIEWS = (
        *("view", "transpose", "slice", "unsqueeze", "expand", "select", "split", "alias"),
        *("split_with_sizes", "detach", "unbind", "as_strided", "squeeze", "mT", "narrow"),
        *("flatten", "unflatten", "view_as", "expand_as", "empty_like"),
    )
    READS = ("_local_scalar_dense", "nonzero", "masked_select", "equal", "unique")

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name.split("::")[1]
        assert not name.startswith(self.READS), name
        if name not in self.VIEWS:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(("make_column", "most_per_step"), [(plain, 35), (progressive, 45)])
def test_operations_of_an_epoch_do_not_grow_with_the_number_of_networks(
    make_column, most_per_step
):
    counts = {}
    for n_networks in (2, 6):
        networks = [make_network(make_column, b, 40, dropout=0.5) for b in range(n_networks)]
        with torch.inference_mode():
            options = {"max_epochs": 3, "device": "cpu", "stacked": True}
            group = Lockstep(networks, lr=0.01, batch_size=BATCH, **options)
            group.begin_epoch()
            group.epoch()  # the first epoch creates what later epochs reuse
            stack = group.group.stack
            tensors = [group.history, group.group.loss_BS, *(b.values for b in stack.learning)]
            addresses = [tensor.data_ptr() for tensor in tensors]
            with Operations() as operations:
                group.epoch()
        # The memory is the same, so that a GPU can record the epoch.
        assert addresses == [tensor.data_ptr() for tensor in tensors]
        counts[n_networks] = len(operations.names)
        assert operations.names.count("_fused_adam_") == 5
    assert counts[2] == counts[6]
    assert counts[2] < 5 * most_per_step + 60


def splitmix64(seed, step, word):
    """Return the 64 bits of one word in Python integers, by the algorithm of Steele et al."""

    def mix(x):
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return x ^ (x >> 31)

    gamma = 0x9E3779B97F4A7C15
    return mix((mix((seed + gamma * step) % 2**64) + gamma * word) % 2**64)


@pytest.mark.parametrize(("rate", "bits"), [(0.5, 1), (0.25, 2), (0.3, 16)])
def test_masks_equal_those_of_splitmix64(rate, bits):
    masks = CounterMasks([3, 2**32 - 1], [200], rate, "cpu")
    words = masks.words(torch.tensor([5, 9]), 2)
    for b, (seed, first) in enumerate(((3, 5), (2**32 - 1, 9))):
        for s in range(2):
            dropped = masks.dropped(words[:, s])[0][b].tolist()
            per_word = 32 // bits
            for unit, is_dropped in enumerate(dropped):
                word, place = divmod(unit, per_word)
                two_words = splitmix64(seed, first + s, word // 2)
                half = two_words >> 32 if word % 2 else two_words % 2**32
                # The bits of the unit as a signed number; the last unit has the lowest bits.
                value = half << (place * bits) & (2**32 - 1)
                value = (value >> (32 - bits)) - (2**bits if value >> 31 else 0)
                kept = 2**bits - round(2**bits * rate)
                assert is_dropped == (value >= kept - 2 ** (bits - 1))


@pytest.mark.parametrize("rate", [0.5, 0.2, 0.75])
def test_masks_have_the_rate_and_are_independent(rate):
    masks = CounterMasks([0, 1, 2, 2**32 - 1], [4096], rate, "cpu")
    words = masks.words(torch.zeros(4, dtype=torch.int64), 40)
    drops = torch.stack([masks.dropped(words[:, s])[0] for s in range(40)], dim=1).double()
    drops_of_stream = CounterMasks([0, 1, 2, 2**32 - 1], [4096], rate, "cpu", stream=1)
    (drops_of_stream,) = drops_of_stream.dropped(
        drops_of_stream.words(torch.zeros(4, dtype=torch.int64), 1)[:, 0]
    )
    drops_of_stream = drops_of_stream.double()

    def z_of_agreement(one, two):
        expected = rate**2 + (1 - rate) ** 2
        error = (expected * (1 - expected) / one.numel()) ** 0.5
        return abs(((one == two).double().mean() - expected) / error).item()

    assert abs(drops.mean() - rate) < 4 * (rate * (1 - rate) / drops.numel()) ** 0.5
    assert z_of_agreement(drops[:, 1:], drops[:, :-1]) < 4  # the next step
    assert z_of_agreement(drops[1:], drops[:-1]) < 4  # the next network
    for shift in (1, 2, 31, 32, 64):  # the next units and words
        assert z_of_agreement(drops[:, :, shift:], drops[:, :, :-shift]) < 4
    assert z_of_agreement(drops[:, 0], drops_of_stream) < 4
    assert masks.scale == pytest.approx(1 / (1 - rate), rel=1e-4)


def test_masks_of_a_network_do_not_depend_on_its_group():
    alone = CounterMasks([12], [500], 0.5, "cpu").words(torch.tensor([7]), 3)
    group = CounterMasks([11, 12, 13], [500], 0.5, "cpu").words(torch.tensor([0, 5, 2]), 9)
    assert torch.equal(alone[0], group[1, 2:5])


def test_networks_that_cannot_be_trained_together_are_refused():
    network = make_network(plain, 0)
    with pytest.raises(ValueError, match=r"one shape and kind; .* in \['dropout'\]"):
        train_together([network, make_network(plain, 1, dropout=0.5)], max_epochs=1)
    with pytest.raises(ValueError, match=r"one shape and kind; .* in \['n_classes'\]"):
        train_together([network, make_network(plain, 1, n_classes=17)], max_epochs=1)
    with pytest.raises(ValueError, match="together must have no adapters"):
        train_together([make_network(progressive, 0, adapter="linear")], max_epochs=1)
    other = make_network(plain, 1)
    other.validation = None
    with pytest.raises(ValueError, match="validation rows"):
        train_together([network, other], max_epochs=1)
    network.column.requires_grad_(False)
    with pytest.raises(ValueError, match="At least one layer must learn"):
        train_together([network], max_epochs=1)
