"""Choose the feature set that a stored model needs, without running a stranger's file."""

from skprognet.features._feature_sets import config_digest, find_config, is_built_in


def trusted_feature_set(recorded, sha256, configuration=None):
    """Return the feature set to extract, but never a file that only the model names.

    Parameters
    ----------
    recorded : str
        The feature set that the model learned from; empty if it learned from none of openSMILE.
    sha256 : str or None
        The recorded SHA-256 of its configuration file, if it is one.
    configuration : path, default=None
        The configuration file that the user trusts.

    Returns
    -------
    str
        A name in openSMILE, or the path of the user's file.

    Raises
    ------
    ValueError
        If the model needs a file and the user names none or another one, or if the user names a
        file that the model does not need.
    """
    if not recorded:
        raise ValueError(
            f"configuration must be None, since the model learned from no openSMILE features; "
            f"got {str(configuration)!r}. Leave it out (--configuration)."
        )
    if is_built_in(recorded):
        if configuration is not None:
            raise ValueError(
                f"configuration must be None, since the model learned from {recorded}, which "
                f"openSMILE has; got {str(configuration)!r}. Leave it out (--configuration)."
            )
        return recorded
    if configuration is None:
        raise ValueError(
            f"The model learned from features of the openSMILE configuration {recorded!r}. A "
            "configuration that only a model names is never run. If you trust the file, pass it "
            "as configuration (--configuration), or predict from a table of its features."
        )
    digest = config_digest(find_config(configuration))
    if digest != sha256:
        raise ValueError(
            "The openSMILE configuration must be the one that the model learned from, with "
            f"SHA-256 {sha256}; got {str(configuration)!r} with {digest}. Look for the original "
            "file and those that it includes."
        )
    return str(configuration)
