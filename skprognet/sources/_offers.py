"""What a source offers, and what a method needs from it."""

from sklearn.base import is_classifier

from skprognet.sources._as_source import as_source, is_fitted

LAYERS = "layers"  # hidden activations to read
WEIGHTS = "weights"  # layers of a network to copy
POSTERIORS = "posteriors"  # probabilities of the classes of the source
LABELS = "labels"  # labels of the source's task for the rows of the target


def offers(model):
    """Return what a model offers as a source.

    Parameters
    ----------
    model : Source or estimator
        A fitted source, or an unfitted network.

    Returns
    -------
    set of str
        Some of "layers", "weights" and "posteriors". Labels come with a task, not with a model.

    Raises
    ------
    TypeError
        If the layers of the model cannot be read.
    """
    source = as_source(model)
    if source.network is not None and not is_fitted(source.network):
        has_weights, classifies = True, is_classifier(source.network)
    else:
        has_weights, classifies = source.column() is not None, source.classifies
    offered = {LAYERS: True, WEIGHTS: has_weights, POSTERIORS: classifies}
    return {name for name, is_offered in offered.items() if is_offered}
