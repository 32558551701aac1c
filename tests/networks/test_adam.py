"""FusedAdam gives the same bits as torch's fused Adam, whatever happens between its steps."""

import copy
import pickle

import pytest
import torch

from skprognet.networks import FusedAdam

SHAPES = [(5, 3), (5,), (2, 5)]


def make(kind, copied_lr=None, **options):
    generator = torch.Generator().manual_seed(0)
    parameters = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]
    groups = [{"params": parameters[:1]}, {"params": parameters[1:]}]
    if copied_lr is not None:
        groups[0]["lr"] = copied_lr
    return parameters, kind(groups, lr=0.01, **options)


def make_both(**options):
    return make(FusedAdam, **options), make(torch.optim.Adam, fused=True, **options)


def set_gradients(parameters, seed, without=()):
    generator = torch.Generator().manual_seed(seed)
    for number, parameter in enumerate(parameters):
        gradient = torch.randn(parameter.shape, generator=generator)
        parameter.grad = None if number in without else gradient


def assert_same(ours, theirs):
    for our_values, their_values in zip(ours, theirs, strict=True):
        assert torch.equal(our_values, their_values)


@pytest.mark.parametrize("copied_lr", [None, 0.3])
def test_steps_equal_those_of_torch(copied_lr):
    (ours, our_adam), (theirs, their_adam) = make_both(copied_lr=copied_lr)
    for seed in range(20):
        for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
            set_gradients(parameters, seed)
            adam.step()
        assert_same(ours, theirs)
    assert our_adam.state_dict()["state"].keys() == their_adam.state_dict()["state"].keys()


def test_steps_equal_those_of_torch_with_missing_gradients_and_new_groups():
    (ours, our_adam), (theirs, their_adam) = make_both()
    for seed in range(16):
        for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
            if seed == 12:
                new_parameter = torch.nn.Parameter(torch.ones(4))
                parameters.append(new_parameter)
                adam.add_param_group({"params": [new_parameter]})
            set_gradients(parameters, seed, without={0: [0, 2], 1: [0], 2: [1]}.get(seed // 4, []))
            adam.step()
        assert_same(ours, theirs)


def test_steps_equal_those_of_torch_with_a_schedule_of_the_learning_rate():
    (ours, our_adam), (theirs, their_adam) = make_both()
    for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
        schedule = torch.optim.lr_scheduler.ExponentialLR(adam, 0.5)
        for seed in range(6):
            set_gradients(parameters, seed)
            adam.step()
            schedule.step()
    assert_same(ours, theirs)


def test_steps_equal_those_of_torch_after_an_earlier_state_is_loaded():
    (ours, our_adam), (theirs, their_adam) = make_both()
    for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
        for seed in range(3):
            set_gradients(parameters, seed)
            adam.step()
        earlier = copy.deepcopy(adam.state_dict())
        set_gradients(parameters, 3)
        adam.step()
        adam.load_state_dict(earlier)
        for seed in range(4, 7):
            set_gradients(parameters, seed)
            adam.step()
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "make_copy", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))]
)
def test_copy_of_an_optimizer_is_independent(make_copy):
    parameters, adam = make(FusedAdam)
    for seed in range(3):
        set_gradients(parameters, seed)
        adam.step()
    before = [parameter.detach().clone() for parameter in parameters]
    copied_parameters, copied_adam = make_copy((parameters, adam))
    for seed in range(3, 6):
        set_gradients(copied_parameters, seed)
        copied_adam.step()
    assert_same(parameters, before)
    for seed in range(3, 6):
        set_gradients(parameters, seed)
        adam.step()
    assert_same(parameters, copied_parameters)


def test_step_with_a_closure_returns_the_loss():
    parameters, adam = make(FusedAdam)

    def closure():
        set_gradients(parameters, 0)
        return torch.tensor(3.0)

    assert adam.step(closure) == 3
    assert adam.step(closure) == 3
    expected, torch_adam = make(torch.optim.Adam, fused=True)
    for _ in range(2):
        set_gradients(expected, 0)
        torch_adam.step()
    assert_same(parameters, expected)


def test_hooks_around_steps_are_called():
    parameters, adam = make(FusedAdam)
    calls = []
    adam.register_step_pre_hook(lambda *_: calls.append("pre"))
    adam.register_step_post_hook(lambda *_: calls.append("post"))
    for seed in range(3):
        set_gradients(parameters, seed)
        adam.step()
    assert calls == ["pre", "post"] * 3
