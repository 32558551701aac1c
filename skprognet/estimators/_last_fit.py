"""A fit that fails leaves the earlier one whole."""

import copy
from contextlib import contextmanager


@contextmanager
def last_fit_kept(estimator):
    """Put all attributes of an estimator back as they were if the block fails.

    The block may replace what an attribute refers to, but must not alter it in place.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        put_back(estimator, before)
        raise


def put_back(estimator, before):
    """Give an estimator the attributes that it had before: a copy of its dict."""
    vars(estimator).clear()
    vars(estimator).update(before)


@contextmanager
def training_kept(net):
    """Put weights, optimizer, random numbers and history of a net back if the block fails."""
    module, batches = net.module_, net.iterator_train__generator
    before = {**vars(net), "_lowest": dict(net._lowest)}
    # Copies: the states themselves are what trains on.
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
