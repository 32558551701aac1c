"""The losses of numbers against their equations and autograd, in float64."""

import pytest
import torch

from skprognet import DNNRegressor
from skprognet.networks import NUMBER_LOSSES


def concordance_loss(z_NK, y_NK, weight_N):
    """Return 1 - CCC, averaged over the outputs, by Lin's equation."""
    losses = []
    w_N = weight_N / weight_N.sum()
    for z_N, y_N in zip(z_NK.T, y_NK.T, strict=True):
        z_mean, y_mean = w_N @ z_N, w_N @ y_N
        covariance = w_N @ ((z_N - z_mean) * (y_N - y_mean))
        variances = w_N @ (z_N - z_mean) ** 2 + w_N @ (y_N - y_mean) ** 2
        losses.append(1 - 2 * covariance / (variances + (z_mean - y_mean) ** 2))
    return sum(losses) / len(losses)


EQUATIONS = {
    "squared_error": lambda z, y, w: (w[:, None] * (z - y) ** 2).mean(),
    "absolute_error": lambda z, y, w: (w[:, None] * (z - y).abs()).mean(),
    "ccc": concordance_loss,
}


def batch(n_rows, n_outputs):
    generator = torch.Generator().manual_seed(0)
    options = {"generator": generator, "dtype": torch.float64}
    z, y = torch.randn(2, n_rows, n_outputs, **options)
    return z.requires_grad_(), y, torch.rand(n_rows, **options)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("name", EQUATIONS)
def test_loss_and_gradient_are_those_of_the_equation(name, n_outputs, weighted):
    z, y, weight = batch(7, n_outputs)
    given = weight if weighted else None
    wanted = EQUATIONS[name](z, y, weight if weighted else torch.ones(7, dtype=torch.float64))
    (gradient,) = torch.autograd.grad(wanted, z)
    loss, found = NUMBER_LOSSES[name](7, z.detach())(z.detach(), y, given)
    torch.testing.assert_close(loss, wanted.detach(), rtol=1e-12, atol=0)
    torch.testing.assert_close(found, gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", EQUATIONS)
def test_what_autograd_differentiates_is_the_same_loss(name):
    z, y, weight = batch(7, 3)
    criterion = NUMBER_LOSSES[name].criterion()
    if NUMBER_LOSSES[name].needs_all_rows:
        loss = criterion(z, y, weight)
    else:
        loss = (criterion(z, y) * weight).mean()
    torch.testing.assert_close(loss, EQUATIONS[name](z, y, weight), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", EQUATIONS)
def test_one_row(name):
    z, y, weight = batch(1, 2)
    loss, gradient = NUMBER_LOSSES[name](1, z.detach())(z.detach(), y, weight)
    if name == "ccc":  # a single row has no correlation
        assert loss == 1
        assert not gradient.any()
    else:
        wanted = EQUATIONS[name](z, y, weight)
        torch.testing.assert_close(loss, wanted.detach(), rtol=1e-12, atol=0)


def test_an_output_of_constant_truth_has_a_ccc_of_0_and_teaches_nothing():
    z, y, _ = batch(7, 3)
    y[:, 1] = 0.1
    varying = [0, 2]
    loss, gradient = NUMBER_LOSSES["ccc"](7, z.detach())(z.detach(), y, None)
    ones = torch.ones(7, dtype=torch.float64)
    wanted = 1 - 2 / 3 * (1 - concordance_loss(z[:, varying], y[:, varying], ones))
    torch.testing.assert_close(loss, wanted.detach(), rtol=1e-12, atol=0)
    (by_autograd,) = torch.autograd.grad(wanted, z)
    torch.testing.assert_close(gradient, by_autograd, rtol=1e-12, atol=1e-15)
    again = NUMBER_LOSSES["ccc"].criterion()(z, y)
    torch.testing.assert_close(again, wanted, rtol=1e-12, atol=0)


def test_equal_constants_have_no_gradient():
    same = torch.full((5, 1), 0.3, dtype=torch.float64)
    loss, gradient = NUMBER_LOSSES["ccc"](5, same)(same, same, None)
    assert loss == 1
    assert not gradient.any()


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("loss", EQUATIONS)
def test_a_step_of_a_regressor_is_one_of_plain_torch(loss, n_outputs):
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(20, 4, generator=generator, dtype=torch.float64)
    y = 5 + 3 * torch.randn(20, n_outputs, generator=generator, dtype=torch.float64)
    weight = torch.rand(20, generator=generator, dtype=torch.float64)
    options = {"hidden_layer_sizes": (6,), "activation": "tanh", "dropout": 0.0, "max_epochs": 1}
    options |= {"batch_size": 20, "early_stopping": False, "dtype": "float64", "optimizer": "sgd"}

    def weights_after_a_step(lr):
        reg = DNNRegressor(loss=loss, lr=lr, random_state=0, **options)
        return dict(reg.fit(X.numpy(), y.numpy(), weight.numpy()).net_.module_.state_dict())

    start = {name: w.clone().requires_grad_() for name, w in weights_after_a_step(1e-300).items()}
    share = (weight / weight.sum())[:, None]
    mean = (share * y).sum(0)
    learned = (y - mean) / (share * (y - mean) ** 2).sum(0).sqrt()
    hidden = torch.tanh(X @ start["layers.0.weight"].T + start["layers.0.bias"])
    outputs = hidden @ start["layers.1.weight"].T + start["layers.1.bias"]
    EQUATIONS[loss](outputs, learned, weight / weight.mean()).backward()
    for name, found in weights_after_a_step(0.1).items():
        wanted = start[name].detach() - 0.1 * start[name].grad
        torch.testing.assert_close(found, wanted, rtol=1e-11, atol=1e-14)
