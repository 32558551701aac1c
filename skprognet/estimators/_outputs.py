"""Check the outputs of a network."""

import math


def check_finite(outputs):
    """Raise unless all outputs of a network, a list of tensors, are finite."""
    # A finite sum has only finite parts. It may overflow although all are finite, so look again.
    if all(math.isfinite(part.sum().item()) for part in outputs):
        return
    lost = sum(len(part) - part.isfinite().all(dim=1).sum().item() for part in outputs)
    if not lost:
        return
    dtype = str(outputs[0].dtype).removeprefix("torch.")
    raise ValueError(
        f"The outputs of the network must be finite; got an overflow of {dtype} for {lost} of "
        f"{sum(map(len, outputs))} rows. Bring the features into the range of the training "
        "rows, or leave these rows out."
    )
