"""Convert a fitted net to plain arrays and values, which any program can read, and back.

skorch pickles its module as an opaque blob.
"""

import torch
from skorch.history import History

from skprognet.networks import build_column


def plain_state(net):
    """Return weights, configuration and history of a net, as a dict of plain values."""
    return {
        "weights": {
            name: values.cpu().numpy().copy() for name, values in net.module_.state_dict().items()
        },
        "config": net.module_.config(),
        "history": list(net.history),
    }


def restore_net(state, make_net):
    """Return the net of a plain state; ``make_net(column)`` builds a net around its column."""
    column = build_column(state["config"])
    # The column copies the arrays, but torch would warn of read-only ones.
    weights = {
        name: torch.from_numpy(array) if array.flags.writeable else torch.tensor(array)
        for name, array in state["weights"].items()
    }
    column.load_state_dict(weights)
    net = make_net(column)
    net.history = History(state["history"])
    net.find_lowest()
    return net
