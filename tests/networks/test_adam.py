"""FusedAdam is torch's fused Adam to the same bits, whatever is done to it between steps."""

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


def both(**options):
    return make(FusedAdam, **options), make(torch.optim.Adam, fused=True, **options)


def learn(parameters, seed, without=()):
    generator = torch.Generator().manual_seed(seed)
    for number, parameter in enumerate(parameters):
        gradient = torch.randn(parameter.shape, generator=generator)
        parameter.grad = None if number in without else gradient


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("copied_lr", [None, 0.3])
def test_steps_are_those_of_torch(copied_lr):
    (ours, our_adam), (theirs, their_adam) = both(copied_lr=copied_lr)
    for seed in range(20):
        for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
            learn(parameters, seed)
            adam.step()
        assert_same(ours, theirs)
    assert our_adam.state_dict()["state"].keys() == their_adam.state_dict()["state"].keys()


def test_parameters_may_stop_and_begin_to_learn_and_groups_may_come():
    (ours, our_adam), (theirs, their_adam) = both()
    for seed in range(16):
        for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
            if seed == 12:
                late = torch.nn.Parameter(torch.ones(4))
                parameters.append(late)
                adam.add_param_group({"params": [late]})
            learn(parameters, seed, without={0: [0, 2], 1: [0], 2: [1]}.get(seed // 4, []))
            adam.step()
        assert_same(ours, theirs)


def test_the_learning_rate_may_change_between_steps():
    (ours, our_adam), (theirs, their_adam) = both()
    for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
        schedule = torch.optim.lr_scheduler.ExponentialLR(adam, 0.5)
        for seed in range(6):
            learn(parameters, seed)
            adam.step()
            schedule.step()
    assert_same(ours, theirs)


def test_training_continues_from_a_loaded_state():
    (ours, our_adam), (theirs, their_adam) = both()
    for parameters, adam in [(ours, our_adam), (theirs, their_adam)]:
        for seed in range(3):
            learn(parameters, seed)
            adam.step()
        earlier = copy.deepcopy(adam.state_dict())
        learn(parameters, 3)
        adam.step()
        adam.load_state_dict(earlier)
        for seed in range(4, 7):
            learn(parameters, seed)
            adam.step()
    assert_same(ours, theirs)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copy_is_independent(copied):
    parameters, adam = make(FusedAdam)
    for seed in range(3):
        learn(parameters, seed)
        adam.step()
    before = [parameter.detach().clone() for parameter in parameters]
    twins, twin_adam = copied((parameters, adam))
    for seed in range(3, 6):
        learn(twins, seed)
        twin_adam.step()
    assert_same(parameters, before)
    for seed in range(3, 6):
        learn(parameters, seed)
        adam.step()
    assert_same(parameters, twins)


def test_a_closure_gives_the_loss():
    parameters, adam = make(FusedAdam)

    def closure():
        learn(parameters, 0)
        return torch.tensor(3.0)

    assert adam.step(closure) == 3
    assert adam.step(closure) == 3
    twins, plain = make(torch.optim.Adam, fused=True)
    for _ in range(2):
        learn(twins, 0)
        plain.step()
    assert_same(parameters, twins)


def test_hooks_around_steps_are_called():
    parameters, adam = make(FusedAdam)
    calls = []
    adam.register_step_post_hook(lambda *_: calls.append("post"))
    for seed in range(3):
        learn(parameters, seed)
        adam.step()
    assert len(calls) == 3
