"""Scorers that pass metadata on to the steps of a pipeline."""

from copy import copy

from sklearn.metrics import make_scorer
from sklearn.utils.metadata_routing import get_routing_for_object

from skprognet.metrics._ccc import ccc_score
from skprognet.metrics._uar import uar_score


class _RoutingScorer(type(make_scorer(uar_score))):
    """A scorer as from `make_scorer`, which also passes metadata to ``predict``."""

    # With metadata routing on, the corpora of the rows are passed without a request.
    __metadata_request__score = {"corpus": True}

    def set_score_request(self, **requests):
        """Return a new scorer that also requests these metadata; this scorer does not change."""
        defaults = self.get_metadata_routing().score.requests
        return super(_RoutingScorer, copy(self)).set_score_request(**{**defaults, **requests})

    def _score(self, method_caller, estimator, X, y_true, **metadata):
        routing = get_routing_for_object(estimator)
        needed = routing.consumes("predict", metadata)
        unknown = set(metadata) - needed - {"sample_weight"} - routing.consumes("fit", metadata)
        if unknown:
            raise TypeError(
                f"Metadata must be for a step of the estimator; got {min(unknown)!r}, which no "
                "step takes in fit or predict. Leave it out, or request it with set_fit_request "
                "or set_predict_request."
            )
        if not needed:
            weight = {name: metadata[name] for name in {"sample_weight"} & set(metadata)}
            return super()._score(method_caller, estimator, X, y_true, **weight)
        y_pred = estimator.predict(X, **{name: metadata[name] for name in needed})
        return self._score_func(y_true, y_pred, sample_weight=metadata.get("sample_weight"))


uar_scorer = _RoutingScorer(uar_score, 1, {}, "predict")
"""Scorer ``uar_scorer(estimator, X, y)``: `uar_score` of the predictions of an estimator.

With metadata routing on, it passes ``corpus`` to the steps of a pipeline that request it in
``predict``, such as CorpusStandardScaler. ``uar_scorer.set_score_request(speaker=True)`` returns a
scorer that also passes ``speaker``, and with ``sample_weight=True`` one that weights the rows.
"""

ccc_scorer = _RoutingScorer(ccc_score, 1, {}, "predict")
"""Scorer ``ccc_scorer(estimator, X, y)``: `ccc_score` of the predictions of an estimator.

It passes metadata on like ``uar_scorer``.
"""
