"""The parameters of an estimator with sources, and of its unfitted sources."""

from skprognet._wording import first_few
from skprognet.sources import clone_sources, is_fitted, is_source, is_trainable


class SourceParametersMixin:
    """Mixin that gives access to the parameters of unfitted sources, not of fitted ones."""

    def __sklearn_clone__(self):
        # scikit-learn's clone would un-fit the source, which is needed for what it has learned.
        copied = super().__sklearn_clone__()
        copied.source = clone_sources(self.source)
        return copied

    def get_params(self, deep=True):
        """Return the parameters, excluding those of a fitted source.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add the parameters of an unfitted source, as ``source__name``. For a list of
            sources, this adds each source by its name, such as ``gender``, and the parameters of
            the unfitted ones, as ``gender__name``.

        Returns
        -------
        dict
            Names and values.
        """
        own_params = super().get_params(deep=False)
        if not deep:
            return own_params
        params = {}
        for name, source in _sources_by_key(self.source, own_params).items():
            params[name] = source
            if is_trainable(source):
                nested = source.get_params(deep=True)
                params |= {f"{name}__{key}": value for key, value in nested.items()}
        return params | own_params

    def set_params(self, **params):
        """Set parameters, including those of an unfitted source as ``source__name``.

        In a list of sources, each has its own name in place of ``source``: ``gender=`` replaces
        the source of this name, ``gender__lr=`` sets one of its parameters. A source cannot be
        reached this way if its name is a parameter of this class or contains two underscores.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : estimator
            This estimator.

        Raises
        ------
        ValueError
            For an unknown name, or a parameter of a fitted source.
        """
        own_params = super().get_params(deep=False)
        source = params.get("source", self.source)
        sources = _sources_by_key(source, own_params)
        others = set(sources) & set(params) - set(own_params)
        replaced = {name: params.pop(name) for name in others}
        fixed = {name for name, value in {**sources, **replaced}.items() if _is_fixed(value)}
        nested = [key for key in params if "__" in key and key.partition("__")[0] in fixed]
        if nested:
            raise ValueError(
                "The source must be unfitted to set its parameters; got "
                f"{first_few(nested)} for a fitted one. Pass an unfitted source, such as "
                "clone(source), and fit it again."
            )
        if replaced:
            pairs = [(name, replaced.get(name, value)) for name, value in source]
            params["source"] = pairs
        # The source comes first, since other parameters may belong to the new source.
        if "source" in params:
            self.source = params.pop("source")
        return super().set_params(**params)


def _is_fixed(source):
    """Return whether `source` is fitted, so that its parameters cannot be set."""
    return is_source(source) and is_fitted(source)


def _sources_by_key(source, own_params):
    """Return the sources by the names that set them; the names in `own_params` take precedence."""
    if not isinstance(source, (list, tuple)):
        return {"source": source}
    pairs = [pair for pair in source if isinstance(pair, tuple) and len(pair) == 2]
    return {
        name: value
        for name, value in pairs
        if isinstance(name, str) and name not in own_params and "__" not in name
    }
