"""Invented rows, and the networks of Table 2 of Gideon et al. 2017 on them."""

import copy
from types import SimpleNamespace

import torch

from skprognet.networks import Column, Lockstep, NetworkToTrain, ProgressiveColumn

N_FEATURES, BATCH, LR, TABLE_EPOCHS = 88, 32, 5e-4, 600


class NetworksOfTable2:
    """Rows of ten invented speakers, and the networks of Table 2 on them."""

    def __init__(self, options):
        self.options, self.device = options, options.device
        generator = torch.Generator().manual_seed(0)
        n = options.rows
        self.X = torch.randn(n, N_FEATURES, generator=generator).to(self.device)
        noisy = torch.randn(n, 4, generator=generator) + 0.3 * self.X[:, :4].cpu()
        self.y = noisy.argmax(1)
        # Speakers differ in how much they say, so networks differ in their number of steps.
        self.speaker = torch.multinomial(
            torch.rand(10, generator=generator) + 2, n, replacement=True, generator=generator
        )
        self.columns = {}

    def column(self, kind, b):
        """Return network b of a kind; its weights depend on b alone."""
        generator = torch.Generator().manual_seed(b)
        sizes = (self.options.width,) * 4
        shared = {"generator": generator, "dropout": 0.5}
        if kind == "ProgNet":
            return ProgressiveColumn(N_FEATURES, sizes, 4, source_sizes=[sizes], **shared)
        n_classes = (4, 10, 2)[b % 3] if kind == "DNN" else 4  # emotions, speakers, genders
        column = Column(N_FEATURES, sizes, n_classes, **shared)
        if kind == "PT/FT, 2 of 4 frozen":
            for layer in column.layers[:2]:
                layer.requires_grad_(False)
        return column

    def network(self, kind, b, n_rows=None):
        """Return network b of a kind with its rows, at most `n_rows` for training."""
        if (kind, b) not in self.columns:
            self.columns[kind, b] = self.column(kind, b)
        column = self.columns[kind, b]
        test, validation = b % 10, (b + 1 + b // 10 % 9) % 10
        train = (self.speaker != test) & (self.speaker != validation)
        X = self.X
        if kind == "ProgNet":  # also reads the layers of its own source
            layer_generator = torch.Generator(self.device).manual_seed(b)
            width = 4 * self.options.width
            frozen = torch.rand(len(X), width, generator=layer_generator, device=self.device)
            X = torch.cat([X, frozen], dim=1)
        places = [train.nonzero()[:n_rows, 0], (self.speaker == validation).nonzero()[:n_rows, 0]]
        n_classes = column.layers[-1].out_features
        rows = [
            SimpleNamespace(X=X[p.to(self.device)], y=self.y[p] % n_classes, weight=None)
            for p in places
        ]
        return NetworkToTrain(column, *rows, order_seed=1000 + b, dropout_seed=2000 + b)

    def group(self, kind, members, n_rows=None, device=None, max_epochs=TABLE_EPOCHS):
        """Return the networks with these numbers, ready to train together."""
        networks = [self.network(kind, b, n_rows) for b in members]
        networks.sort(key=lambda network: -len(network.training.X))
        if device is not None and device != self.device:
            networks = [on_device(network, device) for network in networks]
        return Lockstep(
            networks,
            lr=LR,
            batch_size=BATCH,
            max_epochs=max_epochs,
            device=device or self.device,
            stacked=True,
        )


def on_device(network, device):
    """Return the network with rows on another device."""
    network = copy.copy(network)
    for name in ("training", "validation"):
        rows = getattr(network, name)
        moved = SimpleNamespace(X=rows.X.to(device), y=rows.y, weight=rows.weight)
        setattr(network, name, moved)
    return network


def bytes_of_step(column):
    """Return the bytes that one step of one network must move: products, Adam, activations.

    Weights are read in the forward pass and again for the gradient of the layer below, and their
    gradients are written. Adam reads four numbers for each weight and writes three. Activations
    are moved as well, unless they stay in the cache.
    """
    layers = range(len(column.layers))
    own = [column.layers[k].weight.numel() for k in layers]
    all_weights = sum(w.numel() for k in layers for w in column.weights(k))
    learning = sum(p.numel() for p in column.parameters() if p.requires_grad)
    lowest = next(k for k in layers if column.layers[k].bias.requires_grad)
    products = 4 * (all_weights + sum(own[lowest + 1 :]) + learning)
    # Passes of 4 bytes: bias, product, activation, dropout, reads of three products, slope, sum.
    activations = 4 * BATCH * sum(column.hidden_layer_sizes) * 19
    return {"products": products, "adam": 28 * learning, "activations": activations}
