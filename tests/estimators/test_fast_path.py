"""Tests of the fast training loop against a plain PyTorch loop.

If only the first weights are random, both must give the same network. If the order of rows and
dropout are random, too, both must give the same scores on average over seeds.
"""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import stats
from skorch.callbacks import Callback

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.metrics import uar_score
from skprognet.networks import limit_threads

SEEDS, EPOCHS, BATCH, WIDTH, DEPTH, LR = 20, 8, 16, 24, 2, 0.01
PLAIN_SEEDS = 60  # trained at once, so that more cost little
# Sigmoids learn more slowly and need a higher rate.
RATES = {"sigmoid": 4 * LR, "tanh": LR, "relu": LR, "identity": LR}
FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda z: z,
}
# Twice as many rows of the first class than of the others together.
CLASS_WEIGHT = {0: 0.4, 1: 2.0, 2: 1.0}


@pytest.fixture(scope="module")
def rows():
    """Return training and test rows of three classes that overlap, one of them frequent."""
    rng = np.random.default_rng(5)
    y = np.repeat([0, 1, 2], [80, 24, 24]), np.repeat([0, 1, 2], 300)
    centres = rng.normal(size=(3, 8))
    return [(centres[codes] + 1.2 * rng.normal(size=(len(codes), 8)), codes) for codes in y]


class PlainNetwork(torch.nn.Module):
    """The same network, built of torch's own layers and trained by autograd."""

    def __init__(self, activation, source):
        super().__init__()
        sizes = [8, *[WIDTH] * DEPTH, 3]
        self.own = torch.nn.ModuleList(map(torch.nn.Linear, sizes[:-1], sizes[1:]))
        self.laterals = torch.nn.ModuleList(
            torch.nn.Linear(a, b, bias=False) for a, b in pairwise(sizes[1:]) if source is not None
        )
        self.source, self.f = source, FUNCTIONS[activation]
        self.dropout = torch.nn.Dropout(0.5)
        for layer in [*self.own, *self.laterals]:
            torch.nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                torch.nn.init.zeros_(layer.bias)

    def forward(self, X):
        frozen, h = [], X
        for layer in [] if self.source is None else self.source[:-1]:
            h = torch.sigmoid(h @ layer.weight.detach().T + layer.bias.detach())
            frozen.append(h)
        h = X
        for k, layer in enumerate(self.own):
            z = layer(h)
            if k and frozen:
                z = z + self.laterals[k - 1](frozen[k - 1])
            h = z if k == DEPTH else self.dropout(self.f(z))
        return h


def train_plainly(X, y, activation, source, weight):
    """Return a network for each seed, trained by a simple PyTorch loop.

    All go through the loop at once, each with its own weights, batches and dropout. A step for
    all takes hardly longer than a step for a single network.
    """
    with torch.random.fork_rng(devices=[]), limit_threads(1):
        torch.manual_seed(0)
        layers = None if source is None else source.net_.module_.layers
        modules = [PlainNetwork(activation, layers).double() for _ in range(PLAIN_SEEDS)]
        parameters, _ = torch.func.stack_module_state(modules)
        trained = [values for name, values in parameters.items() if not name.startswith("source.")]
        optimizer = torch.optim.Adam(trained, lr=RATES[activation])

        def loss(parameters, rows):
            logits = torch.func.functional_call(modules[0], parameters, (X[rows],))
            losses = torch.nn.functional.cross_entropy(logits, y[rows], reduction="none")
            return (weight[rows] * losses).mean()

        X, y, weight = torch.tensor(X), torch.tensor(y), torch.tensor(weight / weight.mean())
        losses_of_all = torch.vmap(loss, randomness="different")
        for _ in range(EPOCHS):
            orders = torch.stack([torch.randperm(len(X)) for _ in range(PLAIN_SEEDS)])
            for batches in orders.split(BATCH, dim=1):
                optimizer.zero_grad()
                losses_of_all(parameters, batches).sum().backward()
                optimizer.step()
        for number, module in enumerate(modules):
            module.load_state_dict({name: values[number] for name, values in parameters.items()})
        return [module.eval() for module in modules]


