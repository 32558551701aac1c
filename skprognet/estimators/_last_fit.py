"""Restore the last fit if a new one fails."""

import copy
from contextlib import contextmanager


@contextmanager
def last_fit_kept(estimator):
    """Restore all attributes of an estimator if the block fails.

    The block may replace the value of an attribute, but must not change it in place.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        put_back(estimator, before)
        raise


def put_back(estimator, before):
    """Restore the attributes of an estimator from `before`, a copy of its dict."""
    vars(estimator).clear()
    vars(estimator).update(before)


@contextmanager
def training_kept(net):
    """Restore weights, optimizer, random numbers and history of a net if the block fails."""
    module, batches = net.module_, net.iterator_train__generator
    before = {**vars(net), "_lowest": dict(net._lowest)}
    # Copies, since training changes the states themselves.
    weights = copy.deepcopy(module.state_dict())
    optimizer = copy.deepcopy(net.optimizer_.state_dict())
    generators = [g for g in (batches, module.dropout_generator) if g is not None]
    random = [generator.get_state() for generator in generators]
    n_epochs = len(net.history)
    try:
        yield
    except BaseException:
        vars(net).update(before)
        module.load_state_dict(weights)
        net.optimizer_.load_state_dict(optimizer)
        for generator, state in zip(generators, random, strict=True):
            generator.set_state(state)
        del net.history[n_epochs:]
        raise
