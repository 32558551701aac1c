"""The parameters of an estimator with a source, and those of the sources that are unfitted."""

from skprognet._wording import first_few
from skprognet.sources import clone_sources, is_fitted, is_source, is_trainable


class SourceParametersMixin:
    """Mixin that reaches the parameters of unfitted sources and leaves fitted ones alone."""

    def __sklearn_clone__(self):
        # scikit-learn would un-fit the source: what it has learned is what it is here for.
        copied = super().__sklearn_clone__()
        copied.source = clone_sources(self.source)
        return copied

    def get_params(self, deep=True):
        """Return the parameters; those of a fitted source are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add the parameters of an unfitted source, as ``source__name``, or with a
            list of sources each of them by its name, such as ``gender``, and the parameters of
            those that are unfitted, as ``gender__name``.

        Returns
        -------
        dict
            Names and values.
        """
        own = super().get_params(deep=False)
        if not deep:
            return own
        params = {}
        for name, source in _sources_by_key(self.source, own).items():
            params[name] = source
            if is_trainable(source):
                nested = source.get_params(deep=True)
                params |= {f"{name}__{key}": value for key, value in nested.items()}
        return params | own

    def set_params(self, **params):
        """Set parameters, those of an unfitted source as ``source__name``.

        In a list of sources each has its own name in place of ``source``: ``gender=`` replaces
        the source of this name, ``gender__lr=`` sets a parameter of it. A source that has the name
        of a parameter of this class, or two underscores in its name, is left out of this.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : estimator
            This one.

        Raises
        ------
        ValueError
            For an unknown name, or a parameter of a fitted source.
        """
        own = super().get_params(deep=False)
        given = params.get("source", self.source)
        sources = _sources_by_key(given, own)
        replaced = {name: params.pop(name) for name in set(sources) & set(params) - set(own)}
        closed = {name for name, each in {**sources, **replaced}.items() if _is_closed(each)}
        nested = [key for key in params if "__" in key and key.partition("__")[0] in closed]
        if nested:
            raise ValueError(
                f"The source is fitted and stays as it is, so {first_few(nested)} cannot be set. "
                "Pass an unfitted source, such as clone(source), and fit it again."
            )
        if replaced:
            pairs = [(name, replaced.get(name, source)) for name, source in given]
            params = {"source": pairs, **params}
        # First: the rest may be about the new one.
        if "source" in params:
            self.source = params.pop("source")
        return super().set_params(**params)


def _is_closed(source):
    """Return whether `source` has been fitted, and so stays as it is."""
    return is_source(source) and is_fitted(source)


def _sources_by_key(source, own):
    """Return the sources by the name under which parameters are set; `own` names come first."""
    if not isinstance(source, (list, tuple)):
        return {"source": source}
    pairs = [pair for pair in source if isinstance(pair, tuple) and len(pair) == 2]
    return {
        name: each
        for name, each in pairs
        if isinstance(name, str) and name not in own and "__" not in name
    }
