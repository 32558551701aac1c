"""The paper's network, trained with other tools on the same rows.

Each function trains for some epochs and keeps nothing. The results differ from the package:
skorch and PyTorch start from other random weights, and `MLPClassifier` has no dropout.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import skorch
import torch
from sklearn.neural_network import MLPClassifier

N_ROWS, N_FEATURES, WIDTHS, N_CLASSES, LR = 4424, 88, (256, 256, 256, 256), 4, 5e-4


@cache
def problem():
    """Return random rows and classes, as many as in 8 of 10 folds of IEMOCAP."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, N_FEATURES)).astype(np.float32)
    return X, rng.integers(N_CLASSES, size=N_ROWS)


def plain_module(dropout=0.5):
    """Return the network as a user would write it in PyTorch."""
    layers, below = [], N_FEATURES
    for width in WIDTHS:
        layers += [torch.nn.Linear(below, width), torch.nn.Sigmoid(), torch.nn.Dropout(dropout)]
        below = width
    return torch.nn.Sequential(*layers, torch.nn.Linear(below, N_CLASSES))


class PlainProgressive(torch.nn.Module):
    """The progressive network as a user would write it: the source is computed in every step."""

    def __init__(self, source):
        super().__init__()
        self.source = source.requires_grad_(False)
        sizes = [N_FEATURES, *WIDTHS, N_CLASSES]
        self.own = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in pairwise(sizes))
        self.laterals = torch.nn.ModuleList(
            torch.nn.Linear(a, b, bias=False) for a, b in pairwise(sizes[1:])
        )
        self.dropout = torch.nn.Dropout(0.5)

    def train(self, mode=True):
        super().train(mode)
        self.source.eval()  # its dropout stays off
        return self

    def forward(self, X):
        frozen, h = [], X
        with torch.no_grad():
            for layer in self.source:
                h = layer(h)
                if isinstance(layer, torch.nn.Sigmoid):
                    frozen.append(h)
        h = self.dropout(torch.sigmoid(self.own[0](X)))
        for k, (own, lateral) in enumerate(zip(self.own[1:], self.laterals, strict=True)):
            z = own(h) + lateral(frozen[k])
            h = z if k == len(WIDTHS) - 1 else self.dropout(torch.sigmoid(z))
        return h


def skorch_as_it_comes(X, y, batch_size, epochs, device="cpu", module=plain_module, **options):
    skorch.NeuralNetClassifier(
        module,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=LR,
        max_epochs=epochs,
        batch_size=batch_size,
        train_split=None,
        iterator_train__shuffle=True,
        verbose=0,
        device=device,
        **options,
    ).fit(X, y)


def progressive_on_skorch(X, y, batch_size, epochs, device="cpu"):
    options = {"module": PlainProgressive, "module__source": plain_module()}
    skorch_as_it_comes(X, y, batch_size, epochs, device, **options)


def mlp_classifier(X, y, batch_size, epochs):
    MLPClassifier(
        WIDTHS,
        activation="logistic",
        alpha=0,
        learning_rate_init=LR,
        batch_size=batch_size,
        max_iter=epochs,
        n_iter_no_change=epochs,
    ).fit(X, y)


def pytorch_loop(X, y, batch_size, epochs, device="cpu"):
    module = plain_module().to(device)
    optimizer = torch.optim.Adam(module.parameters(), lr=LR, fused=True)
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    for _ in range(epochs):
        for rows in torch.randperm(len(X), device=device).split(batch_size):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(module(X[rows]), y[rows]).backward()
            optimizer.step()


def keras_on_torch(X, y, batch_size, epochs):
    import keras  # its import fixes the backend

    model = keras.Sequential([keras.Input((N_FEATURES,))])
    for width in WIDTHS:
        model.add(keras.layers.Dense(width, activation="sigmoid"))
        model.add(keras.layers.Dropout(0.5))
    model.add(keras.layers.Dense(N_CLASSES))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(LR), loss=loss)
    model.fit(X, y, batch_size=batch_size, epochs=epochs, verbose=0)


def matrix_products_alone(X, batch_size, epochs, device="cpu"):
    """Compute only the matrix products of all steps, which every implementation needs."""
    sizes = [N_FEATURES, *WIDTHS, N_CLASSES]
    weights = [torch.randn(n_out, n_in, device=device) for n_in, n_out in pairwise(sizes)]
    inputs = [torch.randn(batch_size, n_in, device=device) for n_in in sizes[:-1]]
    grads = [torch.randn(batch_size, n_out, device=device) for n_out in sizes[1:]]
    for _ in range(epochs * -(-len(X) // batch_size)):
        for k, weight in enumerate(weights):
            torch.mm(inputs[k], weight.t())
            torch.mm(grads[k].t(), inputs[k])
            if k:
                torch.mm(grads[k], weight)