def make_model(seed, activation, source, **options):
    options |= {
        "hidden_layer_sizes": (WIDTH,) * DEPTH,
        "activation": activation,
        "lr": RATES[activation],
        "max_epochs": EPOCHS,
        "batch_size": BATCH,
        "early_stopping": False,
        "dtype": "float64",
        "random_state": seed,
    }
    return DNNClassifier(**options) if source is None else ProgressiveClassifier(source, **options)


@pytest.fixture(scope="module")
def source(rows):
    (X, y), _ = rows
    return make_model(99, "sigmoid", None, dropout=0.0).fit(X, y == 0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("laterals", [False, True])
@pytest.mark.parametrize("activation", RATES)
def test_scores_over_seeds_agree_with_a_plain_loop(activation, laterals, weighted, rows, source):
    (X, y), (X_test, y_test) = rows
    source = source if laterals else None
    class_weight = CLASS_WEIGHT if weighted else None
    weight = np.array([CLASS_WEIGHT[code] for code in y]) if weighted else np.ones(len(y))
    fitted = [make_model(k, activation, source, class_weight=class_weight) for k in range(SEEDS)]
    probabilities = [model.fit(X, y).predict_proba(X_test) for model in fitted]
    plain = train_plainly(X, y, activation, source, weight)
    with torch.no_grad(), limit_threads(1):
        expected = [network(torch.tensor(X_test)).softmax(dim=1).numpy() for network in plain]
    uar, losses = [], []
    for predictions in (probabilities, expected):
        uar.append([uar_score(y_test, p.argmax(axis=1)) for p in predictions])
        p_of_true_class = [p[np.arange(len(y_test)), y_test] for p in predictions]
        losses.append([-np.log(p).mean() for p in p_of_true_class])
    # A low threshold, since this test has sixteen cases with two measures each.
    for measure in (uar, losses):
        assert stats.ttest_ind(*measure, equal_var=False).pvalue > 1e-3
        assert stats.mannwhitneyu(*measure).pvalue > 1e-3
        # The spread between seeds agrees, too.
        assert stats.levene(*measure).pvalue > 1e-3


def to_plain_network(fitted, activation, source):
    """Return torch's own layers with the weights of a fitted network."""
    layers = None if source is None else source.net_.module_.layers
    module, column = PlainNetwork(activation, layers).double(), fitted.net_.module_
    with torch.no_grad():
        for layer, own in zip(module.own, column.layers, strict=True):
            layer.weight.copy_(own.weight)
            layer.bias.copy_(own.bias)
        for layer, own in zip(module.laterals, getattr(column, "laterals", ()), strict=True):
            layer.weight.copy_(own[0].weight)
    return module


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("laterals", [False, True])
@pytest.mark.parametrize("activation", RATES)
def test_deterministic_training_equals_a_plain_loop(activation, laterals, weighted, rows, source):
    # With a single batch and no dropout, only the first weights are random.
    (X, y), _ = rows
    source = source if laterals else None
    options = {"class_weight": CLASS_WEIGHT if weighted else None, "dropout": 0.0}
    fitted = make_model(3, activation, source, **options).set_params(batch_size=len(X))
    untrained = fitted.set_params(lr=1e-300).fit(X, y)
    plain = to_plain_network(untrained, activation, source).eval()
    fitted.set_params(lr=RATES[activation]).fit(X, y)
    weight = torch.tensor([CLASS_WEIGHT[code] if weighted else 1.0 for code in y])
    weight = weight.double() / weight.double().mean()
    parameters = [*plain.own.parameters(), *plain.laterals.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=RATES[activation])
    with limit_threads(1):
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            losses = torch.nn.functional.cross_entropy(
                plain(torch.tensor(X)), torch.tensor(y), reduction="none"
            )
            (weight * losses).mean().backward()
            optimizer.step()
    for trained, expected in zip(
        to_plain_network(fitted, activation, source).parameters(), plain.parameters(), strict=True
    ):
        torch.testing.assert_close(trained, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("laterals", [False, True])
def test_loss_under_dropout_agrees_with_dropout_of_torch(laterals, rows, source):
    # Compares the means over many draws. The weights of the trained networks stay fixed.
    (X, y), _ = rows
    source = source if laterals else None
    fitted = make_model(3, "tanh", source).set_params(max_epochs=40).fit(X, y)
    plain = to_plain_network(fitted, "tanh", source)
    draws = 500
    fitted.set_params(warm_start=True, lr=1e-300, max_epochs=draws, batch_size=len(X)).fit(X, y)
    with torch.random.fork_rng(devices=[]), torch.no_grad(), limit_threads(1):
        torch.manual_seed(0)
        tiled = torch.tensor(np.tile(X, (draws, 1)))
        losses = torch.nn.functional.cross_entropy(
            plain.train()(tiled), torch.tensor(np.tile(y, draws)), reduction="none"
        )
    theirs = losses.view(draws, -1).mean(dim=1).numpy()
    ours = fitted.history_["train_loss"].to_numpy()
    assert stats.ttest_ind(ours, theirs).pvalue > 1e-3
    # The test would detect a dropout rate that is a tenth lower.
    with torch.random.fork_rng(devices=[]), torch.no_grad(), limit_threads(1):
        plain.dropout.p = 0.45
        with_less_dropout = torch.nn.functional.cross_entropy(
            plain(tiled), torch.tensor(np.tile(y, draws)), reduction="none"
        )
    with_less_dropout = with_less_dropout.view(draws, -1).mean(dim=1).numpy()
    assert stats.ttest_ind(ours, with_less_dropout).pvalue < 1e-4


@pytest.mark.parametrize("laterals", [False, True])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", torch.optim.RMSprop])
def test_a_callback_that_only_observes_changes_no_bit(optimizer, laterals, rows, source):
    # With callbacks, each batch goes through skorch's own loop. Without, fit skips that loop.
    (X, y), _ = rows
    options = {"source": source if laterals else None, "activation": "sigmoid"}
    without_callback = make_model(3, **options, optimizer=optimizer).fit(X, y)
    with_callback = make_model(3, **options, optimizer=optimizer, callbacks=[Callback()]).fit(X, y)
    ours, theirs = (model.net_.module_.state_dict() for model in (without_callback, with_callback))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert (
        without_callback.history_["train_loss"].tolist()
        == with_callback.history_["train_loss"].tolist()
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd", torch.optim.RMSprop])
def test_tensors_that_outlive_fit_are_not_in_inference_mode(optimizer, rows):
    # Further training, with callbacks or by autograd, must be able to write to them.
    (X, y), _ = rows
    fitted = make_model(3, source=None, activation="sigmoid", optimizer=optimizer).fit(X, y)
    net = fitted.net_
    optimizer_values = [
        value for state in net.optimizer_.state.values() for value in state.values()
    ]
    parameters = list(net.module_.parameters())
    tensors = [
        *parameters,
        *(tensor.grad for tensor in parameters),
        *filter(torch.is_tensor, optimizer_values),
    ]
    assert bool(optimizer_values) == (optimizer != "sgd")
    assert not any(tensor.is_inference() for tensor in tensors)
    net.callbacks = [Callback()]
    net.initialize_callbacks()
    fitted.partial_fit(X, y)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
@pytest.mark.parametrize("widths", [(8,), (9, 7), (17, 5), (32, 32), (12, 20)])
def test_predictions_for_few_rows_equal_those_among_many_rows_to_the_bit(activation, widths, rng):
    X, y = rng.normal(size=(140, 10)), rng.integers(0, 4, 140)
    options = {"hidden_layer_sizes": widths, "activation": activation, "random_state": 0}
    source = DNNClassifier(max_epochs=1, **options).fit(X, y)
    for model in (source, ProgressiveClassifier(source, max_epochs=1, **options).fit(X, y)):
        expected = model.predict_proba(X)
        for n_rows in (1, 2, 4, 5, 16, 17, 65):
            for start in (0, 3):
                rows = slice(start, start + n_rows)
                np.testing.assert_array_equal(model.predict_proba(X[rows]), expected[rows])
