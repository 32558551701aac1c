"""What a source has to give, and what a method needs from it."""

from skprognet.sources._as_source import as_source, is_fitted

LAYERS = "layers"  # hidden activations to read
WEIGHTS = "weights"  # layers of a network to copy
POSTERIORS = "posteriors"  # probabilities of the classes of the source
LABELS = "labels"  # labels of the source's task for the rows of the target


def offers(model):
    """Return what a model has to give as a source.

    Parameters
    ----------
    model : Source or estimator
        Fitted, or a network that is still to be fitted.

    Returns
    -------
    set of str
        Among "layers", "weights" and "posteriors". Labels are not a model's to give: those of a
        task have them.

    Raises
    ------
    TypeError
        If the layers of the model cannot be read.
    """
    source = as_source(model)
    if source.network is not None and not is_fitted(source.network):
        return {LAYERS, WEIGHTS, POSTERIORS}  # every network of this package has all of these
    given = {LAYERS}
    given |= {WEIGHTS} if source.column() is not None else set()
    return given | ({POSTERIORS} if source.classifies else set())
