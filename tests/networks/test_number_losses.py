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
def test_loss_and_gradient_equal_the_equation_and_autograd(name, n_outputs, weighted):
    z, y, weight = batch(7, n_outputs)
    weight_or_none = weight if weighted else None
    expected_loss = EQUATIONS[name](
        z, y, weight if weighted else torch.ones(7, dtype=torch.float64)
    )
    (expected_gradient,) = torch.autograd.grad(expected_loss, z)
    loss, gradient = NUMBER_LOSSES[name](7, z.detach())(z.detach(), y, weight_or_none)
    torch.testing.assert_close(loss, expected_loss.detach(), rtol=1e-12, atol=0)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", EQUATIONS)
def test_criterion_for_autograd_equals_the_equation(name):
    z, y, weight = batch(7, 3)
    criterion = NUMBER_LOSSES[name].criterion()
    if NUMBER_LOSSES[name].needs_all_rows:
        loss = criterion(z, y, weight)
    else:
        loss = (criterion(z, y) * weight).mean()
    torch.testing.assert_close(loss, EQUATIONS[name](z, y, weight), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", EQUATIONS)
def test_single_row_has_a_ccc_loss_of_one_or_the_equation(name):
    z, y, weight = batch(1, 2)
    loss, gradient = NUMBER_LOSSES[name](1, z.detach())(z.detach(), y, weight)
    if name == "ccc":  # the correlation of a single row is undefined
        assert loss == 1
        assert not gradient.any()
    else:
        expected_loss = EQUATIONS[name](z, y, weight)
        torch.testing.assert_close(loss, expected_loss.detach(), rtol=1e-12, atol=0)


def test_output_with_constant_truth_has_a_ccc_of_0_and_no_gradient():
    z, y, _ = batch(7, 3)
    y[:, 1] = 0.1
    varying = [0, 2]
    loss, gradient = NUMBER_LOSSES["ccc"](7, z.detach())(z.detach(), y, None)
    ones = torch.ones(7, dtype=torch.float64)
    expected_loss = 1 - 2 / 3 * (1 - concordance_loss(z[:, varying], y[:, varying], ones))
    torch.testing.assert_close(loss, expected_loss.detach(), rtol=1e-12, atol=0)
    (expected_gradient,) = torch.autograd.grad(expected_loss, z)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-12, atol=1e-15)
    criterion_loss = NUMBER_LOSSES["ccc"].criterion()(z, y)
    torch.testing.assert_close(criterion_loss, expected_loss, rtol=1e-12, atol=0)


def test_equal_constants_have_a_ccc_loss_of_one_and_no_gradient():
    constant = torch.full((5, 1), 0.3, dtype=torch.float64)
    loss, gradient = NUMBER_LOSSES["ccc"](5, constant)(constant, constant, None)
    assert loss == 1
    assert not gradient.any()


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("loss", EQUATIONS)
def test_training_step_of_a_regressor_equals_one_in_plain_torch(loss, n_outputs):
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
    for name, weights in weights_after_a_step(0.1).items():
        expected = start[name].detach() - 0.1 * start[name].grad
        torch.testing.assert_close(weights, expected, rtol=1e-11, atol=1e-14)
