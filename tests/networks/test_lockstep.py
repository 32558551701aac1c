"""Many networks at once, against the package's own step, one network after the other."""

import copy
from types import SimpleNamespace

import pytest
import torch

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


@pytest.fixture(autouse=True)
def _one_thread():
    with limit_threads(1):
        yield


def plain(generator, n_classes=4, **options):
    return Column(N_FEATURES, (12, 10), n_classes, generator=generator, **options)


def progressive(generator, n_classes=4, **options):
    # Two sources; the first one's last layer is read by two layers, its first by none.
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


def masks_of(network, n_units, rate, step, stream=0):
    """Return what one network drops in one step, drawn for this network alone."""
    masks = CounterMasks([network.dropout_seed], n_units, rate, "cpu", stream)
    dropped = masks.dropped(masks.words(torch.tensor([step]), 1)[:, 0])[0]
    return (~dropped).float() * masks.scale


class GivenMasks:
    """Stands in for the random masks of a column: those of the counter, in the same order."""

    def __init__(self, network):
        self.network, self.step = network, 0

    def cut(self, shapes, n_rows, rate, stream=0):
        flat = masks_of(self.network, sum(BATCH * w for w in shapes), rate, self.step, stream)
        parts = flat.split([BATCH * width for width in shapes])
        return [p.view(BATCH, w)[:n_rows] for p, w in zip(parts, shapes, strict=True)]


def train_alone(network, *, epochs, lr, copied_lr=None):
    """Train one network with the package's own step and Adam, with the masks of the counter."""
    column, rows = network.column, network.training
    given, rate = GivenMasks(network), column.dropout
    if rate:
        column.masks = lambda n: SimpleNamespace(
            draw=lambda _: given.cut(column.hidden_layer_sizes, n, rate)
        )
    if lateral_rate := getattr(column, "lateral_dropout", 0):
        widths = [[width for _, width in layer] for layer in column.places_by_layer]

        def lateral_inputs(k, frozen, *, dropping):
            if not dropping or not frozen:
                return frozen
            flat = [width for layer in widths for width in layer]
            masks = given.cut(flat, len(frozen[0]), lateral_rate, stream=1)
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
            given.step += 1
        history.append(score_by_hand(column, network.validation))
    return losses, history


def score_by_hand(column, rows):
    logits = evaluate_logits(column, rows.X)
    loss = torch.nn.functional.cross_entropy(logits, rows.y, reduction="none").double()
    weight = torch.ones(len(rows.y)) if rows.weight is None else rows.weight
    hit = (logits.argmax(1) == rows.y).double() * weight
    recalls = [hit[rows.y == c].sum() / weight[rows.y == c].sum() for c in rows.y.unique()]
    return (loss * weight).mean().item(), torch.stack(recalls).double().mean().item()


def losses_together(networks, *, epochs, lr, copied_lr=None):
    """Return the loss of every batch of every network, and the history of each."""
    with torch.inference_mode():
        group = Lockstep(
            networks,
            lr=lr,
            copied_lr=copied_lr,
            batch_size=BATCH,
            max_epochs=epochs,
            device="cpu",
        )
        losses = []
        for _ in range(epochs):
            group.rows.shuffle()
            group.epoch()
            losses.append(group.loss_BS.clone())
        results = group.results()
    n_steps = group.rows.n_steps
    return [
        [loss for of_epoch in losses for loss in of_epoch[b, :n].tolist()]
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
def test_every_batch_has_the_loss_of_the_own_step(case, weighted):
    make_column, options = CASES[case]
    # Unequal numbers of rows, of steps and of classes; partial batches of 1, 7 and 8 rows.
    networks = [
        make_network(make_column, seed, n, n_classes, weighted, **options)
        for seed, n, n_classes in ((0, 47, 4), (1, 41, 3), (2, 40, 4), (3, 23, 2))
    ]
    alone = copy.deepcopy(networks)
    losses, results = losses_together(networks, epochs=4, lr=0.01)
    for network, got, result in zip(alone, losses, results, strict=True):
        expected, history = train_alone(network, epochs=4, lr=0.01)
        assert len(got) == len(expected)
        torch.testing.assert_close(torch.tensor(got), torch.tensor(expected), rtol=0, atol=3e-6)
        torch.testing.assert_close(
            result.history[:, 1:], torch.tensor(history, dtype=torch.float64), rtol=0, atol=3e-6
        )
